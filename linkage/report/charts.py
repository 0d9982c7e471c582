"""Drawings of what was found. The same stands in words or a table beside each."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from markupsafe import Markup

from linkage.explain import Explanation
from linkage.fitted import Calibration
from linkage.report.drawing import box, curve, drawing, line, strip, text
from linkage.report.groups import Edge, Group
from linkage.report.histogram import Bin
from linkage.words import Words

_WIDTH, _HEIGHT, _MARGIN = 760.0, 220.0, 40.0
_SQUARE: Final = 320.0
_MOST_NUMBERS: Final = 6
"""Lines of a group that can have their numbers beside them."""


def share_bar(share: float, kind: str) -> Markup:
    """A bar from 0 to 1."""
    return strip(100, box(0, 1, 100 * share, 8, kind))


def weight_bar(weight: float, largest: float) -> Markup:
    """A bar to the right for, to the left against a match; `largest` fills its half."""
    return strip(200, *_from_middle(weight, largest, _tone(weight)))


def _from_middle(value: float, largest: float, kind: str) -> tuple[Markup, Markup]:
    length = 100 * min(abs(value) / max(largest, 1e-9), 1.0)
    return box(100 if value > 0 else 100 - length, 1, length, 8, kind), line(100, 0, 100, 10, "axis")


def excess_bar(bits: float, most: float) -> Markup:
    """What weighs too much to the right, what weighs too little to the left."""
    return strip(200, *_from_middle(bits, most, "excess" if bits >= 0.05 else "nothing"))


def histogram_chart(bins: Sequence[Bin], threshold: float, t: Words) -> Markup:
    """Pairs and expected matches by match weight, counts on a logarithmic scale; `threshold` is a match weight."""
    low, high = min(bins[0].low, threshold), max(bins[-1].high, threshold)
    most = max(one.pairs for one in bins)

    def x(weight: float) -> float:
        return _MARGIN + (weight - low) / (high - low) * (_WIDTH - 2 * _MARGIN)

    parts = [_grid_line(10**power, most) for power in range(len(str(most)))]
    for one in bins:
        said = f"{weight_range(one, t)}: {t.number(one.pairs)} {t('key_pairs')}, {t.number(one.expected, 1)} "
        for count, kind in ((float(one.pairs), "pairs"), (one.expected, "matches")):
            tall = _tall(count, most)
            wide = x(one.high) - x(one.low) - 1
            parts.append(box(x(one.low) + 0.5, _HEIGHT - tall, wide, tall, kind, said + t("key_expected")))
    parts += [text(x(weight), _HEIGHT + 15, t.plain(weight), "middle") for weight in _ticks(low, high)]
    parts += [
        line(x(threshold), 16, x(threshold), _HEIGHT, "threshold"),
        text(_inside(x(threshold)), 11, t("threshold", weight=t.plain(round(threshold, 1))), "middle"),
        text(_WIDTH / 2, _HEIGHT + 32, t("weights_axis"), "middle"),
    ]
    return drawing(_WIDTH, _HEIGHT + 38, t("weights_chart"), t("weights_desc", bins=t.number(len(bins))), *parts)


def weight_range(one: Bin, t: Words) -> str:
    return t("weights_range", low=t.plain(one.low), high=t.plain(one.high))


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: its label, weight in log2, and the bar that runs from where the one before it ended."""

    label: str
    weight: float
    bar: Markup


def waterfall(why: Explanation, threshold: float, t: Words) -> tuple[Bar, ...]:
    """From the prior, step by step, to the total; `threshold` is in log2 odds by the model too."""
    rows = _rows(why, t)
    ends = [end for _, start, length in rows for end in (start, start + length)]
    low, high = min(*ends, threshold), max(*ends, threshold)

    def x(odds: float) -> float:
        return 2 + 396 * (odds - low) / max(high - low, 1e-9)

    def bar(number: int, start: float, length: float) -> Markup:
        left, right = sorted((x(start), x(start + length)))
        kind = "total" if number in (0, len(rows) - 1) else _tone(length)
        step = box(left, 2.5, max(right - left, 1.5), 5, kind)
        return strip(400, line(x(threshold), 0, x(threshold), 10, "threshold"), step)

    return tuple(Bar(label, length, bar(number, start, length)) for number, (label, start, length) in enumerate(rows))


def history_chart(changes: Sequence[float], t: Words) -> Markup:
    """Largest change of a chance in each iteration, on a logarithmic scale."""
    logs = [math.log10(max(change, 1e-12)) for change in changes]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    left, step = 1.6 * _MARGIN, (_WIDTH - 3 * _MARGIN) / max(len(logs) - 1, 1)

    def y(value: float) -> float:
        return 8 + (high - value) / max(high - low, 1) * (_HEIGHT / 2)

    grid = [line(left, y(power), _WIDTH - _MARGIN, y(power), "grid") for power in range(low, high + 1)]
    marks = [text(left - 6, y(power) + 4, t.power(10.0**power).split("× ")[1], "end") for power in range(low, high + 1)]
    drawn = curve([(left + number * step, y(value)) for number, value in enumerate(logs)])
    under = text(_WIDTH / 2, _HEIGHT / 2 + 28, t("history_axis", iterations=t.number(len(logs))), "middle")
    said = t("history_desc", iterations=len(logs), first=t.power(changes[0]), last=t.power(changes[-1]))
    return drawing(_WIDTH, _HEIGHT / 2 + 36, t("history_chart"), said, *grid, *marks, drawn, under)


