"""What somebody who judges a release has to know, from the facts of its report; these tell what the gate lets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from declare import WrongInput
from release.report import Language, ReportFacts, from_json
from release.report.facts import FindingLine
from release.report.leaves import Leaves
from release.report.render import changed
from release.report.words import Words, words


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found that is to be weighed, in the reader's language."""

    rule: str
    title: str
    outcome: str
    why: str
    about: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Dossier:
    findings: Sequence[Finding]
    leaves: Leaves
    level: str
    recipients: Sequence[str]
    since: str | None
    """The release before, of the same series; None for the first."""
    changes: Sequence[str]
    """What is different from it, each as a clause."""


def dossier(release_id: str, language: Language) -> Dossier | None:
    """Of a release whose report lies ready and can be read by this version, otherwise None."""
    path = Path(settings.REPORTS) / release_id / "facts.json"
    try:
        facts = from_json(path.read_bytes())
    except (OSError, WrongInput):
        return None
    return _told(facts, words(language))


def _told(facts: ReportFacts, text: Words) -> Dossier:
    return Dossier(
        findings=[_finding(line, text) for line in facts.findings if line.outcome != "PASS"],
        leaves=facts.leaves,
        level=text(f"level_{facts.leaves.kind}"),
        recipients=facts.asked.recipients,
        since=facts.changes.since if facts.changes else None,
        changes=changed(text, facts.changes) or [text("changes_none")] if facts.changes else [],
    )


def _finding(line: FindingLine, text: Words) -> Finding:
    unknown = line.outcome == "NOT ASSESSABLE"
    measured = ""
    if not unknown and isinstance(line.measured, (int, float)) and isinstance(line.threshold, (int, float)):
        measured = text("measured", measured=text.measure(line.measured), threshold=text.measure(line.threshold))
    return Finding(
        rule=line.rule,
        title=text.rule(line.rule, "title", line.rule),
        outcome=line.outcome,
        why=text.why(line),
        about=": ".join(part for part in (line.about, measured) if part),
        remedy=text.way_out(line),
    )
