"""Columns and the concepts they point to."""

import pytest
from pydantic import ValidationError

from declare import WrongInput
from expectations.dictionary import Dictionary, Homonym, check_concepts
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
