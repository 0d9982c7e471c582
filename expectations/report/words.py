"""The report's words in one language: sentences, numbers, days. A missing sentence raises, it is never left blank."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

Language = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Words:
    """One catalogue; `{name}` in a sentence is filled in."""

    language: Language
    thousands: str
    decimal: str
    months: tuple[str, ...]
    text: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.text[key].format(**values)

    def number(self, value: float, decimals: int = 0) -> str:
        return f"{value:,.{decimals}f}".translate(str.maketrans(",.", self.thousands + self.decimal))

    def count(self, told: Mapping[str, int] | None) -> str:
        """Bounds of a count as people write them: exact, below, rounded down, or from–to."""
        if told is None:
            return self("as_a_whole")
        low, high = told["at_least"], told["at_most"]
        if low == high:
            return self.number(low)
        if low <= 1:
            return self("below", number=self.number(high + 1))
        return self.number(low) if low % (high - low + 1) == 0 else f"{self.number(low)}–{self.number(high)}"

    def percent(self, share: Sequence[float] | None, count: Mapping[str, int] | None = None) -> str:
        """A share from 0 to 1 of which bounds are told; of a `count` that is small only the upper one says anything."""
        if share is None:
            return ""
        low, high = share
        if not high:
            return f"0{_PERCENT}"
        if (count is not None and count["at_least"] <= 1) or low < _LEAST:
            return self("below", number=self.number(max(math.ceil(high * 1000), 1) / 10, 1)) + _PERCENT
        return self.number(100 * low, 1) + _PERCENT

    def span(self, share: Sequence[float] | None) -> str:
        """Both bounds of a share, rounded outward to whole percents."""
        if share is None:
            return ""
        low, high = math.floor(100 * share[0] + _SLACK), math.ceil(100 * share[1] - _SLACK)
        return f"{low}–{high}{_PERCENT}" if low < high else f"{low}{_PERCENT}"

    def plain(self, share: float) -> str:
        """A share that nobody need hide, with at most one decimal."""
        return self.number(100 * share, 0 if (100 * share).is_integer() else 1) + _PERCENT

    def agreed(self, arguments: Sequence[Mapping[str, Any]], most: int = 90) -> str:
        """What checks were declared with, as far as there is room for; a single argument needs no name."""
        text = "; ".join(map(self._arguments, arguments))
        return text if len(text) <= most else f"{text[: most - 1]}…"

    def _arguments(self, arguments: Mapping[str, Any]) -> str:
        named = {
            name: ", ".join(map(str, each)) if isinstance(each, list) else each for name, each in arguments.items()
        }
        return ", ".join(str(each) if len(named) == 1 else f"{name} {each}" for name, each in named.items())

    def day(self, iso: str) -> str:
        day = date.fromisoformat(iso)
        return f"{day.day} {self.months[day.month - 1]} {day.year}"


_PERCENT: Final = "\u202f%"
_LEAST: Final = 0.0005
_SLACK: Final = 1e-6


@cache
def words(language: Language) -> Words:
    content: dict[str, Any] = tomllib.loads(
        files("expectations.report").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")
    )
    return Words(**{**content, "months": tuple(content["months"])})
