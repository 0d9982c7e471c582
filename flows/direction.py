"""A direction back: in which areas a source knows enough of a list, and never whom (tells = "area").

What is counted are persons of the asked source, each once, over all lists that were ever asked of it: a person who was
counted for an earlier list counts for no later one. So two lists that differ by one subject differ in nothing that
could be told, and one subject under many labels is one person.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from declare import Refusal, WrongInput
from flows.bias import concepts_of
from flows.deliveries import context_of
from flows.keyring import Keyring
from gate import TOTAL, Cells, OutputColumn, Subject, examine, verify_policy
from koppelkamer.room import Room
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD, ProtectedTable
from pseudonymise.vault import Unreadable
from register.declarations import Area
from release.aggregate import UNKNOWN, aggregate
from release.coarsen import coarsened

AREA: Final = "area"
DIRECTION: Final = pl.Schema({AREA: pl.String})
"""Areas that are told, sorted, and a last row without one for all others: elsewhere, too few, or not found."""
_SAID: Final = ("least", "missed", "outcome")


@dataclass(frozen=True, slots=True, repr=False)
class Direction:
    """What one source says of the list."""

    source: str
    table: pl.DataFrame
    """As `DIRECTION`."""
    least: int
    """An area is told when at least so many of the list are in it."""
    missed: float | None
    """Share of true links that the model is expected to miss, as it was trained: of this very list it would tell how
    much was found. None where it cannot tell."""
    outcome: str
    """What the gate said of naming these areas at all."""
    found: pl.DataFrame
    """`record`, the token of everybody who was found on this list, whether an area was told or not, and `key`, the
    version it was made under; for later lists."""
    blind: str = field(default_factory=secrets.token_hex)
    """32 random bytes, hexadecimal, without which nobody finds the answer by trying from a digest of `stored`."""

    @property
    def stored(self) -> pl.DataFrame:
        """All but who was found, each row with what belongs to the whole."""
        missed = pl.lit(self.missed, pl.Float64)
        whole = {"least": pl.lit(self.least, pl.Int64), "missed": missed, "outcome": pl.lit(self.outcome)}
        return self.table.with_columns(**whole, blind=pl.lit(self.blind))

    @property
    def areas(self) -> list[str]:
        return self.table[AREA].drop_nulls().to_list()

    @property
    def facts(self) -> dict[str, Any]:
        """All that the asker may read; who speaks for the partner reads the same."""
        return {"source": self.source, "areas": self.areas} | {name: getattr(self, name) for name in _SAID}


class NotCountable(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} may hold somebody twice, so nobody can tell how many of the list are in an area",
            remedy="Ask a source that declares once = true.",
        )


class GateRefusesAreas(Refusal):
    def __init__(self, source: str, reasons: str, remedy: str) -> None:
        super().__init__(f"the gate lets no area of {source} be told. {reasons}", remedy=remedy)


class CannotTellAgain(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"who was counted in earlier answers of {source} cannot be read any more, so nobody can be counted now",
            remedy="Restore store/probes, or ask another source: after a change of keys nobody is known again.",
        )


@dataclass(frozen=True, slots=True, repr=False)
class Terms:
    """How a source is asked: `area` and `least` as its agreement says, with a model that is expected to miss so much;
    `before` holds the record tokens of all who were found for earlier lists."""

    area: Area
    least: int
    missed: float | None
    before: pl.Series


def direction(room: Room, linked: LinkedTable, subjects: str, used: ProtectedTable, terms: Terms) -> Direction:
    """The direction that `used` gives, the asked source as the purpose may use it, on the list `subjects`.

    Raises `NotCountable`, `GateRefusesAreas` or `WrongInput`.
    """
    if not used.once:
        raise NotCountable(used.source)
    persons = _persons(used, terms.area)
    shown, outcome = _shown(room, used.source, persons, terms.area)
    found = _found(linked, subjects, used.source).join(persons, on="row")
    fresh = found.unique("record").join(terms.before.to_frame("record"), on="record", how="anti")
    enough = fresh.group_by(AREA).len().filter(pl.col("len") >= terms.least)[AREA]
    # Of fewer than twice the least an area might hold everybody whom the list is about: who is on it under two labels,
    # was counted before or was made up adds nobody.
    told = sorted(set(enough) & shown) if fresh.height >= 2 * terms.least else []
    table = pl.DataFrame({AREA: [*told, None]}, schema=DIRECTION)
    everybody = found.select("record", key=pl.lit(used.key_id)).unique().sort("record")
    return Direction(used.source, table, terms.least, terms.missed, outcome, everybody)


def _persons(used: ProtectedTable, area: Area) -> pl.DataFrame:
    """`row`, `record` and `area` of every record; an area that is not known is `UNKNOWN`."""
    column = PAYLOAD + area.column
    if column not in used.table.columns:
        raise WrongInput(
            f"{used.source} keeps no column {area.column} that says in what area somebody is",
            remedy="Name a column with the role payload under [probes.areas].",
        )
    values = used.table[column].cast(pl.String)
    if area.coarsen is not None:
        values = coarsened(f"{used.source}.{area.column}", used.table[column], area.coarsen)
    return used.table.select("row", "record").with_columns(values.fill_null(UNKNOWN).alias(AREA))


def _shown(room: Room, source: str, persons: pl.DataFrame, area: Area) -> tuple[set[str], str]:
    """Areas that the gate would let be published with their persons, and its outcome."""
    cells = Cells((AREA,), aggregate(persons, [AREA], None, [persons["record"]]))
    concept = concepts_of(room).get(f"{source}.{area.column}")
    policy = verify_policy(room.policy, room.policy_signature, room.read_public_key())
    verdict = examine(Subject("table", (OutputColumn(AREA, concept, "breakdown"),), cells), policy)
    if verdict.safe is None:
        failed = [finding for finding in verdict.findings if finding.outcome == "FAIL"]
        reasons = " ".join(f"{finding.rule}: {finding.message}" for finding in failed)
        raise GateRefusesAreas(source, reasons, failed[0].remedy)
    shown = verdict.safe.filter(pl.col("people").is_not_null())[AREA]
    return set(shown) - {TOTAL, UNKNOWN}, verdict.outcome.value


def _found(linked: LinkedTable, subjects: str, source: str) -> pl.DataFrame:
    """`row` of the record each subject is most likely linked to, where the model says that it is."""
    (quality,) = linked.quality
    ends = [_ends(linked.likely, subjects, source, *sides) for sides in (("l", "r"), ("r", "l"))]
    likely = pl.concat(ends).filter(pl.col("probability") >= quality.threshold)
    return likely.sort("probability", "row", descending=[True, False]).unique("subject", keep="first").select("row")


def _ends(links: pl.DataFrame, subjects: str, source: str, mine: str, theirs: str) -> pl.DataFrame:
    between = links.filter(pl.col(f"source_{mine}") == subjects, pl.col(f"source_{theirs}") == source)
    return between.select(
        pl.col(f"row_{mine}").alias("subject"),
        pl.col(f"row_{theirs}").alias("row"),
        pl.col("match_probability").alias("probability"),
    )


def keep(room: Room, keyring: Keyring, probe: str, said: Direction) -> None:
    """Encrypted, bound to its place."""
    for name, table in {"area": said.stored, "found": said.found}.items():
        path = room.store / "probes" / probe / f"{said.source}.{name}.parquet"
        keyring.vault("runs").write(table, path, context_of(room, path))


def held(room: Room, keyring: Keyring, probe: str, source: str) -> Direction:
    """As it waits, or was given."""
    table, found = (_read(room, keyring, probe, source, name) for name in ("area", "found"))
    least, missed, outcome, blind = table.select(*_SAID, "blind").row(0)
    return Direction(source, table.select(DIRECTION.names()), least, missed, outcome, found, blind)


def found_before(room: Room, keyring: Keyring, used: ProtectedTable, probes: Sequence[str]) -> pl.Series:
    """Record tokens of who was found for these probes. Raises `CannotTellAgain`, also after a change of keys."""
    try:
        read = [_read(room, keyring, probe, used.source, "found") for probe in probes]
    except (Unreadable, WrongInput) as error:
        raise CannotTellAgain(used.source) from error
    found = pl.concat([pl.DataFrame(schema={"record": pl.Binary, "key": pl.String}), *read])
    if (found["key"] != used.key_id).any():
        raise CannotTellAgain(used.source)
    return found["record"]


def _read(room: Room, keyring: Keyring, probe: str, source: str, name: str) -> pl.DataFrame:
    path = room.store / "probes" / probe / f"{source}.{name}.parquet"
    return keyring.vault("runs").read(path, context_of(room, path))
