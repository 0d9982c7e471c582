"""What a delivery holds once it is unpacked: bytes in order, or a file to seek in; and the digest of what came."""

import hashlib
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from intake.read.archive import Archive
from intake.read.wrong_file import WrongFile, guarded
from intake.source import Source

EXPANSION: Final = 200
"""A packed file may grow so many times. Registers grow some ten times; deflate can do a thousand."""
FREE: Final = 64 * 2**20
"""Bytes that may come out of a packed file, however small it is."""
IN_MEMORY: Final = 512 * 2**20
"""Bytes of a packed file of a kind that is not read from front to back."""


class Content:
    """A delivery, opened. Raises `WrongFile` for what cannot be opened or unpacked."""

    def __init__(self, path: Path, source: Source, block: int) -> None:
        self._source, self._block = source, block
        self._state, self._sought = hashlib.sha256(), False
        self._path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> "Content":
        why = None
        try:
            self._file = self._path.open("rb")
        except OSError as error:
            why = os.strerror(error.errno or 0)
        if why is not None:
            raise self._refusal(f"cannot be opened ({why})", "Check the name and that it may be read.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.__exit__(kind, error, trace)

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the file as its kind writes them, in order."""
        match self._source.file.packing:
            case "gzip":
                return self._limited(gunzip(self._delivered(), self._block, self._broken("gzip")))
            case "zip":
                archive = Archive(self._seekable(), self._source)
                return self._limited(archive.blocks(archive.only(self._source.file.member), self._block))
            case None:
                return self._delivered()

    def file(self) -> BinaryIO:
        """The same to seek in; what was packed is held in memory."""
        if self._source.file.packing is None:
            return self._seekable()
        content = io.BytesIO()
        for block in self.blocks():
            content.write(block)
            if content.tell() > IN_MEMORY:
                why = f"holds, packed, more than {IN_MEMORY // 2**20} MiB of a kind that is not read from front to back"
                raise self._refusal(why, "Have it delivered without packing.")
        content.seek(0)
        return content

    def digest(self) -> str:
        """SHA-256 of the file as delivered, after it was read. Raises `WrongFile` when it changed meanwhile."""
        if self._sought:
            before, self._state = self._state.digest(), hashlib.sha256()
            self._seekable()
            if self._state.digest() != before:
                raise self._refusal("changed while it was read", "Read it again once its transfer is complete.")
        return self._state.hexdigest()

    def _delivered(self) -> Iterator[bytes]:
        def read() -> Iterator[bytes]:
            while block := self._opened().read(self._block):
                self._state.update(block)
                yield block

        return guarded(read(), (OSError,), self._refusal("cannot be read to its end", "Check the disk it lies on."))

    def _seekable(self) -> BinaryIO:
        """The file as delivered. What is read here and there is held against its digest afterwards."""
        self._opened().seek(0)
        for _ in self._delivered():
            pass
        self._sought = True
        self._opened().seek(0)
        return self._opened()

    def _limited(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        packed = self._path.stat().st_size
        return limited(blocks, packed, self._source)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("a delivery is opened before it is read")
        return self._file

    def _broken(self, packing: str) -> WrongFile:
        return self._refusal(f"is no whole {packing} file", "Have it sent again, or mend `packing` in the source.")

    def _refusal(self, why: str, remedy: str) -> WrongFile:
        return WrongFile(self._source.id, why, remedy=remedy)


def limited(blocks: Iterable[bytes], packed: int, source: Source) -> Iterator[bytes]:
    """The blocks, until they are more than anybody's register packed in so few bytes. Raises `WrongFile`."""
    size = 0
    for block in blocks:
        size += len(block)
        if size > max(FREE, EXPANSION * packed):
            why = f"unpacks to more than {EXPANSION} times its size"
            raise WrongFile(source.id, why, remedy="Have it delivered without packing, if it is what it should be.")
        yield block


def gunzip(blocks: Iterable[bytes], size: int, refusal: WrongFile) -> Iterator[bytes]:
    """What gzip members (RFC 1952), one after another, hold: at most `size` bytes at a time."""
    return guarded(_gunzip(blocks, size), (zlib.error, EOFError), refusal)


def _gunzip(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    for block in blocks:
        rest = block
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            if unpacked := member.decompress(rest, size):
                yield unpacked
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise EOFError
