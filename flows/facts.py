"""What the report says beside draft and verdict: who asked, on what footing, and how the deliveries were."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from expectations.report import Masking, Told
from flows.bias import Inputs
from flows.deliveries import intake_facts
from flows.effect import came_of
from flows.meanings import homonyms_of, words_of
from flows.minimise import Minimised
from gate import Verdict
from koppelkamer.room import Room
from pseudonymise.minimise import RESTRICTION
from pseudonymise.minimise import LeftOut as Done
from register.declarations import Request
from release.draft import Draft
from release.gather import Occasion, gather
from release.report.facts import (
    Asked,
    Contact,
    Definition,
    Dpia,
    Ground,
    Homonym,
    LeftOut,
    QualityFact,
    ReportFacts,
    SourceFacts,
    Use,
)

if TYPE_CHECKING:
    from register.models import Request as RegisteredRequest
    from register.models import Run

_REASONS: Final = 3
"""Most frequent reasons of quarantine that the page has room for."""


def facts_of(
    room: Room, inputs: Inputs, run: "Run", made: Draft, verdict: Verdict, occasion: Occasion,
    used: Mapping[str, Minimised],
) -> ReportFacts:  # fmt: skip
    """The DPO's page before opinion and decision."""
    from django.utils import timezone

    sources = [_source(room, run, source) for source in made.deliveries]
    quality = [fact for source, delivery in made.deliveries.items() for fact in _quality(room, source, delivery)]
    policy = inputs.policy.policy
    masking = Masking(int(policy.thresholds.minimum_people.value))
    uses = {source: _use(source, each, masking) for source, each in used.items()}
    # What the draft counts would give away the rows beyond the bounds told.
    unseen = _at_most(used[made.unit], masking) - used[made.unit].table.table.height
    occasion = replace(occasion, unseen=unseen)
    facts = gather(made, verdict, policy, _asked(room, inputs.request), sources, occasion, quality)
    restricted = sum(each.rows for use in used.values() for each in use.left_out if each.rule == RESTRICTION)
    told = masking.roughly(restricted)
    shown = tuple(use for use in uses.values() if use.left_out or use.columns is not None)
    came = came_of(run.request, timezone.localdate(run.started_at))
    return replace(facts, restricted=(told.at_least, told.at_most), uses=shown, came=came)


def _use(source: str, used: Minimised, masking: Masking) -> Use:
    """Counts in bounds, so that nobody learns of a few persons that they were left out; what is left follows from the
    lower ones and is at most that."""
    left_out = tuple(_left_out(each, masking) for each in used.left_out if each.rule != RESTRICTION)
    at_most = _at_most(used, masking)
    return Use(source=source, rows_before=used.rows, rows_at_most=at_most, left_out=left_out, columns=used.columns)


def _at_most(used: Minimised, masking: Masking) -> int:
    return used.rows - sum(_told(each, each.rows, masking).at_least for each in used.left_out)


def _told(done: Done, count: int, masking: Masking) -> Told:
    """Not even that nobody is restricted is told: somebody might be known to have asked."""
    return masking.roughly(count) if done.rule == RESTRICTION else masking.part(count)


def _left_out(done: Done, masking: Masking) -> LeftOut:
    rows, unknown = (masking.part(count) for count in (done.rows, done.unknown))
    return LeftOut(
        rule=done.rule,
        column=done.column,
        terms=done.terms,
        rows=(rows.at_least, rows.at_most),
        unknown=(unknown.at_least, unknown.at_most),
    )


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
        case_decision=request.case_decision,
        bias=tuple(
            Ground(source=ground.source, law=ground.law, document=ground.document)
            for ground in agreement.bias
            if ground.source in {source.id for source in request.sources}
        ),
        contacts=_contacts(room, request),
        definitions=_definitions(room, request, partners),
        homonyms=tuple(
            Homonym(name=each.name, meanings=tuple(_meaning(room, *meaning) for meaning in each.meanings))
            for each in homonyms_of(room, request)
        ),
    )


def _contacts(room: Room, request: Request) -> tuple[Contact, ...]:
    """Of the owners of its sources that declare one."""
    owners = {room.source(source.id).owner for source in request.sources}
    partners = [partner for partner in room.declaration.partners if partner.id in owners]
    return tuple(Contact(partner=each.name, contact=each.contact) for each in partners if each.contact)


def _definitions(room: Room, request: Request, partners: Mapping[str, str]) -> tuple[Definition, ...]:
    """As approved: `owner` by name."""
    return tuple(
        Definition(
            title=word["title"],
            definition=word["definition"],
            owner=partners[word["owner"]],
            columns=tuple(word["columns"]),
        )
        for word in words_of(room, request).values()
    )


def _meaning(room: Room, source: str, concept: str) -> str:
    return f"{source}: {room.dictionary[concept].title}"


def _source(room: Room, run: "Run", source_id: str) -> SourceFacts:
    from register.models import Delivery

    source, digest = room.source(source_id), run.deliveries[source_id]
    delivery = Delivery.objects.get(source=source_id, digest=digest)
    owner = next(partner.name for partner in room.declaration.partners if partner.id == source.owner)
    approved_by, approved_at = _consent(run.request, source.owner)
    reasons = [item for item in intake_facts(room, source_id, digest)["quarantine"] if item["scope"] == "row"]
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
    """Who consented for the owner in this round, and when."""
    given = request.approvals.filter(round=request.round, kind="data_owner", partner=owner)
    approval = given.select_related("person", "decision").get()
    return approval.person.name, approval.decision.at.date().isoformat()


def _quality(room: Room, source: str, delivery: str) -> list[QualityFact]:
    """Checks of the contract that rows failed."""
    facts = intake_facts(room, source, delivery)
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
