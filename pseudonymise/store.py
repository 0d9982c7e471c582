"""A protected delivery at rest: protected-00001.parquet and further pieces, aside-00001.parquet and so on under other
keys, quarantine.parquet (row, column and rule), and manifest.json, written last.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput, digest_file, write_atomically
from intake.quarantine import Quarantine
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.keys import RoomKeys
from pseudonymise.manifest import Damaged, Manifest, open_manifest, sealed_manifest
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.vault import ASIDE, RECORDS, Vault

MANIFEST: Final = "manifest.json"
QUARANTINE: Final = "quarantine"
QUARANTINE_FILE: Final = f"{QUARANTINE}.parquet"
SHELVES: Final = {"protected": RECORDS, "aside": ASIDE}
"""Table → the purpose of the keys it is encrypted under."""


def save_protected(
    parts: Iterable[Protected], keys: RoomKeys, folder: Path, context: str, quarantine: Quarantine | None = None
) -> Manifest:
    """Encrypt under the room's keys, bound to `context` (room and place in the store) and the piece. Raises `Fault`.

    With `quarantine` also what was set apart: without it no corrected row can come in later.
    """
    if quarantine is not None:
        Vault(keys, QUARANTINE).write(quarantine.entries, folder / QUARANTINE_FILE, context)
    rows: list[int] = []
    described = None
    for number, part in enumerate(parts, start=1):
        for name, table in tables(part).items():
            Vault(keys, SHELVES[name]).write(table, folder / file_of(name, number), bound(context, number))
        rows.append(part.table.table.height)
        described = part.table
    if described is None:
        raise ValueError("a delivery has at least one piece")
    files = {path.name: digest_file(path) for path in sorted(folder.glob("*.parquet"))}
    manifest = Manifest.of(described, rows, files)
    write_atomically(folder / MANIFEST, sealed_manifest(manifest, keys), mode=0o600)
    return manifest


def open_protected(keys: RoomKeys, folder: Path, context: str) -> ProtectedTable:
    """Raises `WrongInput` when nothing whole is stored there, `Damaged` and `Unreadable` when it was changed."""
    manifest = stored_manifest(keys, folder)
    return protected_table(manifest, _read(manifest, keys, folder, "protected", context))


def open_aside(keys: RoomKeys, folder: Path, context: str) -> AsideTable:
    """The protected attributes; raises as `open_protected`."""
    manifest = stored_manifest(keys, folder)
    return aside_table(manifest, _read(manifest, keys, folder, "aside", context))


def open_quarantine(keys: RoomKeys, folder: Path, context: str) -> Quarantine:
    """What was set apart of the delivery; raises as `open_protected`."""
    said = stored_manifest(keys, folder).files.get(QUARANTINE_FILE)
    if said is None:
        raise WrongInput(f"{folder} holds no quarantine", remedy="Receive the whole delivery again.")
    path = folder / QUARANTINE_FILE
    if not path.is_file() or digest_file(path) != said:
        raise Damaged(str(path))
    return Quarantine(Vault(keys, QUARANTINE).read(path, context))


def stored_parts(keys: RoomKeys, folder: Path, context: str) -> Iterator[Protected]:
    """Both tables, one piece at a time; raises as `open_protected`."""
    manifest = stored_manifest(keys, folder)
    for number in range(1, len(manifest.parts) + 1):
        table, aside = (_read_part(manifest, keys, folder, name, number, context) for name in SHELVES)
        yield Protected(protected_table(manifest, table), aside_table(manifest, aside))


def require_whole(keys: RoomKeys, folder: Path, context: str) -> None:
    """Raises as `open_protected`; reads one piece at a time."""
    manifest = stored_manifest(keys, folder)
    for name in SHELVES:
        for number in range(1, len(manifest.parts) + 1):
            _read_part(manifest, keys, folder, name, number, context)


def stored_manifest(keys: RoomKeys, folder: Path) -> Manifest:
    """What is stored in `folder`; raises as `open_protected`."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise WrongInput(f"{folder} holds no whole delivery", remedy="Receive the delivery again.") from None
    return open_manifest(text, Manifest, keys, str(folder))


def file_of(name: str, number: int) -> str:
    """File of one piece, counted from 1."""
    return f"{name}-{number:05}.parquet"


def bound(context: str, number: int) -> str:
    """The context of one piece: none opens in the place of another."""
    return f"{context}/{number}"


def tables(protected: Protected) -> dict[str, pl.DataFrame]:
    """The two tables of a piece, by name."""
    return {"protected": protected.table.table, "aside": protected.aside.table}


def protected_table(manifest: Manifest, table: pl.DataFrame) -> ProtectedTable:
    """`table`, all of it or one piece, as `manifest` describes it."""
    return ProtectedTable(
        source=manifest.source, entity=manifest.entity, once=manifest.once, delivery=manifest.delivery,
        fields=manifest.fields, key_id=manifest.key_id, table=table, _made_by=_PSEUDONYMISE,
    )  # fmt: skip


def aside_table(manifest: Manifest, table: pl.DataFrame) -> AsideTable:
    """The attributes that go with it."""
    return AsideTable(source=manifest.source, delivery=manifest.delivery, table=table, _made_by=_PSEUDONYMISE)


def _read(manifest: Manifest, keys: RoomKeys, folder: Path, name: str, context: str) -> pl.DataFrame:
    numbers = range(1, len(manifest.parts) + 1)
    return pl.concat([_read_part(manifest, keys, folder, name, number, context) for number in numbers])


def _read_part(manifest: Manifest, keys: RoomKeys, folder: Path, name: str, number: int, context: str) -> pl.DataFrame:
    path = folder / file_of(name, number)
    if not path.is_file() or digest_file(path) != manifest.files.get(path.name):
        raise Damaged(str(path))
    return Vault(keys, SHELVES[name]).read(path, bound(context, number), rows=manifest.parts[number - 1])
