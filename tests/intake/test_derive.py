"""Coarsened copies, by table and by a slow twin."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import derive
from tests.intake.sources import source

EDGES = [18, 25, 65]
REFERENCE = date(2026, 3, 1)


def coarsened(value: Any, kind: str, coarsen: str, **more: Any) -> Any:
    declared = source(
        {"name": "from", "type": kind, "role": "drop"},
        derived=[{"name": "to", "origin": "from", "coarsen": coarsen} | more],
    )
    dtype = {"integer": pl.Int64, "decimal": pl.Float64}.get(kind, pl.String)
    return derive(pl.DataFrame({"from": pl.Series([value], dtype=dtype)}), declared).get_column("to").item()


CASES = {  # value, type, coarsening, arguments, becomes
    "year": ("1980-05-17", "date", "year", {}, "1980"),
    "year of a date in part": ("1980-00-00", "date", "year", {}, "1980"),
    "no year": ("0000-05-17", "date", "year", {}, None),
    "nothing": (None, "date", "year", {}, None),
    "postcode": ("1234AB", "postcode", "postcode-4", {}, "1234"),
    "no postcode": ("1234", "postcode", "postcode-4", {}, None),
    "below the first edge": (5, "integer", "band", {"edges": [20000, 35000]}, "<20000"),
    "on an edge": (20000, "integer", "band", {"edges": [20000, 35000]}, "20000-34999"),
    "between bands": (34999.5, "decimal", "band", {"edges": [20000, 35000]}, "20000-34999"),
    "last band is open": (10**9, "integer", "band", {"edges": [20000, 35000]}, "35000+"),
    "negative": (-5.0, "decimal", "band", {"edges": [20000, 35000]}, "<20000"),
    "fractions": (0.3, "decimal", "band", {"edges": [0.25, 0.5]}, "0.25 to <0.5"),
    "one edge": (30, "integer", "band", {"edges": [30]}, "30+"),
    "day before the birthday": ("2008-03-02", "date", "age-band", {}, "0-17"),
    "on the birthday": ("2008-03-01", "date", "age-band", {}, "18-24"),
    "oldest": ("1900-01-01", "date", "age-band", {}, "65+"),
    "day unknown, same band": ("1990-03-00", "date", "age-band", {}, "25-64"),
    "day unknown, two bands": ("2008-03-00", "date", "age-band", {}, None),
    "month unknown, same band": ("1990-00-00", "date", "age-band", {}, "25-64"),
    "month unknown, two bands": ("2008-00-00", "date", "age-band", {}, None),
    "year unknown": ("0000-03-01", "date", "age-band", {}, None),
    "born later": ("2026-03-02", "date", "age-band", {}, None),
    "born today": ("2026-03-01", "date", "age-band", {}, "0-17"),
}


@pytest.mark.parametrize(("value", "kind", "coarsen", "more", "becomes"), CASES.values(), ids=CASES)
def test_coarsened(value: Any, kind: str, coarsen: str, more: dict[str, Any], becomes: str | None) -> None:
    arguments = {"edges": EDGES, "reference": REFERENCE} if coarsen == "age-band" else more
    assert coarsened(value, kind, coarsen, **arguments) == becomes


@settings(deadline=None, max_examples=50)
@given(st.dates(min_value=date(1900, 1, 1), max_value=REFERENCE))
def test_age_band_counts_birthdays(born: date) -> None:
    age = REFERENCE.year - born.year - ((REFERENCE.month, REFERENCE.day) < (born.month, born.day))
    expected = next((f"{low}-{high - 1}" for low, high in [(0, 18), (18, 25), (25, 65)] if age < high), "65+")
    assert coarsened(born.isoformat(), "date", "age-band", edges=EDGES, reference=REFERENCE) == expected


def test_names_and_rows_stay_in_order() -> None:
    declared = source(
        {"name": "pay", "type": "decimal", "role": "drop"},
        {"name": "home", "type": "postcode", "role": "drop"},
        derived=[
            {"name": "area", "origin": "home", "coarsen": "postcode-4"},
            {"name": "class", "origin": "pay", "coarsen": "band", "edges": [10]},
        ],
    )
    table = pl.DataFrame({"row": [3, 1], "pay": [12.0, 2.0], "home": ["1234AB", None]})
    assert derive(table, declared).to_dict(as_series=False) == {"area": ["1234", None], "class": ["10+", "<10"]}
