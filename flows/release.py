"""Release what people decided on: from register rows to a permit, and from the permit to a signed parcel."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audit import BrokenLog, Inclusion, Log
from audit.checkpoint import read_head
from declare import Refusal, WrongInput, digest_file
from flows.books import write_logs
from flows.keyring import Keyring
from flows.ledger import Ledger
from flows.reports import read_facts, read_verdict, write_pages
from flows.restrictions import check_unrestricted
from gate import Policy, Verdict, verify_policy
from koppelkamer.room import Room
from register.output import EXTRACT
from release.gather import decided
from release.manifest import MANIFEST, ParcelChanged, decides, verify_parcel
from release.parcel import Papers, write_parcel
from release.permit import Examined, Opinion, Permit, ReleaseDecision, Standing, permit
from release.report import ReportFacts, render
from release.report.facts import Proof

if TYPE_CHECKING:
    from register.models import Release, StandingRelease


def release(room: Room, keyring: Keyring, subject: str) -> Path:
    """The parcel of a release, or of the latest one of a request; a second call finds it written.

    Raises `NotPermitted`, `StepNotAllowed`, `ChangedSinceRun`, `RestrictedSince`, `NoAddress`, as `check_policy`, or
    `ParcelChanged` when another parcel lies there.
    """
    from register.conditions import check_may_write
    from register.runs import record_parcel

    started, row = datetime.now(UTC), _asked_for(subject)
    check_may_write(row)
    check_policy(room, row)
    check_unrestricted(room, keyring, row)
    facts = read_facts(room, row)
    seal_to = room.addresses(row.request.recipients, rows=facts.leaves.kind == EXTRACT)
    verdict, folder = read_verdict(room, keyring, row), room.parcels / row.id
    leave = _permit(row, facts, verdict)
    write_logs(room, keyring.signer)  # the parcel shows that the decision stands in the log
    with Ledger(room, keyring).entering(row.id, _policy(room)):
        if folder.exists():
            _check_ours(room, row, folder)
        else:
            _write(room, keyring, row, leave, verdict, _signed(room, facts, leave), seal_to)
    record_parcel(row, digest_file(folder / MANIFEST), started=started)
    write_logs(room, keyring.signer)
    return folder


def check_policy(room: Room, row: "Release") -> None:
    """The room's policy is signed, and is the one that the release was examined under. Raises `gate.BadSignature` or
    `PolicyChangedSince`."""
    from register.refusals import PolicyChangedSince

    if _policy(room).digest != row.run.plan["policy"]:
        raise PolicyChangedSince(row.id)


def _policy(room: Room) -> Policy:
    return verify_policy(room.policy, room.policy_signature, room.read_public_key()).policy


def _write(
    room: Room,
    keyring: Keyring,
    row: "Release",
    leave: Permit,
    verdict: Verdict,
    facts: ReportFacts,
    seal_to: Sequence[str],
) -> None:
    """The reports with opinion and decision, and the parcel with the public copy of them."""
    write_pages(room.reports / row.id, facts)
    pages = {language: render(facts, language, public=True) for language in ("nl", "en")}
    public = bool(set(room.public) & set(row.request.recipients))
    papers = Papers(facts, pages, _decision(room, leave), public)
    write_parcel(leave, verdict, papers, room.parcels / row.id, keyring.signer, seal_to)


def _decision(room: Room, leave: Permit) -> Inclusion:
    """The decision to release in the audit log, under its latest head. Raises `BrokenLog`."""
    release, digest = leave.examined.release, leave.examined.digest
    entries = Log(room.audit / "audit.jsonl", "audit").entries()
    found = [entry.number for entry in entries if decides(entry.event, release, digest)]
    if not found:
        raise BrokenLog(f"it has no decision to release {release}")
    return Inclusion.of(entries, found[-1], read_head(room.audit / "audit.head"))


def _check_ours(room: Room, row: "Release", folder: Path) -> None:
    """What lies there was written by an earlier call that was broken off, and is whole."""
    if verify_parcel(folder, room.read_public_key()).decided != row.digest:
        raise ParcelChanged(f"the parcel in {folder} belongs to another decision")


def _asked_for(subject: str) -> "Release":
    from register.jobs import release_of

    found = release_of(subject)
    if found is None:
        raise WrongInput(f"request {subject} has not been run", remedy=f"Run it first: `koppelkamer run {subject}`.")
    return found


def _permit(row: "Release", facts: ReportFacts, verdict: Verdict) -> Permit:
    """The permit; verdict and policy are held against what the register says of the run."""
    decision = row.decision
    if decision is None:
        raise Refusal("no release officer has decided", remedy="Ask the release officer for a decision.")
    by_itself = decision.standing
    advice = by_itself.grant.opinion if by_itself else decision.opinion
    if advice is None:
        raise Refusal("the DPO has given no opinion", remedy="Ask the DPO for an opinion on this release.")
    examined = Examined(
        release=row.id,
        request=row.request_id,
        requester=row.requester.username,
        runner=row.runner.username,
        draft=facts.draft_digest,
        verdict=row.verdict_digest,
        policy=row.run.plan["policy"],
        digest=row.digest,
        plan=row.run.digest,
    )
    opinion = Opinion(
        person=advice.person.username,
        when=advice.decision.at.isoformat(),
        favourable=advice.favourable,
        digest=advice.digest,
        reason=advice.decision.reason,
    )
    decided = ReleaseDecision(
        person=decision.officer.username,
        when=decision.decision.at.isoformat(),
        digest=decision.digest,
        reason=decision.reason,
        answers=decision.answers,
        second=decision.second.username if decision.second else None,
        standing=_standing(by_itself) if by_itself else None,
    )
    return permit(examined, verdict, opinion, decided)


def _standing(found: "StandingRelease") -> Standing:
    standing, granted = found.standing, found.grant.decision
    return Standing(
        id=standing.id,
        when=granted.at.isoformat(),
        until=found.until.isoformat(),
        day=found.day.isoformat(),
        plan=found.plan,
        digest=standing.digest,
    )


def _signed(room: Room, facts: ReportFacts, leave: Permit) -> ReportFacts:
    """The report's facts with opinion, decision, the answers to each warning, and where the audit log stood."""
    names = {member.username: member.name for member in room.declaration.people}
    return decided(facts, leave.opinion, leave.decision, names, _proof(room))


def _proof(room: Room) -> Proof | None:
    head = read_head(room.audit / "audit.head")
    return Proof(size=head.size, head=head.root)
