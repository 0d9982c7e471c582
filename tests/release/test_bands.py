"""How far figures may be off: steps from drawn link sets, and nothing about a cell that is hidden."""

import polars as pl
import pytest

from gate import examine
from gate.subject import TOTAL
from linkage.linked import LinkedTable
from release.bands import STEPS
from release.bias import Questions
from release.draft import draft, subject_of
from tests.gate.policies import signed
from tests.release.linking import linked_table, request


def errors(linked: LinkedTable, **output: object) -> dict[str, int | None]:
    made = draft(linked, request(dimensions=["residents.town"], **output), Questions(), {})
    assert made.cells is not None
    return dict(made.cells.table.select("residents.town", "linkage_error").iter_rows())


def of_two_towns(chance: float, doubtful: int, settled: int = 100, amount: float = 1.0) -> LinkedTable:
    """Reports of a resident in town a: `settled` surely so, `doubtful` with this chance, or else not linked."""
    reports = [{"amount": 1.0}] * settled + [{"amount": amount}] * doubtful
    links = [("reports", row, "residents", 1, 1.0) for row in range(1, settled + 1)]
    links += [("reports", row, "residents", 2, chance) for row in range(settled + 1, settled + doubtful + 1)]
    return linked_table({"reports": reports, "residents": [{"town": "a"}, {"town": "a"}]}, links)


# Chance of the doubtful reports, how many, and the step.
DOUBTS: dict[str, tuple[float, int, int]] = {
    "nothing is open": (1.0, 10, 1),
    "one report in a hundred may fall out": (0.8, 1, 1),
    "twenty in a hundred and twenty are rather certain": (0.9, 20, 5),
    "a hundred in two hundred, half and half": (0.51, 100, 50),
    "links that were not made may be right": (0.49, 100, 100),
}


@pytest.mark.parametrize(("chance", "doubtful", "step"), DOUBTS.values(), ids=DOUBTS)
def test_the_step_holds_what_plausible_link_sets_count(chance: float, doubtful: int, step: int) -> None:
    found = errors(of_two_towns(chance, doubtful))
    assert found["a"] == found[TOTAL]
    assert found["a"] is not None
    assert STEPS.index(found["a"]) == STEPS.index(step)


def test_a_large_amount_counts_for_more_than_its_record() -> None:
    linked = of_two_towns(0.6, 1, amount=300.0)
    assert errors(linked)["a"] == 1
    assert errors(linked, magnitude="reports.amount")["a"] == 100


def test_where_a_record_falls_is_told_by_both_cells() -> None:
    """One report is of a resident of a or, less probably, of b: each may be off by it, the total is not."""
    towns = [{"town": "a"}] * 10 + [{"town": "b"}] * 10
    links = [("reports", row, "residents", row, 1.0) for row in range(1, 20)]
    links += [("reports", 20, "residents", 1, 0.6), ("reports", 20, "residents", 20, 0.4)]
    once = {"reports": False, "residents": True}
    linked = linked_table({"reports": [{"kind": "x"}] * 20, "residents": towns}, links, once=once)
    found = errors(linked)
    assert found["a"] == 10
    assert found["b"] in (20, 10)
    assert found[TOTAL] in (1, 5)


def test_a_hidden_cell_hides_its_step_and_an_empty_one_has_none() -> None:
    payload = {
        "reports": [{"kind": "x"}] * 60,
        "residents": [{"town": "a"}] * 30 + [{"town": "b"}] * 25 + [{"town": "c"}] * 5,
    }
    linked = linked_table(payload, [("reports", row, "residents", row, 0.9) for row in range(1, 61)])
    made = draft(linked, request(dimensions=["residents.town", "reports.kind"]), Questions(), {}, draws=5)
    verdict = examine(subject_of(made), signed(("D01", "D06", "D07")))
    assert verdict.safe is not None
    hidden = verdict.safe.filter(pl.col("people").is_null())
    assert hidden.height >= 2
    assert hidden["linkage_error"].null_count() == hidden.height
    assert verdict.safe.filter(pl.col("people").is_not_null())["linkage_error"].null_count() == 0


def test_the_same_draft_has_the_same_steps() -> None:
    linked = of_two_towns(0.7, 30)
    assert errors(linked) == errors(linked)


def test_no_plausible_set_counts_fewer_people_than_the_conservative_count() -> None:
    linked = of_two_towns(0.4, 20)
    widest = linked.clusters_at(0.1)["cluster"].n_unique()
    assert all(one.entities["cluster"].n_unique() >= widest for one in linked.draws(20, seed=3))
