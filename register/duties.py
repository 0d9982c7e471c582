"""Duties kept apart: what each step asks of the person who takes it, beyond the role, and what it leaves behind.

The database holds the same rules as constraints (`register.models.decisions`); here they get their sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from declare import Sentence
from register.conditions import (
    check_as_run,
    check_inputs_stand,
    check_may_submit,
    check_stands,
    check_submission,
    has_lapsed,
    owners_of,
)
from register.models import (
    Approval,
    Countersignature,
    Opinion,
    Release,
    ReleaseDecision,
    Request,
    StandingDecision,
    StandingGrant,
    StandingOpinion,
)
from register.refusals import (
    AnswersMissing,
    DutiesKeptApart,
    NotYours,
    OpinionMissing,
    StepNotAllowed,
    named,
    of_partner,
)
from register.session import SignedIn
from register.workflow import RequestState, Role, State, Step, way

Answers = Mapping[str, Mapping[str, str]]
QUESTIONS: Final = ("legitimate", "suitable", "necessary", "proportionate")
"""What the release officer answers for each warning."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A step somebody wants to take, found in the table for a role they have."""

    by: SignedIn
    step: Step
    reason: str
    answers: Answers
    today: date


@dataclass(frozen=True, slots=True)
class Effect:
    """What a step leaves behind: another state than the table's, a row, the partner spoken for."""

    after: State | None = None
    row: Approval | Opinion | Countersignature | ReleaseDecision | StandingOpinion | StandingGrant | None = None
    partner: str = ""


def _submit(request: Request, wish: Wish) -> Effect:
    _only_the_requester(request, wish)
    check_submission(request, wish.today)
    request.round += 1
    return Effect()


def _only_the_requester(request: Request, wish: Wish) -> Effect:
    if wish.by.person != request.requester:
        raise NotYours(wish.step.action, [Sentence("the requester")])
    return Effect()


def _approve(request: Request, wish: Wish) -> Effect:
    _one_voice(request, wish)
    check_may_submit(request, wish.today)
    return Effect(row=_approval(request, wish))


def _consent(request: Request, wish: Wish) -> Effect:
    """The owner speaks for one partner; the step is taken when the last partner has spoken."""
    _one_voice(request, wish)
    check_may_submit(request, wish.today)
    given = Approval.objects.filter(request=request, round=request.round, kind=Role.OWNER.value)
    open_partners = owners_of(request) - set(given.values_list("partner_id", flat=True))
    own = sorted(open_partners & wish.by.person.partners_as(Role.OWNER))
    if not own:
        raise NotYours("approve", [of_partner(Role.OWNER, partner) for partner in sorted(open_partners)])
    after = RequestState.CONSENTED if len(open_partners) == 1 else RequestState.CHECKED
    row = _approval(request, wish)
    row.partner_id = own[0]
    return Effect(after, row, own[0])


def _one_voice(request: Request, wish: Wish) -> None:
    person = wish.by.person
    if person == request.requester:
        raise DutiesKeptApart("who asks does not approve")
    if Approval.objects.filter(request=request, round=request.round, person=person).exists():
        raise DutiesKeptApart("you have approved this request already; nobody speaks twice about one request")


def _approval(request: Request, wish: Wish) -> Approval:
    return Approval(
        request=request,
        requester=request.requester,
        person=wish.by.person,
        kind=wish.step.role.value,
        round=request.round,
        digest=request.digest,
        how=wish.by.how,
    )


def _apart(request: Request, wish: Wish) -> Effect:
    """Neither who asks nor who ever ran it settles it in another role."""
    if wish.by.person == request.requester:
        raise DutiesKeptApart("who asks for a request neither returns nor resumes it in another role")
    if request.runs.filter(runner=wish.by.person).exists():
        raise DutiesKeptApart("who ran a request neither returns nor resumes it in another role")
    return Effect()


def _return_as_owner(request: Request, wish: Wish) -> Effect:
    _apart(request, wish)
    return involved_owner(request, wish)


def involved_owner(subject: Request | Release | StandingDecision, wish: Wish) -> Effect:
    """An owner of a partner whose source the request uses. Raises `NotYours`."""
    request = subject if isinstance(subject, Request) else subject.request
    own = sorted(owners_of(request) & wish.by.person.partners_as(Role.OWNER))
    if not own:
        raise NotYours(wish.step.action, [of_partner(Role.OWNER, partner) for partner in sorted(owners_of(request))])
    return Effect(partner=own[0])


def _expire(request: Request, wish: Wish) -> Effect:
    if not has_lapsed(request, wish.today):
        raise StepNotAllowed(
            named("request", request.id), request.state, "expire", ["wait until DPIA, agreement or retention ends"]
        )
    return Effect()


