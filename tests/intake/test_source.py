"""Declarations that make no sense are refused when they are loaded."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from expectations.contract import contract
from intake import Source
from intake.source import Column, FileFormat, SemanticType
from tests.intake.sources import source, text_column

DAY = {"name": "day", "type": "date", "role": "drop"}
WRONG = {  # columns, more, what the message says
    "free text that goes on": ([{"name": "a", "type": "freetext", "role": "payload"}], {}, "its role can only be drop"),
    "free text masked and left": (
        [{"name": "a", "type": "freetext", "role": "drop", "freetext": "mask"}],
        {},
        "with role payload",
    ),
    "a text masked that is none": ([text_column("a", freetext="mask")], {}, "of type freetext"),
    "free text aside": ([{"name": "a", "type": "freetext", "role": "aside"}], {}, "its role can only be drop"),
    "a type that no token can stand for": (
        [{"name": "a", "type": "latitude", "role": "identify", "field": "place"}],
        {},
        "compared in clear text only",
    ),
    "identify without a field": ([text_column("a", role="identify")], {}, "needs a field"),
    "a column twice": (["a", "a"], {}, "occurs twice"),
    "a column named row": (["row"], {}, "taken by the row number"),
    "derived from nothing": (["a"], {"derived": [{"name": "b", "origin": "c", "coarsen": "year"}]}, "not declared: c"),
    "year of a text": (["a"], {"derived": [{"name": "b", "origin": "a", "coarsen": "year"}]}, "of that type: b"),
    "band without edges": ([DAY], {"derived": [{"name": "b", "origin": "day", "coarsen": "band"}]}, "need edges"),
    "edges that fall": (
        [DAY],
        {
            "derived": [
                {"name": "b", "origin": "day", "coarsen": "age-band", "edges": [9, 5], "reference": "2026-01-01"}
            ]
        },
        "edges rise",
    ),
    "age without a reference": (
        [DAY],
        {"derived": [{"name": "b", "origin": "day", "coarsen": "age-band", "edges": [18]}]},
        "needs a reference date",
    ),
    "unknown encoding": (["a"], {"file": {"encoding": "utf-9"}}, "no such encoding"),
    "date without a year": (["a"], {"file": {"date": "%d-%m"}}, "once and no other code"),
    "date with a time": (["a"], {"file": {"date": "%d-%m-%Y %H"}}, "once and no other code"),
    "quote as separator": (["a"], {"file": {"separator": '"'}}, "two different ASCII characters"),
    "separator that is no ASCII": (["a"], {"file": {"separator": "§"}}, "two different ASCII characters"),
    "clear without an agreement": (["a"], {"delivery": {"form": "clear"}}, "needs a processing_agreement"),
    "a period of its own making": (["a"], {"period": "fortnight"}, "Input should be 'year'"),
    "a steward without an address": (["a"], {"steward": "age1nobody"}, "no age address"),
    "a share of everything and more": (["a"], {"changes": {"empty": 1.5}}, "less than or equal to 1"),
    "a change of nothing": (["a"], {"changes": {"rows": 0}}, "greater than 0"),
    "certainty": (["a"], {"changes": {"significance": 1}}, "less than 1"),
    "unknown key": (["a"], {"colour": "red"}, "Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("columns", "more", "says"), WRONG.values(), ids=WRONG)
def test_refused(columns: list[Any], more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        source(*columns, **more)


def test_encodings_have_one_name() -> None:
    names = {source("a", file={"encoding": name}).file.encoding for name in ("UTF-8", "utf8", "utf-8-sig", "U8")}
    assert names == {"utf-8"}


def test_what_is_read_and_what_is_kept() -> None:
    declared: Source = source(
        "payload",
        DAY,
        {"name": "gone", "type": "text", "role": "drop"},
        {"name": "checked", "type": "text", "role": "drop", "required": True},
        derived=[{"name": "year", "origin": "day", "coarsen": "year"}],
    )
    assert [column.name for column in declared.kept] == ["payload", "day"]
    assert [column.name for column in declared.read] == ["payload", "day", "checked"]


def test_the_documented_declaration_loads_and_can_be_asked() -> None:
    text = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()
    declared = Source.model_validate(tomllib.loads(text.split("```toml\n")[1].split("```")[0]))
    assert len(contract(declared)) > len(declared.columns)
    named = {name for model in (Source, Column, FileFormat) for name in model.model_fields}
    assert {word for word in named if not re.search(rf"\b{word}\b", text)} <= {"once", "quote", "header", "file"}
    assert all(f"`{kind}`" in text for kind in get_args(SemanticType))
