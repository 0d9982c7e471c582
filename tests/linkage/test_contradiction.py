"""What two sources say otherwise of the records a model links, and how much of it wrong links explain."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from declare import Refusal, WrongInput
from linkage import FittedModel, train
from linkage.contradiction import Agreed, Contradiction, contradictions
from linkage.interval import wilson
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable
from tests.linkage.test_linked import PERSON, person, protected

COUNT = 300
WHY = {"fails_from": 0.05, "reason": "so agreed"}


def with_payload(table: ProtectedTable, **columns: list[Any]) -> ProtectedTable:
    extra = [pl.Series(f"payload.{name}", values) for name, values in columns.items()]
    return replace(table, table=table.table.with_columns(extra), _made_by=_PSEUDONYMISE)


def people(moved: set[int], born: set[int]) -> list[tuple]:
    """`moved` live elsewhere than the others say, `born` were born on another day."""
    rows = []
    for i in range(COUNT):
        bsn, surname, birth, address = person(i)
        rows.append((bsn, surname, f"{birth[:8]}{1 + (int(birth[8:]) + 3) % 28:02}" if i in born else birth,
                     "elsewhere" if i in moved else address))  # fmt: skip
    return rows


MOVED, BORN, LATE = set(range(0, COUNT, 10)), set(range(5, COUNT, 25)), set(range(0, COUNT, 15))
YEARS = [2000 + i % 20 for i in range(COUNT)]


@pytest.fixture(scope="module")
def tables() -> tuple[ProtectedTable, ProtectedTable]:
    left = protected("reports", people(set(), set()))
    right = protected("residents", people(MOVED, BORN))
    later = [str(year + (12 if i in LATE else 1)) for i, year in enumerate(YEARS)]
    return with_payload(left, year=[str(year) for year in YEARS]), with_payload(right, since=later)


@pytest.fixture(scope="module")
def fitted(tables: tuple[ProtectedTable, ProtectedTable]) -> FittedModel:
    return train(*tables, PERSON)


def agreed(**asked: Any) -> Agreed:
    return Agreed.model_validate(WHY | asked)


ASKED = {
    "tokens of a field that links": ({"field": "birth_date"}, BORN),
    "tokens of a field that does not link": ({"field": "address_id"}, MOVED),
    "years further apart than one": ({"left": "year", "right": "since", "most_apart": 1}, LATE),
    "years that differ at all": ({"left": "year", "right": "since"}, set(range(COUNT))),
    "worse than a level": ({"field": "birth_date", "level": "same"}, BORN),
    "at the last level nothing is worse but another year": ({"field": "birth_date", "level": "year"}, set()),
}


@pytest.mark.parametrize(("asked", "differing"), ASKED.values(), ids=ASKED)
def test_pairs_that_differ(tables: Any, fitted: FittedModel, asked: dict[str, Any], differing: set[int]) -> None:
    seen = contradictions(*tables, fitted, [agreed(**asked)])
    (found,), (rows,) = seen.found, seen.differing.values()
    assert seen.links == COUNT
    assert (found.filled, found.differ) == (COUNT, len(differing))
    assert set(rows["row_l"] - 1) == set(rows["row_r"] - 1) == differing


def test_the_interval_is_wilsons(tables: Any, fitted: FittedModel) -> None:
    (found,) = contradictions(*tables, fitted, [agreed(field="address_id")]).found
    low, high = wilson(np.array(len(MOVED) / COUNT), np.array(COUNT))
    assert found.interval == (pytest.approx(float(low)), pytest.approx(float(high)))
    assert found.facts["low"] < found.share < found.facts["high"]


@pytest.fixture(scope="module")
def doubtful(tables: tuple[ProtectedTable, ProtectedTable], fitted: FittedModel) -> FittedModel:
    """The same model with so small a prior that its links are right about half the time."""
    loose = fitted.model.model_copy(update={"threshold": 1e-6, "floor": 1e-6})
    for zeros in range(6, 40):
        unsure = fitted.model_copy(update={"model": loose, "prior": 10.0**-zeros})
        precision = contradictions(*tables, unsure, []).precision
        if precision is not None and precision < 0.8:
            return unsure
    raise AssertionError("no prior makes the links doubtful")


def test_wrong_links_differ_as_strangers_do(tables: Any, doubtful: FittedModel) -> None:
    """In what the model does not compare; nearly no two strangers share an address here."""
    seen = contradictions(*tables, doubtful, [agreed(field="address_id")])
    assert seen.precision is not None
    assert 0.01 < seen.precision < 0.8
    assert seen.found[0].expected == pytest.approx((1 - seen.precision) * seen.found[0].filled, rel=0.02)


def test_wrong_links_are_among_the_pairs_that_differ(tables: Any, doubtful: FittedModel) -> None:
    """In what the model compares its chance has fallen by the difference already."""
    (found,) = contradictions(*tables, doubtful, [agreed(field="birth_date")]).found
    assert 0.5 * found.differ < found.expected <= found.differ
    assert not found.failed


OUTCOMES = {
    "below the threshold": (Contradiction("f", 100, 4, 0.0, (0, 1), 0.05, "so agreed"), False),
    "at the threshold": (Contradiction("f", 100, 5, 0.0, (0, 1), 0.05, "so agreed"), True),
    "but for wrong links": (Contradiction("f", 100, 5, 1.0, (0, 1), 0.05, "so agreed"), False),
    "nothing filled": (Contradiction("f", 0, 0, 0.0, (0, 1), 0.05, "so agreed"), False),
}


@pytest.mark.parametrize(("found", "failed"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcome(found: Contradiction, failed: bool) -> None:
    assert found.failed == failed
    assert found.facts["outcome"] == ("failed" if failed else "met")


def test_what_a_side_lacks_contradicts_nothing() -> None:
    left = protected("reports", [person(i, address=i % 2 == 0) for i in range(60)])
    right = protected("residents", [person(i) for i in range(60)])
    (found,) = contradictions(left, right, train(left, right, PERSON), [agreed(field="address_id")]).found
    assert (found.filled, found.differ) == (30, 0)
    assert found.expected < 0.001


def test_nothing_linked() -> None:
    left = protected("reports", [person(i) for i in range(60)])
    right = protected("residents", [person(i) for i in range(60)])
    fitted = train(left, right, PERSON)
    seen = contradictions(left, protected("residents", []), fitted, [agreed(field="address_id")])
    assert (seen.links, seen.precision, seen.found[0].filled) == (0, None, 0)


REFUSED = {
    "evidence nobody has": ({"field": "phone"}, "no phone"),
    "a column nobody has": ({"left": "year", "right": "city"}, "no city"),
    "a level the field has not": ({"field": "birth_date", "level": "sounds alike"}, "no level sounds alike"),
    "a level of a field the model does not compare": ({"field": "address_id", "level": "same"}, "no level same"),
}


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_held_beside_is_refused(
    tables: Any, fitted: FittedModel, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(WrongInput, match=said):
        contradictions(*tables, fitted, [agreed(**asked)])


def test_tables_of_two_keys_are_refused(tables: Any, fitted: FittedModel) -> None:
    with pytest.raises(Refusal, match="different keys"):
        contradictions(tables[0], protected("residents", [person(1)], key="other"), fitted, [])


WRONG = {
    "nothing": {},
    "one column": {"left": "year"},
    "a field and columns": {"field": "surname", "left": "year", "right": "since"},
    "evidence of another field": {"field": "address", "evidence": ["surname.sound"]},
    "evidence and a level": {"field": "address", "evidence": ["address.number"], "level": "same"},
    "a level of no field": {"left": "year", "right": "since", "level": "same"},
    "a distance between tokens": {"field": "address", "most_apart": 1},
    "no reason": {"field": "address", "reason": ""},
    "a threshold of nothing": {"field": "address", "fails_from": 0},
    "an unknown key": {"field": "address", "threshold": 0.1},
}


@pytest.mark.parametrize("asked", WRONG.values(), ids=WRONG)
def test_a_wrong_declaration_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        agreed(**asked)
