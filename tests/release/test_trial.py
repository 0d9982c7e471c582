"""What is foretold of a table, against a slow twin that adds up the Poisson distribution number by number."""

import math
from functools import partial
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import WrongInput
from pseudonymise.protected import PAYLOAD
from register.output import Filter
from release.trial import eligible, foreseen, kept_of, rounded

MINIMUM = 10


def _table(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({PAYLOAD + name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})


@pytest.mark.parametrize(
    ("count", "told"), [(0, None), (9, None), (10, 10), (14, 10), (16, 20), (1_004, 1_000)], ids=str
)
def test_numbers_are_told_to_the_nearest_ten_and_small_ones_not(count: int, told: int | None) -> None:
    assert rounded(count, MINIMUM) == told


@given(st.integers(0, 10_000), st.integers(3, 50))
def test_one_person_more_seldom_shows_and_never_by_one(count: int, minimum: int) -> None:
    before, after = rounded(count, minimum), rounded(count + 1, minimum)
    assert (after or 0) - (before or 0) in (0, minimum)


def test_filters_of_a_source_are_about_its_own_columns() -> None:
    payload = _table(kind=["a"] * 30 + ["b"] * 15 + [None] * 5)
    filters = [Filter(column="s.kind", values=("a",)), Filter(column="other.kind", values=("b",))]
    one = eligible("s", payload, filters, MINIMUM)
    assert (one.came, one.kept) == (50, 30)
    assert kept_of("s", payload, filters).height == 30


def test_a_column_that_is_not_kept_is_refused() -> None:
    with pytest.raises(WrongInput, match="keeps no column nothing"):
        eligible("s", _table(kind=["a"]), [Filter(column="s.nothing", values=("a",))], MINIMUM)


COUNTS = st.lists(st.integers(1, 60), min_size=1, max_size=4)


def _two(rows: list[int], other: list[int]) -> dict[str, pl.DataFrame]:
    return {
        "u": _table(d=[str(at) for at, count in enumerate(rows) for _ in range(count)]),
        "v": _table(e=[str(at) for at, count in enumerate(other) for _ in range(count)]),
    }


@given(COUNTS, COUNTS, st.floats(0, 1), st.integers(1, 12))
def test_what_is_foreseen_is_what_adding_up_gives(rows: list[int], other: list[int], rate: float, least: int) -> None:
    table = foreseen(_two(rows, other), "u", ["u.d", "v.e"], rate, least)
    records, *told = (rounded(sum(rows), least), *([n for n in (rounded(each, least) for each in some) if n]
                                                   for some in (rows, other)))  # fmt: skip
    if not records or not all(told):
        assert (table.cells, table.blocked, table.blocked_share) == (None, None, None)
        return
    cells, blocked, share = _slowly(records, told[0], told[1], rate, least)
    assert table.cells == cells
    assert table.blocked is not None and abs(table.blocked - blocked) <= 0.5 + 1e-9
    assert table.blocked_share == pytest.approx(share, abs=0.005 + 1e-9)


def _slowly(records: int, rows: list[int], other: list[int], rate: float, least: int) -> tuple[int, float, float]:
    means = [records * rate * a / sum(rows) * b / sum(other) for a, b in product(rows, other)]
    chances = [[math.exp(-mean) * mean**n / math.factorial(n) for n in range(1, least)] for mean in means]
    lost = sum(n * chance for each in chances for n, chance in enumerate(each, 1))
    total = sum(means)
    return len(means), sum(map(sum, chances)), lost / total if total else 0.0


@given(COUNTS, st.data())
def test_what_rounds_alike_is_told_alike(rows: list[int], data: st.DataObject) -> None:
    """Else somebody who tries many filters reads how many there are from what would be hidden."""
    near = [data.draw(st.integers(max(1, each - 5), each + 5).filter(partial(_alike, each))) for each in rows]
    if _alike(sum(rows), sum(near)):
        one, other = (foreseen(_two(some, [20]), "u", ["u.d"], 1.0, MINIMUM) for some in (rows, near))
        assert one == other


def _alike(one: int, other: int) -> bool:
    return rounded(one, MINIMUM) == rounded(other, MINIMUM)


@pytest.mark.parametrize("number", range(10))
def test_of_a_group_below_the_least_nothing_is_foreseen(number: int) -> None:
    table = foreseen({"u": _table(d=["x"] * number)}, "u", ["u.d"], 1.0, MINIMUM)
    assert (table.cells, table.blocked, table.blocked_share) == (None, None, None)


def test_a_table_of_too_many_cells_is_refused_before_it_is_made() -> None:
    names = [str(n) for n in range(1_001) for _ in range(MINIMUM)]
    with pytest.raises(WrongInput, match="more than 1,000,000 cells"):
        foreseen({"u": _table(a=names, b=names)}, "u", ["u.a", "u.b"], 1.0, MINIMUM)


@pytest.mark.parametrize("few", [0, MINIMUM - 1])
def test_a_category_of_few_records_does_not_decide_whether_a_table_is_refused(few: int) -> None:
    names = [str(n) for n in range(1_000) for _ in range(MINIMUM)]
    payload = {"u": _table(a=names), "v": _table(b=[*names, *["few"] * few])}
    assert foreseen(payload, "u", ["u.a", "v.b"], 1.0, MINIMUM).cells == 1_000_000
