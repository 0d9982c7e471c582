"""Controlled rounding: every published count becomes a multiple of the base, and what added up still does.

Zero-restricted where it can be (Cox 1982, Journal of the American Statistical Association 77, 520-524): a multiple
stays, any other count goes to one of its two neighbours, so that no count moves by the base or more. Tables of three
and more dimensions may have no such rounding; then counts may move one multiple further, and only zeros stay. Of all
roundings one that changes the counts least is taken (as a mixed integer programme; tables of two dimensions need no
integers).

It is made of what is shown and of nothing else: whoever reads it learns no more of a hidden cell than from the true
counts around it, and that is what the auditor looks at.
"""

from typing import Final

import highspy
import numpy as np
import numpy.typing as npt
import polars as pl

from declare import Refusal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Line = tuple[int, Ints]
"""A total and its parts, as cell numbers."""

_NODES: Final = 200
"""Most nodes of the search: a limit in seconds would make the result depend on the machine."""
_GROUPS: Final = 3
"""Unknowns of a cell: up to the next multiple, one multiple further up, one further down."""


class NoRounding(Refusal):
    def __init__(self, base: int) -> None:
        super().__init__(
            f"no rounding of this table to multiples of {base} was found that keeps its sums",
            remedy="Combine categories, publish fewer dimensions together, or choose cell keys instead.",
        )


def rounded(counts: pl.Series, lines: list[Line], base: int, *, least: pl.Series | None = None) -> pl.Series:
    """`counts` (one per cell, null where hidden) as multiples of `base`; null stays null, and zero stays zero.

    A line that has no hidden cell and adds up does so afterwards. `least`: what a rounded count may not be below.
    Raises `NoRounding`.
    """
    shown = counts.is_not_null().to_numpy()
    value = counts.fill_null(0).to_numpy().astype(np.int64)
    floor = value // base
    least_multiple = np.zeros_like(floor) if least is None else least.fill_null(0).to_numpy() // base
    kept = [line for line in lines if _adds_up(line, value, shown)]
    for further in (0, 1):
        moved = _moves(value, floor, base, kept, further, least_multiple)
        if moved is not None:
            found = pl.Series(counts.name, (floor + moved) * base, pl.Int64)
            return pl.select(pl.when(counts.is_not_null()).then(found)).to_series().alias(counts.name)
    raise NoRounding(base)


def _adds_up(line: Line, value: Ints, shown: npt.NDArray[np.bool_]) -> bool:
    total, parts = line
    return bool(shown[total] and shown[parts].all() and value[parts].sum() == value[total])


def _moves(value: Ints, floor: Ints, base: int, lines: list[Line], further: int, least: Ints) -> Ints | None:
    """By how many multiples each cell lies above its floor; None when the lines cannot be kept."""
    cells, rest = len(value), value - floor * base
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_max_nodes", _NODES)
    up, down = (rest > 0).astype(np.float64), np.where(floor > 0, further, 0).astype(np.float64)
    upper = np.concatenate([up, np.where(value > 0, further, 0).astype(np.float64), down])
    model.addVars(_GROUPS * cells, np.zeros(_GROUPS * cells), upper)
    columns = np.arange(_GROUPS * cells, dtype=np.int32)
    costs = np.concatenate([base - 2.0 * rest, np.full(2 * cells, 2.0 * base)])
    model.changeColsCost(_GROUPS * cells, columns, costs)
    for total, parts in lines:
        members = np.concatenate([[total], parts])
        signs = np.concatenate([[-1.0], np.ones(len(parts))])
        _add_row(model, members, signs, float(-(signs @ floor[members])), cells)
    for cell in np.flatnonzero(least > floor):
        _add_row(model, np.array([cell]), np.ones(1), float(least[cell] - floor[cell]), cells, np.inf)
    return _solution(model, cells)


def _add_row(
    model: highspy.Highs, members: Ints, signs: Floats, low: float, cells: int, high: float | None = None
) -> None:
    """The sum of the moves of `members` is `low`, or lies between `low` and `high`."""
    every = np.concatenate([members, members + cells, members + 2 * cells]).astype(np.int32)
    model.addRow(low, low if high is None else high, len(every), every, np.concatenate([signs, signs, -signs]))


def _solution(model: highspy.Highs, cells: int) -> Ints | None:
    moved = _run(model, cells)
    if moved is not None and np.abs(moved - moved.round()).max(initial=0.0) > 1e-6:
        number = _GROUPS * cells
        kinds = np.full(number, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        model.changeColsIntegrality(number, np.arange(number, dtype=np.int32), kinds)
        moved = _run(model, cells)
    return None if moved is None else moved.round().astype(np.int64)


def _run(model: highspy.Highs, cells: int) -> Floats | None:
    model.run()
    if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    found = np.asarray(model.getSolution().col_value, dtype=np.float64)
    moved: Floats = found[:cells] + found[cells : 2 * cells] - found[2 * cells :]
    return moved
