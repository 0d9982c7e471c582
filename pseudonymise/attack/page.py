"""The page a DPO reads: one file, offline, without script; figures in words, tables and bars."""

import tomllib
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pseudonymise.attack.bench import Figure, Result
from pseudonymise.attack.others import OTHERS

Language = Literal["en", "nl"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "nl")
_WIDE: Final = 360.0


def render(result: Result, language: Language) -> str:
    """HTML."""
    texts = _texts(language)
    percent = partial(_percent, mark=texts["decimal"])
    page: str = _template().render(
        t=texts, language=language, result=result, percent=percent, bar=bar, forbidden=set(OTHERS),
        between=lambda figure: f"{percent(figure.low)} – {percent(figure.high)}",
    )  # fmt: skip
    return page


def bar(figure: Figure, limit: float | None = None) -> Markup:
    """From 0 to 1, with its interval as a thin line, and the limit as a mark across."""
    parts = [
        f'<rect class="share" x="0" y="2" width="{_WIDE * figure.mean:.1f}" height="8"/>',
        f'<line class="interval" x1="{_WIDE * figure.low:.1f}" x2="{_WIDE * figure.high:.1f}" y1="6" y2="6"/>',
    ]
    if limit is not None:
        parts.append(f'<line class="limit" x1="{_WIDE * limit:.1f}" x2="{_WIDE * limit:.1f}" y1="0" y2="12"/>')
    return Markup(f'<svg viewBox="0 0 {_WIDE:.0f} 12" role="presentation">{"".join(parts)}</svg>')  # noqa: S704 - numbers only


def _percent(share: float, mark: str) -> str:
    return f"{100 * share:.1f} %".replace(".", mark)


@cache
def _texts(language: Language) -> Mapping[str, Any]:
    text = (files("pseudonymise.attack") / "texts" / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _template() -> Any:
    loader = PackageLoader("pseudonymise.attack")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("page.html.jinja")
