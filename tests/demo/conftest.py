"""One generated population for all tests of this folder, read back as text."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from koppelkamer.demo.population import generate

PERSONS = 6_000
ENCODINGS = {"residents": "utf-8", "incomes": "cp1252", "reports": "utf-8", "addresses": "utf-8"}
SEPARATORS = {"residents": ",", "incomes": ";", "reports": ";", "addresses": ";"}

Delivered = Callable[[str], pl.DataFrame]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    generate(out, PERSONS, seed=7)
    return out


@pytest.fixture(scope="session")
def delivered(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """A source's rows as text, beside the truth of each (`row`, `person`, `true_…`); torn rows left out."""
    people = pl.read_csv(made / "truth" / "people.csv", infer_schema=False).rename(lambda name: f"true_{name}")
    people = people.with_columns(pl.col("true_prefix").fill_null(""), pl.col("true_nickname").fill_null(""))

    def read(source: str) -> pl.DataFrame:
        text = (made / "deliveries" / f"{source}.csv").read_bytes().decode(ENCODINGS[source])
        header, *lines = text.splitlines()
        separator = SEPARATORS[source]
        whole = [(row, line) for row, line in enumerate(lines, 1) if line.count(separator) == header.count(separator)]
        body = "\n".join([header, *(line for _, line in whole)])
        rows = pl.read_csv(body.encode(), separator=separator, infer_schema=False)
        rows = rows.with_columns(pl.Series("row", [str(row) for row, _ in whole]))
        truth = pl.read_csv(made / "truth" / f"{source}.rows.csv", infer_schema=False)
        truth = truth.rename({"address": "true_place"}, strict=False)
        rows = rows.join(truth, on="row", how="left", maintain_order="left")
        if "person" not in rows.columns:
            return rows
        return rows.join(people, left_on="person", right_on="true_person", how="left", maintain_order="left")

    kept: dict[str, pl.DataFrame] = {}
    return lambda source: kept.setdefault(source, read(source))
