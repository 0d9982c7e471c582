"""The archive inside a sealed delivery: a ZIP file of named members, each stored as it is, read one at a time."""

import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path

from declare import WrongInput
from pseudonymise.manifest import Damaged

_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError, struct.error,
)  # fmt: skip
"""What `zipfile` raises for a file that somebody made or changed by hand; `NotImplementedError` is a `RuntimeError`."""


def pack(members: Iterable[tuple[str, bytes]], path: Path) -> None:
    """Write the members as they come."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)


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

    def read(self, name: str) -> bytes:
        """One member. Raises `Damaged`."""
        try:
            with zipfile.ZipFile(self._path) as archive:
                return archive.read(name)
        except (*_BROKEN, KeyError):
            raise Damaged(self._what) from None
