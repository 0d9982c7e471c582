"""The room's step: protected tables in, a linked table out."""

from dataclasses import replace
from hashlib import blake2b

import polars as pl
import pytest

from declare import WrongInput
from linkage import FittedModel, LinkedTable, Model, link, train
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from pseudonymise.standardise import evidence, fields_of

TYPES = {"bsn": "bsn", "surname": "surname", "birth_date": "date", "address_id": "identifier"}
SURNAMES = ["Jansen", "de Vries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters", "Dekker"]

PERSON = Model.model_validate(
    {
        "id": "reports-residents",
        "left": "reports",
        "right": "residents",
        "blocks": [{"on": ["bsn"]}, {"on": ["surname.sound", "birth_date.year"]}],
        "comparisons": [
            {"field": "bsn"},
            # the encodings are not part of this test
            {"field": "surname", "levels": [{"name": "same", "equal": [[""]]}]},
            {"field": "birth_date"},
        ],
    }
)
PLACE = Model.model_validate(
    {
        "id": "residents-addresses",
        "left": "residents",
        "right": "addresses",
        "blocks": [{"on": ["address_id"]}],
        "comparisons": [{"field": "address_id"}],
    }
)


def protected(
    source: str, rows: list[tuple], *, entity: str = "person", once: bool = True, key: str = "k"
) -> ProtectedTable:
    """Rows in the order of `TYPES`; a token here is a plain hash, for nothing is secret."""
    table = pl.DataFrame(rows, schema=dict.fromkeys(TYPES, pl.String), orient="row")
    fields = fields_of((name, kind, name) for name, kind in TYPES.items())
    tokens = [
        pl.Series(
            column.name,
            [v and blake2b(f"{column.name.split('.')[0]} {v}".encode(), digest_size=16).digest() for v in column],
            dtype=pl.Binary,
        )
        for column in evidence(table, fields)
    ]
    records = pl.Series("record", [f"{source}{i}".encode() for i in range(table.height)], dtype=pl.Binary)
    numbers = pl.Series("row", range(1, table.height + 1), dtype=pl.UInt32)
    payload = pl.Series("payload.band", ["a"] * table.height)
    return ProtectedTable(
        source, entity, once, f"delivery of {source}", {field.name: field.kind for field in fields}, key,
        pl.DataFrame([numbers, records, *tokens, payload]), _PSEUDONYMISE,
    )  # fmt: skip


def person(i: int, *, bsn: bool = True, address: bool = True) -> tuple:
    born = f"{1950 + i % 40}-{i % 12 + 1:02}-{i % 28 + 1:02}"
    return (f"{100000000 + i}" if bsn else None, SURNAMES[i % 11], born, f"a{i // 2}" if address else None)


