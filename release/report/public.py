"""The copy for everybody: the facts of a report without what would tell its readers more than the table does."""

from dataclasses import replace
from typing import Final

from release.report.facts import FOUND_BY_DRAFT, Disclosure, FindingLine, Perturbation, ReportFacts, Use

_CONCENTRATION: Final = frozenset({"D02", "D03", "D04", "D06"})
_BY_GROUP: Final = frozenset({"B03", "B04", "B05", "B06", "B07", "B08", "B09", "B11", "B15"})


def public_copy(facts: ReportFacts) -> ReportFacts:
    """The copy for everybody.

    Without limits and measures of the concentration rules (D02 to D04, and D06 which protects by them), for these
    let a contributor compute what another contributed (Handbook on Statistical Disclosure Control, 4.2). Without
    rates by group, for rate and interval together tell how many of a protected group there are and how many were
    not linked; the largest gap stays, in whole points. Without changes, for not everybody has the release before.
    Where counts were perturbed, without the loss. Of what was left out before linkage the rules, without counts.
    Totals are as published: hidden where they are hidden there. Without what blinds digests.
    Of what came of earlier releases without the words.
    """
    columns = tuple(replace(column, drift=None) for column in facts.profile)
    findings = tuple(_told(line) for line in facts.findings)
    uses = tuple(_rules_of(use) for use in facts.uses)
    came = facts.came.public() if facts.came else None
    told = replace(facts, groups=(), changes=None, profile=columns, findings=findings, uses=uses, came=came)
    told = replace(told, restricted=None, blind="")
    return told if facts.disclosure is None else _as_published(told, facts.disclosure)


def _told(line: FindingLine) -> FindingLine:
    if line.rule in _CONCENTRATION:
        return replace(line, measured=None, threshold=None, message="", remedy="", about="")
    if line.rule in _BY_GROUP and line.outcome in ("FAIL", "WARN"):
        return _coarse(line)
    return line


def _coarse(line: FindingLine) -> FindingLine:
    """A measure of groups in whole points, without their names and intervals."""
    if not isinstance(line.measured, int | float):
        return replace(line, message="")
    measured = round(line.measured, 2)
    return replace(line, measured=measured, message=f"{line.about}: {measured:g} was measured between groups.")


def _rules_of(use: Use) -> Use:
    """What was asked of a source, without how many rows it cost."""
    rules = tuple(replace(each, rows=None, unknown=None) for each in use.left_out)
    return replace(use, rows_at_most=None, left_out=rules)


def _as_published(facts: ReportFacts, disclosure: Disclosure) -> ReportFacts:
    made, leaves = disclosure.perturbation, facts.leaves
    without = Perturbation(method=made.method, base=made.base, largest=made.largest) if made else None
    counted = None if disclosure.records is None else min(disclosure.records, leaves.records_eligible)
    # With these the number of records counted could be worked out.
    kept = tuple(one for one in facts.quality if counted is not None or one.what not in FOUND_BY_DRAFT)
    return replace(
        facts,
        leaves=replace(leaves, people=disclosure.people, records_counted=counted),
        disclosure=replace(disclosure, perturbation=without),
        quality=kept,
    )
