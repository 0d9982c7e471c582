"""What a run that ended means for a series: released by its standing decision, stopped, or left to people."""

from contextlib import suppress
from datetime import date, timedelta

from django.db import IntegrityError, transaction
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
from register.session import SignedIn, who_asked
from register.standing_steps import OVER, follow, live_of, stop_it
from register.workflow import BY_ITSELF, ReleaseState, Role, StandingState


def go_on(by: SignedIn, release: Release, today: date) -> None:
    """Release what `by` ran, stop the series, or leave it to people; call it in the transaction that ends the run.

    What is released gets its parcel as work that is asked for in the name of `by`.
    """
    standing = live_of(release.request_id)
    if standing is None:
        return
    if why := OVER if today > standing.until else _other_than_decided(standing, release):
        stop_it(standing, why, release)
    elif standing.state == StandingState.IN_FORCE and _may_leave(standing.grant, release, today):
        _release(standing, release, today)
        _ask_for_parcel(by, release)


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
    if release.runner_id in _had_a_say(standing) or _too_soon(standing, release):
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
    operation, grant, at = new_operation(), standing.grant, release.examined_at
    moved = {"action": BY_ITSELF, "before": release.state, "after": ReleaseState.RELEASED.value}
    fields = {"person": grant.officer.username, "role": Role.RELEASE.value, "standing": standing.id}
    about = {"subject": "release", "id": release.id, "outcome": release.outcome, "plan": grant.plan}
    more = {"grant": grant.pk, "digest": release.digest}
    record(Event("released by standing decision", operation, timestamp(at), {**fields, **about, **moved, **more}))
    decision = Decision.objects.create(
        event_id=operation, person=grant.officer, role=Role.RELEASE.value, how="standing", subject="release",
        subject_id=release.id, reason="", digest=release.digest, at=at, **moved,
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


def _ask_for_parcel(by: SignedIn, release: Release) -> None:
    """Unless it waits or runs already; parcels of other releases stand in nobody's way."""
    live = Job.objects.filter(kind=Work.RELEASE.value, subject=release.id, state__in=[one.value for one in LIVE])
    if not live.exists():
        with suppress(IntegrityError), transaction.atomic():  # asked for by somebody else at that moment
            jobs.put(by, Work.RELEASE, release.id, new_operation())


def ask_again(standing: StandingDecision) -> None:
    """After a hold: the parcels of what it released before, where none was written, in the name of who ran it.

    Where their account or role ended meanwhile a steward asks for it.
    """
    waiting = standing.releases.filter(release__state=ReleaseState.RELEASED.value, release__manifest_digest="")
    for each in waiting.select_related("release").order_by("step__event__number"):
        asked = Job.objects.filter(kind=Work.RELEASE.value, subject=each.release_id).order_by("pk").last()
        if asked and asked.asker.is_active and asked.role in asked.asker.roles():
            _ask_for_parcel(who_asked(asked), each.release)
