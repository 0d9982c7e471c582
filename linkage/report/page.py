"""The workbench's report: one page of HTML, readable offline and on paper, without script or outside asset."""

import math
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from linkage.aside import FEW
from linkage.dependence import WORTH_A_JOINT, joints
from linkage.fitted import Calibration, FittedModel
from linkage.quality import LinkQuality
from linkage.report import charts
from linkage.report.aside import by_attribute
from linkage.report.findings import Findings
from linkage.report.together import joined
from linkage.report.unlinkable import MOST_EXAMINED
from linkage.subgroup import UNKNOWN, SubgroupErrors, SubgroupRate
from linkage.words import Language, Words, words

SECTIONS: Final = (
    "quality", "weights", "fields", "dependence", "blocks", "patterns", "examples", "clusters", "unlinkables",
    "training", "calibration",
)  # fmt: skip
"""Each has a title in the catalogues and a template of its name."""
_STRONG: Final = 3.0
"""Weight (log2) from which a level speaks strongly."""
_CHANCES: Final = (0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)


def render(
    found: Findings,
    truth: Mapping[str, Any] | None = None,
    language: Language = "en",
    subgroups: Sequence[SubgroupErrors] = (),
) -> str:
    """The page. `truth` is what `linkage.evaluation` measured, where a truth was given; `subgroups` are errors by
    attributes given aside."""
    fitted, t = found.fitted, words(language)
    return (
        _templates()
        .get_template("page.html.jinja")
        .render(
            t=t,
            sections=SECTIONS,
            found=found,
            fitted=fitted,
            quality=found.quality,
            truth=_measured(truth or {}, t),
            estimates=_estimates(found.quality, t),
            attributes=[by_attribute(errors) for errors in subgroups],
            rate=partial(_rate, t=t),
            group=partial(_group, t=t),
            joined=joined(fitted),
            advised=joints(fitted.dependences),
            worth_a_joint=WORTH_A_JOINT,
            within=sorted(fitted.within, key=lambda one: -one.excess),
            bent=_bent(fitted.calibration),
            charts=charts,
            largest=_largest(fitted),
            mark=mark,
            most_examined=MOST_EXAMINED,
            style=_style(),
        )
    )


def mark(weight: float) -> str:
    """What a level says, as a sign: `++` or `+` for a match, `−−` or `−` against it, nothing where it hardly weighs."""
    if abs(weight) < 0.05:
        return ""
    return ("+" if weight > 0 else "−") * (2 if abs(weight) >= _STRONG else 1)


def _largest(fitted: FittedModel) -> float:
    return max(abs(weight) for field in fitted.fields for weight in field.weights)


def _estimates(quality: LinkQuality, t: Words) -> list[tuple[str, str, str]]:
    """What is estimated, the estimate, and its interval."""
    rows = (
        ("quality_precision", quality.precision, quality.precision_interval),
        ("quality_recall", quality.recall, quality.recall_interval),
        ("quality_blocking", quality.blocking_recall, quality.blocking_interval),
    )
    return [
        (t(key), t.percent(value, 2), _interval(*interval, t) if interval else t("unknown"))
        for key, value, interval in rows
    ]


def _group(name: str, t: Words) -> str:
    return {UNKNOWN: t("group_unknown"), FEW: t("group_small")}.get(name, name)


def _rate(rate: SubgroupRate | None, t: Words) -> str:
    """With its interval in brackets."""
    if rate is None or rate.rate is None or rate.low is None or rate.high is None:
        return t("too_few")
    return f"{t.percent(rate.rate)} ({_interval(rate.low, rate.high, t)})"


def _interval(low: float, high: float, t: Words) -> str:
    """Rounded outward."""
    return f"{t.number(math.floor(low * 1e4) / 100, 2)} – {t.number(math.ceil(high * 1e4) / 100, 2)} %"


def _measured(truth: Mapping[str, Any], t: Words) -> list[tuple[str, str]]:
    return [
        (t(f"truth_{name}"), t.number(value) if isinstance(value, int) else t.percent(value, 2))
        for name, value in truth.items()
    ]


def _bent(calibration: Calibration | None) -> list[tuple[float, float]]:
    """Some chances by the model, and what labels make of them."""
    own = np.asarray(_CHANCES)
    return list(zip(own.tolist(), charts.bent(calibration, own).tolist(), strict=True)) if calibration else []


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
