"""A ZIP archive as partners make them: members are read one at a time and never written to disk."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from intake.read.wrong_file import WrongFile, attempt, guarded
from intake.source import Source

BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, struct.error, KeyError,
)  # fmt: skip
"""What `zipfile` raises for archives that are cut short or made by hand; `NotImplementedError` is a `RuntimeError`."""
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """Raises `WrongFile` for an archive that is none, that is encrypted, or whose members have a path out of it."""

    def __init__(self, file: BinaryIO, source: Source, what: str = "ZIP archive") -> None:
        self._source, self._what = source, what
        archive = attempt(lambda: zipfile.ZipFile(file), BROKEN)
        if archive is None:
            raise self._broken()
        self._archive = archive
        self._members = [member for member in archive.infolist() if not member.is_dir()]
        self._check()

    @property
    def names(self) -> list[str]:
        return [member.filename for member in self._members]

    def only(self, declared: str | None) -> str:
        """Name of the member declared, or of the one there is."""
        names = self.names
        if declared is not None and declared not in names:
            raise self._refusal("lacks the declared member", "Mend `member` in the source, or have the file put in.")
        if declared is None and len(names) != 1:
            why = f"holds {len(names)} files where one is expected"
            raise self._refusal(why, "Have one file packed, or declare `member` in the source.")
        return declared or names[0]

    def blocks(self, name: str, size: int) -> Iterator[bytes]:
        """Bytes of one member, `size` at a time, its checksum held against them at the end."""

        def read() -> Iterator[bytes]:
            with self._archive.open(name) as member:
                while block := member.read(size):
                    yield block

        return guarded(read(), BROKEN, self._broken())

    def _check(self) -> None:
        if any(member.flag_bits & _ENCRYPTED for member in self._members):
            raise self._refusal("is encrypted with a password", "Have it delivered sealed, by `koppelkamer encode`.")
        if any(member.compress_type not in _METHODS for member in self._members):
            raise self._refusal("is packed in a way that is not read here", "Have it packed with deflate.")
        paths = [PurePosixPath(name.replace("\\", "/")) for name in self.names]
        if any(path.is_absolute() or ".." in path.parts for path in paths):
            raise self._refusal("holds a member with a path that leads out of it", "Ask who made the archive.")
        if len(set(self.names)) != len(self.names):
            raise self._refusal("holds two members of one name", "Have it packed again.")

    def _broken(self) -> WrongFile:
        return self._refusal(f"is no whole {self._what}", "Have it sent again, or mend the format in the source.")

    def _refusal(self, why: str, remedy: str) -> WrongFile:
        return WrongFile(self._source.id, why, remedy=remedy)
