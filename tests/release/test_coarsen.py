"""Columns that a request coarsens: in a table, in an extract, and in what is told of them."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from declare import WrongInput
from gate.microdata.extract import extract
from linkage.linked import LinkedTable
from register.declarations import Request
from release.bias import Questions
from release.coarsen import coarse_payload
from release.draft import Draft, draft
from release.report.leaves import CoarsenedByRequest
from tests.release.linking import linked_table, request

AGE, TOWN = "residents.age", "residents.town"
BANDS: dict[str, Any] = {"widths": [5, 10], "level": 2}
AREAS: dict[str, Any] = {"groups": [{"north": ["a", "b"], "south": ["c"]}]}


def linked(ages: list[Any]) -> LinkedTable:
    """Reports 1 and 2 are linked to the resident of the same number; report 3 to residents 3 and 4."""
    residents = [{"town": town, "age": age} for town, age in zip("abcc", ages, strict=True)]
    ends = [(1, 1), (2, 2), (3, 3), (3, 4)]
    return linked_table(
        {"reports": [{"kind": "noise", "amount": 1.0}] * 3, "residents": residents},
        [("reports", report, "residents", resident, 0.9) for report, resident in ends],
        once={"reports": True, "residents": False},
    )


def asked(coarsen: dict[str, Any], **output: Any) -> Request:
    return request(**{"dimensions": [AGE, TOWN], "coarsen": coarsen, **output})


def drafted(coarsen: dict[str, Any], ages: list[Any], **output: Any) -> Draft:
    return draft(linked(ages), asked(coarsen, **output), Questions(), {})


AGES: dict[str, tuple[list[Any], list[str]]] = {
    "numbers": ([20, 24, 31, 38], ["20-29", "20-29", "30-39"]),
    "numbers as text": (["20", "24", "31", "38"], ["20-29", "20-29", "30-39"]),
    "linked records in two bands": ([20, 24, 31, 58], ["20-29", "20-29", "?"]),
    "nobody knows": ([20, 24, None, None], ["20-29", "20-29", "?"]),
}


@pytest.mark.parametrize(("ages", "bands"), AGES.values(), ids=AGES)
def test_a_table_counts_by_band(ages: list[Any], bands: list[str]) -> None:
    made = drafted({AGE: BANDS}, ages, dimensions=[AGE])
    assert made.cells is not None
    told = dict(made.cells.table.select(AGE, "records").iter_rows())
    assert told == {"*": 3} | {band: bands.count(band) for band in bands}


def test_what_was_coarsened_is_told_before_and_after() -> None:
    made = drafted({AGE: BANDS, TOWN: AREAS}, [20, 24, 31, 38])
    assert made.coarsened == (
        CoarsenedByRequest(column=AGE, level=2, last=3, before=4, after=2),
        CoarsenedByRequest(column=TOWN, level=1, last=2, before=3, after=2),
    )


def test_a_row_of_an_extract_is_coarsened_and_the_gate_knows() -> None:
    terms = {"kind": "extract", "dimensions": [], "needs": {AGE: "why not"}, "environment": "a closed room"}
    made = drafted({AGE: BANDS}, [20, 24, 31, 38], **terms)
    assert made.rows is not None
    assert made.rows.table[AGE].to_list() == ["20-29", "20-29", "30-39"]
    assert extract(made.rows).facts["levels"] == {AGE: [2, 3]}
    assert replace(made.rows, coarsened={}).contents != made.rows.contents


def test_what_is_tried_beforehand_is_as_coarse() -> None:
    payload = linked([20, 24, 31, 38]).payload["residents"]
    found = coarse_payload("residents", payload, asked({AGE: BANDS}).output)
    assert found["payload.age"].to_list() == ["20-29", "20-29", "30-39", "30-39"]
    assert found["payload.town"].to_list() == payload["payload.town"].to_list()


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "a value without a group": ({TOWN: {"groups": [{"north": ["a", "b"]}]}}, "has a group for all values but 1"),
    "a value in two groups": ({TOWN: {"groups": [{"n": ["a", "b"], "s": ["b", "c"]}]}}, "two groups"),
    "bands of words": ({TOWN: {"widths": [5]}}, "holds no numbers"),
    "a group named as the total": ({TOWN: {"groups": [{"*": ["a", "b", "c"]}]}}, "stands for a total"),
    "bands torn apart": ({AGE: {"widths": [4, 6], "level": 2}}, "tears"),
}


@pytest.mark.parametrize(("coarsen", "why"), UNFIT.values(), ids=UNFIT)
def test_steps_that_do_not_fit_the_values_are_refused(coarsen: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongInput, match=why):
        drafted(coarsen, [20, 24, 28, 31])


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a column that does not leave": ({"residents.name": AREAS}, {}, "does not leave"),
    "no steps": ({TOWN: {}}, {}, "there is no step 1"),
    "a step too far": ({TOWN: AREAS | {"level": 2}}, {}, "there is no step 2"),
    "step 0": ({TOWN: AREAS | {"level": 0}}, {}, "greater than or equal to 1"),
    "two ways": ({AGE: {"widths": [5], "cuts": [[18]]}}, {}, "one way"),
    "of a list of persons": ({TOWN: AREAS}, {"kind": "persons"}, "belongs to a table or an extract"),
}


@pytest.mark.parametrize(("coarsen", "output", "why"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_at_reading(coarsen: dict[str, Any], output: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        asked(coarsen, **output)


def test_a_request_that_coarsens_nothing_has_the_digest_it_had() -> None:
    assert "coarsen" not in asked({}).model_dump(mode="json")["output"]
