"""Microdata that others published with their answers; read from a folder that the licence keeps outside."""

import json
import os
from pathlib import Path

import polars as pl
import pytest

from gate.disclosure.primary import MinimumPeople, TopTwoShare

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
