"""Adding a rule never turns FAIL into PASS, and neither does an earlier release."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

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


TELLING = ("D01", "D05", "D06", "D07", "D08", "D09", "D14")
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


def by_seed(seed: int) -> tuple[Subject, list[Published]]:
    """Forty people by town and, in earlier releases, by a town that somebody left since; amounts of any size."""
    chance = np.random.default_rng(seed)
    now = [{"id": str(n), "town": str(chance.choice(["a", "b"], p=[0.4, 0.6]))} for n in range(40)]
    kinds = {"town": by("town")}
    earlier = [released(f"r{k}", now[: 40 - int(chance.integers(0, 12))], kinds) for k in range(3)]
    made = subject(now, kinds)
    assert made.cells is not None
    first = pl.when(pl.col("town") == chance.choice(["a", "b"])).then(500.0).otherwise(5.0)
    value = pl.when(pl.col("town") != "*").then(first + 5.0 * (pl.col("people") - 1)).otherwise(0.0)
    table = made.cells.table.with_columns(value=value, first=first, second=5.0)
    table = table.with_columns(
        value=pl.when(pl.col("town") == "*").then(pl.col("value").sum()).otherwise("value"),
        first=pl.when(pl.col("town") == "*").then(500.0).otherwise("first"),
    )
    return replace(made, cells=Cells(("town",), table, "value")), earlier


@pytest.mark.parametrize("seed", range(6))
def test_neither_a_rule_nor_a_release_more_makes_subtraction_milder(seed: int) -> None:
    made, earlier = by_seed(seed)
    for number in range(1, len(earlier) + 1):
        few, all_of_them = replace(made, earlier=tuple(earlier[:number])), replace(made, earlier=tuple(earlier))
        if examine(few, signed(TELLING)).outcome is Outcome.FAIL:
            assert examine(all_of_them, signed(TELLING)).outcome is Outcome.FAIL
            assert {examine(few, signed((*TELLING, *rules))).outcome for rules in HIDE_MORE} == {Outcome.FAIL}
            return
