"""The quality report: one page of HTML and its annex, offline, without script or outside asset, in Dutch or English."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from itertools import accumulate
from textwrap import wrap
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from expectations.report.trend import Trend, trend
from expectations.report.words import Language, Words, words

_MOST: Final = 10
"""Findings on the first page."""
_LINES: Final = 40
"""Of print that page one has for findings and for the names of columns above them."""
_NAMES: Final = 8
"""Lines of names of columns of one use; all of them stand in the annex."""
_ACROSS: Final = 36
"""Letters on a line of either."""
_AGREED: Final = 3
"""Lines of what was agreed, at most."""


def render(told: Mapping[str, Any], language: Language) -> str:
    """The page of what may be told (`expectations.report.tell`); nothing else is at hand here."""
    t = words(language)
    columns = _by_use(told)
    shown = {use: _listed(t, names) for use, names in columns.items()}
    first = _on_page_one(told["findings"], language, max(map(_rows, shown.values())))
    return (
        _templates()
        .get_template("page.html.jinja")
        .render(
            t=t,
            told=told,
            first=told["findings"][:first],
            more=told["findings"][first:],
            columns=columns,
            shown=shown,
            elsewhere=_elsewhere(told),
            totals=_totals(told),
            trend=partial(_trend, t),
            rows_trend=trend,
            style=_style(),
        )
    )


def _by_use(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """Names of the declared columns, by what they are good for."""
    names: dict[str, list[str]] = {"fine": [], "action": [], "stopped": []}
    for column in told["columns"]:
        if column["use"] is not None and column["role"] != "drop":
            names[column["use"]].append(column["name"])
    return names


def _listed(t: Words, names: Sequence[str]) -> str:
    """As many as there is room for."""
    room = next((n for n in range(len(names), 0, -1) if _rows(", ".join(names[:n])) <= _NAMES), 0)
    rest = [t("columns_more", count=len(names) - room)] if room < len(names) else []
    return ", ".join([*names[:room], *rest])


def _on_page_one(findings: Sequence[Mapping[str, Any]], language: Language, above: int) -> int:
    """How many of them fit, of which so many lines stand above."""
    taken = list(accumulate((_lines(each, language) for each in findings[:_MOST]), initial=float(above)))
    return max(sum(lines <= _LINES for lines in taken[1:]), 1)


def _lines(finding: Mapping[str, Any], language: Language) -> float:
    """What was agreed and the register have lines of their own; half a line keeps two findings apart."""
    more = _AGREED * bool(finding["agreed"]) + 2 * bool(finding["register"])
    return max(_rows(finding["reason"][language]) + more, 2) + 0.5


def _rows(text: str) -> int:
    return len(wrap(text, _ACROSS))


def _elsewhere(told: Mapping[str, Any]) -> dict[str, int]:
    """Section → what failed in it, beside the checks."""
    polluted = [row for rows in (told["pollution"] or {}).values() for row in rows]
    return {name: sum(each["outcome"] == "failed" for each in found)
            for name, found in (("changes", told["changes"]), ("pollution", polluted))}  # fmt: skip


def _totals(told: Mapping[str, Any]) -> list[tuple[str, Any, Any, Trend]]:
    """Name, now, the delivery before, and trend of each control total of rows."""
    return [
        (name, told["rows"][name], told["earlier"][0]["rows"][name] if told["earlier"] else None, _counts(told, name))
        for name in ("in", "kept", "set_apart")
    ]


def _counts(told: Mapping[str, Any], name: str) -> Trend:
    return trend(_bounds(told["rows"][name]), [_bounds(each["rows"][name]) for each in told["earlier"]])


def _bounds(count: Mapping[str, int]) -> Sequence[float]:
    return (float(count["at_least"]), float(count["at_most"]))


def _trend(t: Words, finding: Mapping[str, Any]) -> tuple[Trend, str]:
    """With the share of the delivery before, as a text."""
    found = trend(finding["share"], [each["share"] for each in finding["before"]])
    last = next((each for each in finding["before"] if each["share"] is not None), None)
    return found, t.percent(last["share"], last["count"]) if last else ""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("expectations.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    """Our own style sheet, not text of anybody's: safe to set into the page as it is."""
    return Markup(files("expectations.report").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704
