"""Work asked for and served: who may ask, which process takes it, and what came of it.

The console only writes these rows; `koppelkamer work` serves them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Refusal, Sentence
from declare.sentence import written
from register.conditions import check_may_write, missing_approvals
from register.models import (
    Decision,
    Delivery,
    Draft,
    Inbox,
    Job,
    JobState,
    Release,
    Request,
    Run,
    Schedule,
    Source,
    Work,
)
from register.models.work import OF_DRAFTS
from register.operation import new_operation
from register.outbox import record
from register.refusals import (
    AlreadyAsked,
    NoInbox,
    NotApproved,
    NotYours,
    SentOtherwise,
    StepNotAllowed,
    Unregistered,
    named,
)
from register.session import SignedIn
from register.workflow import Role, steps, ways_on

ATTEMPTS: Final = 2
"""How often a job is begun whose worker was killed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: `result` names a release, a parcel or deliveries."""

    state: JobState
    result: str = ""
    refusal: Refusal | None = None
    told: Mapping[str, Any] | None = None


def ask(by: SignedIn, kind: Work, subject: str, *, operation: str | None = None) -> Job:
    """Ask for work, in the name of `by`. An `operation` that asked before gives that job again.

    A parcel is that of a release, or of the latest one of a request. Raises `NotYours`, `Unregistered`, `NoInbox`,
    `NotApproved`, `StepNotAllowed`, `SentOtherwise` for an `operation` that asked for something else, or `AlreadyAsked`
    where the same work waits or runs.
    """
    operation = operation or new_operation()
    if again := Job.objects.filter(event__operation=operation, asker=by.person).first():
        return _the_same(again, kind, subject)
    check_may_ask(by, kind, subject)
    release = release_of(subject) if kind == Work.RELEASE else None
    try:
        with transaction.atomic():
            return put(by, kind, release.id if release else subject, operation)
    except IntegrityError as error:
        raise AlreadyAsked(kind, subject) from error


def _the_same(again: Job, kind: Work, subject: str) -> Job:
    """A page sent twice; other work would be lost without a word. Raises `SentOtherwise`."""
    release = release_of(subject) if kind == Work.RELEASE else None
    if (again.kind, again.subject) != (kind, release.id if release else subject):
        raise SentOtherwise
    return again


def put(
    by: SignedIn,
    kind: Work,
    subject: str,
    operation: str,
    schedule: Schedule | None = None,
    due: datetime | None = None,
    contents: str = "",
) -> Job:
    """The row of a job and its event, inside the caller's transaction. Raises `IntegrityError` for a second one."""
    role = role_for(kind).value
    fields = {"person": by.person.username, "role": role, "how": by.how, "work": kind.value}
    when = {"due": timestamp(due)} if due else {}
    record(Event("work asked", operation, timestamp(), {**fields, "id": subject, **when}))
    return Job.objects.create(
        event_id=operation,
        kind=kind.value,
        subject=subject,
        asker=by.person,
        role=role,
        how=by.how,
        contents=contents,
        schedule=schedule,
        due=due,
        asked_at=timezone.now(),
    )


def check_may_ask(by: SignedIn, kind: Work, subject: str) -> None:
    """Whether `by` may ask for it and it could begin now. All else is checked when it begins. Raises as `ask`."""
    _check_has_role(by, role_for(kind), Sentence("asking for work"))
    _CHECKS[kind](subject)


def role_for(kind: Work) -> Role:
    """The role in which work is asked for."""
    return Role.ANALYST if kind in OF_DRAFTS else Role.STEWARD


def check_is_steward(by: SignedIn, what: Sentence) -> None:
    """Raises `NotYours`."""
    _check_has_role(by, Role.STEWARD, what)


def _check_has_role(by: SignedIn, role: Role, what: Sentence) -> None:
    if not by.person.is_active or role not in by.person.roles():
        raise NotYours(what, [role.value])


def check_has_inbox(source: str) -> None:
    """Raises `Unregistered` or `NoInbox`."""
    if not Source.objects.filter(id=source).exists():
        raise Unregistered("source")
    if not Inbox.objects.filter(source=source).exists():
        raise NoInbox(source)


def _check_may_run(request_id: str) -> None:
    request = _request(request_id)
    possible = steps("request", request.state)
    if missing := missing_approvals(request):
        raise NotApproved(request.id, missing)
    if not any(step.action == "run" for step in possible):
        raise StepNotAllowed(named("request", request.id), request.state, "run", ways_on(possible))


def _check_may_write(subject: str) -> None:
    release = release_of(subject)
    if release is None:
        request = _request(subject)
        raise StepNotAllowed(
            named("request", request.id), Sentence("not run"), Sentence("writing the parcel"), ["run it first"]
        )
    check_may_write(release)