@pytest.fixture(scope="module")
def tables() -> dict[str, ProtectedTable]:
    """60 residents at 30 addresses; 40 reports on 20 of them, some without BSN."""
    reports = [person(i // 2, bsn=i % 3 > 0, address=False) for i in range(40)]
    return {
        "residents": protected("residents", [person(i) for i in range(60)]),
        "reports": protected("reports", reports, once=False),
        "addresses": protected("addresses", [(None, None, None, f"a{i}") for i in range(30)], entity="location"),
    }


@pytest.fixture(scope="module")
def fitted(tables) -> list[FittedModel]:
    return [train(tables[model.left], tables[model.right], model) for model in (PERSON, PLACE)]


@pytest.fixture(scope="module")
def linked(tables, fitted) -> LinkedTable:
    return link(tables, fitted)


def test_reports_go_to_their_residents(linked):
    links = linked.links.filter(pl.col("model") == "reports-residents")
    assert sorted(links.select("row_l", "row_r").rows()) == [(i + 1, i // 2 + 1) for i in range(40)]


def test_every_record_is_there_once_with_its_cluster(linked):
    assert linked.entities.columns == ["source", "row", "record", "cluster"]
    assert linked.entities.schema["cluster"] == linked.entities.schema["row"] == pl.UInt32
    assert linked.entities.group_by("source").len().sort("source")["len"].to_list() == [30, 40, 60]
    assert not linked.entities.select("source", "row").is_duplicated().any()


def test_an_address_ties_no_persons_together(linked):
    """Two residents of one address both link to it, and stay two persons."""
    assert linked.links.filter(pl.col("model") == "residents-addresses").height == 60
    assert linked.entities.filter(pl.col("source") == "residents")["cluster"].n_unique() == 60
    assert linked.entities["cluster"].n_unique() == 60 + 30


def test_a_higher_probability_never_counts_fewer_entities(linked):
    counts = [linked.clusters_at(limit)["cluster"].n_unique() for limit in (0.1, 0.5, 0.9, 1.0)]
    assert counts == sorted(counts)
    assert linked.clusters_at(0.5)["cluster"].equals(linked.entities["cluster"])


def test_two_rows_of_one_person_count_as_one(tables, fitted):
    """Resident 1 is registered again as row 61: links go to one row only, the conservative count knows both."""
    twice = protected("residents", [*(person(i) for i in range(60)), person(0)])
    linked = link(tables | {"residents": twice}, fitted)
    residents = linked.clusters_at(0.1).filter(pl.col("source") == "residents")["cluster"]
    assert linked.entities.filter(pl.col("source") == "residents")["cluster"].n_unique() == 61
    assert residents[0] == residents[60]
    assert residents.n_unique() == 60
    keys = ["model", "row_l", "row_r"]
    assert linked.likely.height > linked.plausible.height
    assert linked.plausible.join(linked.likely, on=keys, how="anti").is_empty()
    assert linked.links.filter(pl.col("row_r") == 61).is_empty()


def test_two_numbers_are_never_one_person(tables):
    """Two reports of one resident bear different numbers: both link to the resident, for names and dates agree."""
    declared = PERSON.model_dump(mode="json") | {"clusters": {"different": ["bsn"]}}
    nobody = protected("residents", [person(i, bsn=False) for i in range(60)])
    number = str(199999999)
    reports = protected("reports", [person(0), (number, *person(0)[1:3], None)], once=False)
    trained = train(tables["reports"], tables["residents"], PERSON)
    together = {"residents": nobody, "reports": reports}
    apart, before = (
        link(together, [trained.model_copy(update={"model": Model.model_validate(model)})]).entities
        for model in (declared, PERSON.model_dump(mode="json"))
    )
    of_reports = [one.filter(pl.col("source") == "reports")["cluster"].n_unique() for one in (apart, before)]
    assert of_reports == [2, 1]


def test_what_it_carries_along(linked, fitted):
    assert linked.payload["residents"].columns == ["row", "payload.band"]
    assert linked.models == {model.model.id: model.digest for model in fitted}
    assert linked.deliveries["reports"] == "delivery of reports"
    assert [quality.model for quality in linked.quality] == ["reports-residents", "residents-addresses"]
    assert linked.quality[0].precision == pytest.approx(1, abs=0.02)
    assert [model.assignment for model in fitted] == ["right-once", "right-once"]


def test_without_models_every_record_stands_alone(tables):
    alone = link(tables, [])
    assert alone.links.is_empty()
    assert alone.entities["cluster"].n_unique() == alone.entities.height


def test_tables_of_two_keys_are_refused(tables, fitted):
    other = protected("residents", [person(1)], key="another")
    with pytest.raises(WrongInput, match="different keys"):
        link(tables | {"residents": other}, fitted)


def test_a_model_of_another_standardisation_is_refused(tables, fitted):
    old = fitted[0].model_copy(update={"standard": "0"})
    with pytest.raises(WrongInput, match="standardisation"):
        link(tables, [old])


def test_a_model_without_its_source_is_refused(tables, fitted):
    with pytest.raises(WrongInput, match="residents"):
        link({name: table for name, table in tables.items() if name != "residents"}, fitted)


def test_it_is_made_by_link_only(linked):
    with pytest.raises(TypeError):
        replace(linked, _made_by=None)
    assert "Jansen" not in repr(linked)
