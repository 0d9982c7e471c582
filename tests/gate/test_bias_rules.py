"""Rules about missed links, composition, selection, sensitivity, plausibility, history and pollution, case by case."""

from typing import Any

import polars as pl
import pytest

from gate import (
    TOTAL,
    Finding,
    GroupRates,
    Headline,
    History,
    Outcome,
    OutputColumn,
    Population,
    Sensitivity,
    Subject,
    Tally,
    examine,
)
from gate.bias.facts import EVERYBODY
from gate.bias.interval import least_ratio
from tests.gate.policies import signed
from tests.gate.texts import cells

PASS, WARN, FAIL, UNKNOWN = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_ASSESSABLE
TABLE = cells("""
    place | people
    a     | 40
    b     | 60
""")
SELECTS = OutputColumn("place", "municipality", "selection")


def told(rule: str, columns: tuple[OutputColumn, ...] = (), **facts: Any) -> list[Finding]:
    subject = Subject("table", columns, TABLE, **facts)
    found = examine(
        subject,
        signed(
            (*{"B04", rule},),
        ),
    ).findings
    return [finding for finding in found if finding.rule == rule]


def outcomes(rule: str, columns: tuple[OutputColumn, ...] = (), **facts: Any) -> list[Outcome]:
    return [finding.outcome for finding in told(rule, columns, **facts)]


def group_rates(groups: dict[str, tuple[float, ...]], *names: str) -> GroupRates:
    rows = [
        {"attribute": "race", "group": group, **dict(zip(names, counts, strict=True))}
        for group, counts in groups.items()
    ]
    defaults = [pl.lit(value).alias(name) for name, value in {"eligible": 0, "linked": 0}.items() if name not in names]
    return GroupRates(pl.DataFrame(rows).with_columns(defaults))


