"""Re-keying changes every token and no comparison."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymise.aside import Protected
from pseudonymise.keys import DomainKeys, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.protected import bits
from pseudonymise.rekey import rekey
from tests.pseudonymise.conftest import DAY, PEOPLE, domain, extract, new_store

NAMES = st.sampled_from(["berg", "bakker", "jansen-bakker", "de boer", None])


def people(last: list[str | None]) -> pl.DataFrame:
    rows = {"row": pl.int_range(1, len(last) + 1, dtype=pl.UInt32, eager=True), "last": last}
    empty = [pl.lit(None, dtype).alias(name) for name, dtype in PEOPLE.schema.items() if name not in rows]
    return pl.DataFrame(rows, schema_overrides={"last": pl.String}).with_columns(empty).select(PEOPLE.columns)


def equalities(tables: list[Protected]) -> set[tuple[tuple[int, int, str], ...]]:
    """Places (table, row, column) that hold the same token, over all tables."""
    places: dict[bytes, list[tuple[int, int, str]]] = {}
    for number, protected in enumerate(tables):
        tokens = protected.table.table.select(pl.col(pl.Binary))
        for row, values in enumerate(tokens.rows()):
            for name, value in zip(tokens.columns, values, strict=True):
                places.setdefault(value, []).append((number, row, name))
    return {tuple(same) for same in places.values()}


@settings(deadline=None, max_examples=8)
@given(st.lists(NAMES, min_size=1, max_size=6), st.lists(NAMES, min_size=1, max_size=6))
def test_equal_stays_equal_across_deliveries(
    keys: DomainKeys, room: RoomKeys, one: list[str | None], other: list[str | None]
) -> None:
    before = [protect(extract(people(one)), keys), protect(extract(people(other), delivery="aa" * 32), keys)]
    after = [rekey(protected, room) for protected in before]
    assert equalities(after) == equalities(before)


def test_no_token_survives(keys: DomainKeys, room: RoomKeys) -> None:
    before = protect(extract(), keys)
    after = rekey(before, room)
    old, new = before.table.table, after.table.table
    values = [set().union(*table.select(pl.col(pl.Binary)).get_columns()) - {None} for table in (old, new)]
    assert not values[0] & values[1]
    assert new.columns == old.columns
    rest = [name for name, dtype in old.schema.items() if dtype not in (pl.Binary, pl.UInt64)]
    assert new.select(rest).equals(old.select(rest))
    assert (after.table.key_id, after.aside) == (room.key_id, before.aside)


ENCODED = ("surname", "given_name", "birth_date")


def counts(table: pl.DataFrame, field: str) -> list[list[int]]:
    """How many bits each pair of rows has in common, itself included; nothing in common with nothing."""
    words = table.select(bits(field)).fill_null(0).rows()
    return [[sum((a & b).bit_count() for a, b in zip(one, other, strict=True)) for other in words] for one in words]


@pytest.mark.parametrize("field", ENCODED)
def test_encodings_are_as_much_alike_and_nobody_else_can_make_them(tmp_path: Path, field: str) -> None:
    store = new_store(tmp_path / "keys")
    store.add_domain(domain(hardening="none"))
    before = protect(extract(), store.master("reports", day=DAY))
    after = rekey(before, store.room("reports", day=DAY))
    old, new = before.table.table, after.table.table
    assert counts(new, field) == counts(old, field)
    assert new.select(bits(field)).null_count().equals(old.select(bits(field)).null_count())
    known = set(old.select(bits(field)).drop_nulls().rows())
    assert known
    assert not known & set(new.select(bits(field)).rows())
