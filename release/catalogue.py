"""The list of releases (Kennisplatform): a public part for everybody, a closed part for the partners. Plain data."""

from collections.abc import Iterable
from dataclasses import dataclass

from release.report.facts import ReportFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEntry:
    """What anybody may know of a release: what, why, on what ground, how, and with what known limits."""

    release: str
    title: str
    purpose: str
    grounds: tuple[str, ...]
    sources: tuple[str, ...]
    made_on: str
    outcome: str
    state: str
    """`released`, `refused`, `withheld` … as in the register."""
    rows: int
    hidden_cells: int | None
    precision: tuple[tuple[str, float | None], ...]
    """Model → estimated precision of its links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedEntry:
    """What the partners see besides: who asked, who receives, until when, and the digests to look things up by."""

    public: PublicEntry
    requester: str
    recipients: tuple[str, ...]
    retention_until: str
    agreement: str
    dpia: str | None
    draft_digest: str
    verdict_digest: str
    policy_digest: str


_PUBLIC_STATES = frozenset({"released", "revoked"})


def public_part(releases: Iterable[tuple[ReportFacts, str]]) -> tuple[PublicEntry, ...]:
    """Released and revoked ones, newest first; what was refused or withheld is the partners' business."""
    return tuple(entry.public for entry in closed_part(releases) if entry.public.state in _PUBLIC_STATES)


def closed_part(releases: Iterable[tuple[ReportFacts, str]]) -> tuple[ClosedEntry, ...]:
    """Every release, newest first. `releases`: facts of the report and the state in the register."""
    entries = [_closed(facts, state) for facts, state in releases]
    return tuple(sorted(entries, key=lambda entry: (entry.public.made_on, entry.public.release), reverse=True))


def _closed(facts: ReportFacts, state: str) -> ClosedEntry:
    return ClosedEntry(
        public=_public(facts, state),
        requester=facts.asked.requester,
        recipients=facts.asked.recipients,
        retention_until=facts.asked.retention_until,
        agreement=facts.asked.agreement,
        dpia=facts.asked.dpia.id if facts.asked.dpia else None,
        draft_digest=facts.draft_digest,
        verdict_digest=facts.verdict_digest,
        policy_digest=facts.policy_digest,
    )


def _public(facts: ReportFacts, state: str) -> PublicEntry:
    told = facts.disclosure
    return PublicEntry(
        release=facts.release,
        title=facts.asked.title,
        purpose=facts.asked.purpose,
        grounds=tuple(dict.fromkeys(ground.law for ground in facts.asked.grounds)),
        sources=tuple(source.title for source in facts.sources),
        made_on=facts.made_on,
        outcome=facts.outcome,
        state=state,
        rows=facts.leaves.rows,
        hidden_cells=told.hidden_primary + told.hidden_complementary if told else None,
        precision=tuple((link.model, link.precision) for link in facts.links),
    )
