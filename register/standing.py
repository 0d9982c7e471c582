"""Standing decisions: that the releases of a request go on by themselves, as people decided on one of them.

Here they are proposed; `register.series` tells what a run that ended means for one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence, canonical, digest
from register.conditions import check_as_run, check_inputs_stand, check_stands, last_day
from register.free_text import check_names_nobody
from register.models import Decision, Release, Request, StandingDecision
from register.models.standing import LONGEST
from register.operation import new_operation
from register.outbox import record
from register.refusals import (
    AlreadyDecided,
    NothingSaid,
    NotYours,
    StalePage,
    StepNotAllowed,
    TermsNotPossible,
    named,
)
from register.session import SignedIn
from register.standing_duties import check_apart
from register.standing_steps import follow, stop_if_past
from register.workflow import LIVE_STANDING, ReleaseState, Role, StandingState


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed: which sources may have other deliveries, how often at most, until which day, and why."""

    sources: tuple[str, ...]
    every_days: int
    until: date
    reason: str


def propose(
    by: SignedIn, release: Release, terms: Terms, *, seen: str, operation: str | None = None
) -> StandingDecision:
    """That releases after `release`, the latest of its request, go on by themselves; the DPO is asked.

    `seen` is the digest of the release as the officer read it. An `operation` that proposed before gives that again.
    Raises `NotYours`, `DutiesKeptApart`, `NothingSaid`, `NamesSomebody`, `StalePage`, `StepNotAllowed`,
    `TermsNotPossible`, `AlreadyDecided`, or as `check_stands` and `check_as_run`.
    """
    operation = operation or new_operation()
    if again := StandingDecision.objects.filter(
        event__operation=operation, proposer=by.person, release=release
    ).first():
        return _the_same(again, terms)
    if not by.person.is_active or Role.RELEASE not in by.person.roles():
        raise NotYours("propose", [Role.RELEASE.value])
    check_apart(by.person, release.request)
    if not terms.reason.strip():
        raise NothingSaid
    check_names_nobody([terms.reason])
    try:
        with transaction.atomic():
            Request.objects.select_for_update().get(pk=release.request_id)
            locked = Release.objects.select_for_update().select_related("request", "run").get(pk=release.pk)
            stop_if_past(release.request_id, timezone.localdate())
            _check_may_go_on(locked, terms, seen)
            return _propose(by, locked, terms, operation)
    except IntegrityError as error:
        about = Sentence("the standing decision on %(id)s", {"id": release.request_id})
        raise AlreadyDecided(about) from error


def _the_same(again: StandingDecision, terms: Terms) -> StandingDecision:
    """A page sent twice; other terms would be lost without a word. Raises `AlreadyDecided`."""
    asked = (sorted(set(terms.sources)), terms.every_days, terms.until, terms.reason.strip())
    if (again.sources, again.every_days, again.until, again.reason) != asked:
        raise AlreadyDecided(_name(again.id))
    return again


def _name(standing: str) -> Sentence:
    return Sentence("standing decision %(id)s", {"id": standing})


def _check_may_go_on(release: Release, terms: Terms, seen: str) -> None:
    today = timezone.localdate()
    name = named("release", release.id)
    if release.digest != seen:
        raise StalePage(name)
    if release.state != ReleaseState.RELEASED or release.decision is None:
        raise StepNotAllowed(name, release.state, "propose", ["decide on this release first"])
    if release != release.request.releases.order_by("examined_at").last():
        raise StepNotAllowed(name, Sentence("not the latest"), "propose", ["decide on the latest release first"])
    if old := release.request.standing_decisions.filter(state__in=[state.value for state in LIVE_STANDING]).first():
        raise StepNotAllowed(_name(old.id), old.state, "propose", ["end it first"])
    check_stands(release.request, today, "propose")
    check_as_run(release)
    check_inputs_stand(release)
    _check_terms(release, terms, today)


def _check_terms(release: Release, terms: Terms, today: date) -> None:
    if foreign := sorted(set(terms.sources) - set(release.run.deliveries)):
        raise TermsNotPossible("the request does not use %(sources)s", sources=foreign)
    if not terms.sources:
        raise TermsNotPossible("no source is named of which other deliveries may be used")
    if not 1 <= terms.every_days <= LONGEST:
        raise TermsNotPossible("from one run of a series to the next there are 1 to %(most)s days", most=LONGEST)
    last = last_day(release.request)
    if not today <= terms.until <= last:
        raise TermsNotPossible("a series lasts until some day from today to %(last)s, when its basis ends", last=last)


def _propose(by: SignedIn, release: Release, terms: Terms, operation: str) -> StandingDecision:
    told, reason = _as_told(release, terms), terms.reason.strip()
    read = digest(canonical(told))
    state, role = StandingState.PROPOSED.value, Role.RELEASE.value
    ids = {"standing": told["id"], "request": release.request_id, "release": release.id, "plan": release.run.digest}
    fields = {"person": by.person.username, "role": role, "how": by.how, "until": told["until"], "digest": read}
    record(Event("standing decision proposed", operation, timestamp(), {**ids, **fields, "reason": reason}))
    Decision.objects.create(
        event_id=operation, person=by.person, role=role, how=by.how, subject="standing", subject_id=told["id"],
        action="propose", before="", after=state, reason=reason, digest=read, at=timezone.now(),
    )  # fmt: skip
    standing = StandingDecision.objects.create(
        event_id=operation, id=told["id"], request=release.request, requester=release.requester, release=release,
        released=release.released_by, run=release.run, runner=release.runner, proposer=by.person,
        plan=release.run.digest, sources=told["sources"], every_days=terms.every_days, until=terms.until, reason=reason,
        digest=read, state=state,
    )  # fmt: skip
    follow(standing, operation, "propose", "", state)
    return standing


def _as_told(release: Release, terms: Terms) -> dict[str, Any]:
    """What people decide on, as plain JSON data."""
    number = release.request.standing_decisions.count() + 1
    return {
        "id": f"{release.request_id}-s{number}",
        "request": release.request_id,
        "release": release.id,
        "plan": release.run.digest,
        "sources": sorted(set(terms.sources)),
        "every_days": terms.every_days,
        "until": str(terms.until),
        "reason": terms.reason.strip(),
    }
