"""Strict decoding: a byte that does not fit the declared encoding refuses the file; nothing is replaced or guessed."""

import codecs
import re
from collections.abc import Iterable, Iterator

from intake.read.wrong_file import WrongFile
from intake.source import Source

_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOST = "\ufffd".encode()
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
"""C1 control characters: Windows-1252 text that was read as ISO 8859-1 shows them, real text does not."""


def utf8(blocks: Iterable[bytes], source: Source) -> Iterator[bytes]:
    """The blocks in UTF-8, cut between characters, without byte order mark. Raises `WrongFile` with byte or line."""
    decoder, begun = _Decoder(source), False
    for number, block in enumerate(blocks):
        if number == 0:
            _require_mark(block, source)
        text = decoder.decode(block)
        yield text if begun else text.removeprefix(codecs.BOM_UTF8)
        begun = begun or text != b""
    yield decoder.decode(b"", last=True)


def _require_mark(first: bytes, source: Source) -> None:
    if source.file.encoding == "utf-16" and not first.startswith(_BYTE_ORDER_MARKS):
        remedy = "Declare utf-16-le or utf-16-be, or have a byte order mark written."
        raise WrongFile(source.id, "is declared as utf-16 and has no byte order mark", remedy=remedy)


class _Decoder:
    """Decodes block by block and knows how far it is."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._declared = codecs.getincrementaldecoder(source.file.encoding)
        self._decoder = self._declared()
        self._other = _OtherEncoding(source)
        self._bytes = self._lines = 0

    def decode(self, block: bytes, *, last: bool = False) -> bytes:
        """The block in UTF-8; a character that is not whole yet comes with the next one."""
        state = self._decoder.getstate()
        try:
            text = self._decoder.decode(block, last)
        except UnicodeDecodeError as error:
            offset = error.start
        else:
            offset = -1
        # Raised outside the handler: a chained decoding error would carry the block.
        if offset >= 0:
            raise self._not_encoded(block, state, offset)
        encoded = text.encode()
        self._other.look(block, text, last=last)
        self._refuse_traces(encoded)
        self._bytes, self._lines = self._bytes + len(block), self._lines + encoded.count(b"\n")
        return encoded

    def _not_encoded(self, block: bytes, state: tuple[bytes, int], offset: int) -> WrongFile:
        """`offset` counts from the bytes that were left of the block before, in `state`."""
        pending = len(state[0])
        again = self._declared("ignore")
        again.setstate(state)
        line = self._lines + again.decode(block[: max(offset - pending, 0)]).count("\n") + 1
        place = f"byte {self._bytes - pending + offset} (line {line})"
        why = f"is not {self._source.file.encoding} as declared: {place} does not fit"
        remedy = "Save the file in the declared encoding, or mend `encoding` in the source."
        return WrongFile(self._source.id, why, remedy=remedy)

    def _refuse_traces(self, encoded: bytes) -> None:
        """Traces of an earlier wrong decoding or of binary content, in UTF-8."""
        if (place := encoded.find(_LOST)) >= 0:
            raise self._trace(encoded, place, "holds U+FFFD, the mark of a character lost earlier")
        if (place := encoded.find(b"\0")) >= 0:
            raise self._trace(encoded, place, "holds a NUL")
        if not encoded.isascii() and (found := _CONTROL.search(encoded)):
            self._other.refuse_if_found()
            raise self._trace(encoded, found.start(), "holds a control character that stands in no text")

    def _trace(self, encoded: bytes, place: int, what: str) -> WrongFile:
        line = self._lines + encoded.count(b"\n", 0, place) + 1
        remedy = "Export the file again and check which encoding it is written in."
        return WrongFile(self._source.id, f"{what} (line {line})", remedy=remedy)


class _OtherEncoding:
    """Text that is not ASCII and still valid UTF-8 was not written in a one-byte encoding: é would come in as Ã©."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._possible = source.file.encoding != "utf-8"
        self._beyond_ascii = False

    def look(self, block: bytes, text: str, *, last: bool) -> None:
        """Raises `WrongFile` on the last block, when all were valid UTF-8."""
        if not self._possible:
            return
        self._beyond_ascii |= not text.isascii()
        self._possible = len(block) == len(text) and self._is_utf8(block, last)
        if last:
            self.refuse_if_found()

    def refuse_if_found(self) -> None:
        if self._possible and self._beyond_ascii:
            why = f"is declared as {self._source.file.encoding} and is written in UTF-8"
            raise WrongFile(self._source.id, why, remedy="Mend `encoding` in the source, or save the file as declared.")

    def _is_utf8(self, block: bytes, last: bool) -> bool:
        try:
            self._decoder.decode(block, last)
        except UnicodeDecodeError:
            return False
        return True
