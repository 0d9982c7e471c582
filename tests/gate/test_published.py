"""Microdata that others published with their answers; read from a folder that the licence keeps outside."""

import json
import os
from pathlib import Path

import polars as pl
import pytest

from gate import Outcome, OutputColumn, Subject, examine
from gate.disclosure.primary import MinimumPeople, TopTwoShare
from tests.gate.policies import signed
from tests.gate.texts import with_margins

FOLDER = Path(os.environ.get("KOPPELKAMER_DATA", "")) / "sdc_examples"
needs_data = pytest.mark.skipif(
    "KOPPELKAMER_DATA" not in os.environ, reason="KOPPELKAMER_DATA names no folder with sdc_examples (GPL, not copied)"
)


def sdctable_cells() -> pl.DataFrame:
    """region × gender of sdcTable's microdata1, each record a person."""
    records = pl.read_csv(FOLDER / "sdctable_microdata1.csv")
    every = [records.with_columns(pl.lit("Total").alias(name) for name in names) for names in ((), ("region",))]
    every += [part.with_columns(gender=pl.lit("Total")) for part in every]
    value = pl.col("val").sort(descending=True)
    return (
        pl.concat(every)
        .group_by(cell=pl.concat_str("region", "gender", separator="|"))
        .agg(people=pl.len(), value=pl.col("val").sum(), first=value.get(0), second=value.get(1))
    )


@needs_data
def test_the_unsafe_cells_of_sdctable() -> None:
    """test-primarySuppression.r: a frequency of at most 2 is unsafe, and so is (2, 75) dominance."""
    expected = json.loads((FOLDER / "sdctable_expected_primary.json").read_text())
    cells = sdctable_cells()
    assert set(cells["cell"]) == set(expected["cell_order"])
    rules = {
        "freq": MinimumPeople(expected["cases"][0]["maxN"] + 1),
        "nk": TopTwoShare(expected["cases"][1]["k"] / 100),
    }
    for case in expected["cases"]:
        unsafe = cells.filter(rules[case["rule"]].unsafe())["cell"]
        assert set(unsafe) == set(case["unsafe_cells"]), case["rule"]


@needs_data
def test_charities_by_kind_and_year_with_losses() -> None:
    """ACRO's charities (MIT): the balance of a year may be negative; a charity is the unit, and dominates by size."""
    wanted = pl.read_csv(FOLDER / "acro_charities.csv", infer_schema_length=None).select(
        kind=pl.col("grant_type").fill_null("none"), year=pl.col("year").cast(pl.String), balance=pl.col("balance")
    )
    records = wanted.drop_nulls().filter(pl.col("year").is_in(["2011", "2012", "2013"]))
    size = pl.col("balance").abs().sort(descending=True)
    inner = records.group_by("kind", "year").agg(
        people=pl.len(), value=pl.col("balance").sum(), first=size.get(0), second=size.get(1, null_on_oob=True)
    )
    every = inner.select("kind").unique().join(inner.select("year").unique(), how="cross")
    filled = every.join(inner, on=["kind", "year"], how="left").fill_null(0)
    assert (records["balance"] < 0).any()
    table = with_margins(filled.with_columns(pl.col("people").cast(pl.Int64)), ("kind", "year"))
    columns = tuple(OutputColumn(name, "kind", "breakdown") for name in table.dimensions)
    verdict = examine(Subject("table", columns, table), signed(("D01", "D02", "D03", "D04", "D06", "D07")))
    assert verdict.outcome is Outcome.PASS
    assert verdict.safe is not None
    shown = table.table.filter(verdict.safe["value"].is_not_null() & (table.table["people"] > 0))
    assert shown.filter(pl.col("people") < 10).is_empty()
    assert shown.filter(pl.col("first") > 0.5 * pl.col("value").abs()).is_empty()
