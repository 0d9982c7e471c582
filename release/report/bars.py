"""Link rates as horizontal bars with their intervals: inline SVG, no script, readable by a screen reader."""

from dataclasses import dataclass

from release.report.facts import GroupRate

WIDTH = 180.0
"""Units of the plot; labels stand beside it in the table."""
HEIGHT = 9.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: `bar`, `left` and `right` are positions in SVG units on an axis from 0 to 1, where 1 is `WIDTH`."""

    group: str
    rate: float | None
    low: float | None
    high: float | None
    bar: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All groups of one attribute. `gap` is the largest difference between two groups' rates, in points."""

    attribute: str
    bars: tuple[Bar, ...]
    gap: float | None
    ticks: tuple[tuple[float, float], ...]
    """Position and rate of each tick."""


def charts(groups: tuple[GroupRate, ...]) -> tuple[Chart, ...]:
    """One chart an attribute, in the order given; groups in order of rate, lowest first, unknown last."""
    attributes = dict.fromkeys(group.attribute for group in groups)
    return tuple(_chart(name, [group for group in groups if group.attribute == name]) for name in attributes)


def _chart(attribute: str, groups: list[GroupRate]) -> Chart:
    ordered = sorted(groups, key=lambda group: (group.rate is None, group.rate or 0.0, group.group))
    rates = [group.rate for group in groups if group.rate is not None]
    gap = 100 * (max(rates) - min(rates)) if len(rates) > 1 else None
    ticks = tuple((WIDTH * tick, tick) for tick in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Chart(attribute, tuple(_bar(group) for group in ordered), gap, ticks)


def _bar(group: GroupRate) -> Bar:
    bar, left, right = (WIDTH * (rate or 0.0) for rate in (group.rate, group.low, group.high))
    return Bar(group.group, group.rate, group.low, group.high, bar, left, right)
