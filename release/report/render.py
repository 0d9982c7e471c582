"""The DPO's page: one A4 of HTML that opens offline, without script or outside asset, in Dutch or English."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from release.report.bars import charts
from release.report.facts import FOUND_BY_DRAFT, ReportFacts
from release.report.pictures import pictures
from release.report.words import Language, Words, words
from release.series import CellChanges, Changes


def render(facts: ReportFacts, language: Language, *, public: bool = False) -> str:
    """The page as HTML text. `public` leaves out what the public copy does not tell, and says so.

    Raises `WrongInput` for a language without texts.
    """
    shown = facts.public() if public else facts
    text = words(language)
    return (
        _template_environment()
        .get_template("report.html.j2")
        .render(
            facts=shown,
            public=public,
            t=text,
            tone=shown.outcome.replace(" ", "_"),
            refused=[line for line in shown.findings if line.outcome == "FAIL"],
            warned=[line for line in shown.findings if line.outcome in ("WARN", "NOT ASSESSABLE")],
            charts=charts(shown.groups),
            pictures=pictures(shown.profile),
            changed=_changed(text, shown.changes) if shown.changes else (),
            gaps={gap.attribute: gap.points for gap in shown.gaps},
            quality_words=lambda what: _quality_words(text, what),
            style=_style(),
        )
    )


def _changed(text: Words, changes: Changes) -> list[str]:
    """Each thing that changed, as a clause."""
    named = {"changes_sources": changes.sources, "changes_added": changes.columns_added,
             "changes_gone": changes.columns_gone}  # fmt: skip
    clauses = [text(key, names=", ".join(names)) for key, names in named.items() if names]
    clauses += [text(f"changes_{what.partition(':')[0]}", name=what.partition(":")[2]) for what in changes.otherwise]
    if changes.people_before != changes.people_now:
        people = (text.number(count) for count in (changes.people_before, changes.people_now))
        clauses.append(text("changes_people", before=next(people), now=next(people)))
    return clauses + (_changed_cells(text, changes.cells) if changes.cells else [])


def _changed_cells(text: Words, cells: CellChanges) -> list[str]:
    counts = {
        "new": cells.new,
        "lost": cells.gone,
        "shown": cells.shown,
        "hidden": cells.hidden,
        "other": cells.changed,
    }
    clauses = [text(f"changes_cells_{what}", count=text.number(count)) for what, count in counts.items() if count]
    moved = [text("changes_moved", cell=one.cell, before=text.number(one.before), now=text.number(one.now))
             for one in cells.moved]  # fmt: skip
    return clauses + ([text("changes_most", cells=", ".join(moved))] if moved else [])


def _quality_words(text: Words, what: str) -> str:
    if what in FOUND_BY_DRAFT:
        return text(what)
    column, colon, check = what.rpartition(": ")
    return f"{column}{colon}{text.check(check)}"


@cache
def _template_environment() -> Environment:
    return Environment(
        loader=PackageLoader("release.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )


@cache
def _style() -> Markup:
    """Our own style sheet, not text of anybody's: safe to set into the page as it is."""
    return Markup(files("release.report").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704
