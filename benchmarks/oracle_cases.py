"""Worked cases for the gate and for other programs: tables of rows, rows of persons, and choices among groups.

What the repository may not hold (GPL) is read from `$KOPPELKAMER_DATA`, and left out where that is not set.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl

from benchmarks.fairness import CHOICES, counts
from benchmarks.gate_tables import municipalities
from gate import TOTAL, Cells

LIMITS: Final = {"people": 10, "two": 0.67, "p percent": 10.0}
"""Those of `nl-streng`."""
Case = TypeVar("Case")
_OUTSIDE: Final = "KOPPELKAMER_DATA"


@dataclass(frozen=True, slots=True)
class TableCase:
    """Rows, each of one person, in a table of two dimensions."""

    rows: pl.DataFrame
    """Columns: the dimensions and `value`; 1 where the table only counts."""
    dimensions: tuple[str, str]
    amounts: bool

    def facts(self) -> dict[str, Any]:
        """What the other programs are told."""
        limits = LIMITS["people"], LIMITS["two"], LIMITS["p percent"]
        acro = {"safe_threshold": limits[0], "safe_nk_n": 2, "safe_nk_k": limits[1], "safe_pratio_p": limits[2] / 100}
        few, rules = f"FREQ({limits[0]:g},100)", f"NK(2,{limits[1] * 100:g})|P({limits[2]:g},1)"
        return {
            "dimensions": self.dimensions,
            "amounts": self.amounts,
            "acro": acro,
            "tauargus": f"{rules}|{few}" if self.amounts else few,
        }

    def cells(self) -> Cells:
        """Every combination and margin, each row being a person."""
        row, column = self.dimensions
        every = pl.concat(
            [
                self.rows.with_columns(pl.lit(TOTAL).alias(name) for name in totals)
                for totals in ((), (row,), (column,), self.dimensions)
            ],
            how="diagonal_relaxed",
        )
        largest = pl.col("value").abs().sort(descending=True)
        found = every.group_by(self.dimensions).agg(
            people=pl.len().cast(pl.Int64), records=pl.len().cast(pl.Int64), value=pl.col("value").sum(),
            first=largest.get(0), second=largest.get(1, null_on_oob=True),
        )  # fmt: skip
        names = found.select(row).unique().join(found.select(column).unique(), how="cross")
        table = names.join(found, on=self.dimensions, how="left").fill_null(0).sort(self.dimensions)
        measures = ("people", "records", *(("value", "first", "second") if self.amounts else ()))
        return Cells(self.dimensions, table.select(*self.dimensions, *measures), "value" if self.amounts else None)


@dataclass(frozen=True, slots=True)
class RowsCase:
    """Rows of persons, of which some columns could be known to others and one is sensitive."""

    rows: pl.DataFrame
    quasi: tuple[str, ...]
    sensitive: str

    def facts(self) -> dict[str, Any]:
        return {"quasi": self.quasi, "sensitive": self.sensitive}


@dataclass(frozen=True, slots=True)
class ChoiceCase:
    """Who was chosen, by group."""

    rows: pl.DataFrame
    group: str
    column: str
    chosen: str

    def facts(self) -> dict[str, Any]:
        return {"group": self.group, "column": self.column, "chosen": self.chosen}


def tables() -> dict[str, TableCase]:
    adult = _rows(counts("adult"))
    return {
        "Adult: education × race": _counted(adult, "education", "race"),
        "German credit: property × housing": _counted(_rows(counts("german_credit")), "property", "housing"),
        "12 municipalities × 20 kinds, made up": _counted(_made_up(), "municipality", "category"),
        "amounts of persons, made up": _amounts(),
        "exactly at the limits": _at_the_limits(),
        **_tables_outside(),
    }


def rows() -> dict[str, RowsCase]:
    adult, german = _rows(counts("adult")), _rows(counts("german_credit"))
    return {
        "Adult: race, sex; income": RowsCase(adult, ("race", "sex"), "income-per-year"),
        "Adult: race, sex, education; relationship": RowsCase(adult, ("race", "sex", "education"), "relationship"),
        "German credit: status, age; property": RowsCase(german, ("personal_status", "age"), "property"),
        **_rows_outside(),
    }


def choices() -> dict[str, ChoiceCase]:
    return {
        title: ChoiceCase(_rows(counts(name)), group, column, chosen) for name, group, column, chosen, title in CHOICES
    }


def _tables_outside() -> dict[str, TableCase]:
    charities = {"grant_type": pl.col("grant_type").fill_null("none")}
    return {
        name: made
        for name, made in {
            "sdcTable microdata1: region × gender": _read(
                "sdctable_microdata1.csv", lambda t: _summed(t, "region", "gender", "val")
            ),
            "sdcTable microdata2: region × economy": _read(
                "sdctable_microdata2.csv", lambda t: _summed(t, "region", "ecoOld", "numVal")
            ),
            "charities: kind × year, income": _read(
                "acro_charities.csv",
                lambda t: _summed(
                    t.filter(pl.col("year") < 2014).with_columns(**charities), "grant_type", "year", "inc_total"
                ),
            ),
            "nursery: parents × recommendation": _read(
                "acro_nursery.csv", lambda t: _counted(t, "parents", "recommend")
            ),
            "sdcMicro testdata: walls × relation, income": _read(
                "sdcmicro_testdata.csv", lambda t: _summed(t, "walls", "relat", "income")
            ),
        }.items()
        if made is not None
    }  # fmt: skip


def _rows_outside() -> dict[str, RowsCase]:
    return {
        name: made
        for name, made in {
            "Franconi and Polettini: four keys": _read(
                "sdcmicro_francdat.csv", lambda t: RowsCase(t, ("Key1", "Key2", "Key3", "Key4"), "Num1")
            ),
            "nursery: parents, form; recommendation": _read(
                "acro_nursery.csv", lambda t: RowsCase(t, ("parents", "form"), "recommend")
            ),
            "sdcMicro testdata: urban, sex; income": _read(
                "sdcmicro_testdata.csv", lambda t: RowsCase(t.drop_nulls("income"), ("urbrur", "sex"), "income")
            ),
        }.items()
        if made is not None
    }


def _read(name: str, made: Callable[[pl.DataFrame], Case]) -> Case | None:
    path = Path(os.environ.get(_OUTSIDE) or "nowhere") / "sdc_examples" / name
    if not path.exists():
        return None
    return made(pl.read_csv(path, infer_schema_length=None))


def _counted(table: pl.DataFrame, row: str, column: str) -> TableCase:
    return TableCase(table.select(pl.col(row, column).cast(pl.String), value=pl.lit(1)), (row, column), amounts=False)


def _summed(table: pl.DataFrame, row: str, column: str, value: str) -> TableCase:
    found = table.select(pl.col(row, column).cast(pl.String), value=pl.col(value).cast(pl.Float64)).drop_nulls()
    return TableCase(found, (row, column), amounts=True)


def _rows(counted: pl.DataFrame) -> pl.DataFrame:
    """A row per person."""
    names = [name for name in counted.columns if name != "people"]
    return counted.select(pl.col(names).repeat_by("people")).explode(names)


def _made_up() -> pl.DataFrame:
    inner = municipalities(people=5_000, rows=12).table.filter(
        (pl.col("municipality") != TOTAL) & (pl.col("category") != TOTAL)
    )
    return _rows(inner.drop("records"))


def _amounts() -> TableCase:
    """Up to thirty persons a cell with incomes as uneven as those of firms, in whole euros."""
    chance = np.random.default_rng(2026)
    lines = [
        (area, kind, float(round(amount)))
        for area in ("north", "east", "south", "west", "islands")
        for kind in ("a", "b", "c", "d")
        for amount in np.exp(chance.normal(7, 1.3, int(chance.integers(2, 30))))
    ]
    return _summed(pl.DataFrame(lines, schema=["area", "kind", "amount"], orient="row"), "area", "kind", "amount")


def _at_the_limits() -> TableCase:
    """Ten persons; two who have exactly 67 of 100; a rest that is exactly a tenth of the largest; and nobody."""
    cells = {
        ("a", "ten persons"): [10.0] * 10,
        ("a", "two with 67"): [40.0, 27.0, *[3.0] * 11],
        ("a", "a tenth left"): [100.0, 1.0, *[1.0] * 10],
        **{("b", name): [20.0] * 12 for name in ("ten persons", "two with 67")},
    }
    lines = [(row, column, amount) for (row, column), amounts in cells.items() for amount in amounts]
    return _summed(pl.DataFrame(lines, schema=["line", "column", "amount"], orient="row"), "line", "column", "amount")


def everything() -> Iterator[tuple[str, TableCase | RowsCase | ChoiceCase]]:
    yield from tables().items()
    yield from rows().items()
    yield from choices().items()
