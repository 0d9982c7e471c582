"""The workbench's report: one page of HTML, without script, readable offline. It shows no record."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from linkage.fitted import FittedModel
from linkage.quality import LinkQuality

_TEMPLATE: Final = Path(__file__).with_suffix(".html.jinja")


def render(fitted: FittedModel, quality: LinkQuality, truth: dict[str, Any] | None) -> str:
    """The page: what came out, how good it is thought to be, and how every field weighs."""
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return page.render(fitted=fitted, quality=quality, truth=truth, share=_share, bar=_bar)


def _share(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4f}" if value >= 0.001 else f"{value:.1e}"


def _bar(weight: float) -> tuple[float, float]:
    """Left edge and width in a drawing of 200, 100 being no evidence."""
    length = min(abs(weight), 20.0) * 5.0
    return (100.0 if weight > 0 else 100.0 - length), length
