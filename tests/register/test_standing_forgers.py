"""Forgeries of standing decisions, and of releases by them: what the program refuses, the database refuses too."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.event import timestamp
from register.models import (
    Decision,
    OutboxEvent,
    Release,
    ReleaseDecision,
    StandingDecision,
    StandingGrant,
    StandingOpinion,
    StandingRelease,
    StandingStep,
)
from register.standing_steps import follow
from register.workflow import BY_ITSELF
from tests.register.forging import Forgeries, by_setting, decided, event, not_refused
from tests.register.room import TODAY, person, take
from tests.register.test_standing import UNTIL, again, back_in_time, in_force, proposed

pytestmark = pytest.mark.django_db


def waits() -> None:
    """In force, and a release that passed and waits for people, being too soon."""
    in_force(every_days=30)
    again()


def late() -> None:
    """The run came after the last day."""
    waits()
    back_in_time(Release.objects.latest("examined_at"), days=-500)


def stopped() -> None:
    """Stopped by a warning, and a release that passed after it."""
    in_force()
    again("WARN")
    again()


def on_hold() -> None:
    take("dora", in_force(), "hold", "a complaint")
    again()


def ended() -> None:
    take("rob", proposed(), "end", "no more")


def by_itself(told: dict[str, Any] | None = None, **forged: Any) -> None:
    """A release by the standing decision as the program would write it, but for what is `forged`."""
    standing, release = StandingDecision.objects.get(), Release.objects.latest("examined_at")
    grant = standing.grant
    moved = {"action": BY_ITSELF, "before": release.state, "after": "released"}
    about = {"subject": "release", "id": release.id, "outcome": "PASS", "plan": grant.plan, "digest": release.digest}
    says = {"role": "release_officer", "standing": standing.id, "grant": grant.pk, **about, **moved}
    event("op-s", "released by standing decision", "rob", **says | (told or {}))
    decision = Decision.objects.create(
        event_id="op-s", person=grant.officer, role="release_officer", how="standing", subject="release",
        subject_id=release.id, reason="", digest=release.digest, at=timezone.now(), **moved,
    )  # fmt: skip
    last = standing.steps.filter(next__isnull=True).first()
    step = StandingStep.objects.create(
        event_id="op-s", standing=standing, previous=forged.pop("previous", last), before="in_force",
        action=BY_ITSELF, after="in_force", at=timezone.now(),
    )  # fmt: skip
    people = {"requester": release.requester, "runner": release.runner, "officer": grant.officer}
    outcome = forged.pop("outcome", release.outcome)
    values = {
        "standing": standing, "grant": grant, "release": release, "run": release.run, "request": release.request,
        "plan": grant.plan, "day": TODAY, "until": grant.until, "adviser": grant.adviser, **people,
    }  # fmt: skip
    by_it = StandingRelease.objects.create(step=step, **values | forged)
    ReleaseDecision.objects.create(
        decision=decision, release=release, outcome=outcome, digest=release.digest, standing=by_it,
        adviser=grant.adviser, favourable=True, reason="", answers={}, **people,
    )  # fmt: skip


def allow() -> StandingStep:
    return StandingStep.objects.get(action="allow")


def again_in_force(**forged: Any) -> None:
    """The standing decision once more, in force at once."""
    row = StandingDecision.objects.get()
    event("op-p", "standing decision proposed", "rob", standing="forged", request="insight", release=row.release_id,
          plan=row.plan, digest=row.digest, reason=row.reason)  # fmt: skip
    for name, value in {"id": "forged", "event_id": "op-p", "state": "in_force", **forged}.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def over_tomorrow() -> None:
    """Stopped tomorrow, as one whose last day is past."""
    fields = {"standing": "insight-s1", "request": "insight", "why": "over"}
    at = timestamp(timezone.now() + timedelta(days=1))
    OutboxEvent.objects.create(operation="op-o", log="audit", name="standing decision stopped", at=at, fields=fields)
    follow(StandingDecision.objects.get(), "op-o", "stop", "in_force", "stopped", "over")


def until_today() -> None:
    in_force(until=TODAY)


def about_it(who: str, role: str, action: str, before: str, after: str) -> str:
    standing = StandingDecision.objects.get()
    return decided(who, f"op-{who}", role=role, action=action, before=before, after=after, subject="standing",
                   subject_id=standing.id, digest=standing.digest)  # fmt: skip


def opine(action: str, *, favourable: bool) -> None:
    decision = about_it("dora", "dpo", action, "proposed", "advised")
    standing = StandingDecision.objects.get()
    StandingOpinion.objects.create(
        decision_id=decision, standing=standing, person=person("dora"), favourable=favourable, digest=standing.digest
    )


def advised() -> None:
    take("dora", proposed(), "advise")


def grant_it(officer: str, action: str = "allow", after: str = "in_force", **forged: Any) -> None:
    decision = about_it(officer, "release_officer", action, "advised", after)
    standing = StandingDecision.objects.get()
    values = {
        "standing": standing, "request": standing.request, "requester": standing.requester, "runner": standing.runner,
        "plan": standing.plan, "until": standing.until, "officer": person(officer), "adviser": person("dora"),
        "opinion": standing.opinions.get(), "favourable": True, "digest": standing.digest,
    }  # fmt: skip
    StandingGrant.objects.create(decision_id=decision, **values | forged)


FORGERIES: Forgeries = {
    "released after it was stopped": ("standing_step_follows_the_last", stopped, by_itself),
    "released after the step before it was stopped": (
        "previous_id", stopped, lambda: by_itself(previous=allow()),
    ),
    "released while held": ("standing_step_follows_the_last", on_hold, by_itself),
    "released after a warning": (
        "release_on_an_opinion_or_by_itself", waits, lambda: by_itself(outcome="WARN"),
    ),
    "released past its last day": (
        "standing_release_within_its_days", waits, lambda: by_itself(day=UNTIL + timedelta(days=1)),
    ),
    "released past a last day that was moved": (
        "standing_release_as_granted", waits, lambda: by_itself(until=UNTIL + timedelta(days=1)),
    ),
    "released past its last day, by a day before it": (
        "standing_release_on_its_day", late, lambda: by_itself(day=UNTIL),
    ),
    "released past its last day, by a day before the run": ("standing_release_on_its_day", late, by_itself),
    "released on a day that its event does not tell": (
        "standing_release_on_its_day", waits, lambda: by_itself(day=TODAY + timedelta(days=1)),
    ),
    "released by another plan": (
        "standing_release_is_told", waits, lambda: by_itself(plan="f" * 64),
    ),
    "released by another plan, and told so": (
        "standing_release_as_granted", waits, lambda: by_itself({"plan": "f" * 64}, plan="f" * 64),
    ),
    "released by who ran it": (
        "standing_release_runner_decided_nothing", waits, lambda: by_itself(runner=person("rob")),
    ),
    "released in the name of another officer": (
        "standing_release_is_told", waits, lambda: by_itself(officer=person("ria")),
    ),
    "a release that its event does not tell": (
        "standing_release_is_told", waits, lambda: by_itself({"grant": "another"}),
    ),
    "a step that its event does not tell": (
        "standing_step_is_told", waits, lambda: by_itself({"standing": "another"}),
    ),
    "in force again": (
        "standing_state_is_that_of_its_last_step",
        stopped,
        lambda: StandingDecision.objects.update(state="in_force"),
    ),
    "a longer time": (
        "standingdecision_stays_as_written",
        waits,
        lambda: StandingDecision.objects.update(sources=["incomes", "residents"]),
    ),
    "stopped as if its last day were past": ("standing_step_is_told", in_force, over_tomorrow),
    "held somewhere else": (
        "standing_is_held_where_it_was", on_hold, lambda: StandingDecision.objects.update(held_from=""),
    ),
    "in force without a word": ("standing_begins_as_proposed", ended, again_in_force),
    "two of one request": (
        "request_id", waits, lambda: again_in_force(state="proposed"),
    ),
    "an opinion against, called favourable": (
        "standing_opinion_rests_on_its_decision", proposed, lambda: opine("advise against", favourable=True),
    ),
    "granted by another step": (
        "standing_grant_rests_on_its_decision", advised, lambda: grant_it("rob", "end", "ended"),
    ),
    "granted against the opinion": (
        "standing_grant_never_against_advice", advised, lambda: grant_it("rob", favourable=False),
    ),
    "granted by the requester": ("standing_grant_people_are_apart", advised, lambda: grant_it("ann")),
    "granted by who ran it": ("standing_grant_people_are_apart", advised, lambda: grant_it("stef")),
    "granted by the DPO": ("standing_grant_people_are_apart", advised, lambda: grant_it("dora")),
    "granted for longer than was proposed": (
        "standing_grant_as_proposed", advised, lambda: grant_it("rob", until=UNTIL + timedelta(days=1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_a_forger_is_refused_by_the_rule(given: Callable[[], Any]) -> None:
    given()
    assert not_refused(FORGERIES, given) == {}


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "a release": (waits, by_itself),
    "a stop past its last day": (until_today, over_tomorrow),
    "an opinion": (proposed, lambda: opine("advise", favourable=True)),
    "a grant": (advised, lambda: grant_it("rob")),
}


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_row_of_no_forger_is_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()
