"""How much of what the generator plants is found, on tokens: persons twice, contradictions, orphaned addresses.

Models, cross-checks and thresholds are those of the demo room. Tokens are plain hashes of evidence without hardening;
benchmarks/results/crosschecks.md has the figures of a whole room.
"""

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import polars as pl
import pytest

from intake import read_extract
from intake.derive import derive
from intake.spool import spooled
from koppelkamer.crosschecks import CrossChecks
from koppelkamer.room import open_room
from linkage import Model, train
from linkage.contradiction import contradictions
from linkage.doubles import doubles
from linkage.orphan import orphans
from pseudonymise.protect import linkage_fields
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.standardise import evidence
from tests.demo.test_declarations import ROOM, SOURCES

CHECKS: CrossChecks = open_room(ROOM).cross_checks
MODELS: dict[str, Model] = dict(open_room(ROOM).models)

Tables = Callable[[str], ProtectedTable]


def hashed(column: pl.Series) -> pl.Series:
    key = column.name.split(".")[0]
    made = {
        value: blake2b(f"{key} {value}".encode(), digest_size=16).digest() for value in column.drop_nulls().unique()
    }
    return column.replace_strict(made, default=None, return_dtype=pl.Binary)


@pytest.fixture(scope="module")
def tables(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    @cache
    def protected(name: str) -> ProtectedTable:
        source = SOURCES[name]
        with spooled(tmp_path_factory.mktemp("spool") / "rows") as spool:
            extract = read_extract(source, made / "deliveries" / f"{name}.csv", spool)
            rows = extract.table
        fields = linkage_fields(source)
        kept = [rows[column.name].alias(f"payload.{column.name}") for column in source.with_role("payload")]
        kept += [column.alias(f"payload.{column.name}") for column in derive(rows, source).get_columns()]
        tokens = [hashed(column) for column in evidence(rows, fields)]
        record = pl.Series("record", [f"{row}".encode() for row in rows["row"]], dtype=pl.Binary)
        kinds = {field.name: field.kind for field in fields}
        frame = pl.DataFrame([rows["row"], record, *tokens, *kept])
        return ProtectedTable(name, source.entity, source.once, extract.delivery, kinds, "k", frame, _PSEUDONYMISE)

    return protected


def truth(made: Path, source: str) -> pl.DataFrame:
    """`row`, `person`, `address` and where that is: `place` (postcode and number) and `status`."""
    rows = pl.read_csv(made / "truth" / f"{source}.rows.csv", schema_overrides={"row": pl.UInt32, "address": pl.Int64})
    places = pl.read_csv(made / "truth" / "places.csv", schema_overrides={"huisnummer": pl.String})
    located = places.select("address", "status", place=pl.col("postcode") + " " + pl.col("huisnummer"))
    return rows.join(located, on="address", how="left", maintain_order="left")


def scored(found: set[tuple], planted: set[tuple]) -> tuple[float, float]:
    """Precision and recall."""
    right = len(found & planted)
    return right / len(found), right / len(planted)


def test_persons_registered_twice(made: Path, tables: Tables) -> None:
    (check,) = CHECKS.doubles
    residents = tables("residents")
    found = doubles(residents, train(residents, residents, MODELS[check.model]))
    people = truth(made, "residents")
    twice = people.filter(pl.len().over("person") > 1)
    precision, recall = scored(set(found.rows.select("row").iter_rows()), set(twice.select("row").iter_rows()))
    assert precision >= 0.75
    assert recall >= 0.95
    together = found.rows.join(people, on="row").join(twice.select("row"), on="row", how="semi")
    assert (together.group_by("person").agg(pl.col("cluster").n_unique())["cluster"] == 1).mean() > 0.95  # type: ignore[operator]


@pytest.fixture(scope="module")
def differing(tables: Tables) -> dict[str, set[tuple]]:
    """Field → the pairs of rows (incomes, residents) that contradict each other."""
    (check,) = CHECKS.contradictions
    incomes, residents = tables("incomes"), tables("residents")
    seen = contradictions(incomes, residents, train(incomes, residents, MODELS[check.model]), check.fields)
    assert all(one.expected_share < 0.01 for one in seen.found)
    return {name: set(rows.iter_rows()) for name, rows in seen.differing.items()}


def test_contradictory_addresses(made: Path, differing: dict[str, set[tuple]]) -> None:
    """Somebody who is registered twice is left out of the recall: either registration may be the one that is linked."""
    pairs = truth(made, "incomes").join(truth(made, "residents"), on="person", suffix="_r")
    pairs = pairs.with_columns(twice=pl.len().over("person") > 1)
    other = pairs.filter(pl.col("place").ne_missing(pl.col("place_r")))
    precision, _ = scored(differing["address"], set(other.select("row", "row_r").iter_rows()))
    once = set(other.filter(~pl.col("twice")).select("row", "row_r").iter_rows())
    assert precision >= 0.98
    assert len(differing["address"] & once) / len(once) >= 0.95


def test_contradictory_moving_dates(made: Path, tables: Tables, differing: dict[str, set[tuple]]) -> None:
    settled = pl.read_csv(made / "truth" / "people.csv", try_parse_dates=True).select("person", "settled")
    written = tables("incomes").table.select("row", year=pl.col("payload.year_of_registration").cast(pl.Int32))
    known = truth(made, "incomes").join(settled, on="person").join(written, on="row")
    wrong = known.filter((pl.col("year") - pl.col("settled").dt.year()).abs() > 1)
    wrong = wrong.join(truth(made, "residents"), on="person", how="semi")
    found = {(row,) for row, _ in differing["year_of_registration / year_of_settlement"]}
    precision, recall = scored(found, set(wrong.select("row").iter_rows()))
    assert precision >= 0.98
    assert recall >= 0.95


@pytest.mark.parametrize("number", range(len(CHECKS.orphans)))
def test_orphaned_addresses_are_counted_exactly(made: Path, tables: Tables, number: int) -> None:
    check = CHECKS.orphans[number]
    found = orphans(
        tables(check.source), tables(check.addresses), check.evidence or (check.field,), check.status, check.withdrawn
    )
    named = truth(made, check.source)
    nowhere = named.filter(pl.col("address").is_null())
    gone = named.filter(pl.col("status").is_in(check.withdrawn))
    assert found.nowhere.records == nowhere.height
    if not check.evidence:  # without additions an address is known by a neighbour that shares its number
        assert found.withdrawn.records == gone.height
    else:
        assert 0 < found.withdrawn.records <= gone.height
    assert found.filled == named.height
