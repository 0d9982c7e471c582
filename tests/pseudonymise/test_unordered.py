"""What is stored does not depend on the order of the file; nothing is lost, doubled or moved to another row."""

from pathlib import Path
from random import Random

import polars as pl
import pytest

from intake.spool import Spool
from pseudonymise import unordered as module
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.keys import DomainKeys, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.rekey import rekey
from pseudonymise.unordered import unordered
from tests.pseudonymise.conftest import PEOPLE, extract


def people(number: int) -> pl.DataFrame:
    """Sorted by surname, as many files are."""
    rows = {
        "row": pl.int_range(1, number + 1, dtype=pl.UInt32, eager=True),
        "last": [f"naam{n:03}" for n in range(number)],
    }
    rest = [pl.lit("0363").alias(name) if name == "town" else pl.lit(None, kind).alias(name)
            for name, kind in PEOPLE.schema.items() if name not in rows]  # fmt: skip
    return pl.DataFrame(rows).with_columns(nationality=pl.col("row").cast(pl.String)).with_columns(
        each for each in rest if each.meta.output_name() != "nationality"
    ).select(PEOPLE.columns)  # fmt: skip


def cut(whole: Protected, rows: list[int], pieces: int) -> list[Protected]:
    """The rows in this order, in so many pieces."""

    def piece(numbers: list[int]) -> Protected:
        made = whole.table
        table = ProtectedTable(
            made.source,
            made.entity,
            made.once,
            made.delivery,
            made.fields,
            made.key_id,
            made.table[numbers],
            _PSEUDONYMISE,
        )
        return Protected(table, AsideTable(made.source, made.delivery, whole.aside.table[numbers], _PSEUDONYMISE))

    return [piece(rows[start::pieces]) for start in range(pieces)]


@pytest.fixture(scope="module")
def whole(keys: DomainKeys, room: RoomKeys) -> Protected:
    return rekey(protect(extract(people(400)), keys), room)


def together(parts: list[Protected]) -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.concat([part.table.table for part in parts]), pl.concat([part.aside.table for part in parts])


@pytest.mark.parametrize(("pieces", "size", "held"), [(1, 50_000, 2**26), (3, 50, 2**26), (7, 20, 2**12)])
def test_the_file_s_order_is_gone(
    whole: Protected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int, size: int, held: int
) -> None:
    """In memory, and by way of a spool on the disk."""
    monkeypatch.setattr(module, "ROWS", size)
    monkeypatch.setattr(module, "HELD", held)
    found = []
    for seed in (1, 2):
        rows = list(range(400))
        Random(seed).shuffle(rows)
        (tmp_path / str(seed)).mkdir()
        found.append(together(list(unordered(cut(whole, rows, pieces), 400, Spool(tmp_path / str(seed), held=0)))))
    (one, one_aside), (other, other_aside) = found
    assert one.equals(other)
    assert one_aside.equals(other_aside)
    assert one["row"].to_list() == one_aside["row"].to_list() == list(range(1, 401))
    assert one["record"].to_list() == sorted(whole.table.table["record"])
    # Row by row it is what came in: the attribute aside is that of the record.
    before = dict(zip(whole.table.table["record"], whole.aside.table["nationality"], strict=True))
    assert one_aside["nationality"].to_list() == [before[record] for record in one["record"]]
    assert one.drop("row").sort("record").equals(whole.table.table.drop("row").sort("record"))


def test_a_delivery_without_rows_stays_one(whole: Protected, tmp_path: Path) -> None:
    (part,) = unordered(cut(whole, [], 1), 0, Spool(tmp_path))
    assert part.table.table.height == part.aside.table.height == 0
    assert part.table.table.schema == whole.table.table.schema
