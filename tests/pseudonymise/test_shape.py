"""A partner has the domain's key and its own program: what it delivers must still be what the source declares."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from expectations.validated import ValidatedExtract
from pseudonymise import delivery
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.delivery import encode_delivery
from pseudonymise.keys import DomainKeys, FileKeyStore
from pseudonymise.manifest import Damaged
from pseudonymise.protect import protect, protected_parts
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.shape import Shape
from tests.pseudonymise.conftest import DAY, DELIVERY, PEOPLE, SOURCE, domain, extract, new_store
from tests.pseudonymise.test_delivery import Opening

Table = pl.DataFrame
Change = Callable[[Table, Table], tuple[Table, Table]]


def in_table(*columns: pl.Expr) -> Change:
    return lambda table, aside: (table.with_columns(columns), aside)


def in_aside(*columns: pl.Expr) -> Change:
    return lambda table, aside: (table, aside.with_columns(columns))


def in_both(change: Callable[[Table], Table]) -> Change:
    return lambda table, aside: (change(table), change(aside))


CHANGES: dict[str, Change] = {
    "a column in clear": in_table(pl.lit("Jansen").alias("payload.clear")),
    "a name for a token": in_table(pl.lit("jansen").alias("surname")),
    "a name of sixteen bytes and more for a token": in_table(pl.lit(b"jansen, jan pieter").alias("surname")),
    "a date of birth for its year": in_table(pl.lit("1980-02-03").alias("payload.born_in")),
    "a number for a class": in_table(pl.lit("111222333").alias("payload.income_class")),
    "an age for an age band": in_aside(pl.lit("46").alias("decade")),
    "an attribute nobody declared": in_aside(pl.lit("x").alias("religion")),
    "a number for a category": in_table(pl.lit(363).alias("payload.town")),
    "no bsn": lambda table, aside: (table.drop("bsn"), aside),
    "columns in another order": lambda table, aside: (table.select(reversed(table.columns)), aside),
    "one row everywhere": in_both(lambda table: table.with_columns(row=pl.lit(1, pl.UInt32))),
    "one record everywhere": in_table(pl.col("record").first()),
    "a record of nothing": in_table(pl.lit(None, pl.Binary).alias("record")),
    "rows of another delivery": in_both(lambda table: table.with_columns(row=pl.col("row") + 100)),
    "the row that was set apart": in_both(
        lambda table: table.with_columns(row=pl.when(pl.col("row") == 4).then(3).otherwise("row").cast(pl.UInt32))
    ),
    "rows in another order": in_both(lambda table: table.reverse()),
    "other rows aside": in_aside(pl.col("row").reverse()),
}


def changed(change: Change) -> Callable[[ValidatedExtract, DomainKeys], Iterator[Protected]]:
    """The partner's program, with a hand in it."""

    def parts(validated: ValidatedExtract, keys: DomainKeys) -> Iterator[Protected]:
        for part in protected_parts(validated, keys):
            table, aside = change(part.table.table, part.aside.table)
            made = part.table
            yield Protected(
                ProtectedTable(
                    made.source, made.entity, made.once, made.delivery, made.fields, made.key_id, table, _PSEUDONYMISE
                ),
                AsideTable(made.source, made.delivery, aside, _PSEUDONYMISE),
            )

    return parts


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_source_does_not_declare_is_not_taken(
    change: Change, store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(delivery, "protected_parts", changed(change))
    encode_delivery(extract(), town, town.signed.recipient, tmp_path / "sealed")
    with pytest.raises(Damaged) as caught:
        Opening(tmp_path / "sealed", store, keys, SOURCE)()
    assert not [value for value in PEOPLE["last"].drop_nulls() if value in caught.value.message]


def test_half_an_encoding_is_none(tmp_path: Path) -> None:
    store = new_store(tmp_path / "keys")
    store.add_domain(domain(hardening="none"))
    keys = store.master("reports", day=DAY)
    part, shape = protect(extract(), keys), Shape(SOURCE, keys)
    table, aside = part.table.table, part.aside.table
    assert shape.fits(table, aside, DELIVERY, 0)
    half = table.with_columns(pl.lit(None, pl.UInt64).alias("surname.bits3"))
    assert not shape.fits(half, aside, DELIVERY, 0)


def test_what_it_declares_is(store: FileKeyStore, keys: DomainKeys, town: DomainKeys, tmp_path: Path) -> None:
    """Empty cells, one piece and several."""
    several = extract(PEOPLE.with_columns(pl.lit(None, pl.String).alias("born")))
    encode_delivery(several, town, town.signed.recipient, tmp_path / "sealed")
    assert len(Opening(tmp_path / "sealed", store, keys, SOURCE)()[1]) == 1
