"""Drawings as inline SVG: no script, no outside asset. What they show stands in words or a table beside them."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from linkage.explain import Explanation
from linkage.report.groups import Group
from linkage.report.histogram import Bin

BAR: Final = 110.0
"""Width of a bar in a table; one that goes to both sides is twice as wide."""
_WIDTH, _LABEL, _NUMBER = 720.0, 250.0, 70.0
_HEIGHT, _MARGIN = 200.0, 34.0
_ROW: Final = 22.0
_MOST_NUMBERS: Final = 6
"""Lines of a group that can have their numbers beside them."""


def share_bar(share: float, kind: str) -> Markup:
    """A bar from 0 to 1."""
    return _svg(BAR, 10, "", _box(0, 1, BAR * share, 8, kind))


def weight_bar(weight: float, largest: float) -> Markup:
    """A bar to the right for, to the left against a match; `largest` fills its half."""
    length = BAR * min(abs(weight) / max(largest, 1e-9), 1.0)
    start = BAR if weight > 0 else BAR - length
    return _svg(2 * BAR, 10, "", _box(start, 1, length, 8, _tone(weight)), _line(BAR, 0, BAR, 10, "axis"))


def histogram_chart(bins: Sequence[Bin], threshold: float) -> Markup:
    """Pairs and expected matches by match weight, counts on a logarithmic scale; `threshold` is a match weight."""
    low, high = min(bins[0].low, threshold), max(bins[-1].high, threshold)
    most = max(one.pairs for one in bins)

    def x(weight: float) -> float:
        return _MARGIN + (weight - low) / (high - low) * (_WIDTH - 2 * _MARGIN)

    parts = [_grid_line(10**power, most) for power in range(len(str(most)))]
    for one in bins:
        for count, kind in ((float(one.pairs), "pairs"), (one.expected, "matches")):
            tall = _tall(count, most)
            parts.append(_box(x(one.low) + 0.5, _HEIGHT - tall, x(one.high) - x(one.low) - 1, tall, kind))
    parts += [_text(x(weight), _HEIGHT + 14, f"{weight:g}", "middle") for weight in _ticks(low, high)]
    parts += [
        _line(x(threshold), 14, x(threshold), _HEIGHT, "threshold"),
        _text(x(threshold), 10, f"threshold {threshold:.1f}", "middle"),
        _text(_WIDTH / 2, _HEIGHT + 29, "match weight (log2)", "middle"),
    ]
    return _svg(_WIDTH, _HEIGHT + 34, "Pairs and expected matches by match weight", *parts)


def waterfall(why: Explanation, threshold: float) -> Markup:
    """From the prior, step by step, to the total, in log2 odds; `threshold` is in log2 odds too."""
    rows = _rows(why)
    ends = [end for _, start, length in rows for end in (start, start + length)]
    low, high = min(*ends, threshold), max(*ends, threshold)

    def x(odds: float) -> float:
        return _LABEL + (odds - low) / max(high - low, 1e-9) * (_WIDTH - _LABEL - _NUMBER)

    bottom = _ROW * len(rows) + 4
    parts = [_line(x(threshold), 0, x(threshold), bottom, "threshold")]
    for number, (label, start, length) in enumerate(rows):
        top = _ROW * number + 4
        left, right = sorted((x(start), x(start + length)))
        kind = "total" if number in (0, len(rows) - 1) else _tone(length)
        parts += [
            _text(_LABEL - 8, top + 12, label, "end"),
            _box(left, top + 2, max(right - left, 1.0), _ROW - 8, kind),
            _text(_WIDTH, top + 12, signed(length), "end"),
        ]
    parts.append(_text(x(threshold), bottom + 12, "threshold", "middle"))
    return _svg(_WIDTH, bottom + 16, "Steps of the match weight; the same in words below", *parts)


def history_chart(changes: Sequence[float]) -> Markup:
    """Largest change of a chance in each iteration, on a logarithmic scale."""
    logs = [math.log10(max(change, 1e-12)) for change in changes]
    low, high = math.floor(min(logs)), math.ceil(max(logs))

    def y(value: float) -> float:
        return 8 + (high - value) / max(high - low, 1) * (_HEIGHT / 2)

    step = (_WIDTH - 3 * _MARGIN) / max(len(logs) - 1, 1)
    points = " ".join(f"{2 * _MARGIN + number * step:.1f},{y(value):.1f}" for number, value in enumerate(logs))
    lines = [_line(2 * _MARGIN, y(power), _WIDTH - _MARGIN, y(power), "grid") for power in range(low, high + 1)]
    marks = [_text(2 * _MARGIN - 6, y(power) + 4, f"1e{power}", "end") for power in range(low, high + 1)]
    curve = Markup('<polyline class="curve" points="{}"/>').format(points)
    under = _text(_WIDTH / 2, _HEIGHT / 2 + 26, f"iteration 1 to {len(logs)}", "middle")
    return _svg(_WIDTH, _HEIGHT / 2 + 32, "Largest change of a chance by iteration", *lines, *marks, curve, under)


def group_chart(group: Group) -> Markup:
    """Records on a circle: round ones are left, square ones right; drawn lines are links, broken ones are not."""
    wide, radius = 230.0, 78.0
    places = [_on_circle(number, len(group.sides), wide / 2, 100.0, radius) for number in range(len(group.sides))]
    lines, texts = [], []
    for edge in group.edges:
        (x1, y1), (x2, y2) = places[edge.one], places[edge.two]
        lines.append(_line(x1, y1, x2, y2, "link" if edge.linked else "rival"))
        if len(group.edges) <= _MOST_NUMBERS:
            # not in the middle, where lines cross; cut off, for 0.9996 is not 1
            at = 0.6 * x1 + 0.4 * x2, 0.6 * y1 + 0.4 * y2 + 4
            texts.append(_text(*at, f"{min(edge.probability, 0.9999):.4f}"[:5], "middle"))
    parts = [*lines, *texts]
    for number, ((x, y), side) in enumerate(zip(places, group.sides, strict=True), start=1):
        round_ = 10 if side == "l" else 0
        node = Markup('<rect class="node" x="{:.1f}" y="{:.1f}" width="24" height="20" rx="{}"/>')
        parts += [node.format(x - 12, y - 10, round_), _text(x, y + 4, f"r{number}", "middle")]
    return _svg(wide, 200, f"{group.records} records, {len(group.edges)} likely pairs", *parts)


def _rows(why: Explanation) -> list[tuple[str, float, float]]:
    """Label, start and length of every bar."""
    rows, at = [("before looking", 0.0, why.prior_weight)], why.prior_weight
    for step in why.steps:
        plain = step.weight - step.rarity
        rows.append((f"{step.field}: {step.level}", at, plain))
        if abs(step.rarity) >= 0.05:
            rows.append(("rare value" if step.rarity > 0 else "common value", at + plain, step.rarity))
        at += step.weight
    return [*rows, ("log2 odds in all", 0.0, at)]


def _tall(count: float, most: int) -> float:
    return (_HEIGHT - 20) * math.log10(1 + count) / math.log10(1 + most)


def _grid_line(count: int, most: int) -> Markup:
    y = _HEIGHT - _tall(count, most)
    return _line(_MARGIN, y, _WIDTH - _MARGIN, y, "grid") + _text(_MARGIN - 3, y + 3, _short(count), "end")


def _short(count: int) -> str:
    return next(
        (f"{count // size}{unit}" for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")) if count >= size),
        str(count),
    )


def _ticks(low: float, high: float) -> Iterable[float]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6) if (high - low) / step <= 14)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def _on_circle(number: int, count: int, x: float, y: float, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * number / count + math.pi
    return x + 1.15 * radius * math.cos(angle), y + radius * math.sin(angle)


def signed(weight: float) -> str:
    """One decimal with a sign; nothing is 0."""
    return f"{weight:+.1f}".replace("-", "−") if abs(weight) >= 0.05 else "0"


def _tone(weight: float) -> str:
    return "for" if weight > 0 else "against" if weight < 0 else "nothing"


def _svg(width: float, height: float, label: str, *parts: Markup) -> Markup:
    """A drawing; without a label it only repeats a number beside it and is passed over by a screen reader."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg viewBox="0 0 {:g} {:g}" width="{:g}" {}>{}</svg>').format(
        width, height, width, spoken, Markup("").join(parts)
    )


def _box(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        kind, x, y, max(width, 0.0), max(height, 0.0)
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(kind, x1, y1, x2, y2)


def _text(x: float, y: float, content: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, content)
