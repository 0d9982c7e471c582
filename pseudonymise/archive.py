"""The archive inside a sealed delivery: a ZIP file of named members, each stored as it is."""

import io
import struct
import zipfile
import zlib
from collections.abc import Collection

from declare import WrongInput
from pseudonymise.manifest import Damaged


def pack(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def unpack(content: bytes, names: Collection[str], what: str) -> dict[str, bytes]:
    """The members, which are `names` and no other. Raises `WrongInput` for no archive, `Damaged` for any other one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise WrongInput(f"{what} does not hold a delivery", remedy="Make one with `koppelkamer encode`.") from None
    except (ValueError, OverflowError, NotImplementedError, struct.error):
        raise Damaged(what) from None
    with archive:
        _require_plain(archive.infolist(), names, len(content), what)
        return {name: _member(archive, name, what) for name in names}


def _require_plain(members: list[zipfile.ZipInfo], names: Collection[str], size: int, what: str) -> None:
    """Nothing is compressed, so that together the members are never larger than the archive."""
    known = sorted(member.filename for member in members) == sorted(names)
    stored = all(member.compress_type == zipfile.ZIP_STORED for member in members)
    if not (known and stored and sum(member.file_size for member in members) <= size):
        raise Damaged(what)


def _member(archive: zipfile.ZipFile, name: str, what: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error):
        raise Damaged(what) from None
