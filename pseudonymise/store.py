"""A protected delivery at rest: protected.parquet, aside.parquet under another key, manifest.json written last."""

from pathlib import Path
from typing import Final

from declare import WrongInput, digest, write_atomically
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.keys import DomainKeys, RoomKeys
from pseudonymise.manifest import Damaged, Manifest, open_manifest, sealed_manifest
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.vault import ASIDE, RECORDS, Vault

SHELVES: Final = {"protected.parquet": RECORDS, "aside.parquet": ASIDE}
MANIFEST: Final = "manifest.json"


def save_protected(protected: Protected, keys: RoomKeys, folder: Path, context: str) -> Manifest:
    """Encrypt under the room's keys, bound to `context` (room and place in the store). Raises `Fault`."""
    files = pack(protected, keys, context)
    for name, content in files.items():
        write_atomically(folder / name, content, mode=0o600)
    manifest = Manifest.of(protected, files)
    write_atomically(folder / MANIFEST, sealed_manifest(manifest, keys), mode=0o600)
    return manifest


def open_protected(keys: RoomKeys, folder: Path, context: str) -> ProtectedTable:
    """Raises `WrongInput` when nothing (whole) is stored there, `Damaged` and `Unreadable` when it was changed."""
    manifest = stored_manifest(keys, folder)
    content = _file(folder, "protected.parquet", manifest)
    return unpack_table(content, manifest, keys, context)


def open_aside(keys: RoomKeys, folder: Path, context: str) -> AsideTable:
    """The protected attributes; raises as `open_protected`."""
    manifest = stored_manifest(keys, folder)
    content = _file(folder, "aside.parquet", manifest)
    return unpack_aside(content, manifest, keys, context)


def stored_manifest(keys: RoomKeys, folder: Path) -> Manifest:
    """What is stored in `folder`; raises as `open_protected`."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise WrongInput(f"{folder} holds no whole delivery", remedy="Receive the delivery again.") from None
    return open_manifest(text, Manifest, keys, str(folder))


def pack(protected: Protected, keys: DomainKeys | RoomKeys, context: str) -> dict[str, bytes]:
    """Both tables as encrypted Parquet, by file name."""
    tables = {"protected.parquet": protected.table.table, "aside.parquet": protected.aside.table}
    return {name: Vault(keys, SHELVES[name]).to_bytes(table, context) for name, table in tables.items()}


def unpack_table(content: bytes, manifest: Manifest, keys: DomainKeys | RoomKeys, context: str) -> ProtectedTable:
    table = Vault(keys, RECORDS).from_bytes(content, context)
    if table.height != manifest.rows:
        raise Damaged(f"the delivery of {manifest.source}")
    return ProtectedTable(
        source=manifest.source, entity=manifest.entity, once=manifest.once, delivery=manifest.delivery,
        fields=manifest.fields, key_id=manifest.key_id, table=table, _made_by=_PSEUDONYMISE,
    )  # fmt: skip


def unpack_aside(content: bytes, manifest: Manifest, keys: DomainKeys | RoomKeys, context: str) -> AsideTable:
    table = Vault(keys, ASIDE).from_bytes(content, context)
    return AsideTable(source=manifest.source, delivery=manifest.delivery, table=table, _made_by=_PSEUDONYMISE)


def _file(folder: Path, name: str, manifest: Manifest) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise Damaged(f"{folder / name}") from None
    if digest(content) != manifest.files.get(name):
        raise Damaged(f"{folder / name}")
    return content