MISSED = {
    # group → expected true links, expected missed
    "equal": ({"x": (1000.0, 50.0), "y": (1000.0, 50.0)}, PASS),
    "three points exactly": ({"x": (1000.0, 130.0), "y": (1000.0, 100.0)}, PASS),
    "just over three points": ({"x": (1000.0, 131.0), "y": (1000.0, 100.0)}, WARN),
    "just over ten points": ({"x": (1000.0, 301.0), "y": (1000.0, 200.0)}, FAIL),
    "over ten points, but it may be chance": ({"x": (40.0, 8.0), "y": (40.0, 3.0)}, WARN),
    "more than twice as often, surely": ({"x": (5000.0, 200.0), "y": (5000.0, 75.0)}, FAIL),
    "more than twice as often, perhaps": ({"x": (500.0, 9.0), "y": (500.0, 4.0)}, PASS),
    "half as often again, surely": ({"x": (9000.0, 180.0), "y": (9000.0, 110.0)}, WARN),
    "one group loses none": ({"x": (1000.0, 1.0), "y": (1000.0, 0.0)}, PASS),
    "one group loses none, the other many": ({"x": (1000.0, 60.0), "y": (1000.0, 0.0)}, FAIL),
    "one large group only": ({"x": (1000.0, 60.0), "y": (29.0, 0.0)}, UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("groups", "outcome"), MISSED.values(), ids=MISSED)
def test_missed_links(groups: dict[str, tuple[float, float]], outcome: Outcome) -> None:
    assert outcomes("B05", groups=group_rates(groups, "matches", "missed")) == [outcome]


def test_missed_links_of_nobody_known() -> None:
    assert outcomes("B05") == outcomes("B05", groups=group_rates({"x": (9, 9)}, "eligible", "linked")) == [UNKNOWN]


def test_the_bound_of_a_ratio() -> None:
    """By hand: Wilson of 200/5000 begins at 0.0349, of 75/5000 ends at 0.0188; square-and-add on logarithms."""
    assert least_ratio((200, 5000), (75, 5000)) == pytest.approx(2.6667 * 2.71828**-0.2623, abs=2e-3)
    assert least_ratio((0, 100), (5, 100)) == 0
    assert least_ratio((50, 100), (0, 100)) > 5


LINKED = {
    # group → eligible, linked
    "all linked alike": ({"x": (1000, 900), "y": (1000, 900)}, PASS),
    "a little less": ({"x": (1000, 900), "y": (1000, 800)}, PASS),
    "one group thinned out": ({"x": (1000, 950), "y": (1000, 700)}, WARN),
    "one group halved": ({"x": (1000, 1000), "y": (1000, 300)}, FAIL),
    "few records": ({"x": (30, 22), "y": (30, 9)}, FAIL),
    "few records, chance": ({"x": (40, 18), "y": (40, 13)}, WARN),
    "everything linked": ({"x": (1000, 1000), "y": (1000, 1000)}, PASS),
    "hardly anything linked": ({"x": (1000, 10), "y": (1000, 2)}, UNKNOWN),
    "one large group only": ({"x": (1000, 900), "y": (29, 2)}, UNKNOWN),
}


@pytest.mark.parametrize(("groups", "outcome"), LINKED.values(), ids=LINKED)
def test_linked_beside_source(groups: dict[str, tuple[int, int]], outcome: Outcome) -> None:
    for kind in ("groups", "coverage"):
        assert outcomes("B07", **{kind: group_rates(groups, "eligible", "linked")}) == [outcome]


def test_nothing_known_of_linked_and_source() -> None:
    assert outcomes("B07") == [UNKNOWN]


def population(**people: int) -> Population:
    rows = [("race", group, count) for group, count in people.items()]
    return Population("a register", pl.DataFrame(rows, schema=["attribute", "group", "people"], orient="row"))


SPOKEN_FOR = {
    # in the release by group, in the population by group
    "as in the population": ((500, 500), {"x": 900, "y": 900}, PASS),
    "nearly": ((550, 450), {"x": 900, "y": 900}, PASS),
    "exactly four fifths": ((600, 400), {"x": 900, "y": 900}, PASS),
    "less than four fifths": ((610, 390), {"x": 900, "y": 900}, WARN),
    "less than half": ((760, 240), {"x": 900, "y": 900}, FAIL),
    "much too many": ((500, 500), {"x": 9000, "y": 1800}, FAIL),
    "much too few, but it may be chance": ((85, 2), {"x": 900, "y": 50}, PASS),
    "a group that is not there": ((500, 0), {"x": 900, "y": 900}, FAIL),
    "another attribute": ((500, 500), {}, UNKNOWN),
    "hardly anything": ((10, 5), {"x": 900, "y": 900}, UNKNOWN),
}


@pytest.mark.parametrize(("linked", "people", "outcome"), SPOKEN_FOR.values(), ids=SPOKEN_FOR)
def test_representativity(linked: tuple[int, int], people: dict[str, int], outcome: Outcome) -> None:
    rates = group_rates({"x": (2000, linked[0]), "y": (2000, linked[1])}, "eligible", "linked")
    declared = population(**people) if people else Population("a register", population(z=1).table.clear())
    assert outcomes("B08", groups=rates, population=declared) == [outcome]


def test_without_a_population_nobody_is_spoken_for() -> None:
    assert outcomes("B08", groups=group_rates({"x": (9, 9)}, "eligible", "linked")) == [UNKNOWN]


def tally(rows: dict[str, tuple[int, int]], what: str = "filter", attribute: str = "race") -> Tally:
    table = [(what, attribute, group, count, of) for group, (count, of) in rows.items()]
    return Tally(pl.DataFrame(table, schema=["what", "attribute", "group", "count", "of"], orient="row"))


CHOSEN = {
    # group → selected, of
    "alike": ({"x": (300, 1000), "y": (300, 1000)}, [PASS]),
    "nobody": ({"x": (0, 1000), "y": (0, 1000)}, [PASS]),
    "four fifths exactly": ({"x": (240, 1000), "y": (300, 1000)}, [PASS]),
    "four fifths exactly, of millions": ({"x": (2_400_000, 7_000_000), "y": (3_000_000, 7_000_000)}, [PASS]),
    "just below, and not by chance": ({"x": (239, 1000), "y": (300, 1000)}, [FAIL]),
    "below, but it may be chance": ({"x": (6, 30), "y": (12, 30)}, [WARN]),
    "one group never": ({"x": (0, 1000), "y": (300, 1000)}, [FAIL]),
    "the worst pair counts": ({"x": (300, 1000), "y": (300, 1000), "z": (90, 1000)}, [FAIL]),
    "a group of 29": ({"x": (300, 1000), "y": (300, 1000), "z": (0, 29)}, [PASS, UNKNOWN]),
    "one large group": ({"x": (300, 1000), "z": (0, 29)}, [UNKNOWN]),
}


@pytest.mark.parametrize(("groups", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_selection(groups: dict[str, tuple[int, int]], expected: list[Outcome]) -> None:
    assert outcomes("B09", (SELECTS,), selection=tally(groups)) == expected


def test_an_output_that_selects_nobody_has_no_disparity() -> None:
    assert outcomes("B09", selection=tally({"x": (0, 1000), "y": (300, 1000)})) == [PASS]
    assert outcomes("B09", (SELECTS,)) == [UNKNOWN]


def shifted(**records: int) -> pl.DataFrame:
    rows = [*records.items(), (TOTAL, sum(records.values()))]
    return pl.DataFrame(rows, schema=["place", "records"], orient="row")


SHIFTS = {
    # below and above the threshold, headline, outcomes
    "nothing changes": ({"a": 40, "b": 60}, {"a": 40, "b": 60}, ("b", "a"), [PASS, PASS]),
    "a tenth exactly": ({"a": 44, "b": 60}, {"a": 40, "b": 60}, ("b", "a"), [PASS, PASS]),
    "more than a tenth": ({"a": 45, "b": 60}, {"a": 40, "b": 60}, ("b", "a"), [WARN, PASS]),
    "more than a tenth less": ({"a": 40, "b": 60}, {"a": 35, "b": 60}, ("b", "a"), [WARN, PASS]),
    "the headline turns round": ({"a": 65, "b": 60}, {"a": 40, "b": 60}, ("b", "a"), [WARN, FAIL]),
    "the headline becomes a tie": ({"a": 60, "b": 60}, {"a": 40, "b": 60}, ("b", "a"), [WARN, FAIL]),
    "a headline that was never so": ({"a": 40, "b": 60}, {"a": 40, "b": 60}, ("a", "b"), [PASS, FAIL]),
    "a headline about something else": ({"a": 40, "b": 60}, {"a": 40, "b": 60}, ("a", "z"), [PASS, UNKNOWN]),
    "a cell that is gone": ({"b": 60}, {"a": 40, "b": 60}, ("b", "b"), [WARN, FAIL]),
}  # fmt: skip


@pytest.mark.parametrize(("lower", "higher", "headline", "expected"), SHIFTS.values(), ids=SHIFTS)
def test_sensitivity(
    lower: dict[str, int], higher: dict[str, int], headline: tuple[str, str], expected: list[Outcome]
) -> None:
    told = (Headline("place", *headline),)
    sensitivity = Sensitivity(0.1, shifted(**lower), shifted(**higher), told)
    assert outcomes("B10", sensitivity=sensitivity) == expected


FEW = {
    # records of three places, and below the threshold
    "one link in a place of twelve": ((12, 20, 90), (14, 20, 90), [PASS]),
    "of all small places together more than a tenth": ((12, 20, 90), (14, 22, 90), [WARN]),
    "small places of too few records together": ((12, 14, 90), (15, 14, 90), [PASS]),
    "nothing but a few records": ((9, 8, 9), (14, 8, 9), [UNKNOWN]),
}


@pytest.mark.parametrize(("true", "lower", "expected"), FEW.values(), ids=FEW)
def test_a_single_link_in_a_small_cell_decides_nothing(
    true: tuple[int, ...], lower: tuple[int, ...], expected: list[Outcome]
) -> None:
    """Keys of a room decide on which side of the threshold a pair lies that is near it."""
    table = cells("place | people\n" + "\n".join(f"{name} | {count}" for name, count in zip("abc", true, strict=True)))
    now, then = (shifted(**dict(zip("abc", counts, strict=True))) for counts in (true, lower))
    told = (Headline("place", "c", "a"),)
    subject = Subject("table", (), table, sensitivity=Sensitivity(0.1, then, now, told))
    found = examine(subject, signed(("B10",))).findings
    small = expected == [UNKNOWN]
    assert [finding.outcome for finding in found] == [*expected, UNKNOWN if small else PASS]


def test_a_hidden_cell_may_change_as_it_likes() -> None:
    """Only what is published is compared: otherwise the answer would tell of what is hidden."""
    table = cells("place | people\na | 40\nb | 60\nc | 3\nd | 4")
    lower = shifted(a=40, b=60, c=3, d=4)
    other = shifted(a=40, b=60, c=0, d=7)
    subject = Subject("table", (), table, sensitivity=Sensitivity(0.1, lower, other))
    found = examine(subject, signed(("D01", "D06", "D07", "B10"))).findings
    assert [finding.outcome for finding in found if finding.rule == "B10"] == [PASS]


def test_a_sum_that_changes_its_sign() -> None:
    table = cells("place | people | value | first\na | 40 | 5 | 5\nb | 60 | 50 | 5")
    lower = table.table.select("place", "records", value=pl.when(pl.col("place") == "a").then(-5.0).otherwise("value"))
    sensitivity = Sensitivity(0.1, lower, table.table.select("place", "records", "value"))
    found = examine(Subject("table", (), table, sensitivity=sensitivity), signed(("B10",))).findings
    assert [finding.outcome for finding in found] == [FAIL]


def test_links_that_nobody_decided_anew() -> None:
    assert outcomes("B10") == [UNKNOWN]
    half = Sensitivity(0.05, shifted(a=40, b=60), shifted(a=40, b=60))
    assert outcomes("B10", sensitivity=half) == [UNKNOWN]


CHECKED = {
    # implausible of all links; by group
    "none": ((0, 1000), {"x": (0, 500), "y": (0, 500)}, [PASS, PASS]),
    "half a percent": ((5, 1000), {"x": (3, 500), "y": (2, 500)}, [PASS, PASS]),
    "just over": ((6, 1000), {"x": (3, 500), "y": (3, 500)}, [WARN, PASS]),
    "over two percent, but it may be chance": ((25, 1000), {"x": (12, 500), "y": (13, 500)}, [WARN, PASS]),
    "surely over two percent": ((40, 1000), {"x": (20, 500), "y": (20, 500)}, [FAIL, PASS]),
    "more in one group": ((15, 10_000), {"x": (115, 5000), "y": (0, 5000)}, [PASS, FAIL]),
    "more in one group, but it may be chance": ((2, 1000), {"x": (2, 90), "y": (0, 90)}, [PASS, WARN]),
    "one group": ((0, 1000), {"x": (0, 500)}, [PASS, UNKNOWN]),
    "no groups": ((0, 1000), {}, [PASS, UNKNOWN]),
    "few links": ((0, 20), {}, [UNKNOWN, UNKNOWN]),
}


@pytest.mark.parametrize(("everybody", "groups", "expected"), CHECKED.values(), ids=CHECKED)
def test_implausible_links(
    everybody: tuple[int, int], groups: dict[str, tuple[int, int]], expected: list[Outcome]
) -> None:
    both = [tally({EVERYBODY: everybody}, "after-death", EVERYBODY).table, tally(groups, "after-death").table]
    table = pl.concat([part for part in both if part.height])
    assert outcomes("B11", implausible=Tally(table)) == expected


def test_a_small_number_of_implausible_links_is_not_told() -> None:
    (found, _) = told("B11", implausible=tally({EVERYBODY: (4, 200)}, "after-death", EVERYBODY))
    assert found.outcome is WARN
    assert (found.measured, "2.0" in found.message) == (None, False)


POLLUTED = {
    "none": ((0, 1000), [PASS, UNKNOWN]),
    "one percent": ((10, 1000), [PASS, UNKNOWN]),
    "just over": ((11, 1000), [WARN, UNKNOWN]),
    "surely over five percent": ((90, 1000), [FAIL, UNKNOWN]),
}


@pytest.mark.parametrize(("everybody", "expected"), POLLUTED.values(), ids=POLLUTED)
def test_pollution(everybody: tuple[int, int], expected: list[Outcome]) -> None:
    assert outcomes("B15", pollution=tally({EVERYBODY: everybody}, "in-onderzoek", EVERYBODY)) == expected


def test_nothing_counted_is_no_pass() -> None:
    assert outcomes("B11") == outcomes("B15") == [UNKNOWN]


HISTORIES = {
    "nobody knows": (None, UNKNOWN),
    "no concepts": (History(()), UNKNOWN),
    "a register of residents": (History(("surname", "municipality")), PASS),
    "reports, nothing said": (History(("report", "harm-amount")), FAIL),
    "reports, an empty word": (History(("report",), " "), FAIL),
    "reports, declared": (History(("report",), "Only whom an inspector visited."), WARN),
    "residents, declared": (History(("surname",), "Only whom an inspector visited."), WARN),
    "no concepts, declared": (History((), "Only whom an inspector visited."), WARN),
}


@pytest.mark.parametrize(("history", "outcome"), HISTORIES.values(), ids=HISTORIES)
def test_history(history: History | None, outcome: Outcome) -> None:
    assert outcomes("B12", history=history) == [outcome]
