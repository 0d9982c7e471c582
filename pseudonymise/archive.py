"""The archive inside a sealed delivery: a ZIP file of named members, each stored as it is, read one at a time."""

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from declare import WrongInput
from pseudonymise.manifest import Damaged

_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, struct.error,
)  # fmt: skip
"""What `zipfile` raises for a file that somebody made or changed by hand; `NotImplementedError` is a `RuntimeError`."""

_PIECE = 2**20
"""Bytes."""


def pack(members: Iterable[tuple[str, bytes]], path: Path) -> None:
    """Write the members as they come."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)


def packed(members: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """An archive as it comes into being, of members that come piece by piece; nobody holds it whole."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, pieces in members:
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                for piece in pieces:
                    member.write(piece)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Keeps what is written to it until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Archive:
    """A packed file. Nothing in it is compressed, so that together the members are never larger than the archive."""

    def __init__(self, path: Path, what: str) -> None:
        """Raises `WrongInput` for no archive, `Damaged` for any that `pack` does not make."""
        self._path, self._what = path, what
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
        except zipfile.BadZipFile:
            raise WrongInput(f"{what} does not hold a delivery", remedy="Make one with `koppelkamer encode`.") from None
        except _BROKEN:
            raise Damaged(what) from None
        self._names = [member.filename for member in members]
        stored = all(member.compress_type == zipfile.ZIP_STORED for member in members)
        if not stored or sum(member.file_size for member in members) > path.stat().st_size:
            raise Damaged(what)

    def require(self, names: Collection[str]) -> None:
        """Raise `Damaged` unless the members are `names` and no other."""
        if sorted(self._names) != sorted(names):
            raise Damaged(self._what)

    def require_among(self, names: Collection[str]) -> list[str]:
        """The members, each once and one of `names`. Raises `Damaged`."""
        if len(set(self._names)) != len(self._names) or not set(self._names) <= set(names):
            raise Damaged(self._what)
        return list(self._names)

    def pieces(self, name: str) -> Iterator[bytes]:
        """One member, a piece at a time. Raises `Damaged`, at the end also for what was changed in it."""
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(name) as member:
                while piece := member.read(_PIECE):
                    yield piece
        except (*_BROKEN, KeyError):
            raise Damaged(self._what) from None

    def read(self, name: str) -> bytes:
        """One member. Raises `Damaged`."""
        try:
            with zipfile.ZipFile(self._path) as archive:
                return archive.read(name)
        except (*_BROKEN, KeyError):
            raise Damaged(self._what) from None
