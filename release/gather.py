"""From draft and verdict to what the DPO's page says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

import polars as pl

from gate.bias.facts import GroupRates
from gate.bias.gap import Gap, Rate, gaps, large
from gate.bias.interval import wilson
from gate.finding import Finding, Outcome
from gate.perturb.perturbed import Perturbed
from gate.policy import Policy
from gate.subject import TOTAL
from gate.verdict import WORST_FIRST, Verdict
from linkage import LinkQuality
from register.output import ROWS
from release.draft import Draft
from release.permit import Answers, Opinion, ReleaseDecision, Standing
from release.profile import profile
from release.report.facts import (
    Answer,
    Asked,
    Disclosure,
    FindingLine,
    GroupGap,
    GroupRate,
    LinkError,
    LinkFacts,
    Perturbation,
    Proof,
    QualityFact,
    ReportFacts,
    Signed,
    SourceFacts,
    StandingFacts,
)
from release.report.leaves import Leaves, TableFacts
from release.row_profile import row_profile
from release.rows import anonymised, columns_of, minimised, people_of
from release.series import Last, changes
from release.tables import inner, part

NOT_COVERED: Final = ("amounts", "reports", "models", "exports", "outside")
"""What no table is held against: see docs/decisions/065."""

FILES: Final = {"table": ("table.csv", "table.parquet"), **dict.fromkeys(ROWS, ("rows.csv", "rows.parquet"))}
"""By what leaves."""
_BAD: Final = (Outcome.FAIL, Outcome.WARN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Which release this is, and of which room."""

    release: str
    room_title: str
    demo: bool
    made_on: str
    """ISO date."""
    earlier: int | None = None
    """Releases it was held against."""
    last: Last | None = None
    """Of the same series, if any."""
    unseen: int = 0
    """Records of the unit that were left out before linkage and of which nothing may be told: they are told as if they
    had been there and were not linked."""


def gather(
    draft: Draft,
    verdict: Verdict,
    policy: Policy,
    asked: Asked,
    sources: Sequence[SourceFacts],
    occasion: Occasion,
    quality: Sequence[QualityFact] = (),
) -> ReportFacts:
    """The facts before anybody has decided. `quality`: what intake and checks found, after what the draft found."""
    facts = ReportFacts(
        release=occasion.release,
        room_title=occasion.room_title,
        demo=occasion.demo,
        made_on=occasion.made_on,
        outcome=verdict.outcome.value,
        counts=_counts(verdict.findings),
        draft_digest=draft.digest,
        verdict_digest=verdict.digest,
        policy=policy.profile,
        policy_digest=verdict.policy,
        asked=asked,
        leaves=_leaves(draft, verdict, occasion.unseen),
        sources=tuple(sources),
        links=tuple(_link(found, draft.models[found.model]) for found in draft.quality),
        disclosure=_disclosure(draft, verdict, occasion.earlier),
        groups=_groups(draft.groups, policy),
        not_assessable=draft.not_assessable,
        quality=(*_found(draft, occasion.unseen), *quality),
        changes=None,
        findings=_lines(verdict.findings),
        gaps=_gaps(draft.groups, policy),
        without_ground=draft.measured.without_ground,
        link_error=_link_error(verdict),
        blind=draft.blind.hex(),
    )
    return _with_contents(facts, draft, verdict, policy, occasion.last)


def _with_contents(
    facts: ReportFacts, draft: Draft, verdict: Verdict, policy: Policy, last: Last | None
) -> ReportFacts:
    """The facts with what is in the table or rows that would leave, and what changed since the last of its series."""
    if verdict.safe is None:
        return facts
    earlier = last.table if last and last.facts.leaves.kind == draft.kind else None
    if draft.cells is None:
        columns = row_profile(verdict.safe, policy, earlier)
    else:
        columns = profile(verdict.safe, draft.cells.parents, earlier, draft.told_apart)
    return replace(facts, profile=columns, changes=changes(last, facts, verdict.safe) if last else None)


def decided(
    facts: ReportFacts, opinion: Opinion, decision: ReleaseDecision, names: Mapping[str, str], proof: Proof | None
) -> ReportFacts:
    """The facts with what people wrote: opinion, decision, and each answer beside its finding. `names`: username → name
    as printed. `proof`: where the audit log stood."""
    said = "positive" if opinion.favourable else "negative"
    officers = [names.get(person, person) for person in (decision.person, decision.second) if person]
    return replace(
        facts,
        findings=tuple(_answered(line, decision.answers) for line in facts.findings),
        opinion=Signed(
            person=names.get(opinion.person, opinion.person), when=opinion.when, what=said, reason=opinion.reason
        ),
        decision=Signed(person=", ".join(officers), when=decision.when, what="release", reason=decision.reason),
        standing=_standing(decision.standing, officers[0]) if decision.standing else None,
        proof=proof,
    )


