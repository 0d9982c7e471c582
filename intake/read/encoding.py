"""Strict decoding: a byte that does not fit the declared encoding refuses the file; nothing is replaced or guessed."""

import codecs
import re

from intake.read.wrong_file import WrongFile
from intake.source import Source

_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LOST = "\ufffd".encode()
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
"""C1 control characters: Windows-1252 text that was read as ISO 8859-1 shows them, real text does not."""


def utf8(content: bytes, source: Source) -> bytes:
    """The content in UTF-8 without byte order mark. Raises `WrongFile` with byte or line."""
    text = _decoded(content, source)
    encoded = content if source.file.encoding == "utf-8" else text.encode()
    _refuse_traces(encoded, source)
    return encoded.removeprefix(codecs.BOM_UTF8)


def _decoded(content: bytes, source: Source) -> str:
    encoding = source.file.encoding
    if encoding == "utf-16" and not content.startswith(_BYTE_ORDER_MARKS):
        remedy = "Declare utf-16-le or utf-16-be, or have a byte order mark written."
        raise WrongFile(source.id, "is declared as utf-16 and has no byte order mark", remedy=remedy)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        offset = error.start
    else:
        _refuse_other_encoding(content, text, source)
        return text
    # Raised outside the handler: a chained decoding error would carry the whole file.
    raise _not_encoded(content, offset, source)


def _not_encoded(content: bytes, offset: int, source: Source) -> WrongFile:
    line = content[:offset].decode(source.file.encoding, errors="ignore").count("\n") + 1
    why = f"is not {source.file.encoding} as declared: byte {offset} (line {line}) does not fit"
    return WrongFile(source.id, why, remedy="Save the file in the declared encoding, or mend `encoding` in the source.")


def _refuse_other_encoding(content: bytes, text: str, source: Source) -> None:
    """Text that is not ASCII and still valid UTF-8 was not written in a one-byte encoding: é would come in as Ã©."""
    one_byte = len(text) == len(content)
    if one_byte and not text.isascii() and _is_utf8(content):
        why = f"is declared as {source.file.encoding} and is written in UTF-8"
        raise WrongFile(source.id, why, remedy="Mend `encoding` in the source, or save the file as declared.")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _refuse_traces(encoded: bytes, source: Source) -> None:
    """Traces of an earlier wrong decoding or of binary content, in UTF-8."""
    if (place := encoded.find(_LOST)) >= 0:
        raise _trace(encoded, place, "holds U+FFFD, the mark of a character lost earlier", source)
    if (place := encoded.find(b"\0")) >= 0:
        raise _trace(encoded, place, "holds a NUL", source)
    if not encoded.isascii() and (found := _CONTROL.search(encoded)):
        raise _trace(encoded, found.start(), "holds a control character that stands in no text", source)


def _trace(encoded: bytes, place: int, what: str, source: Source) -> WrongFile:
    line = encoded.count(b"\n", 0, place) + 1
    remedy = "Export the file again and check which encoding it is written in."
    return WrongFile(source.id, f"{what} (line {line})", remedy=remedy)