def release_of(subject: str) -> Release | None:
    """The release of that id, or the latest of the request of that id."""
    found = Release.objects.filter(id=subject).first()
    return found or Release.objects.filter(request=subject).order_by("examined_at").last()


def _check_is_drafted(name: str) -> None:
    if not Draft.objects.filter(name=name).exists():
        raise Unregistered("draft")


def _request(request_id: str) -> Request:
    request = Request.objects.select_related("agreement").filter(id=request_id).first()
    if request is None:
        raise Unregistered("request")
    return request


_CHECKS: Final[dict[Work, Callable[[str], None]]] = {
    Work.RECEIVE: check_has_inbox,
    Work.RUN: _check_may_run,
    Work.RELEASE: _check_may_write,
    Work.TRY: _check_is_drafted,
    Work.SUBMIT: _check_is_drafted,
}


def take(worker: str) -> Job | None:
    """The job that waited longest, from now on this worker's; None when none waits. No two workers get the same."""
    for job in Job.objects.filter(state=JobState.WAITING.value).order_by("pk"):
        before = job.before if job.attempts else how_far(job)
        waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING.value)
        # One UPDATE with the state in its condition: the database lets a second one find no row.
        if waiting.update(state=JobState.RUNNING.value, worker=worker, started_at=timezone.now(),
                          attempts=F("attempts") + 1, before=before):  # fmt: skip
            job.refresh_from_db()
            return job
    return None


@transaction.atomic
def end(job: Job, outcome: Outcome) -> None:
    """Write down what came of a job that this worker still has; one that was given to another stays so."""
    mine = Job.objects.filter(
        pk=job.pk, state=JobState.RUNNING.value, worker=job.worker, attempts=job.attempts
    )  # fmt: skip
    now = timezone.now()
    said = {"result": outcome.result[:200]} | (columns_of(outcome.refusal) if outcome.refusal else {})
    if mine.update(state=outcome.state.value, ended_at=now, told=outcome.told, **said):
        note_end(job, outcome.state, job.started_at or now)
        job.refresh_from_db()


def columns_of(refusal: Refusal) -> dict[str, Any]:
    """As `Job.refusal` reads them."""
    parts = {name: written(part) for name, part in {**refusal.way_out.parts, **refusal.said.parts}.items()}
    return {"message": refusal.said.template, "remedy": refusal.way_out.template, "parts": parts}


def note_end(job: Job, state: JobState, started: datetime) -> None:
    """A line for the processing log."""
    status = {JobState.DONE: "ok", JobState.REFUSED: "refused"}.get(state, "failed")
    times = {"activity": f"{job.kind}/{job.subject}", "status": status, "started": timestamp(started)}
    about = {"work": job.kind, "id": job.subject, "state": state.value}
    record(Event("work ended", new_operation(), timestamp(), {**times, "ended": timestamp(), **about}))


def running() -> QuerySet[Job]:
    """Jobs that some worker took and has not ended."""
    return Job.objects.filter(state=JobState.RUNNING.value).order_by("pk")


def give_back(job: Job) -> bool:
    """Of a worker that is no more: the job waits again. False when it was begun too often; the caller then ends it."""
    if job.attempts >= ATTEMPTS:
        return False
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING.value, worker=job.worker)
    mine.update(state=JobState.WAITING.value, worker="")
    return True


def how_far(job: Job) -> int:
    """A number that grows when work of this kind on this subject is finished."""
    if job.kind == Work.RECEIVE:
        last = Delivery.objects.filter(source=job.subject).order_by("pk").last()
        return last.pk if last else 0
    if job.kind in OF_DRAFTS:
        return Decision.objects.filter(subject="request", subject_id=job.subject, action="submit").count()
    if job.kind == Work.RUN:
        return Release.objects.filter(request=job.subject).count()
    release = release_of(job.subject)
    return int(release is not None and bool(release.manifest_digest))


def unfinished_runs(job: Job) -> QuerySet[Run]:
    """Runs that were broken off with the worker of this job."""
    return Run.objects.filter(request=job.subject, runner=job.asker, state="running")


@transaction.atomic
def sync_inboxes(sources: Collection[str]) -> None:
    """The register knows which sources have an inbox, as the room declares. Raises `Unregistered`."""
    if set(sources) - set(Source.objects.filter(id__in=sources).values_list("id", flat=True)):
        raise Unregistered("source")
    Inbox.objects.exclude(source__in=sources).delete()
    Inbox.objects.bulk_create([Inbox(source_id=source) for source in sources], ignore_conflicts=True)