REQUEST_DUTIES: Final[Mapping[tuple[str, Role], Callable[[Request, Wish], Effect]]] = {
    ("submit", Role.ANALYST): _submit,
    ("withdraw", Role.ANALYST): _only_the_requester,
    ("approve", Role.LEGAL): _approve,
    ("approve", Role.OWNER): _consent,
    ("advise", Role.DPO): _approve,
    ("return", Role.LEGAL): _apart,
    ("return", Role.OWNER): _return_as_owner,
    ("return", Role.DPO): _apart,
    ("resume", Role.DPO): _apart,
    ("revoke", Role.OWNER): involved_owner,
    ("expire", Role.STEWARD): _expire,
    ("expire", Role.ADMINISTRATOR): _expire,
}


def _advise(release: Release, wish: Wish) -> Effect:
    _nobody_else(release, wish)
    check_as_run(release)
    favourable = wish.step.action == "advise"
    return Effect(row=Opinion(release=release, person=wish.by.person, favourable=favourable, digest=release.digest))


def _settle(release: Release, wish: Wish) -> Effect:
    _nobody_else(release, wish)
    return Effect()


def _countersign(release: Release, wish: Wish) -> Effect:
    opinion = _opinion(release)
    _no_adviser(release, wish)
    if opinion.favourable:
        raise OpinionMissing("the DPO's opinion is not against this release", "One release officer can decide.")
    return Effect(row=Countersignature(release=release, person=wish.by.person, digest=release.digest))


def _release(release: Release, wish: Wish) -> Effect:
    opinion = _opinion(release)
    _no_adviser(release, wish)
    check_stands(release.request, wish.today, wish.step.action)
    check_as_run(release)
    check_inputs_stand(release)
    _answered(release, wish.answers)
    second = None if opinion.favourable else _second(release, wish, opinion)
    return Effect(
        row=ReleaseDecision(
            release=release,
            officer=wish.by.person,
            requester=release.requester,
            runner=release.runner,
            outcome=release.outcome,
            digest=release.digest,
            opinion=opinion,
            adviser=opinion.person,
            favourable=opinion.favourable,
            countersignature=second,
            second=second.person if second else None,
            reason=wish.reason,
            answers={rule: dict(given) for rule, given in wish.answers.items()},
        )
    )


def _no_adviser(release: Release, wish: Wish) -> None:
    """Whoever gave an opinion on it, the latest or not, decides nothing more about it."""
    _nobody_else(release, wish)
    if release.opinions.filter(person=wish.by.person).exists():
        raise DutiesKeptApart("who gave the DPO's opinion does not decide on its release")


def _nobody_else(release: Release, wish: Wish) -> None:
    person = wish.by.person.pk
    if person == release.requester_id:
        raise DutiesKeptApart("who asked for it does not decide on its release")
    if person == release.runner_id:
        raise DutiesKeptApart("who ran it does not decide on its release")


def _opinion(release: Release) -> Opinion:
    """The latest opinion on exactly this release."""
    opinion = Opinion.objects.filter(release=release, digest=release.digest).order_by("decision__event__number").last()
    if opinion is None:
        raise OpinionMissing("the DPO has given no opinion on this release", "Wait for the opinion; the DPO was asked.")
    return opinion


def _second(release: Release, wish: Wish, opinion: Opinion) -> Countersignature:
    """Another officer's countersignature, given after the opinion it departs from."""
    signed = Countersignature.objects.filter(
        release=release,
        digest=release.digest,
        decision__event__number__gt=opinion.decision.event.number,
    ).exclude(person__in=[wish.by.person.pk, release.requester_id, release.runner_id])
    if (first := signed.first()) is None:
        raise OpinionMissing(
            "the DPO advised against this release; departing from that takes a second release officer",
            "Ask another release officer to countersign, with reasons.",
        )
    return first


def _hold(release: Release, _: Wish) -> Effect:
    """What has left cannot be held."""
    if release.manifest_digest:
        ways = [way("revoke", role) for role in (Role.OWNER, Role.RELEASE)]
        parcel = Sentence("the parcel of release %(id)s", {"id": release.id})
        raise StepNotAllowed(parcel, Sentence("written"), "hold", ways)
    return Effect()


def _answered(release: Release, answers: Answers) -> None:
    open_rules = [
        rule
        for rule in release.warnings
        if not all(answers.get(rule, {}).get(question, "").strip() for question in QUESTIONS)
    ]
    if open_rules:
        raise AnswersMissing(open_rules)


RELEASE_DUTIES: Final[Mapping[tuple[str, Role], Callable[[Release, Wish], Effect]]] = {
    ("advise", Role.DPO): _advise,
    ("advise against", Role.DPO): _advise,
    ("hold", Role.DPO): _hold,
    ("resume", Role.DPO): _settle,
    ("withhold", Role.RELEASE): _settle,
    ("countersign", Role.RELEASE): _countersign,
    ("release", Role.RELEASE): _release,
    ("revoke", Role.OWNER): involved_owner,
}
