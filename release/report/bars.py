"""Link rates as horizontal bars with their intervals: inline SVG, no script, readable by a screen reader."""

from dataclasses import dataclass

from release.report.facts import GroupRate

WIDTH = 180.0
"""Units of the plot; labels stand beside it in the table."""
_LOWEST, _HIGHEST = 2, 2


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
    """All groups of one attribute."""

    attribute: str
    bars: tuple[Bar, ...]
    unshown: int
    """Groups between the lowest and the highest that the page has no room for."""


def charts(groups: tuple[GroupRate, ...]) -> tuple[Chart, ...]:
    """One chart an attribute, in the order given; groups in order of rate (of its lower bound where it is not told),
    lowest first, unknown last."""
    attributes = dict.fromkeys(group.attribute for group in groups)
    return tuple(_chart(name, [group for group in groups if group.attribute == name]) for name in attributes)


def _chart(attribute: str, groups: list[GroupRate]) -> Chart:
    ordered = sorted(groups, key=lambda group: (group.low is None, group.rate or group.low or 0.0, group.group))
    shown = ordered if len(ordered) <= _LOWEST + _HIGHEST else _ends(ordered)
    return Chart(attribute, tuple(_bar(group) for group in shown), len(ordered) - len(shown))


def _ends(ordered: list[GroupRate]) -> list[GroupRate]:
    """The lowest and the highest rates; groups of which nothing is told are left out first."""
    known = [group for group in ordered if group.low is not None]
    return [*known[:_LOWEST], *known[_LOWEST:][-_HIGHEST:]]


def _bar(group: GroupRate) -> Bar:
    bar, left, right = (WIDTH * (rate or 0.0) for rate in (group.rate, group.low, group.high))
    return Bar(group.group, group.rate, group.low, group.high, bar, left, right)
