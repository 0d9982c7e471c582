"""Taking a step: the table says whether, the duties say who, and all is written in one transaction."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence, canonical, digest
from register.consents import decide_by_consent
from register.duties import RELEASE_DUTIES, REQUEST_DUTIES, Answers, Effect, Wish
from register.free_text import check_names_nobody
from register.models import Decision, Release, ReleaseDecision, Request, StandingDecision
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyDecided, NothingSaid, NotYours, StalePage, StepNotAllowed, named
from register.series import ask_again
from register.session import SignedIn
from register.standing_duties import STANDING_DUTIES
from register.standing_steps import end_schedule, follow, stop
from register.workflow import ENDED, WORK, ReleaseState, RequestState, StandingState, Subject, steps, ways_on

Subjects = Request | Release | StandingDecision
"""What people decide on."""


def decide(
    by: SignedIn,
    subject: Subjects,
    action: str,
    *,
    seen: str,
    reason: str = "",
    answers: Answers | None = None,
    operation: str | None = None,
) -> Decision:
    """Take one step and write it down: state, decision, approval and audit event together or not at all.

    `seen` is the digest of the subject as the person read it. `answers` holds four texts per warning. An `operation`
    that this person decided before gives that decision again. Raises a refusal of `register.refusals` and then changes
    nothing.
    """
    if action in WORK:
        raise StepNotAllowed(_name(subject), subject.state, action, ["koppelkamer run"])
    return take_step(by, subject, action, seen=seen, reason=reason, answers=answers, operation=operation)


def take_step(
    by: SignedIn,
    subject: Subjects,
    action: str,
    *,
    seen: str,
    reason: str = "",
    answers: Answers | None = None,
    operation: str | None = None,
) -> Decision:
    """As `decide`, for every step of the table; only `register.runs` calls it directly."""
    operation = operation or new_operation()
    if again := earlier(by, operation):
        return _the_same(again, subject, action, reason)
    check_names_nobody([reason, *(text for given in (answers or {}).values() for text in given.values())])
    try:
        with transaction.atomic():
            locked = type(subject)._default_manager.select_for_update().get(pk=subject.pk)
            wish = _wish(by, locked, action, reason, answers or {})
            if locked.digest != seen:
                raise StalePage(_name(locked))
            decision = _write(locked, wish, operation)
            _ask_owners(locked, wish)
            _stop_series(locked)
            _tell_series(locked, action)
    except IntegrityError as error:
        raise AlreadyDecided(_name(subject)) from error
    subject.refresh_from_db()
    return decision


def earlier(by: SignedIn, operation: str) -> Decision | None:
    """What this person decided by that operation before."""
    return Decision.objects.filter(event__operation=operation, person=by.person).first()


def _the_same(again: Decision, subject: Subjects, action: str, reason: str) -> Decision:
    """A page sent twice; one that was changed in between would decide something else under the same operation."""
    if (again.subject_id, again.action, again.reason) != (subject.pk, action, reason.strip()):
        raise AlreadyDecided(_name(subject))
    return again


def kind_of(subject: Subjects) -> Subject:
    if isinstance(subject, StandingDecision):
        return "standing"
    return "request" if isinstance(subject, Request) else "release"


def _wish(by: SignedIn, subject: Subjects, action: str, reason: str, answers: Answers) -> Wish:
    possible = steps(kind_of(subject), subject.state)
    fitting = [step for step in possible if step.action == action]
    if not fitting:
        raise StepNotAllowed(_name(subject), subject.state, action, ways_on(possible))
    roles = by.person.roles()
    allowed = [step for step in fitting if step.role in roles]
    if not allowed:
        raise NotYours(action, sorted(step.role for step in fitting))
    if allowed[0].reason and not reason.strip():
        raise NothingSaid
    return Wish(by, allowed[0], reason.strip(), answers, timezone.localdate())


def _write(subject: Subjects, wish: Wish, operation: str) -> Decision:
    effect = _effect(subject, wish)
    after = str(effect.after or wish.step.after or subject.held_from)
    record(_event(subject, wish, effect, after, operation))
    decision = Decision.objects.create(
        event_id=operation,
        person=wish.by.person,
        role=wish.step.role.value,
        how=wish.by.how,
        subject=wish.step.subject,
        subject_id=subject.pk,
        action=wish.step.action,
        before=subject.state,
        after=after,
        reason=wish.reason,
        digest=subject.digest,
        at=timezone.now(),
    )
    if effect.row is not None:
        effect.row.decision = decision
        effect.row.save(force_insert=True)
    subject.held_from = subject.state if wish.step.action == "hold" else ""
    subject.state = after
    if isinstance(effect.row, ReleaseDecision) and isinstance(subject, Release):
        subject.decision_id = decision.pk
    if isinstance(subject, StandingDecision):
        follow(subject, operation, wish.step.action, decision.before, after)
    subject.save()
    return decision


def _stop_series(subject: Subjects) -> None:
    """What was called back, or has ended, lets no series go on from it."""
    if isinstance(subject, Release) and subject.state == ReleaseState.REVOKED:
        stop(subject.request_id, "revoked")
    if isinstance(subject, Request) and subject.state in ENDED:
        stop(subject.id, "ended")


def _tell_series(subject: Subjects, action: str) -> None:
    """What was held back goes on; what people ended is not run for any more."""
    if isinstance(subject, StandingDecision) and action == "resume":
        ask_again(subject)
    if isinstance(subject, StandingDecision) and subject.state == StandingState.ENDED:
        end_schedule(subject)


def _ask_owners(subject: Subjects, wish: Wish) -> None:
    """Owners who agreed beforehand are not asked again."""
    if isinstance(subject, Request) and wish.step.after == RequestState.CHECKED:
        decide_by_consent(subject, wish.today)


def _effect(subject: Subjects, wish: Wish) -> Effect:
    key = (wish.step.action, wish.step.role)
    if isinstance(subject, StandingDecision):
        return STANDING_DUTIES[key](subject, wish) if key in STANDING_DUTIES else Effect()
    if isinstance(subject, Request):
        return REQUEST_DUTIES[key](subject, wish) if key in REQUEST_DUTIES else Effect()
    return RELEASE_DUTIES[key](subject, wish) if key in RELEASE_DUTIES else Effect()


def _event(subject: Subjects, wish: Wish, effect: Effect, after: str, operation: str) -> Event:
    fields: dict[str, str | int] = {
        "person": wish.by.person.username,
        "role": wish.step.role.value,
        "how": wish.by.how,
        "subject": wish.step.subject,
        "id": subject.pk,
        "action": wish.step.action,
        "before": subject.state,
        "after": after,
        "digest": subject.digest,
    }
    if effect.partner:
        fields["partner"] = effect.partner
    if wish.reason:
        fields["reason"] = wish.reason
    if wish.answers:
        fields["answers"] = digest(canonical({rule: dict(given) for rule, given in wish.answers.items()}))
    return Event("decided", operation, timestamp(), fields)


def _name(subject: Subjects) -> Sentence:
    if isinstance(subject, StandingDecision):
        return Sentence("standing decision %(id)s", {"id": subject.pk})
    return named(kind_of(subject), subject.pk)
