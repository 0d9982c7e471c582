"""The demo room's declarations load, and point to each other."""

import tomllib
from pathlib import Path

import polars as pl
import pytest

import koppelkamer.demo
from declare import load
from gate.policy import Policy
from intake.source import Source
from koppelkamer.demo.people import NATIONALITIES, SECTORS
from koppelkamer.demo.places import FORMED, IN_USE, MUNICIPALITIES, WITHDRAWN, municipality_codes
from koppelkamer.demo.reports import KINDS
from koppelkamer.room import open_room
from linkage.model import Model
from register.declarations import Agreement, Request

ROOM = Path(koppelkamer.demo.__file__).parent / "room"
SOURCES = {path.stem: load(path, Source) for path in sorted((ROOM / "sources").glob("*.toml"))}
REQUESTS = {path.stem: load(path, Request) for path in sorted((ROOM / "requests").glob("*.toml"))}
AGREEMENT = load(ROOM / "agreements" / "convenant.toml", Agreement)


@pytest.mark.parametrize("name", SOURCES)
def test_the_file_has_the_declared_columns(made: Path, name: str) -> None:
    source = SOURCES[name]
    assert source.id == name
    header = (made / "deliveries" / f"{name}.csv").read_bytes().split(b"\n")[0].decode(source.file.encoding).strip()
    assert header.split(source.file.separator) == [column.name for column in source.columns]


ALLOWED = {
    ("residents", "gemeentecode"): {municipality_codes()[name] for name in MUNICIPALITIES},
    ("incomes", "sector"): set(SECTORS),
    ("reports", "soort"): set(KINDS),
    ("addresses", "status"): {FORMED, IN_USE, WITHDRAWN},
}


@pytest.mark.parametrize(("column", "values"), ALLOWED.items(), ids=[".".join(column) for column in ALLOWED])
def test_the_declared_sets_are_what_the_generator_draws_from(column: tuple[str, str], values: set[str]) -> None:
    (found,) = (each for each in SOURCES[column[0]].columns if each.name == column[1])
    (check,) = (each for each in found.checks if each.expectation == "expect_column_values_to_be_in_set")
    assert set(check.arguments["value_set"]) == values


def test_fields_mean_the_same_concept_of_the_dictionary_in_every_source() -> None:
    known = {concept["id"] for concept in tomllib.loads((ROOM / "dictionary.toml").read_text("utf-8"))["concepts"]}
    used = {column.concept for source in SOURCES.values() for column in source.columns}
    assert used == known - {"age"}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_asks_what_the_agreement_covers(name: str) -> None:
    request = REQUESTS[name]
    triples = {(triple.source, triple.recipient, triple.purpose) for triple in AGREEMENT.triples}
    grounds = {(ground.source, ground.law) for ground in AGREEMENT.grounds}
    assert request.agreement == AGREEMENT.id
    assert {(source.id, source.ground) for source in request.sources} <= grounds
    assert {(source.id, to, request.purpose) for source in request.sources for to in request.recipients} <= triples
    for source in request.sources:
        declared = SOURCES[source.id]
        payload = {column.name for column in declared.with_role("payload")}
        payload |= {derived.name for derived in declared.derived if derived.role == "payload"}
        assert set(source.columns) <= payload


def test_clear_deliveries_have_their_processing_agreement() -> None:
    documents = {(each.source, each.document) for each in AGREEMENT.processing}
    clear = {name: source.delivery for name, source in SOURCES.items() if source.delivery.form == "clear"}
    assert {(name, delivery.processing_agreement) for name, delivery in clear.items()} == documents


def test_the_policy_loads() -> None:
    assert load(ROOM / "policy.toml", Policy).limit("minimum_people") == 10


def test_nationalities_exist_today() -> None:
    table = pl.read_csv(ROOM.parent / "data" / "nationalities.csv", infer_schema=False)
    current = table.filter(pl.col("99.99 Datum einde").fill_null("") == "")["05.12 Omschrijving"]
    assert {name for name, _ in NATIONALITIES.values()} <= set(current)


def test_models_join_declared_sources_on_fields_both_have() -> None:
    for path in sorted((ROOM / "models").glob("*.toml")):
        model = load(path, Model)
        sides = [{column.field for column in SOURCES[side].with_role("identify")} for side in (model.left, model.right)]
        used = {comparison.field for comparison in model.comparisons}
        used |= {evidence.split(".")[0] for block in model.blocks for evidence in block.on}
        assert model.id == path.stem
        assert used <= sides[0] & sides[1]


def test_the_room_opens() -> None:
    room = open_room(ROOM)
    people = {person.username: person.partner for person in room.declaration.people}
    assert set(people.values()) <= {partner.id for partner in room.declaration.partners}
    assert {request.requester for request in room.requests.values()} <= set(people)
    assert {source.owner for source in room.sources.values()} <= set(room.declaration.domain.with_role("supplier"))
    assert load(room.policy, Policy).owner in people
