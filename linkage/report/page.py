"""The workbench's report: one page of HTML, readable offline and on paper, without script or outside asset."""

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from linkage.quality import LinkQuality
from linkage.report import charts
from linkage.report.findings import Findings
from linkage.report.together import joined


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
            truth=_measured(truth or {}),
            estimates=_estimates(found.quality),
            joined=joined(fitted),
            charts=charts,
            threshold=threshold,
            threshold_weight=found.threshold_weight,
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


def _estimates(quality: LinkQuality) -> list[tuple[str, str, str]]:
    """What is estimated, the estimate, and its interval."""
    rows = (
        ("precision of the links", quality.precision, quality.precision_interval),
        ("recall among the candidates", quality.recall, quality.recall_interval),
        ("matches that are candidates at all: at most", quality.blocking_recall, quality.blocking_interval),
    )
    return [(label, share(value), _interval(*interval) if interval else "not known") for label, value, interval in rows]


def _interval(low: float, high: float) -> str:
    """Rounded outward."""
    return f"{math.floor(low * 1e4) / 1e4:.4f} – {math.ceil(high * 1e4) / 1e4:.4f}"


def _measured(truth: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else f"{value:.4f}")
        for name, value in truth.items()
        if isinstance(value, int | float)
    ]


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
