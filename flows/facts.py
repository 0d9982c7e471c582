"""What the report says of a run, gathered from declarations, register, draft and verdict; no value of a person."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

import polars as pl

from flows.deliveries import intake_facts
from gate import TOTAL, Finding, Verdict
from gate.bias.rates import wilson
from gate.verdict import WORST_FIRST
from koppelkamer.room import Room
from linkage import LinkQuality
from register.declarations import Request
from release.draft import Draft
from release.report.facts import (
    Asked,
    Column,
    Disclosure,
    Dpia,
    FindingLine,
    Ground,
    GroupRate,
    Leaves,
    LinkFacts,
    QualityFact,
    ReportFacts,
    SourceFacts,
)

if TYPE_CHECKING:
    from register.models import Request as RegisteredRequest
    from register.models import Run

_REASONS: Final = 3
"""Most frequent reasons of quarantine that the page has room for."""
_SMALL_GROUP: Final = 30
"""Eligible records below which a rate is not shown."""
FILES: Final = ("table.parquet", "table.csv")


def facts_of(room: Room, request: Request, run: "Run", made: Draft, verdict: Verdict) -> ReportFacts:
    """All nine sections of the DPO's page, before opinion and decision; the release bears the run's id."""
    declared = room.declaration
    return ReportFacts(
        release=run.id,
        room_title=declared.title,
        demo=declared.demo,
        made_on=run.started_at.date().isoformat(),
        outcome=verdict.outcome.value,
        counts=_counts(verdict),
        draft_digest=made.digest,
        verdict_digest=verdict.digest,
        policy=room.policy.stem,
        policy_digest=verdict.policy,
        asked=_asked(room, request),
        leaves=_leaves(made, verdict),
        sources=tuple(_source(room, run, source) for source in made.deliveries),
        links=tuple(_links(quality, made) for quality in made.quality),
        disclosure=_disclosure(made, verdict),
        groups=_groups(made),
        not_assessable=made.not_assessable,
        quality=tuple(fact for source in made.deliveries for fact in _quality(room, source)),
        changes=None,
        findings=tuple(_lines(verdict.findings)),
    )


def _counts(verdict: Verdict) -> tuple[tuple[str, int], ...]:
    """Rules by their worst outcome."""
    worst: dict[str, int] = {}
    for finding in verdict.findings:
        place = WORST_FIRST.index(finding.outcome)
        worst[finding.rule] = min(place, worst.get(finding.rule, place))
    return tuple((outcome.value, list(worst.values()).count(place)) for place, outcome in enumerate(WORST_FIRST))


def _asked(room: Room, request: Request) -> Asked:
    agreement, dpia = room.agreements[request.agreement], request.dpia
    documents = {(ground.source, ground.law): ground.document for ground in agreement.grounds}
    partners = {partner.id: partner.name for partner in room.declaration.partners}
    people = {member.username: member.name for member in room.declaration.people}
    return Asked(
        request=request.id,
        title=request.title,
        purpose=request.purpose,
        requester=people.get(request.requester, request.requester),
        agreement=agreement.title,
        grounds=tuple(
            Ground(source=source.id, law=source.ground, document=documents.get((source.id, source.ground), ""))
            for source in request.sources
        ),
        dpia=Dpia(id=dpia.id, approved=dpia.approved.isoformat(), valid_until=dpia.valid_until.isoformat())
        if dpia
        else None,
        recipients=tuple(partners.get(name, name) for name in request.recipients),
        retention_until=request.retention_until.isoformat(),
        effect=request.effect.intended,
    )


def _leaves(made: Draft, verdict: Verdict) -> Leaves:
    return Leaves(
        kind=made.kind,
        files=FILES if verdict.safe is not None else (),
        rows=0 if verdict.safe is None else verdict.safe.height - verdict.hidden,
        columns=tuple(Column(name=column.name, use=column.use) for column in made.columns),
        people=made.people,
        records_eligible=made.eligible,
        records_counted=made.counted,
        minors=_minors(verdict),
    )


def _minors(verdict: Verdict) -> bool | None:
    """Whether rule B14 saw children; None when it could not tell."""
    seen = {finding.outcome.value for finding in verdict.findings if finding.rule == "B14"}
    if not seen or "NOT ASSESSABLE" in seen:
        return None
    return bool(seen - {"PASS"})


def _source(room: Room, run: "Run", source_id: str) -> SourceFacts:
    from register.models import Delivery

    source, digest = room.source(source_id), run.deliveries[source_id]
    delivery = Delivery.objects.get(source=source_id, digest=digest)
    owner = next(partner.name for partner in room.declaration.partners if partner.id == source.owner)
    approved_by, approved_at = _consent(run.request, source.owner)
    reasons = [item for item in intake_facts(room, source_id)["quarantine"] if item["scope"] == "row"]
    return SourceFacts(
        source=source.id,
        title=source.title,
        owner=owner,
        snapshot=delivery.received_at.date().isoformat(),
        delivery=digest,
        rows_in=delivery.rows_in,
        rows_kept=delivery.rows_kept,
        rows_quarantined=delivery.rows_quarantined,
        reasons=tuple((item["rule"], item["count"]) for item in reasons[:_REASONS]),
        approved_by=approved_by,
        approved_at=approved_at,
    )


def _consent(request: "RegisteredRequest", owner: str) -> tuple[str, str]:
    """Who consented for the owner in this round, and when; empty when the source is not in the request itself."""
    given = request.approvals.filter(round=request.round, kind="data_owner", partner=owner)
    if (approval := given.select_related("person", "decision").first()) is None:
        return "", ""
    return approval.person.name, approval.decision.at.date().isoformat()


def _links(quality: LinkQuality, made: Draft) -> LinkFacts:
    return LinkFacts(
        model=quality.model,
        digest=made.models[quality.model],
        candidates=quality.candidates,
        links=quality.links,
        threshold=quality.threshold,
        precision=quality.precision,
        recall=total_recall(quality),
    )


def total_recall(quality: LinkQuality) -> float | None:
    """Recall among the candidates times the estimated share of matches that are candidates at all."""
    if quality.recall is None or quality.blocking_recall is None:
        return quality.recall
    return quality.recall * quality.blocking_recall


def _disclosure(made: Draft, verdict: Verdict) -> Disclosure | None:
    if made.cells is None or verdict.safe is None:
        return None
    hidden = verdict.safe["people"].is_null()
    no_margin = pl.all_horizontal(pl.col(name) != TOTAL for name in made.cells.dimensions)
    inner = made.cells.table.select(no_margin).to_series()
    records = made.cells.table["records"]
    total = int(records.filter(inner).sum())
    return Disclosure(
        cells=int((records > 0).sum()),
        hidden_primary=verdict.unsafe,
        hidden_complementary=verdict.hidden - verdict.unsafe,
        share_hidden=int(records.filter(inner & hidden).sum()) / total if total else None,
        narrowest=_narrowest(verdict),
    )


def _narrowest(verdict: Verdict) -> float | None:
    measured = [finding.measured for finding in verdict.findings if finding.rule == "D06"]
    return float(measured[0]) if measured and isinstance(measured[0], int | float) else None


def _groups(made: Draft) -> tuple[GroupRate, ...]:
    if made.groups is None:
        return ()
    return tuple(_rate(*row) for row in made.groups.table.iter_rows())


def _rate(attribute: str, group: str, eligible: int, linked: int) -> GroupRate:
    if eligible < _SMALL_GROUP:
        return GroupRate(attribute=attribute, group=group, rate=None, low=None, high=None)
    low, high = wilson(linked, eligible)
    return GroupRate(attribute=attribute, group=group, rate=linked / eligible, low=low, high=high)


def _quality(room: Room, source: str) -> list[QualityFact]:
    """Checks of the contract that rows failed."""
    facts = intake_facts(room, source)
    failed = [check for check in facts["quality"] if check["outcome"] == "failed" and check.get("unexpected")]
    return [
        QualityFact(
            source=source,
            what=f"{check['column']}: {check['expectation']}",
            count=check["unexpected"],
            of=check["evaluated"],
        )
        for check in failed
    ]


def _lines(findings: Sequence[Finding]) -> list[FindingLine]:
    """One line per rule and outcome."""
    ordered = sorted(findings, key=lambda finding: (WORST_FIRST.index(finding.outcome), finding.rule))
    groups = [list(group) for _, group in groupby(ordered, key=lambda finding: (finding.outcome, finding.rule))]
    return [_line(group) for group in groups]


def _line(group: Sequence[Finding]) -> FindingLine:
    first = group[0]
    return FindingLine(
        rule=first.rule,
        outcome=first.outcome.value,
        count=len(group),
        about=first.about,
        measured=first.measured,
        threshold=first.threshold,
        message=first.message,
        remedy=first.remedy,
    )
