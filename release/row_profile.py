"""What is in rows that would leave: by column how many have a value, how values are spread, how many stand out.

A report is read by more people than the rows are, so each column is a table of counts to the gate: persons by value,
hidden as a table would be. Values that too few have are counted together and not named; nobody's own is ever told.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from gate.disclosure.masking import masked
from gate.disclosure.needs import Needs
from gate.policy import Policy
from gate.subject import TOTAL, Cells
from release.aggregate import UNKNOWN
from release.extract import PSEUDONYM
from release.profile import FAR_OUT, MOST_SLICES, ColumnProfile, Slice, class_bounds, class_label, drift_of, share_of

RARE: Final = "…"
"""Values that too few persons have, together."""
_VALUE: Final = "value_of"
_PERSON: Final = "person"

Counts = Mapping[str, int | None]
"""People by value; None where hidden."""


def row_profile(rows: pl.DataFrame, policy: Policy, earlier: pl.DataFrame | None = None) -> tuple[ColumnProfile, ...]:
    """Of each column of `rows` (a verdict's safe rows) but the pseudonym. `earlier`: the series' last rows, if any."""
    limits = policy.thresholds
    needs = Needs(limits.minimum_people.value, limits.count_interval_width.value)
    names = [name for name in rows.columns if name != PSEUDONYM]
    return tuple(_column(rows, name, needs, earlier) for name in names)


def _column(rows: pl.DataFrame, name: str, needs: Needs, earlier: pl.DataFrame | None) -> ColumnProfile:
    number = rows[name].dtype.is_numeric()
    whole, counts = _counted(rows, name, needs)
    before = None if earlier is None or name not in earlier.columns else _counted(earlier, name, needs)[1]
    named = {value: count for value, count in counts.items() if value not in (UNKNOWN, RARE)}
    slices = _classes(counts, whole) if number else _largest(counts, whole)
    missing = share_of(counts.get(UNKNOWN, 0), whole)
    return ColumnProfile(
        name=name,
        kind="number" if number else "text",
        values=len(named),
        complete=None if missing is None else 1 - missing,
        slices=slices,
        unshown=max(0, len(named) - MOST_SLICES) if not number else 0,
        drift=None if before is None else drift_of(counts, before),
        far=_far(rows, name, needs) if number else None,
    )


def _counted(rows: pl.DataFrame, name: str, needs: Needs) -> tuple[int | None, Counts]:
    """Distinct persons in all, and by value: of numbers by class."""
    values = _class_of(rows[name]) if rows[name].dtype.is_numeric() else rows[name].cast(pl.String)
    # A value that stands for a total, or for what is counted together here, would be taken for that.
    named = values.str.strip_chars().replace({"": None, TOTAL: f"({TOTAL})", RARE: f"({RARE})"}).fill_null(UNKNOWN)
    told = _masked(_by_person(rows).with_columns(named.alias(_VALUE)), needs)
    return told.pop(TOTAL), told


def _by_person(rows: pl.DataFrame) -> pl.DataFrame:
    """`person` of each row: by pseudonym, and where there is none a row is a person."""
    if PSEUDONYM in rows.columns:
        return rows.select(pl.col(PSEUDONYM).alias(_PERSON))
    return pl.DataFrame({_PERSON: range(rows.height)})


def _masked(rows: pl.DataFrame, needs: Needs) -> dict[str, int | None]:
    """People by `value_of`, and in all (`TOTAL`), of one row for each value a person has."""
    people = pl.col(_PERSON).n_unique()
    few = (people.over(_VALUE) < needs.minimum_people) & (pl.col(_VALUE) != UNKNOWN)
    pooled = rows.with_columns(pl.when(few).then(pl.lit(RARE)).otherwise(pl.col(_VALUE)).alias(_VALUE))
    counts = [people.cast(pl.Int64).alias("people"), pl.len().cast(pl.Int64).alias("records")]
    parts = pooled.group_by(_VALUE).agg(counts).sort(_VALUE)
    whole = pooled.select(pl.lit(TOTAL).alias(_VALUE), *counts)
    table = masked(Cells((_VALUE,), pl.concat([whole, parts])), needs)
    return dict(table.select(_VALUE, "people").iter_rows())


def _largest(counts: Counts, whole: int | None) -> tuple[Slice, ...]:
    """By name, with those that are counted together at the end."""
    named = [(value, count) for value, count in counts.items() if value not in (UNKNOWN, RARE)]
    first = sorted(named, key=lambda item: (-(item[1] or 0), item[0]))[:MOST_SLICES]
    rare = [(RARE, counts[RARE])] if RARE in counts else []
    return tuple(Slice(label=value, share=share_of(count, whole)) for value, count in [*sorted(first), *rare])


def _classes(counts: Counts, whole: int | None) -> tuple[Slice, ...]:
    """In the order of their numbers."""
    named = [value for value in counts if value not in (UNKNOWN, RARE)]
    rare = [RARE] if RARE in counts else []
    ordered = [*sorted(named, key=_start), *rare]
    return tuple(Slice(label=value, share=share_of(counts[value], whole)) for value in ordered)


def _start(label: str) -> float:
    return float("-inf") if label.startswith("<") else float(label.split(" ", 1)[0])


def _class_of(numbers: pl.Series) -> pl.Series:
    """The class of each number, as text."""
    values = numbers.cast(pl.Float64).fill_null(np.nan).to_numpy()
    bounds = class_bounds(float(np.nanmax(values, initial=0.0)))
    labels = pl.Series([class_label(*ends) for ends in pairwise([*bounds, np.inf])])
    classes = labels.gather(np.searchsorted(bounds[1:], np.nan_to_num(values), side="right"))
    return pl.select(pl.when(~pl.Series(np.isnan(values))).then(classes)).to_series()


def _far(rows: pl.DataFrame, name: str, needs: Needs) -> float | None:
    """Share of persons with a number that stands out; None where too few do to tell."""
    size = rows[name].cast(pl.Float64)
    size = (size.abs().log1p() * size.sign()).fill_nan(None)
    low, high = size.quantile(0.25), size.quantile(0.75)
    if low is None or high is None or low == high:
        return None
    far = (pl.max_horizontal(low - size, size - high) / (high - low) > FAR_OUT).fill_null(value=False)
    marked = rows.select(pl.when(far).then(pl.lit("far")).otherwise(pl.lit("near")).alias(_VALUE))
    told = _masked(pl.concat([_by_person(rows), marked], how="horizontal"), needs)
    return share_of(told.get("far"), told[TOTAL])
