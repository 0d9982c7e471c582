"""A protected delivery at rest: protected.parquet, aside.parquet under another key, manifest.json written last."""

from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput, digest_file, write_atomically
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.keys import RoomKeys
from pseudonymise.manifest import Damaged, Manifest, open_manifest, sealed_manifest
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.vault import ASIDE, RECORDS, Vault

MANIFEST: Final = "manifest.json"
SHELVES: Final = {"protected.parquet": RECORDS, "aside.parquet": ASIDE}
"""File → the purpose of the keys it is encrypted under."""


def save_protected(protected: Protected, keys: RoomKeys, folder: Path, context: str) -> Manifest:
    """Encrypt under the room's keys, bound to `context` (room and place in the store). Raises `Fault`."""
    for name, table in tables(protected).items():
        Vault(keys, SHELVES[name]).write(table, folder / name, context)
    manifest = Manifest.of(protected, {name: digest_file(folder / name) for name in SHELVES})
    write_atomically(folder / MANIFEST, sealed_manifest(manifest, keys), mode=0o600)
    return manifest


def open_protected(keys: RoomKeys, folder: Path, context: str) -> ProtectedTable:
    """Raises `WrongInput` when nothing whole is stored there, `Damaged` and `Unreadable` when it was changed."""
    manifest = stored_manifest(keys, folder)
    return protected_table(manifest, _read(manifest, keys, folder / "protected.parquet", context))


def open_aside(keys: RoomKeys, folder: Path, context: str) -> AsideTable:
    """The protected attributes; raises as `open_protected`."""
    manifest = stored_manifest(keys, folder)
    return aside_table(manifest, _read(manifest, keys, folder / "aside.parquet", context))


def stored_manifest(keys: RoomKeys, folder: Path) -> Manifest:
    """What is stored in `folder`; raises as `open_protected`."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise WrongInput(f"{folder} holds no whole delivery", remedy="Receive the delivery again.") from None
    return open_manifest(text, Manifest, keys, str(folder))


def tables(protected: Protected) -> dict[str, pl.DataFrame]:
    """The two tables by file name."""
    return {"protected.parquet": protected.table.table, "aside.parquet": protected.aside.table}


def protected_table(manifest: Manifest, table: pl.DataFrame) -> ProtectedTable:
    """`table` as `manifest` describes it. Raises `Damaged` when the number of rows differs."""
    if table.height != manifest.rows:
        raise Damaged(f"the delivery of {manifest.source}")
    return ProtectedTable(
        source=manifest.source, entity=manifest.entity, once=manifest.once, delivery=manifest.delivery,
        fields=manifest.fields, key_id=manifest.key_id, table=table, _made_by=_PSEUDONYMISE,
    )  # fmt: skip


def aside_table(manifest: Manifest, table: pl.DataFrame) -> AsideTable:
    """The attributes that go with it."""
    return AsideTable(source=manifest.source, delivery=manifest.delivery, table=table, _made_by=_PSEUDONYMISE)


def _read(manifest: Manifest, keys: RoomKeys, path: Path, context: str) -> pl.DataFrame:
    if not path.is_file() or digest_file(path) != manifest.files.get(path.name):
        raise Damaged(str(path))
    return Vault(keys, SHELVES[path.name]).read(path, context)
