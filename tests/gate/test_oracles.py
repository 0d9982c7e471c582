"""What other programs answered on worked cases, recorded by `python -m benchmarks.oracles`, beside ours."""

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks import oracle_cases, oracles
from benchmarks.gate_optimum import Table
from benchmarks.gate_written import equations, possible
from tests.gate.brute import possible_tables
from tests.gate.test_auditor import masked, random_table

ANSWERS: dict[str, dict[str, Any]] = json.loads((oracles.RESULTS / "oracles.json").read_text())["answers"]
AT_THE_LIMIT = {"exactly at the limits": [["a", "two with 67"]]}
"""Exactly 67 %: unsafe to ACRO, which says "at least", safe in the Handbook, which says "more"."""


@pytest.mark.parametrize("name", ANSWERS["acro"])
def test_cells_that_acro_finds_unsafe(name: str) -> None:
    """But for empty ones, which its threshold finds too small: ours leaves them to a rule of their own."""
    case = oracle_cases.tables()[name]
    people = {tuple(row[:2]): row[2] for row in case.cells().table.iter_rows()}
    for rule, ours in oracles.unsafe(case).items():
        there = [cell for cell in ANSWERS["acro"][name][rule] if people[tuple(cell)]]
        assert ours == [cell for cell in there if rule != "nk" or cell not in AT_THE_LIMIT.get(name, [])], rule


@pytest.mark.parametrize("name", ANSWERS["tauargus"])
def test_cells_that_the_engine_of_tau_argus_finds_unsafe(name: str) -> None:
    ours = {tuple(cell) for cells in oracles.unsafe(oracle_cases.tables()[name]).values() for cell in cells}
    assert ours == {tuple(cell) for cell in ANSWERS["tauargus"][name]["OPT"]["unsafe"]}


@pytest.mark.parametrize("name", ANSWERS["pycanon"])
def test_rows_as_pycanon_measures_them(name: str) -> None:
    assert oracles.measured(oracle_cases.rows()[name]) == pytest.approx(ANSWERS["pycanon"][name], abs=1e-12)


@pytest.mark.parametrize("name", ANSWERS["fairlearn"])
def test_choices_as_fairlearn_measures_them(name: str) -> None:
    ours, theirs = oracles.shares(oracle_cases.choices()[name]), ANSWERS["fairlearn"][name]
    assert ours["rates"] == pytest.approx(theirs["rates"], rel=1e-12)
    assert (ours["ratio"], ours["difference"]) == pytest.approx((theirs["ratio"], theirs["difference"]), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_two_ways_to_write_down_every_table(seed: int) -> None:
    """The bench's, which follows the sums, and the tests' own, which tries every combination of inner cells."""
    chance = np.random.default_rng(seed)
    table = random_table((2, 3), (chance.geometric(1 / 5, 6)).tolist())
    hidden = np.isin(np.arange(12), chance.choice(12, 5, replace=False))
    people = Table.of(table, 3, 3)
    low, high = np.ones(12, dtype=np.int64), people.people + 3
    case = masked(table, pl.Series(hidden))
    slow = possible_tables(case.safe, table.dimensions, low, high)
    quick = possible(equations(people, hidden), low[hidden], high[hidden])
    assert quick is not None
    assert {tuple(row) for row in slow[:, hidden].tolist()} == {tuple(row) for row in quick.tolist()}
