"""The ledger of releases: every cell that left, and of whom it was made. It forgets nothing, revoked or not.

It lies in the room's store under a key of its own. That key is wrapped by the room's key in use and wrapped again when
another comes into use, so that the ledger outlives the keys of the deliveries it is about.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import polars as pl

from declare import Refusal, WrongInput, canonical, digest_frame, workplace
from flows.deliveries import context_of
from flows.keyring import Keyring
from gate import Dimension, Lineage, Outcome, Policy, Published
from gate.lineage.rules import Differencing
from gate.registry import comparing
from koppelkamer.room import Room
from pseudonymise.keys import RoomKeys
from pseudonymise.keys.derive import KEY_BYTES, PRODUCT, framed
from pseudonymise.keys.handle import StoredMaster
from pseudonymise.vault import Unreadable, Vault

SHELF: Final = "ledger"
PUBLISHED: Final = "published"
"""Folder of a run: what its release would add to the ledger."""
_KEY: Final = "key.parquet"
_TABLES: Final = ("about", "table", "members")


class LedgerDamaged(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"the ledger of releases cannot be relied on: {what}",
            remedy="Restore store/ledger from a backup; until then nothing is compared and nothing leaves.",
        )


class Collides(Refusal):
    """Something left since the run that tells too much together with this release."""

    def __init__(self, release: str, others: Sequence[str]) -> None:
        super().__init__(
            f"{release} was examined before {', '.join(others)} left, and together they would tell too much",
            remedy="Ask for a coarser table, or for the population of the earlier release, in a new request.",
        )


class LedgerKeys(RoomKeys):
    """The ledger's own keys: the same whatever version of the room's domain is in use."""

    __slots__ = ()

    def _info(self, purpose: str, field: str) -> bytes:
        return framed(PRODUCT, SHELF, purpose, field)


class Ledger:
    """The ledger of one room. Making one makes its key when nothing has left yet.

    Raises `LedgerDamaged` when the key is gone and something has left, or does not open.
    """

    def __init__(self, room: Room, keyring: Keyring) -> None:
        self._room = room
        self.folder = folder_of(room)
        self.keys = _keys(room, keyring)
        self._vault = Vault(self.keys, SHELF)

    def __repr__(self) -> str:
        return f"Ledger({self._room.declaration.name})"

    def earlier(self) -> tuple[Published, ...]:
        """All that left, in the order of their names. Raises `LedgerDamaged`, also when a parcel has no entry."""
        require_entries(self._room)
        return tuple(self._read(self.folder / name, name) for name in entries(self._room))

    def wait(self, release: Published) -> None:
        """Lay down what `release` would add, beside its run."""
        self._write(release, self._waiting(release.release))

    @contextmanager
    def entering(self, name: str, policy: Policy) -> Iterator[None]:
        """Enter the release `name` before what is done inside, while nobody else enters any.

        Raises `Collides` when releases that entered after the run examined it tell too much together with it, and
        `LedgerDamaged`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder):
            release = self._read(self._waiting(name), name)
            others = [each for each in self.earlier() if each.release != name]
            _require_no_collision(release, others, policy)
            if name not in entries(self._room):
                self._write(release, self.folder / name)
            elif digest_frame(self._read(self.folder / name, name).table) != digest_frame(release.table):
                raise LedgerDamaged(f"another table is entered as {name}")
            yield

    def _waiting(self, name: str) -> Path:
        return self._room.store / "runs" / name / PUBLISHED

    def _write(self, release: Published, folder: Path) -> None:
        """Whole or not at all."""
        tables = {"about": _about(release), "table": release.table, "members": release.lineage.members}
        with workplace(beside=folder) as temporary:
            made = temporary / folder.name
            for name, table in tables.items():
                self._vault.write(table, made / f"{name}.parquet", self._context(folder, name))
            made.rename(folder)
        _sync(folder.parent)

    def _read(self, folder: Path, name: str) -> Published:
        try:
            about, table, members = (
                self._vault.read(folder / f"{each}.parquet", self._context(folder, each)) for each in _TABLES
            )
        except (Unreadable, WrongInput) as error:
            raise LedgerDamaged(f"the entry of {name} does not open") from error
        return _published(json.loads(about["about"].item()), table, members)

    def _context(self, folder: Path, name: str) -> str:
        return context_of(self._room, folder / f"{name}.parquet")


def folder_of(room: Room) -> Path:
    return room.store / "ledger"


