"""The DPO's page: one A4 of HTML that opens offline, without script or outside asset, in Dutch or English."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from release.report.bars import charts
from release.report.came import Came
from release.report.facts import FOUND_BY_DRAFT, GroupGap, LeftOut, ReportFacts
from release.report.pictures import pictures
from release.report.public import public_copy
from release.report.words import Language, Words, words
from release.series import CellChanges, Changes


def render(facts: ReportFacts, language: Language, *, public: bool = False) -> str:
    """The page as HTML text. `public` leaves out what the public copy does not tell, and says so.

    Raises `WrongInput` for a language without texts.
    """
    shown = public_copy(facts) if public else facts
    text = words(language)
    return (
        _templates()
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
            changed=changed(text, shown.changes) if shown.changes else (),
            came_of=lambda came: _came_of(text, came),
            gaps={gap.attribute: _gap(text, gap) for gap in shown.gaps},
            between=lambda bounds: _between(text, bounds),
            left_out=lambda line: _left_out(text, line),
            quality_words=lambda what: _quality_words(text, what),
            style=_style(),
        )
    )


def _came_of(text: Words, came: Came) -> str:
    """One sentence, or two where an indicator is due."""
    counts = {name: text.number(count) for name, count in (("answered", came.answered), ("releases", came.releases))}
    due = [text("came_due_count", count=text.number(len(came.due)))] if came.due else []
    return " ".join([text("came_counts", **counts), *due])


def _gap(text: Words, gap: GroupGap) -> str | None:
    """None where there is nothing to compare."""
    return None if gap.points is None else text("gap_at_most" if gap.at_most else "gap", gap=gap.points)


def changed(text: Words, changes: Changes) -> list[str]:
    """Each thing that changed since the last release, as a clause; empty where nothing did."""
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


def _left_out(text: Words, line: LeftOut) -> str:
    """What a rule leaves out, and how many rows that were, as far as it is told."""
    rule = text(f"left_out_{line.rule}", column=line.column, terms=_terms(text, line))
    if line.rows is None or line.unknown is None:
        return rule
    unknown = text("left_out_unknown", count=_between(text, line.unknown)) if line.unknown[1] else ""
    return f"{rule}: {_between(text, line.rows)}{unknown}"


def _terms(text: Words, line: LeftOut) -> str:
    if line.rule == "period":
        return text("from_until", first=text.day(line.terms[0]), last=text.day(line.terms[1]))
    return ", ".join(line.terms)


def _between(text: Words, bounds: tuple[int, int]) -> str:
    """A count that is told as bounds."""
    low, high = bounds
    if low <= 1:
        return text("rows_fewer", count=text.number(high + 1)) if high else text("none")
    return text.number(low) if low == high else text("rows_between", low=text.number(low), high=text.number(high))


def _quality_words(text: Words, what: str) -> str:
    if what in FOUND_BY_DRAFT:
        return text(what)
    column, colon, check = what.rpartition(": ")
    return f"{column}{colon}{text.check(check)}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("release.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )


@cache
def _style() -> Markup:
    """Our own style sheet, not text of anybody's: safe to set into the page as it is."""
    return Markup(files("release.report").joinpath("templates", "style.css").read_text(encoding="utf-8"))  # noqa: S704
