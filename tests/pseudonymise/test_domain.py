"""A domain is agreed on and signed before any token is made, and its tokens are of no use in another."""

import itertools
from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput, load
from pseudonymise.aside import Protected
from pseudonymise.domain import Domain
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from tests.pseudonymise.conftest import DAY, extract

AGREED = {
    "id": '"reports"', "title": '"Reports"', "purpose": '"Where reports concentrate"', "grounds": '["Gemeentewet"]',
    "parties": '{ town = ["supplier", "linkage-unit"], tax = ["supplier"] }',
    "from": "2026-01-01", "until": "2026-12-31",
}  # fmt: skip
INCOMPLETE = {
    **{f"no {name}": {**AGREED, name: None} for name in AGREED},
    "an empty purpose": {**AGREED, "purpose": '""'},
    "no ground in the list": {**AGREED, "grounds": "[]"},
    "nobody takes part": {**AGREED, "parties": "{}"},
    "parties without roles": {**AGREED, "parties": '["town", "tax"]'},
    "a party without a role": {**AGREED, "parties": '{ town = ["supplier", "linkage-unit"], tax = [] }'},
    "a role there is not": {**AGREED, "parties": '{ town = ["supplier", "linkage-unit"], tax = ["owner"] }'},
    "nobody supplies": {**AGREED, "parties": '{ town = ["linkage-unit"], tax = ["recipient"] }'},
    "nobody holds the room": {**AGREED, "parties": '{ town = ["supplier"], tax = ["supplier"] }'},
    "two hold the room": {**AGREED, "parties": '{ town = ["supplier", "linkage-unit"], tax = ["linkage-unit"] }'},
    "over before it starts": {**AGREED, "until": "2025-12-31"},
    "a version 0": {**AGREED, "version": "0"},
    "an id that is no name": {**AGREED, "id": '"../reports"'},
}


def written(agreed: dict[str, str | None], folder: Path) -> Path:
    path = folder / "domain.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in agreed.items() if value is not None))
    return path


@pytest.mark.parametrize("agreed", INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_domain_says_who_why_on_what_ground_and_how_long(agreed: dict[str, str | None], tmp_path: Path) -> None:
    with pytest.raises(WrongInput):
        load(written(agreed, tmp_path), Domain)
    assert load(written(AGREED, tmp_path), Domain).id == "reports"


def tokens_of(protected: Protected) -> set[bytes]:
    """Every token of a delivery, record tokens among them."""
    columns = protected.table.table.select(pl.col(pl.Binary)).get_columns()
    return set().union(*(column.drop_nulls().to_list() for column in columns))


def test_two_domains_versions_and_holders_share_no_token(store: FileKeyStore) -> None:
    """The same delivery under each: as partners make it, and as the room keeps it."""
    under = [("reports", 1), ("reports", 2), ("other", 1)]
    made = [protect(extract(), store.master(*each, day=DAY)) for each in under]
    kept = [rekey(one, store.room(*each, day=DAY)) for one, each in zip(made, under, strict=True)]
    found = [tokens_of(protected) for protected in (*made, *kept)]
    assert all(found)
    assert all(one.isdisjoint(other) for one, other in itertools.combinations(found, 2))


def test_columns_of_two_fields_share_no_token(keys: DomainKeys, room: RoomKeys) -> None:
    """Although the values are equal: a surname that is a first name, too."""
    people = extract().table.with_columns(first=pl.lit("Bakker"), prefix=None, last=pl.lit("Bakker"))
    for protected in (protect(extract(people), keys), rekey(protect(extract(people), keys), room)):
        table = protected.table.table
        assert set(table["given_name"].drop_nulls()).isdisjoint(table["surname"].drop_nulls())


def test_a_record_has_one_token_inside_its_domain(store: FileKeyStore, town: DomainKeys, room: RoomKeys) -> None:
    """Whoever makes it, however often, and in the room again after re-keying."""
    again = [protect(extract(), keys) for keys in (town, town, store.master("reports", day=DAY))]
    for made in (again, [rekey(protected, room) for protected in again]):
        assert len({tuple(protected.table.table["record"]) for protected in made}) == 1
        assert made[0].table.table["record"].n_unique() == made[0].table.table.height
