"""What a run that ended means for a series: released by its standing decision, stopped, or left to people."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Refusal
from register import jobs
from register.conditions import check_as_run, check_inputs_stand, check_stands
from register.models import (
    Decision,
    Job,
    Release,
    ReleaseDecision,
    StandingDecision,
    StandingGrant,
    StandingRelease,
    Work,
)
from register.models.work import LIVE
from register.operation import new_operation
from register.outbox import record
from register.session import SignedIn
from register.standing import follow
from register.workflow import BY_ITSELF, LIVE_STANDING, ReleaseState, Role, StandingState


def go_on(by: SignedIn, release: Release, today: date) -> None:
    """Release what `by` ran, stop the series, or leave it to people; call it in the transaction that ends the run.

    What is released gets its parcel as work that is asked for in the name of `by`.
    """
    standing = live_of(release.request_id)
    if standing is None:
        return
    if why := _other_than_decided(standing, release):
        _stop(standing, why, release)
    elif standing.state == StandingState.IN_FORCE and _may_leave(standing.grant, release, today):
        _release(standing, release, today)
        _ask_for_parcel(by, release.request_id)


@transaction.atomic
def stop(request_id: str, why: str) -> bool:
    """Stop the series of a request, and tell whether there was one: `plan` where another was wanted, `revoked` where a
    release of the request was called back, `ended` where the request itself ended."""
    if (standing := live_of(request_id)) is None:
        return False
    _stop(standing, why, None)
    return True


def live_of(request_id: str) -> StandingDecision | None:
    """The standing decision on the request that is proposed, in force or held, locked."""
    states = [state.value for state in LIVE_STANDING]
    return StandingDecision.objects.select_for_update().filter(request=request_id, state__in=states).first()


def _other_than_decided(standing: StandingDecision, release: Release) -> str:
    """In what the run differs from what was decided on; empty where only what may vary did."""
    if release.outcome != "PASS":
        return release.outcome
    if release.run.digest != standing.plan:
        return "plan"
    used, known = release.run.deliveries, standing.run.deliveries
    bound = (used.keys() | known.keys()) - set(standing.sources)
    return "delivery" if any(used.get(name) != known.get(name) for name in bound) else ""


def _may_leave(grant: StandingGrant, release: Release, today: date) -> bool:
    """Whether all stands as when it was decided, and who decided it still could."""
    standing = grant.standing
    if today > grant.until or release.runner_id in _had_a_say(standing) or _too_soon(standing, release):
        return False
    if not grant.officer.is_active or Role.RELEASE not in grant.officer.roles():
        return False
    if standing.release.state != ReleaseState.RELEASED:
        return False
    try:
        check_stands(release.request, today, BY_ITSELF)
        check_as_run(release)
        check_inputs_stand(release)
    except Refusal:
        return False
    return True


def _had_a_say(standing: StandingDecision) -> set[int]:
    """Who proposed, decided or gave an opinion, also one that another took the place of."""
    return {standing.proposer_id, standing.grant.officer_id, *standing.opinions.values_list("person", flat=True)}


def _too_soon(standing: StandingDecision, release: Release) -> bool:
    """Whether the run of the last release that left was fewer days ago than the standing decision says."""
    left = Release.objects.filter(request=release.request_id, decision__isnull=False).order_by("examined_at").last()
    if left is None:
        return False
    return timezone.localdate(release.examined_at) < timezone.localdate(left.examined_at) + timedelta(
        days=standing.every_days
    )


def _release(standing: StandingDecision, release: Release, today: date) -> None:
    operation, grant = new_operation(), standing.grant
    moved = {"action": BY_ITSELF, "before": release.state, "after": ReleaseState.RELEASED.value}
    fields = {"person": grant.officer.username, "role": Role.RELEASE.value, "standing": standing.id}
    about = {"subject": "release", "id": release.id, "outcome": release.outcome, "plan": grant.plan}
    more = {"grant": grant.pk, "digest": release.digest}
    record(Event("released by standing decision", operation, timestamp(), {**fields, **about, **moved, **more}))
    decision = Decision.objects.create(
        event_id=operation, person=grant.officer, role=Role.RELEASE.value, how="standing", subject="release",
        subject_id=release.id, reason="", digest=release.digest, at=timezone.now(), **moved,
    )  # fmt: skip
    people = {"requester": release.requester, "runner": release.runner, "officer": grant.officer}
    force = StandingState.IN_FORCE.value
    by_it = StandingRelease.objects.create(
        step=follow(standing, operation, BY_ITSELF, force, force), standing=standing, grant=grant, release=release,
        run=release.run, request=release.request, plan=grant.plan, day=today, until=grant.until,
        adviser=grant.adviser, **people,
    )  # fmt: skip
    release.decision = ReleaseDecision.objects.create(
        decision=decision, release=release, outcome=release.outcome, digest=release.digest, standing=by_it,
        adviser=grant.adviser, favourable=grant.favourable, reason="", answers={}, **people,
    )  # fmt: skip
    release.state = ReleaseState.RELEASED.value
    release.save(update_fields=["state", "decision"])


def _ask_for_parcel(by: SignedIn, request_id: str) -> None:
    waiting = Job.objects.filter(kind=Work.RELEASE.value, subject=request_id, state__in=[one.value for one in LIVE])
    if not waiting.exists():
        jobs.put(by, Work.RELEASE, request_id, new_operation())


def _stop(standing: StandingDecision, why: str, release: Release | None) -> None:
    operation = new_operation()
    about = {"release": release.id} if release else {}
    fields = {"standing": standing.id, "request": standing.request_id, "why": why}
    record(Event("standing decision stopped", operation, timestamp(), fields | about))
    follow(standing, operation, "stop", standing.state, StandingState.STOPPED.value, why)
    standing.state = StandingState.STOPPED.value
    standing.save(update_fields=["state"])
