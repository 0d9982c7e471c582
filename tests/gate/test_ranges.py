"""Sums of people who all contribute nearly the same (D21), and sums of weights, which no threshold looks at."""

from dataclasses import replace

import polars as pl
import pytest

from gate import Cells, Finding, Outcome, OutputColumn, Subject, SubjectError, Verdict, examine
from tests.gate.policies import signed
from tests.gate.texts import cells

RULES = ("D01", "D06", "D07", "D21")


def table(**ranges: tuple[float, float]) -> Cells:
    """Areas of twenty people: ten contribute the least, ten the greatest."""
    rows = "\n".join(
        f"{area} | 20 | {10 * (low + high)} | {most} | {most}"
        for area, (low, high) in ranges.items()
        for most in [max(abs(low), abs(high))]
    )
    made = cells(f"area | people | value | first | second\n{rows}")
    whole = (min(low for low, _ in ranges.values()), max(high for _, high in ranges.values()))
    ends = pl.DataFrame(
        [("*", *whole), *((area, *ends) for area, ends in ranges.items())], ["area", "lowest", "highest"], orient="row"
    )
    return replace(made, table=made.table.join(ends, on="area"))


def judged(made: Cells, rules: tuple[str, ...] = RULES) -> Verdict:
    return examine(Subject("table", (OutputColumn("area", "area", "breakdown"),), made), signed(rules))


def d21(verdict: Verdict) -> Finding:
    (found,) = (each for each in verdict.findings if each.rule == "D21")
    return found


RANGES = {
    "wide": ((50.0, 100.0), 0),
    "just within ten percent": ((90.5, 100.0), 1),
    "exactly ten percent": ((90.0, 100.0), 0),
    "all the same": ((100.0, 100.0), 1),
    "nobody gives anything": ((0.0, 0.0), 1),
    "debts nearly the same": ((-100.0, -95.0), 1),
    "debts and gains": ((-100.0, 100.0), 0),
}


@pytest.mark.parametrize(("ends", "hidden"), RANGES.values(), ids=RANGES)
def test_nearly_equal_contributions_are_hidden(ends: tuple[float, float], hidden: int) -> None:
    verdict = judged(table(a=ends, b=(1, 90), c=(1, 80), d=(2, 70)))
    assert (d21(verdict).outcome, d21(verdict).measured) == (Outcome.PASS, hidden)
    assert verdict.safe is not None
    assert (verdict.safe.filter(pl.col("area") == "a")["value"].null_count() == 1) is bool(hidden)
    assert "lowest" not in verdict.safe.columns


def test_amounts_without_their_range_are_not_assessable() -> None:
    made = table(a=(1, 90), b=(1, 80))
    assert d21(judged(replace(made, table=made.table.drop("lowest")))).outcome is Outcome.NOT_ASSESSABLE


def test_a_range_that_does_not_fit_is_refused() -> None:
    made = table(a=(1, 90), b=(1, 80))
    for broken in (pl.col("highest") + 1, pl.col("lowest") - 1, pl.lit(None, pl.Float64)):
        with pytest.raises(SubjectError, match="least and greatest"):
            judged(replace(made, table=made.table.with_columns(highest=broken)))


def test_a_weight_lifts_nobody_above_the_threshold() -> None:
    """Three respondents who stand for 3,000 people are three; one whose weight is most of a sum dominates it."""
    few = cells("area | people | value | first | second\na | 3 | 3000 | 1000 | 1000\n" + "\n".join(
        f"{area} | 40 | 40000 | 1000 | 1000" for area in "bcd"
    ))  # fmt: skip
    heavy = cells("area | people | value | first | second\na | 40 | 4000 | 3900 | 5\n" + "\n".join(
        f"{area} | 40 | 40000 | 1000 | 1000" for area in "bcd"
    ))  # fmt: skip
    for made in (few, heavy):
        verdict = judged(made, ("D01", "D02", "D03", "D04", "D06", "D07"))
        assert verdict.safe is not None
        assert verdict.safe.filter(pl.col("area") == "a")["value"].item() is None
