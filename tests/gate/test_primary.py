"""Primary rules at their limits, and against slow twins in whole numbers."""

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.disclosure.primary import LargestShare, MinimumPeople, PercentRule, TopTwoShare

RULES = {
    "D01": MinimumPeople(10),
    "D02": LargestShare(0.50),
    "D03": TopTwoShare(0.67),
    "D04": PercentRule(10),
}

CASES = {
    # rule, people, value, first, second, unsafe
    "D01 just below": ("D01", 9, 90, 10, 10, True),
    "D01 at the limit": ("D01", 10, 90, 10, 10, False),
    "D01 one person": ("D01", 1, 10, 10, 0, True),
    "D01 nobody: zero has its own rule": ("D01", 0, 0, 0, 0, False),
    "D02 half is allowed": ("D02", 12, 100, 50, 10, False),
    "D02 just over half": ("D02", 12, 100, 51, 10, True),
    "D02 negative sum, by absolute value": ("D02", 12, -100, 51, 10, True),
    "D02 contributions that cancel": ("D02", 12, 0, 5, 5, True),
    "D02 all contribute nothing": ("D02", 12, 0, 0, 0, False),
    "D03 at the limit": ("D03", 12, 100, 37, 30, False),
    "D03 just over": ("D03", 12, 100, 38, 30, True),
    "D03 nobody": ("D03", 0, 0, 0, 0, False),
    "D04 remainder is exactly p percent": ("D04", 12, 110, 50, 55 - 5, False) ,
    "D04 remainder just above p percent": ("D04", 12, 156, 100, 46, False),
    "D04 remainder just below p percent": ("D04", 12, 155, 100, 46, True),
    "D04 two persons": ("D04", 2, 30, 20, 10, True),
}  # fmt: skip


def unsafe(rule: str, people: int, value: float, first: float, second: float) -> bool:
    cell = pl.DataFrame(
        {"people": [people], "value": [float(value)], "first": [float(first)], "second": [float(second)]}
    )
    return bool(cell.select(RULES[rule].unsafe()).item())


@pytest.mark.parametrize(("rule", "people", "value", "first", "second", "expected"), CASES.values(), ids=CASES)
def test_at_the_limit(rule: str, people: int, value: int, first: int, second: int, expected: bool) -> None:
    assert unsafe(rule, people, value, first, second) is expected


def twin(rule: str, contributions: list[int]) -> bool:
    """The rules on the contributions themselves, in whole numbers and fractions."""
    total = sum(contributions)
    first, second, *_ = [*sorted(contributions, reverse=True), 0, 0]
    match rule:
        case "D01":
            return 0 < len(contributions) < 10
        case "D02":
            return first > Fraction(1, 2) * total
        case "D03":
            return first + second > Fraction(67, 100) * total
        case _:
            return total - first - second < Fraction(1, 10) * first


@given(st.lists(st.integers(0, 100_000), max_size=15), st.sampled_from(sorted(RULES)))
def test_as_the_slow_twin(contributions: list[int], rule: str) -> None:
    first, second, *_ = [*sorted(contributions, reverse=True), 0, 0]
    assert unsafe(rule, len(contributions), sum(contributions), first, second) == twin(rule, contributions)


LEVELS = {
    # rule, value, first, second: the upper bound must lie this far above the value
    "D02": (LargestShare(0.50), 80, 60, 10, 40),
    "D03": (TopTwoShare(0.75), 80, 60, 15, 20),
    "D04": (PercentRule(10), 80, 60, 18, 4),
}


@pytest.mark.parametrize(("rule", "value", "first", "second", "level"), LEVELS.values(), ids=LEVELS)
def test_a_table_moved_by_its_level_is_safe(rule, value, first, second, level) -> None:  # type: ignore[no-untyped-def]
    """Handbook 4.2: with the level added to the rest of the cell, the rule would no longer object."""
    cell = pl.DataFrame({"value": [float(value)], "first": [float(first)], "second": [float(second)]})
    assert cell.select(rule.level()).item() == pytest.approx(level)
    assert cell.select(rule.unsafe()).item()
    assert not cell.with_columns(pl.col("value") + level).select(rule.unsafe()).item()
