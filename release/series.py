"""What is different from the last release of the same series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from release.profile import dimensions_of, named
from release.tables import Tables, inner

if TYPE_CHECKING:
    from release.report.facts import ReportFacts

MOST_MOVED: Final = 3
_BEFORE: Final = "before"


@dataclass(frozen=True, slots=True)
class Last:
    """The last release of a series: what its report says, and the table that it published."""

    facts: "ReportFacts"
    table: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A published cell that changed much, and its people then and now."""

    cell: str
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Cells that are no margin are counted; all counts are of what either release publishes."""

    since: str
    """The last release of the series."""
    made_on: str
    columns_added: tuple[str, ...]
    columns_gone: tuple[str, ...]
    sources: tuple[str, ...]
    """Sources with another delivery."""
    otherwise: tuple[str, ...]
    """What else was not the same: `policy`, `recipients`, `purpose`, and each model as `model:NAME`."""
    people_before: int | None
    people_now: int | None
    cells: "CellChanges | None"
    """None where the tables have other columns, so that no cell of one is a cell of the other, and for rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChanges:
    new: int
    gone: int
    shown: int
    """Hidden before, shown now."""
    hidden: int
    """Shown before, hidden now."""
    changed: int
    """Shown in both, with other counts."""
    moved: tuple[Moved, ...]
    """The most changed, by the likelihood of such a change where nothing happened (Poisson)."""


def changes(last: Last, facts: "ReportFacts", now: pl.DataFrame) -> Changes:
    """From the last release to this one, which says `facts` and would publish `now`."""
    earlier, before, told = last.facts, last.table, facts.leaves.told_apart
    same = earlier.leaves.kind == facts.leaves.kind == "table" and set(dimensions_of(before)) == set(dimensions_of(now))
    same &= {frozenset(each) for each in earlier.leaves.told_apart} == {frozenset(each) for each in told}
    return Changes(
        since=earlier.release,
        made_on=earlier.made_on,
        columns_added=tuple(name for name in now.columns if name not in before.columns),
        columns_gone=tuple(name for name in before.columns if name not in now.columns),
        sources=_other(_deliveries(earlier), _deliveries(facts)),
        otherwise=_other(_making(earlier), _making(facts)),
        people_before=earlier.leaves.people,
        people_now=facts.leaves.people,
        cells=_cells(before, now, dimensions_of(now), told) if same else None,
    )


def _deliveries(facts: "ReportFacts") -> dict[str, str]:
    return {source.source: source.delivery for source in facts.sources}


def _making(facts: "ReportFacts") -> dict[str, object]:
    """By the names of `Changes.otherwise`."""
    return {
        "policy": facts.policy_digest,
        "recipients": sorted(facts.asked.recipients),
        "purpose": facts.asked.purpose,
        **{f"model:{link.model}": link.digest for link in facts.links},
    }


def _other(before: Mapping[str, object], now: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in {**now, **before} if before.get(name) != now.get(name))


def _cells(before: pl.DataFrame, now: pl.DataFrame, dimensions: Sequence[str], tables: Tables) -> CellChanges:
    """Of cells with people in them, or with a hidden count."""
    filled = (pl.col("people") > 0).fill_null(True)
    sides = (
        table.filter(inner(dimensions, tables), filled).select(*dimensions, "people", there=pl.lit(1))
        for table in (now, before)
    )
    both = next(sides).join(next(sides), on=list(dimensions), how="full", suffix=_BEFORE, coalesce=True)
    there, was = pl.col("there").is_not_null(), pl.col("there" + _BEFORE).is_not_null()
    people, earlier = pl.col("people"), pl.col("people" + _BEFORE)
    kept = both.filter(there & was)
    return CellChanges(
        new=both.filter(there & ~was).height,
        gone=both.filter(was & ~there).height,
        shown=kept.filter(people.is_not_null() & earlier.is_null()).height,
        hidden=kept.filter(people.is_null() & earlier.is_not_null()).height,
        changed=kept.filter(people != earlier).height,
        moved=_moved(kept.filter(people != earlier), dimensions),
    )


def _moved(cells: pl.DataFrame, dimensions: Sequence[str]) -> tuple[Moved, ...]:
    """A difference of two counts by their sum's square root, its standard deviation where nothing changed."""
    people, earlier = pl.col("people"), pl.col("people" + _BEFORE)
    far = ((people - earlier).abs() / (people + earlier).sqrt()).alias("far")
    first = cells.sort(far, *dimensions, descending=[True] + [False] * len(dimensions)).head(MOST_MOVED)
    return tuple(
        Moved(cell=named(row[:-2]), before=row[-2], now=row[-1])
        for row in first.select(*dimensions, "people" + _BEFORE, "people").iter_rows()
    )
