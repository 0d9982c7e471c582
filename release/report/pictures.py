"""The profile of a column as a small row of upright bars: inline SVG, no script, readable by a screen reader."""

from dataclasses import dataclass
from typing import Final

from release.profile import ColumnProfile, Slice

HEIGHT: Final = 24.0
_WIDTH, _STEP = 8.0, 10.0
_LEAST: Final = 1.0
"""So that a bar of hardly anything is seen, and a hidden one too."""


@dataclass(frozen=True, slots=True)
class Upright:
    """One bar, in SVG units, standing on the lower edge."""

    label: str
    share: float | None
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The largest bar reaches the upper edge."""

    column: ColumnProfile
    bars: tuple[Upright, ...]
    width: float
    height: float = HEIGHT


def pictures(columns: tuple[ColumnProfile, ...]) -> tuple[Picture, ...]:
    return tuple(_picture(column) for column in columns)


def _picture(column: ColumnProfile) -> Picture:
    most = max((one.share or 0.0 for one in column.slices), default=0.0)
    bars = tuple(_bar(one, place, most) for place, one in enumerate(column.slices))
    return Picture(column, bars, max(_STEP * len(bars) - (_STEP - _WIDTH), 0.0))


def _bar(one: Slice, place: int, most: float) -> Upright:
    height = HEIGHT * (one.share or 0.0) / most if most else 0.0
    return Upright(one.label, one.share, _STEP * place, _WIDTH, max(height, _LEAST))
