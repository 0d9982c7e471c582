"""Adding a rule never turns FAIL into PASS, and neither does an earlier release."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from gate import Cells, Outcome, OutputColumn, Published, Subject, examine
from tests.gate.policies import signed
from tests.gate.releases import by, released, subject
from tests.gate.texts import cells, with_margins

BASE = ("D01", "D06", "D07")
MORE = (("D02",), ("D03", "D04"), ("D15",), ("D05", "D14"), ("D02", "D03", "D04", "D15"))


def crowd(seed: int) -> Cells:
    """One row of few people, of whom some give much: often there is nothing to hide them among."""
    chance = np.random.default_rng(seed)
    given = [sorted(chance.integers(1, 100, chance.integers(1, 4)), reverse=True) for _ in range(4)]
    rows = [(str(n), len(g), float(sum(g)), float(g[0]), float([*g, 0][1])) for n, g in enumerate(given)]
    inner = pl.DataFrame(rows, schema=["area", "people", "value", "first", "second"], orient="row")
    return with_margins(inner, ("area",))


TABLES = {
    "nine who are alone": cells("area | people | value | first\n" + "\n".join(f"{n} | 1 | 5 | 5" for n in range(9))),
    **{f"a crowd of few, {seed}": crowd(seed) for seed in range(6)},
}


TELLING = ("D01", "D05", "D06", "D07", "D14")
HELD = ("D01", "D02", "D03", "D04", "D06", "D07", "D08", "D09")
"""Rules about what is shown: what another rule hides may not make them milder."""
HIDE_MORE = (("D02",), ("D03",), ("D04",), ("D15",), ("D02", "D03", "D04", "D15"))


def outcome(table: Cells, *rules: str, concept: str = "area") -> Outcome:
    columns = tuple(OutputColumn(name, concept, "breakdown") for name in table.dimensions)
    return examine(Subject("table", columns, table), signed(rules)).outcome


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_rule_makes_a_table_pass_that_failed(table: Cells) -> None:
    if outcome(table, *BASE) is Outcome.FAIL:
        assert {outcome(table, *BASE, *rules) for rules in MORE} == {Outcome.FAIL}


def test_there_are_tables_that_fail() -> None:
    assert outcome(TABLES["nine who are alone"], *BASE) is Outcome.FAIL


def told(seed: int) -> Cells:
    """One area lies wholly in one group, and one person dominates its amount; people elsewhere are spread."""
    chance = np.random.default_rng(seed)
    people = {(area, group): int(chance.integers(25, 40)) for area in "abc" for group in "xy"}
    area, group = "abc"[chance.integers(3)], "xy"[chance.integers(2)]
    people[area, "y" if group == "x" else "x"] = 0
    rows = [
        (*cell, count, 5.0 * count + first - 5 if count else 0.0, first if count else 0.0, 5.0 if count else 0.0)
        for cell, count in people.items()
        for first in [2_000.0 if cell == (area, group) else 5.0]
    ]
    inner = pl.DataFrame(rows, schema=["area", "group", "people", "value", "first", "second"], orient="row")
    return with_margins(inner, ("area", "group"))


@pytest.mark.parametrize("seed", range(3))
def test_a_rule_that_hides_makes_group_disclosure_no_milder(seed: int) -> None:
    table = told(seed)
    assert outcome(table, *TELLING, concept="nationality") is Outcome.FAIL
    assert {outcome(table, *TELLING, *rules, concept="nationality") for rules in HIDE_MORE} == {Outcome.FAIL}


def test_dominance_hides_what_group_disclosure_told() -> None:
    """Otherwise the test above would say nothing."""
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in ("area", "group"))
    hidden = {
        rules: [examine(Subject("table", columns, told(seed)), signed((*BASE, *rules))).hidden for seed in range(3)]
        for rules in ((), ("D02",))
    }
    assert any(more > fewer for fewer, more in zip(hidden[()], hidden["D02",], strict=True))


MORE_LATER = ("D05", "D11", "D14", "D15", "D21", "B01", "B10")
"""Rules that a policy with differencing may have besides."""


@st.composite
def held_against(draw: st.DrawFn) -> tuple[Subject, list[Published]]:
    """Some thirty people by town, or by town and age; before, others had left or came in, by any of the two."""
    size = draw(st.integers(24, 36))
    everybody = [
        {"id": str(n), "town": draw(st.sampled_from("aabbc")), "age": draw(st.sampled_from("oyy"))} for n in range(size)
    ]
    kinds = {name: by(name) for name in draw(st.sampled_from([("town",), ("age",), ("town", "age")]))}
    parents = {"town": {"b": "bc", "c": "bc"}} if "town" in kinds and draw(st.booleans()) else {}
    before = []
    for number in range(draw(st.integers(1, 3))):
        told = {name: by(name) for name in draw(st.sampled_from([("town",), ("age",)]))}
        before.append(released(f"r{number}", everybody[draw(st.integers(0, 12)) :], told))
    return subject(everybody, kinds, parents=parents), before


@settings(deadline=None, max_examples=8)
@given(held_against(), st.sets(st.sampled_from(MORE_LATER)), st.integers(0, 2))
def test_neither_a_rule_nor_a_release_more_makes_subtraction_milder(
    asked: tuple[Subject, list[Published]], rules: set[str], fewer: int
) -> None:
    made, earlier = asked
    more = tuple(sorted(rules | ({"D05"} if "D14" in rules else set())))
    some = replace(made, earlier=tuple(earlier[: len(earlier) - fewer]))
    if examine(some, signed(HELD)).outcome is Outcome.FAIL:
        every = replace(made, earlier=tuple(earlier))
        assert {examine(each, signed((*HELD, *more))).outcome for each in (some, every)} == {Outcome.FAIL}


FLOORS = {
    "D08": ("D08", "D06", "D07"), "D09": ("D09", "D06", "D07"), "D08 with the threshold": ("D08", "D01", "D06", "D07"),
}  # fmt: skip


@pytest.mark.parametrize("rules", FLOORS.values(), ids=FLOORS)
def test_differencing_asks_for_the_rules_by_which_it_is_judged(rules: tuple[str, ...]) -> None:
    """Without them, adding one could hide what had been found fault with."""
    with pytest.raises(WrongInput, match=r"add (D01, )?D02, D03, D04"):
        signed(rules)
