"""Protected columns, proxies and link rates, on both sides of their limits."""

import random
from itertools import pairwise
from math import sqrt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import WrongInput
from gate import Cells, Finding, GroupRates, Outcome, OutputColumn, Subject, SubjectError, examine
from gate.bias.interval import Z95, gap_interval, wilson
from tests.gate.policies import signed
from tests.gate.texts import cells

TABLE = cells("""
    place | people
    a     | 40
    b     | 60
""")


def findings(rule: str, *columns: OutputColumn, kind: str = "table", table: Cells = TABLE) -> list[Finding]:
    verdict = examine(Subject(kind, columns, table if kind == "table" else None), signed((rule,)))
    assert {finding.rule for finding in verdict.findings} == {rule}
    return list(verdict.findings)


USES = {
    # rule, concept, use, kind, outcome
    "nationality as evidence of a link": ("B01", "nationality", "evidence", "table", Outcome.PASS),
    "nationality as breakdown": ("B01", "nationality", "breakdown", "table", Outcome.WARN),
    "nationality selects": ("B01", "nationality", "selection", "table", Outcome.FAIL),
    "nationality ranks": ("B01", "nationality", "ranking", "table", Outcome.FAIL),
    "nationality in a list of persons": ("B01", "nationality", "breakdown", "persons", Outcome.FAIL),
    "written another way": ("B01", "Birth_Country", "breakdown", "table", Outcome.WARN),
    "an area is no ground": ("B01", "municipality", "selection", "table", Outcome.PASS),
    "no concept": ("B01", None, "breakdown", "table", Outcome.NOT_ASSESSABLE),
    "empty concept": ("B01", " ", "breakdown", "table", Outcome.NOT_ASSESSABLE),
    "income as breakdown": ("B02", "income", "breakdown", "table", Outcome.WARN),
    "income selects": ("B02", "income", "selection", "table", Outcome.FAIL),
    "income in a list of persons": ("B02", "income", "breakdown", "persons", Outcome.FAIL),
    "an area is no proxy": ("B02", "municipality", "breakdown", "table", Outcome.PASS),
    "no concept, no word on proxies": ("B02", None, "breakdown", "table", Outcome.NOT_ASSESSABLE),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "concept", "use", "kind", "outcome"), USES.values(), ids=USES)
def test_a_column_is_judged_by_its_use(rule: str, concept: str, use: str, kind: str, outcome: Outcome) -> None:
    (finding,) = findings(rule, OutputColumn("place", concept, use), kind=kind)
    assert finding.outcome is outcome


EXCEPTIONS = {
    "an article of a law": ("Participatiewet art. 18b", Outcome.WARN),
    "nothing named": (None, Outcome.FAIL),
    "an empty name": (" ", Outcome.FAIL),
}