def calibration_chart(calibration: Calibration, t: Words) -> Markup:
    """Calibrated chance by the model's own; broken, what the model says itself."""
    start, top, size = 40.0, 24.0, _SQUARE - 60.0
    own = np.linspace(0.001, 0.999, 200)

    def at(chance: float, calibrated: float) -> tuple[float, float]:
        return start + size * chance, top + size * (1 - calibrated)

    grid, marks = [], []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = at(tick, tick)
        grid += [line(start, y, start + size, y, "grid"), line(x, top, x, top + size, "grid")]
        marks += [
            text(start - 5, y + 4, t.number(tick, 2), "end"),
            text(x, top + size + 15, t.number(tick, 2), "middle"),
        ]
    drawn = curve([at(*both) for both in zip(own.tolist(), bent(calibration, own).tolist(), strict=True)])
    itself = line(*at(0, 0), *at(1, 1), "rival")
    under = text(start + size / 2, top + size + 32, t("by_model"), "middle")
    above = text(0, 12, t("calibrated"), "start")
    return drawing(
        _SQUARE, size + 62, t("calibration_chart"), t("calibration_desc"), above, *grid, *marks, itself, drawn, under
    )


def bent(calibration: Calibration, own: np.ndarray) -> np.ndarray:
    """Calibrated chances of the model's own."""
    return np.asarray(1 / (1 + np.exp2(-calibration.odds(np.log2(own / (1 - own))))))


def group_chart(group: Group, t: Words) -> Markup:
    """Records on a circle: round ones are left, square ones right; drawn lines are links, broken ones are not."""
    wide, radius = 240.0, 78.0
    places = [_on_circle(number, len(group.sides), wide / 2, 100.0, radius) for number in range(len(group.sides))]
    parts = [line(*places[edge.one], *places[edge.two], "link" if edge.linked else "rival") for edge in group.edges]
    if len(group.edges) <= _MOST_NUMBERS:
        parts += [text(x, y + 4, said, "middle") for x, y, said in _numbers(group, places, t)]
    for number, ((x, y), side) in enumerate(zip(places, group.sides, strict=True), start=1):
        round_ = 10 if side == "l" else 0
        node = Markup('<rect class="node" x="{:.1f}" y="{:.1f}" width="26" height="20" rx="{}"/>')
        parts += [node.format(x - 13, y - 10, round_), text(x, y + 4, f"r{number}", "middle")]
    title = t("group_chart", records=t.number(group.records), pairs=t.number(len(group.edges)))
    return drawing(wide, 200, title, t("group_desc"), *parts)


def _numbers(group: Group, places: Sequence[tuple[float, float]], t: Words) -> Iterator[tuple[float, float, str]]:
    """Where on its line each probability stands clear of the others; one without room is told beneath only."""
    taken: list[tuple[float, float]] = list(places)
    for edge in group.edges:
        (x1, y1), (x2, y2) = places[edge.one], places[edge.two]
        along = ((x1 + share * (x2 - x1), y1 + share * (y2 - y1)) for share in (0.5, 0.36, 0.64, 0.43, 0.57))
        for x, y in along:
            if all(abs(x - other) >= 32 or abs(y - height) >= 14 for other, height in taken):
                taken.append((x, y))
                yield x, y, _cut(edge.probability, t)
                break


def group_pairs(group: Group, t: Words) -> str:
    """Every line in words."""
    return "; ".join(_pair(edge, t) for edge in group.edges)


def _pair(edge: Edge, t: Words) -> str:
    kind = t("group_link" if edge.linked else "group_rival")
    return t("group_pair", one=f"r{edge.one + 1}", two=f"r{edge.two + 1}", chance=_cut(edge.probability, t), kind=kind)


def _cut(chance: float, t: Words) -> str:
    """Three decimals, cut off: 0.9996 is not 1."""
    return t.number(math.floor(chance * 1000) / 1000 if chance < 1 else 0.999, 3)


def _rows(why: Explanation, t: Words) -> list[tuple[str, float, float]]:
    """Label, start and length of every bar."""
    rows, at = [(t("before"), 0.0, why.prior_weight)], why.prior_weight
    for step in why.steps:
        plain = step.weight - step.rarity
        rows.append((f"{step.field}: {t.level(step.level)}", at, plain))
        if abs(step.rarity) >= 0.05:
            rows.append((t("rare" if step.rarity > 0 else "common"), at + plain, step.rarity))
        at += step.weight
    return [*rows, (t("total"), 0.0, at)]


def _tall(count: float, most: int) -> float:
    return (_HEIGHT - 24) * math.log10(1 + count) / math.log10(1 + most)


def _grid_line(count: int, most: int) -> Markup:
    y = _HEIGHT - _tall(count, most)
    return line(_MARGIN, y, _WIDTH - _MARGIN, y, "grid") + text(_MARGIN - 4, y + 4, _short(count), "end")


def _short(count: int) -> str:
    return next(
        (f"{count // size}{unit}" for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")) if count >= size),
        str(count),
    )


def _inside(x: float) -> float:
    """Where a label of a line at `x` has room on both sides."""
    return min(max(x, 60.0), _WIDTH - 60.0)


def _ticks(low: float, high: float) -> Iterable[float]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6) if (high - low) / step <= 14)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def _on_circle(number: int, count: int, x: float, y: float, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * number / count + math.pi
    return x + 1.15 * radius * math.cos(angle), y + radius * math.sin(angle)


def _tone(weight: float) -> str:
    return "nothing" if abs(weight) < 0.05 else "for" if weight > 0 else "against"