def entries(room: Room) -> list[str]:
    """Names of the releases that are entered."""
    return sorted(path.name for path in folder_of(room).glob("[!.]*") if path.is_dir())


def rewrap(room: Room, keyring: Keyring) -> None:
    """The ledger's key under the room's key in use, where there is a ledger. Raises `LedgerDamaged`."""
    if (folder_of(room) / _KEY).is_file():
        _keys(room, keyring)


def require_entries(room: Room) -> None:
    """Raise `LedgerDamaged` when a parcel was written, by the register or in the room's folder, and has no entry."""
    from register.models import Release

    written = set(Release.objects.exclude(manifest_digest="").values_list("id", flat=True))
    lying = {path.name for path in room.parcels.glob("[!.]*") if path.is_dir()}
    if missing := sorted((written | lying) - set(entries(room))):
        raise LedgerDamaged(f"{', '.join(missing)} left and has no entry")


def _require_no_collision(release: Published, others: Sequence[Published], policy: Policy) -> None:
    """What was examined together before passes again; what came in between may not. The rows of an extract are held
    against nothing, who is in anonymous ones as a cell is (D08)."""
    rules = comparing(policy.rules, policy) if others and not release.lineage.rows else ()
    for rule in (each for each in rules if isinstance(each, Differencing) or not release.lineage.extract):
        for finding in rule.compare(release, others):
            if finding.outcome is Outcome.FAIL:
                raise Collides(release.release, finding.about.split(", "))


def _about(release: Published) -> pl.DataFrame:
    """One row: what is said of a release beside its tables, with their digests."""
    said = {
        "release": release.release,
        "recipients": list(release.recipients),
        "dimensions": [[each.name, list(each.variables)] for each in release.lineage.dimensions],
        "delivery": release.lineage.delivery,
        "key": release.lineage.key,
        "magnitude": list(release.lineage.magnitude),
        "filters": [list(variables) for variables in release.lineage.filters],
        "rows": release.lineage.rows,
        "parents": {name: dict(above) for name, above in release.lineage.parents.items()},
        "extract": release.lineage.extract,
        "tables": [list(names) for names in release.lineage.tables],
        "table": digest_frame(release.table),
        "members": digest_frame(release.lineage.members),
    }
    return pl.DataFrame({"about": [canonical(said).decode()]})


def _published(about: dict[str, Any], table: pl.DataFrame, members: pl.DataFrame) -> Published:
    """Raises `LedgerDamaged` when a table is not the one that was entered with the rest."""
    if (digest_frame(table), digest_frame(members)) != (about["table"], about["members"]):
        raise LedgerDamaged(f"the entry of {about['release']} is not of one piece")
    dimensions = tuple(Dimension(name, tuple(variables)) for name, variables in about["dimensions"])
    lineage = Lineage(
        dimensions=dimensions,
        members=members,
        delivery=about["delivery"],
        key=about["key"],
        subtotals=about.get("subtotals", False),
        extract=about.get("extract", False),
        tables=tuple(tuple(names) for names in about.get("tables", ())),
        parents=about.get("parents", {}),
        magnitude=tuple(about.get("magnitude", ())),
        filters=tuple(tuple(variables) for variables in about.get("filters", ())),
        rows=about.get("rows", False),
    )
    return Published(about["release"], tuple(about["recipients"]), table, lineage)


def _keys(room: Room, keyring: Keyring) -> LedgerKeys:
    """The ledger's keys; wrapped anew when another version of the room's key has come into use."""
    path = folder_of(room) / _KEY
    context = context_of(room, path)
    own = Vault(keyring.room_keys, SHELF)
    if not path.is_file():
        _require_nothing_left(room)
        own.write(pl.DataFrame({"key": [os.urandom(KEY_BYTES)]}), path, context)
    try:
        secret = own.read(path, context)
    except Unreadable:
        secret = _under_an_earlier(keyring, path, context)
        own.write(secret, path, context)
    return LedgerKeys(StoredMaster(secret["key"].item()), keyring.room_keys.signed, accepts="")


def _under_an_earlier(keyring: Keyring, path: Path, context: str) -> pl.DataFrame:
    try:
        return Vault(keyring.room_keys, SHELF, earlier=keyring.earlier_keys).read(path, context)
    except Unreadable as error:
        raise LedgerDamaged("its key does not open") from error


def _require_nothing_left(room: Room) -> None:
    require_entries(room)
    if entries(room):
        raise LedgerDamaged("its key is gone")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def _sync(folder: Path) -> None:
    """The new name is on the disk before anything else happens."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
