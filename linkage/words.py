"""What linkage says to people, in English and Dutch: catalogues of sentences, and how numbers are written."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

Language = Literal["en", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_BLANK: Final = re.compile(r"\\\{(\w+)\\\}")
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Words:
    """One catalogue. A sentence that is not there raises; it is never left blank."""

    language: Language
    thousands: str
    decimal: str
    explain: Mapping[str, str]
    levels: Mapping[str, str]
    """Level by its name in the library; a name of the user's own stays as it is."""
    said: Mapping[str, str]
    report: Mapping[str, str]
    review: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A sentence of the report."""
        return self.report[key].format(**values)

    def level(self, name: str) -> str:
        """Levels of fields that weigh together are joined by a plus."""
        return " + ".join(self.levels.get(part, part) for part in name.split(" + "))

    def retold(self, sentence: str) -> str:
        """What a model or an estimate said (`say`), in this language; a sentence of no catalogue stays as it is."""
        known = recognised(sentence)
        if known is None:
            return sentence
        key, values = known
        return self.said[key].format(**{name: self._told(name, value) for name, value in values.items()})

    def _told(self, name: str, value: str) -> str:
        if name == "levels":
            return "; ".join(map(self._levels, value.split("; ")))
        return self._written(value) if re.fullmatch(r"[\d.,]+%?", value) else value

    def _levels(self, of_field: str) -> str:
        field, colon, names = of_field.partition(": ")
        return f"{field}{colon}{', '.join(map(self.level, names.split(', ')))}"

    def number(self, value: float, decimals: int = 0) -> str:
        return self._written(f"{value:,.{decimals}f}")

    def plain(self, value: float) -> str:
        """As short as it can be written."""
        return self._written(f"{value:,.10g}").replace("-", "−")

    def signed(self, weight: float) -> str:
        """A weight with one decimal and its sign; nothing is 0."""
        return self._written(f"{weight:+.1f}").replace("-", "−") if abs(weight) >= 0.05 else "0"

    def chance(self, value: float | None) -> str:
        """Between 0 and 1: four decimals, small ones with a power of ten, and never quite 1."""
        if value is None:
            return self("unknown")
        if value >= 0.99995:
            return f"> {self.number(0.9999, 4)}"
        return self.number(value, 4) if value >= 0.001 or not value else self.power(value)

    def power(self, value: float) -> str:
        """Two significant digits and a power of ten."""
        digits, _, exponent = f"{value:.1e}".partition("e")
        return f"{self._written(digits)} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"

    def percent(self, share: float | None, decimals: int = 1) -> str:
        """From 0 to 1 as percent; what is not quite all or nothing is not rounded to it."""
        if share is None:
            return self("unknown")
        least = 10.0**-decimals
        if share > 0 and 100 * share < least / 2:
            return f"< {self.number(least, decimals)} %"
        if share < 1 and 100 * share >= 100 - least / 2:
            return f"> {self.number(100 - least, decimals)} %"
        return f"{self.number(100 * share, decimals)} %"

    def _written(self, number: str) -> str:
        return number.translate(str.maketrans(",.", self.thousands + self.decimal))


@cache
def words(language: Language) -> Words:
    """The catalogue as written in texts/<language>.toml."""
    content = tomllib.loads(files("linkage").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))
    return Words(**content)


def say(key: str, **values: object) -> str:
    """What a fitted model or an estimate says of itself: English, as files keep it."""
    return words("en").said[key].format(**values)


def recognised(sentence: str) -> tuple[str, dict[str, str]] | None:
    """The key of what was said and what filled it; None for a sentence of no catalogue."""
    for key, pattern in _patterns().items():
        if found := pattern.fullmatch(sentence):
            return key, found.groupdict()
    return None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        key: re.compile(_BLANK.sub(r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL)
        for key, sentence in words("en").said.items()
    }
