"""How a share went since earlier deliveries: a word, and a line as inline SVG beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

Bounds = Sequence[float] | None
"""At least, at most; None where a delivery tells nothing."""
Direction = Literal["up", "down", "same", "new"]

_WIDTH, _HEIGHT, _EDGE = 64.0, 16.0, 2.5


@dataclass(frozen=True, slots=True)
class Trend:
    direction: Direction
    line: Markup
    """Oldest at the left; empty where there is nothing to compare with."""


def trend(now: Bounds, before: Sequence[Bounds]) -> Trend:
    """`before` has the newest first. What bounds cannot tell apart has not moved."""
    known = [each for each in before if each is not None]
    if now is None or not known:
        return Trend("new", Markup(""))
    return Trend(_direction(now, known[0]), _line([*reversed(known), now]))


def _direction(now: Sequence[float], before: Sequence[float]) -> Direction:
    if now[0] > before[1]:
        return "up"
    return "down" if now[1] < before[0] else "same"


def _line(shares: Sequence[Sequence[float]]) -> Markup:
    """It repeats what stands beside it in words, so a screen reader passes it over."""
    middles = [(low + high) / 2 for low, high in shares]
    most = max(middles) or 1.0
    apart = (_WIDTH - 2 * _EDGE) / (len(middles) - 1)
    points = [
        (_EDGE + place * apart, _HEIGHT - _EDGE - middle / most * (_HEIGHT - 2 * _EDGE))
        for place, middle in enumerate(middles)
    ]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup(
        '<svg class="trend" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}" aria-hidden="true">'
        '<polyline points="{}"/><circle cx="{:.1f}" cy="{:.1f}" r="2.2"/></svg>'
    ).format(_WIDTH, _HEIGHT, _WIDTH, _HEIGHT, drawn, *points[-1])
