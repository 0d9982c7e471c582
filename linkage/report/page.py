"""The workbench's report: one page of HTML, readable offline and on paper, without script or outside asset."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from linkage.quality import LinkQuality
from linkage.report import charts
from linkage.report.findings import Findings

_SAID_ELSEWHERE: Final = ("model", "threshold", "candidates", "links", "blocks", "note")
_LABELS: Final = {
    "precision": "precision of the links",
    "recall": "recall among the candidates",
    "blocking_recall": "matches that are candidates at all",
    "contested": "links with a rival above the threshold",
}


def render(found: Findings, truth: Mapping[str, Any] | None = None) -> str:
    """The page. `truth` is what `linkage.evaluation` measured, where a truth was given."""
    fitted, threshold = found.fitted, _log_odds(found.quality.threshold)
    return (
        _templates()
        .get_template("page.html.jinja")
        .render(
            found=found,
            fitted=fitted,
            quality=found.quality,
            truth=_facts(truth or {}, "{:.4f}".format),
            estimates=_facts(_estimates(found.quality), share),
            charts=charts,
            threshold=threshold,
            threshold_weight=threshold - _log_odds(fitted.prior),
            largest=max(abs(weight) for field in fitted.fields for weight in field.weights),
            share=share,
            signed=charts.signed,
            tint=tint,
            style=_style(),
        )
    )


def share(value: float | None) -> str:
    """An estimate between 0 and 1: four decimals, small ones with a power of ten, and never quite 1."""
    if value is None:
        return "not known"
    if value >= 0.99995:
        return "> 0.9999"
    return f"{value:.4f}" if value >= 0.001 or not value else f"{value:.1e}"


def tint(weight: float) -> str:
    """Class of a cell by what its level says: from strongly against to strongly for a match."""
    if not weight:
        return "none"
    strong = abs(weight) >= 3
    return ("for" if weight > 0 else "against") + (" strong" if strong else "")


def _estimates(quality: LinkQuality) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(quality) if field.name not in _SAID_ELSEWHERE]
    return {name: getattr(quality, name) for name in names}


def _facts(values: Mapping[str, Any], shown: Callable[[float], str]) -> Iterable[tuple[str, str]]:
    """Label and text of every number, share, or interval; whatever else there is has a place of its own."""
    return [
        (_LABELS.get(name, name.replace("_", " ")), text)
        for name, value in values.items()
        if (text := _text(value, shown)) is not None
    ]


def _text(value: object, shown: Callable[[float], str]) -> str | None:
    match value:
        case None:
            return "not known"
        case int():
            return f"{value:,}"
        case float():
            return shown(value)
        case (float() | int() as low, float() | int() as high):
            return f"{shown(low)} – {shown(high)}"
        case _:
            return None


def _log_odds(chance: float) -> float:
    return math.log2(chance) - math.log2(1 - chance)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("linkage.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    """Our own style sheet, not text of anybody's: safe to set into the page as it is."""
    return Markup(files("linkage.report").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704
