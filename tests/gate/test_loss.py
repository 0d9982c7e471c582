"""How much is lost by hiding, beside the least that could be: hidden people and hidden cells, added."""

import json

import numpy as np
import pytest

from benchmarks import oracle_cases, oracles
from benchmarks.gate_optimum import Table, least_loss, strangers
from gate.disclosure.cells import checked
from gate.disclosure.needs import Needs
from gate.disclosure.suppress import suppress
from tests.gate.test_auditor import random_table

SHAPES = [(4, 3, 1), (4, 3, 9), (3, 5, 1), (4, 4, 2), (4, 4, 3), (4, 4, 4), (5, 4, 5), (2, 3, 2, 1)]
"""Sizes of the dimensions, and a seed."""


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_small_table_loses_at_most_a_tenth_more_than_it_must(shape: tuple[int, ...]) -> None:
    *sizes, seed = shape
    counts = np.random.default_rng(seed).geometric(1 / 30, int(np.prod(sizes))) - 1
    table = random_table(tuple(sizes), counts.tolist())
    truth = checked(table)
    unsafe = (truth["people"] > 0) & (truth["people"] < 10)
    found = suppress(truth, table.dimensions, unsafe, None, Needs(10, 10))
    loss = int((truth.filter(found.hidden)["people"] + 1).sum())
    least = least_loss(Table.of(table, 10, 10), strangers(table, 10)).loss
    assert least is not None
    assert 0 < unsafe.sum() < loss <= 1.1 * least


def test_counts_in_two_dimensions_lose_less_than_with_an_engine_made_by_others() -> None:
    """102 cells: the optimum of the engine of τ-ARGUS hides 31 with 314 people, and asks for less."""
    case = oracle_cases.tables()["Adult: education × race"]
    found = oracles.hidden(case)
    theirs = json.loads((oracles.RESULTS / "oracles.json").read_text())["answers"]["tauargus"]
    others = theirs["Adult: education × race"]["OPT"]
    cells = case.cells()
    ours, other = (
        cells.table.filter(oracles.marked(cells.table, cells.dimensions, names))["people"].sum()
        for names in (found["cells"], others["unsafe"] + others["further"])
    )
    assert not any(found["audit"].values())
    assert ours < other