@pytest.mark.parametrize(("exception", "outcome"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_a_statutory_exception_is_named_and_answered_for(exception: str | None, outcome: Outcome) -> None:
    (finding,) = findings("B01", OutputColumn("place", "nationality", "selection", exception=exception))
    assert finding.outcome is outcome
    assert (exception or "no law").strip() in finding.message or outcome is Outcome.FAIL


POSTCODES = {
    "four digits": ("1234", Outcome.WARN),
    "four digits and a letter": ("1234A", Outcome.FAIL),
    "six characters": ("1234AB", Outcome.FAIL),
}


@pytest.mark.parametrize(("postcode", "outcome"), POSTCODES.values(), ids=POSTCODES)
def test_how_fine_a_postcode_may_be(postcode: str, outcome: Outcome) -> None:
    table = cells(f"place | people\n{postcode} | 40\n5678 | 60")
    (finding,) = findings("B02", OutputColumn("place", "postcode", "breakdown"), table=table)
    assert finding.outcome is outcome


def test_a_fine_postcode_as_selection_is_told_as_such() -> None:
    (finding,) = findings("B02", OutputColumn("home", "postcode", "selection", values=("1234 AB",)))
    assert finding.outcome is Outcome.FAIL
    assert "finer than four digits" in finding.message


def test_an_unknown_use_is_refused() -> None:
    with pytest.raises(SubjectError):
        OutputColumn("place", "municipality", "decoration")


def rates(groups: dict[str, tuple[int, int]] | None, not_assessable: tuple[str, ...] = ()) -> list[Finding]:
    """groups: name → (linked, eligible)."""
    rows = [("nationality", name, eligible, linked) for name, (linked, eligible) in (groups or {}).items()]
    table = pl.DataFrame(rows, schema=["attribute", "group", "eligible", "linked"], orient="row")
    delivered = None if groups is None else GroupRates(table)
    subject = Subject("persons", (), groups=delivered, not_assessable=not_assessable)
    return list(examine(subject, signed(("B04",))).findings)


GAPS = {
    # groups, outcomes
    "equal": ({"x": (900, 1000), "y": (900, 1000)}, [Outcome.PASS]),
    "five points exactly": ({"x": (900, 1000), "y": (850, 1000)}, [Outcome.PASS]),
    "just over five points": ({"x": (901, 1000), "y": (850, 1000)}, [Outcome.WARN]),
    "ten points exactly": ({"x": (900, 1000), "y": (800, 1000)}, [Outcome.WARN]),
    "just over ten points": ({"x": (901, 1000), "y": (800, 1000)}, [Outcome.FAIL]),
    "over ten points, but it may be chance": ({"x": (27, 30), "y": (23, 30)}, [Outcome.WARN]),
    "the worst pair counts": ({"x": (95, 100), "y": (94, 100), "z": (10, 100)}, [Outcome.FAIL]),
    "a group of 29": (
        {"x": (900, 1000), "y": (900, 1000), "z": (0, 29)},
        [Outcome.PASS, Outcome.NOT_ASSESSABLE],
    ),
    "a group of 30": ({"x": (900, 1000), "z": (27, 30)}, [Outcome.PASS]),
    "one large group only": ({"x": (900, 1000), "z": (29, 29)}, [Outcome.NOT_ASSESSABLE]),
    "no groups": ({}, [Outcome.NOT_ASSESSABLE]),
    "no bias run": (None, [Outcome.NOT_ASSESSABLE]),
}


@pytest.mark.parametrize(("groups", "outcomes"), GAPS.values(), ids=GAPS)
def test_link_rate_gap(groups: dict[str, tuple[int, int]] | None, outcomes: list[Outcome]) -> None:
    assert [finding.outcome for finding in rates(groups)] == outcomes


WRONG = {
    # links and how many are wrong by group, kind; outcomes of the level and of the gap
    "equal": ({"x": (1000, 10), "y": (1000, 10)}, "table", [Outcome.PASS, Outcome.PASS]),
    "just over two points": ({"x": (10000, 310), "y": (10000, 109)}, "table", [Outcome.WARN, Outcome.WARN]),
    "just over three points": ({"x": (1000, 41), "y": (1000, 10)}, "table", [Outcome.WARN, Outcome.FAIL]),
    "over three points, but it may be chance": ({"x": (30, 2), "y": (1000, 20)}, "table", [Outcome.WARN, Outcome.WARN]),
    "the worst pair counts": (
        {"x": (900, 9), "y": (900, 9), "z": (400, 18)}, "table", [Outcome.WARN, Outcome.FAIL],
    ),
    "many wrong in all groups": ({"x": (1000, 90), "y": (1000, 90)}, "table", [Outcome.FAIL, Outcome.PASS]),
    "many wrong, but it may be chance": ({"x": (60, 4), "y": (60, 4)}, "table", [Outcome.WARN, Outcome.PASS]),
    "a list of persons bears less": ({"x": (9000, 150), "y": (9000, 150)}, "persons", [Outcome.FAIL, Outcome.PASS]),
    "a table bears that": ({"x": (9000, 150), "y": (9000, 150)}, "table", [Outcome.PASS, Outcome.PASS]),
    "one large group only": ({"x": (900, 9), "z": (29, 20)}, "table", [Outcome.PASS, Outcome.NOT_ASSESSABLE]),
    "no groups": ({}, "table", [Outcome.NOT_ASSESSABLE]),
    "no bias run": (None, "table", [Outcome.NOT_ASSESSABLE]),
}  # fmt: skip


@pytest.mark.parametrize(("groups", "kind", "outcomes"), WRONG.values(), ids=WRONG)
def test_wrong_links(groups: dict[str, tuple[int, float]] | None, kind: str, outcomes: list[Outcome]) -> None:
    assert [finding.outcome for finding in wrong_links(groups, kind)] == outcomes


def wrong_links(groups: dict[str, tuple[int, float]] | None, kind: str = "table") -> list[Finding]:
    rows = [("race", name, links, links, links, wrong) for name, (links, wrong) in (groups or {}).items()]
    columns = {"attribute": pl.String, "group": pl.String, **dict.fromkeys(("eligible", "linked", "links"), pl.Int64)}
    table = pl.DataFrame(rows, schema=columns | {"wrong": pl.Float64}, orient="row")
    delivered = None if groups is None else GroupRates(table)
    subject = Subject(kind, (), TABLE if kind == "table" else None, groups=delivered)
    found = examine(subject, signed(("B04", "B06"))).findings
    return [finding for finding in found if finding.rule == "B06"]


def test_rates_without_a_count_of_links_say_nothing_of_wrong_ones() -> None:
    table = pl.DataFrame({"attribute": ["a"], "group": ["x"], "eligible": [100], "linked": [90]})
    found = examine(Subject("persons", (), groups=GroupRates(table)), signed(("B04", "B06"))).findings
    assert {finding.outcome for finding in found if finding.rule == "B06"} == {Outcome.NOT_ASSESSABLE}


def test_wrong_links_are_not_judged_without_link_rates() -> None:
    with pytest.raises(WrongInput, match="B04"):
        signed(("B06",))


def test_what_no_source_delivers_is_never_a_pass() -> None:
    found = rates({"x": (900, 1000), "y": (900, 1000)}, not_assessable=("religion",))
    assert [(finding.about, finding.outcome) for finding in found] == [
        ("nationality", Outcome.PASS),
        ("religion", Outcome.NOT_ASSESSABLE),
    ]


def test_what_may_not_be_read_is_never_a_pass() -> None:
    subject = Subject("persons", (), without_ground=("nationality",), not_assessable=("religion",))
    found = examine(subject, signed(("B04",))).findings
    assert [(finding.about, finding.outcome) for finding in found] == [
        ("nationality", Outcome.NOT_ASSESSABLE),
        ("religion", Outcome.NOT_ASSESSABLE),
    ]
    assert "no ground" in found[0].message


def test_small_counts_are_told_in_no_exact_way() -> None:
    """Of 1 to 9 that were not linked the same is told; whoever knows that the group has 100 would read a percent."""
    small = {found for linked in range(91, 100) for found in rates({"x": (linked, 100), "y": (700, 1000)})}
    (told,) = small
    assert told.measured is None
    assert "the gap is 20 to 30 points (small counts are told no closer)" in told.message
    (large,) = rates({"x": (88, 100), "y": (700, 1000)})
    assert large.measured == 0.18
    assert "95% interval" in large.message


def test_an_interval_of_nothing_tells_no_exact_size() -> None:
    """Of no wrong link the upper bound is z² / (n + z²), which is n."""
    told = {wrong_links({"x": (size, 0), "y": (1000, 20)})[0].message for size in (39, 40, 41)}
    assert len(told) == 1


def test_many_groups_make_no_gap_by_chance() -> None:
    """Ten groups of forty with one chance of being linked: single intervals would now and then exclude 0."""
    chance = random.Random(3)
    failed = 0
    for _ in range(100):
        linked = {str(group): (sum(chance.random() < 0.7 for _ in range(40)), 40) for group in range(10)}
        failed += rates(linked)[0].outcome is Outcome.FAIL
    assert failed <= 5


def test_published_intervals() -> None:
    """Newcombe 1998: Statistics in Medicine 17, 857–872, table I (81 of 263), and 873–890, table II (56/70, 48/80)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert gap_interval((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_are_where_the_score_test_turns(counts: tuple[int, int]) -> None:
    """The slow twin: at a bound the rate lies z standard errors away, the error taken at the bound (Wilson 1927)."""
    linked, eligible = counts
    for bound in wilson(linked, eligible):
        error = sqrt(bound * (1 - bound) / eligible)
        assert abs(linked / eligible - bound) == pytest.approx(Z95 * error, abs=1e-9)


def test_more_records_make_the_interval_narrower() -> None:
    widths = [high - low for low, high in (wilson(9 * n, 10 * n) for n in (1, 10, 100, 1000))]
    assert all(wide > narrow for wide, narrow in pairwise(widths))
