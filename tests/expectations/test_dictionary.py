"""Columns and the concepts they point to."""

import pytest
from pydantic import ValidationError

from declare import WrongInput
from expectations.dictionary import (
    ConceptsDiffer,
    Dictionary,
    Homonym,
    UnknownConcept,
    check_columns,
    check_concepts,
    check_field,
    definitions,
)
from intake import Source
from tests.intake.sources import source

CONCEPT = {"definition": "…", "owner": "tax"}


def dictionary(*ids: str) -> Dictionary:
    return Dictionary.model_validate({"concepts": [CONCEPT | {"id": each, "title": each} for each in ids]})


def points(name: str, **columns: str | None) -> Source:
    declared = [{"name": each, "type": "text", "role": "payload", "concept": to} for each, to in columns.items()]
    return source(*declared, id=name)


def test_equal_words_with_different_meanings_are_reported() -> None:
    tax = points("tax", aanslag="tax-assessment", naam="surname")
    police = points("police", aanslag="attack", naam="surname")
    found = check_concepts([tax, police], dictionary("tax-assessment", "attack", "surname"))
    assert found == (Homonym("aanslag", (("tax", "tax-assessment"), ("police", "attack"))),)


@pytest.mark.parametrize("concept", ["kaas", None])
def test_a_column_without_a_defined_concept_is_refused(concept: str | None) -> None:
    with pytest.raises(WrongInput, match=r"tax\.naam"):
        check_concepts([points("tax", naam=concept)], dictionary("surname"))


def test_a_concept_is_defined_once() -> None:
    with pytest.raises(ValidationError, match="defined twice: surname"):
        dictionary("surname", "surname")


def test_beside_names_defined_concepts() -> None:
    with pytest.raises(ValidationError, match="not defined: nickname"):
        Dictionary.model_validate({"concepts": [CONCEPT | {"id": "surname", "title": "", "beside": ["nickname"]}]})


NAMES = Dictionary.model_validate(
    {
        "concepts": [
            CONCEPT | {"id": "surname", "title": ""},
            CONCEPT | {"id": "partner", "title": ""},
            CONCEPT | {"id": "in-use", "title": "", "beside": ["surname"]},
            CONCEPT | {"id": "company", "title": ""},
        ]
    }
)


def named(name: str, *columns: tuple[str, str]) -> Source:
    """Columns of one linkage field, each of a type and a concept."""
    declared = [
        {"name": f"{kind}{place}", "type": kind, "role": "identify", "field": "name", "concept": concept}
        for place, (kind, concept) in enumerate(columns)
    ]
    return source(*declared, id=name)


FIELDS = {
    "the same": ([("surname", "surname")], [("surname", "surname")], True),
    "something else": ([("surname", "surname")], [("surname", "company")], False),
    "something else, declared": ([("surname", "in-use")], [("surname", "surname")], True),
    "declared the other way round": ([("surname", "surname")], [("surname", "in-use")], True),
    "what is beside is not passed on": ([("surname", "company")], [("surname", "in-use")], False),
    "a column that only one side has": (
        [("surname", "surname"), ("partner_surname", "partner")], [("surname", "surname")], True,
    ),
    "one of two types differs": (
        [("surname", "surname"), ("prefix", "surname")], [("surname", "surname"), ("prefix", "company")], False,
    ),
    "no type in common, one meaning": ([("full_name", "surname")], [("surname", "surname")], True),
    "no type in common, no meaning either": ([("full_name", "company")], [("surname", "surname")], False),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "joins"), FIELDS.values(), ids=FIELDS)
def test_a_field_is_joined_only_where_it_means_the_same(
    left: list[tuple[str, str]], right: list[tuple[str, str]], joins: bool
) -> None:
    one, other = named("tax", *left), named("police", *right)
    if joins:
        check_field("model m", one, other, "name", NAMES)
        return
    with pytest.raises(ConceptsDiffer, match=r"model m holds tax\..* beside police\..* mean different things"):
        check_field("model m", one, other, "name", NAMES)


def test_a_field_without_a_concept_is_not_joined() -> None:
    with pytest.raises(UnknownConcept, match="police"):
        check_field("model m", named("tax", ("surname", "surname")), named("police", ("surname", "xyz")), "name", NAMES)


def test_a_derived_column_means_what_its_origin_does() -> None:
    born = {"name": "born", "type": "date", "role": "drop", "concept": "surname"}
    derived = [{"name": "year", "origin": "born", "coarsen": "year"}]
    one = source(born, id="tax", derived=derived)
    same = source({**born, "role": "payload"}, id="police")
    check_columns("check c", (one, "year"), (same, "born"), NAMES)
    other = source({**born, "concept": "company"}, id="police", derived=derived)
    with pytest.raises(ConceptsDiffer, match=r"tax\.born .surname. beside police\.born .company."):
        check_columns("check c", (one, "year"), (other, "year"), NAMES)
    with pytest.raises(WrongInput, match="police has no column age"):
        check_columns("check c", (one, "year"), (other, "age"), NAMES)


def test_definitions_are_those_of_the_columns_used() -> None:
    tax, police = points("tax", naam="surname", bedrijf="company"), points("police", naam="surname")
    used = {"tax": tax.columns[:1], "police": police.columns}
    assert definitions(used, NAMES) == {"surname": ["tax.naam", "police.naam"]}
    with pytest.raises(UnknownConcept, match=r"tax\.naam"):
        definitions({"tax": points("tax", naam=None).columns}, NAMES)
