"""The pages of the site in Dutch and English, as HTML text."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gate.spreadsheet import steady
from release.aggregate import UNKNOWN
from release.report.words import Language, Words
from release.site import borders
from release.site.entry import Entry
from release.site.figures import Map, figures, total

PAGES: Final[dict[Language, str]] = {"nl": "index.html", "en": "index.en.html"}
_USES: Final = {
    "README.txt": "use_readme", "decision.json": "use_decision", "dataset.jsonld": "use_dataset",
    "findings.json": "use_findings",
    "manifest.json": "use_manifest", "manifest.sig": "use_signature", "report.en.html": "use_report",
    "report.nl.html": "use_report",
}  # fmt: skip
_BY_SUFFIX: Final = {".csv": "use_table_csv", ".csv-metadata.json": "use_csvw", ".parquet": "use_table_parquet"}


def index(entries: Sequence[Entry], room: str, language: Language) -> str:
    """All public releases, as given."""
    return _page("index.html.j2", language, room, demo=any(one.facts.demo for one in entries), entries=entries)


def release(entry: Entry, room: str, language: Language) -> str:
    """One release: what it is, its figures, what to know, the files."""
    facts, table = entry.facts, None if entry.revoked else entry.table
    shown = () if table is None else figures(table, entry.municipalities)
    return _page(
        "release.html.j2",
        language,
        room,
        demo=facts.demo,
        entry=entry,
        facts=facts,
        grounds=tuple(dict.fromkeys(ground.law for ground in facts.asked.grounds)),
        sources=tuple(source.title for source in facts.sources),
        figures=shown,
        counted=table is not None,
        total=None if table is None else total(table),
        borders=borders.paths(),
        width=borders.WIDTH,
        height=borders.height(),
        shaded={place.code for figure in shown if isinstance(figure, Map) for place in figure.places},
        unknown=UNKNOWN,
        use=_use,
    )


def _use(name: str) -> str:
    return _USES.get(name) or _BY_SUFFIX.get("".join(PurePath(name).suffixes), "use_other")


def _page(template: str, language: Language, room: str, **values: Any) -> str:
    other = PAGES["en" if language == "nl" else "nl"]
    page = _templates().get_template(template)
    return steady(
        page.render(t=words(language), room=room, page=PAGES[language], translated=other, style=_style(), **values)
    )


@cache
def words(language: Language) -> Words:
    text = files("release.site").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")
    return Words(tomllib.loads(text))


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("release.site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


@cache
def _style() -> Markup:
    """Our own style sheet, not text of anybody's: safe to set into the page as it is."""
    return Markup(files("release.site").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704
