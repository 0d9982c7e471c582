"""Jobs and schedules of the register, served: each job in the name of whoever asked for it.

The rows in the register are the truth; Prefect runs what they ask for, in this process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from declare import Fault, Refusal, WrongInput
from flows import inbox
from flows.arrival import Received
from flows.books import open_register, write_logs
from flows.dry_run import dry_run
from flows.keyring import Keyring, open_keyring
from flows.link import Examined, GateRefused, link
from flows.receive import receive
from flows.release import release
from flows.shield import PASSING, fault_of
from flows.submit import submit_draft
from koppelkamer.room import Room, open_room

if TYPE_CHECKING:
    from register.jobs import Outcome
    from register.models import Job
    from register.session import SignedIn


class Flows(Protocol):
    """What a worker does; `flows.orchestrate.Flows` does it through Prefect."""

    def receive(self, source: str, file: Path, *, period: str | None = None) -> Received: ...
    def link(self, by: "SignedIn", request: str) -> Examined: ...
    def release(self, subject: str) -> Path: ...


class Plain:
    """The plain functions, without Prefect."""

    def __init__(self, room: Room, keyring: Keyring) -> None:
        self._room, self._keyring = room, keyring

    def receive(self, source: str, file: Path, *, period: str | None = None) -> Received:
        return receive(self._room, self._keyring, source, file, period=period)

    def link(self, by: "SignedIn", request: str) -> Examined:
        return link(self._room, self._keyring, by, request)

    def release(self, subject: str) -> Path:
        return release(self._room, self._keyring, subject)


class Attended(WrongInput):
    def __init__(self) -> None:
        super().__init__(
            "the worker opens the key store by itself, and nobody is there to type its passphrase",
            remedy="Name passphrase_file under [keystore] in room.toml.",
        )


class Worker:
    """Serves the room in `folder`. Declarations and keys are read anew for every job, so that none is used after it was
    changed or destroyed."""

    def __init__(self, folder: Path, flows: Callable[[Room, Keyring], Flows], say: Callable[[str], None]) -> None:
        room = open_room(folder)
        if room.passphrase_file is None:
            raise Attended
        open_keyring(room)  # a wrong passphrase is told at once
        open_register(room)
        from flows.notices import Post
        from register.presence import Presence

        self._folder, self._flows, self._say = folder, flows, say
        self._presence = Presence(room.store / "work")
        self._post = Post(self._presence)

    def round(self) -> list["Job"]:
        """Serve all that waits; what ended. Raises what the database raises when it is not there."""
        from django.utils import timezone

        from register.jobs import take
        from register.schedules import plan
        from register.standing_steps import stop_past

        for standing in stop_past(timezone.localdate()):
            self._say(f"{standing}: its last day is over")
        missed = [job for job in plan(timezone.now()) if job.state == "missed"]
        served = missed + self._recover()
        while job := take(self._presence.name):
            self._say(f"{job.kind} {job.subject}")
            self._serve(job)
            served.append(job)
        if sent := self._post.round(open_room(self._folder)):
            self._say(f"{sent} notices sent")
        return served

    def leave(self) -> None:
        self._presence.leave()

    def _recover(self) -> list["Job"]:
        """Jobs of workers that are no more, and of this one, which has none now: they wait again, or have ended."""
        from register.jobs import end, give_back, running

        own, ended = self._presence.name, []
        for job in running():
            if job.worker != own and not self._presence.is_gone(job.worker):
                continue
            if _was_finished(job):
                end(job, _already(job))
            elif not give_back(job):
                _stop_runs(job)
                end(job, _failed_twice())
            if job.state != "running":
                ended.append(job)
        return ended

    def _serve(self, job: "Job") -> None:
        from register.jobs import end

        try:
            room = open_room(self._folder)
            keyring = open_keyring(room)
            open_register(room)
            end(job, _done(Task(room, keyring, self._flows(room, keyring), job)))
            write_logs(room, keyring.signer)
        except Refusal as refusal:
            end(job, _refused(refusal))
        except PASSING:
            raise
        except BaseException as error:
            end(job, _refused(fault_of(error, job.kind)))


@dataclass(frozen=True, slots=True)
class Task:
    """A job with all that it takes."""

    room: Room
    keyring: Keyring
    flows: Flows
    job: "Job"


def _done(task: Task) -> "Outcome":
    """What came of it. The register is asked again before anything is read."""
    from register.jobs import check_may_ask
    from register.models import Work
    from register.session import who_asked

    kind = Work(task.job.kind)
    check_may_ask(who_asked(task.job), kind, task.job.subject)
    return _DO[kind](task)


def _receive(task: Task) -> "Outcome":
    """Every whole file, in the order of their names, until one is refused."""
    from register.jobs import Outcome
    from register.models import JobState

    deliveries = []
    for file in inbox.whole(task.room, task.job.subject):
        try:
            deliveries.append(_take_in(task, file))
        except Fault:
            raise
        except Refusal:
            inbox.set_apart(file)
            raise
        inbox.clear(file)
    return Outcome(JobState.DONE, result=", ".join(each[:12] for each in deliveries))


def _take_in(task: Task, file: Path) -> str:
    """The digest of the delivery. What a killed worker had received already is not refused as a repetition."""
    from register.jobs import how_far
    from register.models import Delivery
    from register.refusals import Replayed

    room, job = task.room, task.job
    try:
        return task.flows.receive(job.subject, file, period=inbox.period_of(room, job.subject, file)).delivery
    except Replayed:
        if job.attempts > 1 and (last := how_far(job)) > job.before:
            return Delivery.objects.get(pk=last).digest
        raise


def _run(task: Task) -> "Outcome":
    from register.jobs import Outcome
    from register.models import JobState
    from register.session import who_asked

    done = task.flows.link(who_asked(task.job), task.job.subject)
    if done.verdict.outcome == "FAIL":
        return Outcome(JobState.REFUSED, done.release, GateRefused(done))
    return Outcome(JobState.DONE, result=done.release)


def _release(task: Task) -> "Outcome":
    from register.jobs import Outcome
    from register.models import JobState

    return Outcome(JobState.DONE, result=task.flows.release(task.job.subject).name)


def _try(task: Task) -> "Outcome":
    """Of a draft, in the words of `koppelkamer try`; only counts that are masked are written down."""
    from register import drafts
    from register.jobs import Outcome, columns_of
    from register.models import JobState
    from register.session import who_asked

    _, declared = drafts.declared(task.job)
    tried = dry_run(task.room, task.keyring, who_asked(task.job), declared)
    in_the_way = [columns_of(refusal) for refusal in tried.in_the_way]
    return Outcome(JobState.DONE, told=tried.facts | {"in the way": in_the_way})


def _submit(task: Task) -> "Outcome":
    from register import drafts
    from register.jobs import Outcome
    from register.models import JobState
    from register.session import who_asked

    draft, declared = drafts.declared(task.job)
    row = submit_draft(task.room, who_asked(task.job), declared, draft.text, draft.base)
    drafts.submitted(draft, declared)
    return Outcome(JobState.DONE, result=row.id)


_DO: Final[dict[str, Callable[[Task], "Outcome"]]] = {
    "receive": _receive, "run": _run, "release": _release, "try": _try, "submit": _submit,
}  # fmt: skip


def _was_finished(job: "Job") -> bool:
    """A run or a parcel that its worker did not live to tell of; an inbox is looked through again."""
    from register.jobs import how_far

    return job.kind not in ("receive", "try") and how_far(job) > job.before


def _already(job: "Job") -> "Outcome":
    from register.jobs import Outcome, release_of
    from register.models import JobState

    if job.kind == "submit":
        return Outcome(JobState.DONE, result=job.subject)
    release = release_of(job.subject)
    return Outcome(JobState.DONE, result=release.id if release else "")


def _refused(refusal: Refusal) -> "Outcome":
    from register.jobs import Outcome
    from register.models import JobState

    state = JobState.FAILED if isinstance(refusal, Fault) else JobState.REFUSED
    return Outcome(state, refusal=refusal)


def _failed_twice() -> "Outcome":
    from register.jobs import Outcome
    from register.models import JobState

    message = "the worker ended in the middle of it, twice; nothing is half-written"
    return Outcome(JobState.FAILED, refusal=Fault(message, remedy="See what ended the worker, and ask again."))


def _stop_runs(job: "Job") -> None:
    """A run that was broken off stands in nobody's way."""
    from register.jobs import unfinished_runs
    from register.runs import stop_run
    from register.session import who_asked

    for run in unfinished_runs(job):
        stop_run(who_asked(job), run)
