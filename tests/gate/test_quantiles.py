"""Quantiles (D11), prior knowledge (D15), and the bad input around them."""

import polars as pl
import pytest

from declare import WrongInput
from gate import Cells, OutputColumn, Subject, SubjectError, Verdict, examine
from gate.disclosure.primary import PercentRule, PriorKnowledge
from tests.gate.policies import signed
from tests.gate.texts import cells

AREAS = cells("area | people\na | 21\nb | 40\nc | 50\nd | 60")


def with_sides(below: list[int], above: list[int]) -> Cells:
    table = AREAS.table.with_columns(quantile=pl.lit(12.5), below=pl.Series(below), above=pl.Series(above))
    return Cells(AREAS.dimensions, table)


def examined(table: Cells, *rules: str) -> Verdict:
    return examine(
        Subject("table", (OutputColumn("area", "area", "breakdown"),), table), signed((*rules, "D06", "D07"))
    )


SIDES = {
    # persons below and above in a, hidden
    "ten on each side": (10, 11, False),
    "nine below": (9, 12, True),
    "nine above": (12, 9, True),
    "the least value": (0, 20, True),
}


@pytest.mark.parametrize(("below", "above", "hidden"), SIDES.values(), ids=SIDES)
def test_people_on_each_side(below: int, above: int, *, hidden: bool) -> None:
    safe = examined(with_sides([below, 20, 25, 30, 85], [above, 20, 25, 30, 85]), "D01", "D11").safe
    assert safe is not None
    assert safe.columns == ["area", "people", "records", "quantile"]
    assert (safe.filter(area="a")["quantile"].item() is None) is hidden


def test_a_quantile_that_no_rule_looks_at_is_refused() -> None:
    with pytest.raises(SubjectError, match="quantiles"):
        examined(with_sides([10, 20, 25, 30, 85], [11, 20, 25, 30, 85]), "D01")


@pytest.mark.parametrize("above", [12, -1, None])
def test_sides_that_do_not_fit_are_refused(above: int | None) -> None:
    with pytest.raises(SubjectError):
        examined(with_sides([10, 20, 25, 30, 85], [above, 20, 25, 30, 85]), "D01", "D11")  # type: ignore[list-item]


REST = {
    # value, first, second; breaks (10, 50); breaks p = 10
    "rest is a fifth of the largest": (100 + 50 + 20, 100, 50, False, False),
    "a little less": (100 + 50 + 19, 100, 50, True, False),
    "a tenth": (100 + 50 + 10, 100, 50, True, False),
    "less than a tenth": (100 + 50 + 9, 100, 50, True, True),
}


@pytest.mark.parametrize(("value", "first", "second", "prior", "percent"), REST.values(), ids=REST)
def test_prior_knowledge_is_the_stricter(value: int, first: int, second: int, *, prior: bool, percent: bool) -> None:
    cell = pl.DataFrame({"value": [float(value)], "first": [float(first)], "second": [float(second)]})
    assert cell.select(PriorKnowledge(10, 50).unsafe()).item() is prior
    assert cell.select(PercentRule(10).unsafe()).item() is percent
    assert cell.select(PriorKnowledge(10, 100).unsafe()).item() is percent


CONTRADICTIONS = {
    "two have less than one": {"dominance_one": 0.7},
    "known better than what must stay uncertain": {"prior_percent": 5},
    "known to more than itself": {"prior_percent": 120},
}


@pytest.mark.parametrize("limits", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_limits_that_contradict_each_other_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(WrongInput):
        signed(("D01", "D02", "D03", "D06", "D07", "D15"), **limits)