def _standing(taken: Standing, officer: str) -> StandingFacts:
    return StandingFacts(id=taken.id, officer=officer, when=taken.when, until=taken.until)


def _answered(line: FindingLine, answers: Answers) -> FindingLine:
    given = answers.get(line.rule)
    return replace(line, answer=Answer(**given)) if given else line


def _counts(findings: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    """Rules, not findings: a rule counts once, with its worst outcome."""
    worst: dict[str, Outcome] = {}
    for finding in findings:
        worst[finding.rule] = min(worst.get(finding.rule, Outcome.PASS), finding.outcome, key=WORST_FIRST.index)
    return tuple((outcome.value, sum(found is outcome for found in worst.values())) for outcome in WORST_FIRST)


def _leaves(draft: Draft, verdict: Verdict, unseen: int) -> Leaves:
    tables = _tables(draft, verdict)
    files = tuple(f"{each.stem}.{kind}" for each in tables for kind in ("csv", "parquet")) or FILES.get(draft.kind, ())
    return Leaves(
        kind=draft.kind,
        tables=tables,
        files=files if verdict.safe is not None else (),
        rows=verdict.safe.height if verdict.safe is not None else 0,
        columns=columns_of(draft),
        people=people_of(draft, verdict),
        records_eligible=draft.eligible + unseen,
        records_counted=draft.counted,
        special_categories=_special(verdict.findings),
        minors=_minors(verdict.findings),
        minimised=minimised(draft, verdict),
        coarsened=draft.coarsened,
        anonymised=anonymised(draft, verdict),
    )


def _tables(draft: Draft, verdict: Verdict) -> tuple[TableFacts, ...]:
    if verdict.safe is None or draft.cells is None:
        return ()
    return tuple(
        TableFacts(
            name=each.name,
            dimensions=each.dimensions,
            rows=part(verdict.safe, draft.cells.dimensions, each.dimensions).height,
            magnitude=each.magnitude and draft.cells.magnitude is not None,
        )
        for each in draft.tables
    )


def _special(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Columns that B01 knows for a protected ground."""
    return tuple(finding.about for finding in findings if finding.rule == "B01" and finding.outcome in _BAD)


def _minors(findings: Sequence[Finding]) -> bool | None:
    outcomes = {finding.outcome for finding in findings if finding.rule == "B14"}
    if outcomes & set(_BAD):
        return True
    return False if outcomes == {Outcome.PASS} else None


def _link(quality: LinkQuality, digest: str) -> LinkFacts:
    low, high = quality.precision_interval or (None, None)
    return LinkFacts(
        model=quality.model,
        digest=digest,
        candidates=quality.candidates,
        links=quality.links,
        threshold=quality.threshold,
        precision=quality.precision,
        recall=total_recall(quality),
        precision_low=low,
        precision_high=high,
    )


def _link_error(verdict: Verdict) -> LinkError | None:
    """Of published cells only, margins included."""
    if verdict.safe is None or "linkage_error" not in verdict.safe.columns:
        return None
    steps = verdict.safe["linkage_error"].drop_nulls().sort()
    if steps.is_empty():
        return None
    half, nine, every = (int(steps[ceil(share * steps.len()) - 1]) for share in (0.5, 0.9, 1.0))
    return LinkError(half=half, nine_in_ten=nine, all=every)


def total_recall(quality: LinkQuality) -> float | None:
    """Of all matches, also those that no block brings: at most this, for what every block misses is not seen."""
    if quality.recall is None or quality.blocking_recall is None:
        return quality.recall
    return quality.recall * quality.blocking_recall


def _disclosure(draft: Draft, verdict: Verdict, earlier: int | None) -> Disclosure | None:
    if draft.cells is None or verdict.safe is None:
        return None
    hidden = verdict.safe["people"].is_null()
    records = draft.cells.table.with_columns(hidden=hidden).filter(
        inner(draft.cells.dimensions, draft.told_apart, draft.cells.parents)
    )
    total = int(records["records"].sum())
    totals = verdict.safe.filter(pl.col(name) == TOTAL for name in draft.cells.dimensions)
    return Disclosure(
        cells=draft.cells.table.filter(pl.col("records") > 0).height,
        hidden_primary=verdict.unsafe,
        hidden_complementary=verdict.hidden - verdict.unsafe,
        share_hidden=int(records.filter("hidden")["records"].sum()) / total if total else None,
        narrowest=_narrowest(verdict.findings),
        earlier_releases=earlier,
        **_nearest(verdict.findings),
        perturbation=_perturbation(verdict.perturbed),
        people=totals["people"].item(),
        records=totals["records"].item(),
        not_covered=NOT_COVERED,
    )


def _perturbation(made: Perturbed | None) -> Perturbation | None:
    if made is None:
        return None
    settings, loss = made.settings, made.loss["people"]
    return Perturbation(
        method=settings.method,
        base=settings.base,
        largest=settings.largest,
        shown=loss.shown,
        changed=loss.changed,
        mean=round(loss.mean, 2),
        most=loss.largest,
        sums=loss.sums,
        kept=loss.kept,
    )


def _nearest(findings: Sequence[Finding]) -> dict[str, Any]:
    """The earlier release that D08 found nearest, and the limit it keeps to."""
    found = next((each for each in findings if each.rule == "D08" and each.outcome is Outcome.PASS), None)
    if found is None or found.measured is None or found.threshold is None:
        return {}
    return {"nearest": found.about, "smallest_difference": int(found.threshold)}


def _narrowest(findings: Sequence[Finding]) -> float | None:
    measured = next((finding.measured for finding in findings if finding.rule == "D06"), None)
    return float(measured) if isinstance(measured, int | float) else None


def _groups(rates: GroupRates | None, policy: Policy) -> tuple[GroupRate, ...]:
    """Groups too small for the bias rule have no rate here either."""
    if rates is None:
        return ()
    ordered = rates.table.select("attribute", "group", "eligible", "linked")
    return tuple(
        _group(attribute, group, eligible, linked, policy) for attribute, group, eligible, linked in ordered.iter_rows()
    )


def _group(attribute: str, group: str, eligible: int, linked: int, policy: Policy) -> GroupRate:
    if eligible < policy.thresholds.minimum_group.value:
        return GroupRate(attribute=attribute, group=group, rate=None, low=None, high=None)
    rate = Rate(group, linked, eligible, policy.thresholds.minimum_people.value)
    if rate.small:
        least, most = rate.whole_percents
        return GroupRate(attribute=attribute, group=group, rate=None, low=least / 100, high=most / 100)
    low, high = (round(each, 2) for each in wilson(*rate.share))
    return GroupRate(attribute=attribute, group=group, rate=round(rate.value, 2), low=low, high=high)


def _gaps(rates: GroupRates | None, policy: Policy) -> tuple[GroupGap, ...]:
    """Between groups that are large enough."""
    if rates is None:
        return ()
    limits = policy.thresholds.minimum_group.value, policy.thresholds.minimum_people.value
    parts = rates.table.partition_by("attribute", maintain_order=True)
    return tuple(_gap(str(part["attribute"][0]), gaps(large(part, "linked", "eligible", *limits))) for part in parts)


def _gap(attribute: str, found: Sequence[Gap]) -> GroupGap:
    """The widest of them, and of those that are told no closer the widest that there may be."""
    if not found:
        return GroupGap(attribute=attribute, points=None)
    most = max(each.bounds[1] for each in found)
    at_most = any(each.small and each.bounds[1] == most for each in found)
    return GroupGap(attribute=attribute, points=ceil(100 * most) if at_most else round(100 * most), at_most=at_most)


def _found(draft: Draft, unseen: int) -> tuple[QualityFact, ...]:
    """What the draft itself found: records left out, and values that contradict each other."""
    contradicting = [
        QualityFact(source=name, what="conflicting", count=several, of=draft.counted)
        for name, (_, several) in draft.unknown.items()
        if several
    ]
    eligible = draft.eligible + unseen
    left_out = eligible - draft.linked
    return (
        *([QualityFact(source=draft.unit, what="unlinked", count=left_out, of=eligible)] if left_out else []),
        *contradicting,
    )


def _lines(findings: Sequence[Finding]) -> tuple[FindingLine, ...]:
    """One line per rule and outcome, the worst first; what passed is only counted."""
    grouped: dict[tuple[str, Outcome], list[Finding]] = {}
    for finding in findings:
        if finding.outcome is not Outcome.PASS:
            grouped.setdefault((finding.rule, finding.outcome), []).append(finding)
    ordered = sorted(grouped.items(), key=lambda item: (WORST_FIRST.index(item[0][1]), item[0][0]))
    return tuple(_line(rule, outcome, found) for (rule, outcome), found in ordered)


def _line(rule: str, outcome: Outcome, found: Sequence[Finding]) -> FindingLine:
    first = found[0]
    alone = len(found) == 1
    return FindingLine(
        rule=rule,
        outcome=outcome.value,
        count=len(found),
        about=", ".join(dict.fromkeys(finding.about for finding in found)),
        measured=first.measured if alone else None,
        threshold=first.threshold if alone else None,
        message=first.message,
        remedy=first.remedy,
    )
