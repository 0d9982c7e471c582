"""The page's words in one language: sentences, numbers and dates. A missing sentence raises, it is never left blank."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from declare import WrongInput

if TYPE_CHECKING:
    from release.report.facts import FindingLine

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_UNKNOWN: Final = "NOT ASSESSABLE"


class Words:
    """Sentences by key; `{name}` in a sentence is filled in."""

    def __init__(self, catalogue: Mapping[str, Any]) -> None:
        self.language: str = catalogue["language"]
        self._text: Mapping[str, str] = catalogue["text"]
        self._rules: Mapping[str, Mapping[str, str]] = catalogue["rule"]
        self._checks: Mapping[str, str] = catalogue["check"]
        self._months: list[str] = catalogue["months"]
        self._short_day: str = catalogue["short_day"]
        self._thousands: str = catalogue["thousands"]
        self._decimal: str = catalogue["decimal"]

    def __call__(self, key: str, **values: object) -> str:
        return self._text[key].format(**values)

    def rule(self, rule: str, part: str, otherwise: str) -> str:
        """The `title`, `why` or `remedy` of a rule; `otherwise` for a rule this catalogue does not know yet.

        Some rules have `unknown` and `unknown_remedy` besides: why they could not be evaluated.
        """
        return self._rules.get(rule, {}).get(part, otherwise)

    def why(self, line: "FindingLine") -> str:
        """What the rule found, or why it could not say."""
        if line.outcome != _UNKNOWN:
            return self.rule(line.rule, "why", line.message)
        return f"{self.rule(line.rule, 'unknown', line.message)} {self('not_evaluated')}"

    def way_out(self, line: "FindingLine") -> str:
        return self.rule(line.rule, "unknown_remedy" if line.outcome == _UNKNOWN else "remedy", line.remedy)

    def check(self, name: str) -> str:
        """What a rule of intake or an expectation found, in words; the name itself where there are none."""
        plain = name.removeprefix("expect_").removeprefix("column_").replace("_", "-")
        return self._checks.get("format" if plain.endswith("-format") else plain, name)

    def number(self, value: float | None, decimals: int = 0) -> str:
        if value is None:
            return self("unknown")
        text = f"{value:,.{decimals}f}"
        return "".join({",": self._thousands, ".": self._decimal}.get(sign, sign) for sign in text)

    def measure(self, value: float | str | None) -> str:
        """A measured value or a limit, with at most three decimals; empty when there is none."""
        if isinstance(value, float) and not value.is_integer():
            return self.number(value, 3).rstrip("0")
        return self.number(value) if isinstance(value, int | float) else value or ""

    def percent(self, rate: float | None, decimals: int = 1) -> str:
        """`rate` from 0 to 1."""
        return self("unknown") if rate is None else f"{self.number(100 * rate, decimals)}\u202f%"

    def step(self, percent: int) -> str:
        """Within how many percent; 100 stands for more than 50."""
        return f"{'> 50' if percent > 50 else percent}\u202f%"

    def day(self, iso: str) -> str:
        """An ISO date, or date and time, as a date in words; what is no date stays as it is."""
        try:
            day = date.fromisoformat(iso[:10])
        except ValueError:
            return iso or self("unknown")
        return f"{day.day} {self._months[day.month - 1]} {day.year}"

    def short_day(self, iso: str) -> str:
        """As `day`, in figures."""
        try:
            return date.fromisoformat(iso[:10]).strftime(self._short_day)
        except ValueError:
            return iso or self("unknown")


@cache
def words(language: Language) -> Words:
    """Raises `WrongInput` for a language without a catalogue."""
    if language not in LANGUAGES:
        raise WrongInput("the report has no texts in that language", remedy=f"Choose {' or '.join(LANGUAGES)}.")
    return Words(catalogue(language))


def catalogue(language: Language) -> dict[str, Any]:
    """The catalogue as written in texts/<language>.toml."""
    text = files("release.report").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
