"""Municipal borders of 2023 as paths of an SVG drawing."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import cos, radians
from typing import Any, Final

WIDTH: Final = 5200
"""Units of the drawing; one is about fifty metres."""
_LATITUDE: Final = 52.1
"""Degrees, of the middle of the country: there a step east is as long as it looks."""

Point = tuple[int, int]


@cache
def names() -> Mapping[str, str]:
    """Municipality code, four digits → name."""
    text = files("release.site").joinpath("data", "names-2023.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


@cache
def paths() -> Mapping[str, str]:
    """Municipality code → `d` of its path, in whole units."""
    drawn = _drawing()
    return {code: "".join(_ring(drawn["arcs"], ring) for ring in rings) for code, rings in drawn["rings"].items()}


def height() -> int:
    """Units."""
    found: int = _drawing()["height"]
    return found


@cache
def _drawing() -> Mapping[str, Any]:
    content = json.loads(files("release.site").joinpath("data", "municipalities-2023.json").read_text(encoding="utf-8"))
    (east, north), shape = content["transform"]["scale"], cos(radians(_LATITUDE))
    arcs = [list(_points(arc)) for arc in content["arcs"]]
    most = max(x for arc in arcs for x, _ in arc)
    top = max(y for arc in arcs for _, y in arc)
    across, up = WIDTH / most, WIDTH / most * north / (east * shape)
    placed = [[(round(x * across), round((top - y) * up)) for x, y in arc] for arc in arcs]
    return {"arcs": placed, "rings": content["municipalities"], "height": round(top * up)}


def _points(steps: Sequence[Sequence[int]]) -> Iterator[Point]:
    x = y = 0
    for right, up in steps:
        x, y = x + right, y + up
        yield x, y


def _ring(arcs: Sequence[Sequence[Point]], ring: Sequence[int]) -> str:
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += [point for point in arc if not points or point != points[-1]]
    start, *rest = points
    steps = [(x - a, y - b) for (a, b), (x, y) in zip(points, rest, strict=False)]
    return f"M{start[0]} {start[1]}l{' '.join(f'{x} {y}' for x, y in steps)}z"
