"""Duties kept apart on a standing decision: what each step asks of the person who takes it, and what it leaves."""

from collections.abc import Callable, Mapping
from typing import Final

from declare import Sentence
from register.conditions import check_as_run, check_inputs_stand, check_stands
from register.duties import Effect, Wish, involved_owner
from register.models import Person, Request, Schedule, StandingDecision, StandingGrant, StandingOpinion, Work
from register.refusals import DutiesKeptApart, OpinionMissing, StepNotAllowed, named
from register.workflow import ReleaseState, Role


def check_apart(person: Person, request: Request) -> None:
    """Neither who asks, nor who ever ran it or has it run by a schedule. Raises `DutiesKeptApart`."""
    if person == request.requester:
        raise DutiesKeptApart("who asks does not decide that it goes on by itself")
    if request.runs.filter(runner=person).exists():
        raise DutiesKeptApart("who ran the request does not decide that it goes on by itself")
    if Schedule.objects.filter(kind=Work.RUN.value, subject=request.id, maker=person, ended_at=None).exists():
        raise DutiesKeptApart("whose schedule runs the request does not decide that it goes on by itself")


def _check_release(standing: StandingDecision, wish: Wish) -> None:
    """What people decided on, from which the series goes on, is neither held nor called back, and stands as it was run.

    Raises `StepNotAllowed`, also past the last day, or as `check_as_run` and `check_inputs_stand`.
    """
    _check_lasts(standing, wish)
    release = standing.release
    if release.state != ReleaseState.RELEASED:
        raise StepNotAllowed(named("release", release.id), release.state, wish.step.action, [])
    check_as_run(release)
    check_inputs_stand(release)


def _check_lasts(standing: StandingDecision, wish: Wish) -> None:
    """Raises `StepNotAllowed` past its last day; the next round of a worker ends it."""
    if wish.today > standing.until:
        name, past = named("standing decision", standing.id), Sentence("past its last day")
        raise StepNotAllowed(name, past, wish.step.action, [Sentence("propose another")])


def _advise(standing: StandingDecision, wish: Wish) -> Effect:
    check_apart(wish.by.person, standing.request)
    _check_release(standing, wish)
    favourable = wish.step.action == "advise"
    person = wish.by.person
    return Effect(row=StandingOpinion(standing=standing, person=person, favourable=favourable, digest=standing.digest))


def _allow(standing: StandingDecision, wish: Wish) -> Effect:
    person = wish.by.person
    check_apart(person, standing.request)
    if standing.opinions.filter(person=person).exists():
        raise DutiesKeptApart("who gave the DPO's opinion does not decide that it goes on by itself")
    opinion = standing.opinions.filter(digest=standing.digest).order_by("decision__event__number").last()
    if opinion is None or not opinion.favourable:
        raise OpinionMissing(
            "a series goes on by itself on a favourable opinion of the DPO only",
            "Let people decide on each release; against an opinion that takes two release officers.",
        )
    check_stands(standing.request, wish.today, "allow")
    _check_release(standing, wish)
    return Effect(
        row=StandingGrant(
            standing=standing,
            request=standing.request,
            requester=standing.requester,
            runner=standing.runner,
            plan=standing.plan,
            until=standing.until,
            officer=person,
            opinion=opinion,
            adviser=opinion.person,
            favourable=opinion.favourable,
            digest=standing.digest,
        )
    )


def _resume(standing: StandingDecision, wish: Wish) -> Effect:
    check_apart(wish.by.person, standing.request)
    _check_lasts(standing, wish)
    return Effect()


STANDING_DUTIES: Final[Mapping[tuple[str, Role], Callable[[StandingDecision, Wish], Effect]]] = {
    ("advise", Role.DPO): _advise,
    ("advise against", Role.DPO): _advise,
    ("allow", Role.RELEASE): _allow,
    ("resume", Role.DPO): _resume,
    ("end", Role.OWNER): involved_owner,
}
