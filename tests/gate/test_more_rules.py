"""Adding a rule never turns FAIL into PASS."""

import numpy as np
import polars as pl
import pytest

from gate import Cells, Outcome, OutputColumn, Subject, examine
from tests.gate.policies import signed
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


def outcome(table: Cells, *rules: str) -> Outcome:
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in table.dimensions)
    return examine(Subject("table", columns, table), signed((*BASE, *rules))).outcome


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_rule_makes_a_table_pass_that_failed(table: Cells) -> None:
    if outcome(table) is Outcome.FAIL:
        assert {outcome(table, *rules) for rules in MORE} == {Outcome.FAIL}


def test_there_are_tables_that_fail() -> None:
    assert outcome(TABLES["nine who are alone"]) is Outcome.FAIL
