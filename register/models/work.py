"""Work that the room does for somebody: jobs, and the schedules that ask for them again and again."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declare import Refusal
from declare.sentence import read
from register.constraints import CompositeForeignKey, one_of
from register.models.agreements import Source
from register.models.events import OutboxEvent
from register.models.people import Person
from register.workflow import Role

LEAST: Final = timedelta(minutes=15)
"""Between two times of a schedule, at least; what begins so long after its time is late. A choice of this program: work
takes minutes, and nobody decides sooner."""


class Work(StrEnum):
    RECEIVE = "receive"  # of a source: what lies whole in its inbox
    RUN = "run"  # of a request
    RELEASE = "release"  # of a release: its parcel
    TRY = "try"  # of a draft: what stands in its way, and what it might bring
    SUBMIT = "submit"  # of a draft


OF_DRAFTS = (Work.TRY, Work.SUBMIT)
"""What an analyst asks; all else is asked by a data steward."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # a rule said no
    FAILED = "failed"  # the machine did not manage
    MISSED = "missed"  # its time passed while nobody could begin


def read_refusal(message: str, remedy: str, parts: Mapping[str, Any]) -> Refusal:
    """As `register.jobs.columns_of` writes one."""
    return Refusal(message, remedy=remedy, **{name: read(part) for name, part in parts.items()})


LIVE = (JobState.WAITING, JobState.RUNNING)


class Inbox(models.Model):
    """The room declares a folder for files of this source; where it is, only who serves jobs has to know."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="inbox")


class Schedule(models.Model):
    """Work that is asked for at every `due` of `cron`, until a day or until somebody ends it.

    `due` is the next moment that was not yet dealt with; `series` is the one that ended and the schedule with it, if
    nobody ended it before. Whoever made it runs it, and so never releases what comes out.
    """

    event = models.OneToOneField(OutboxEvent, to_field="operation", on_delete=models.PROTECT, related_name="schedule")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    maker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="schedules")
    role = models.CharField(max_length=20, default=Role.STEWARD.value)
    how = models.CharField(max_length=10)
    cron = models.CharField(max_length=100)
    until = models.DateField(null=True)
    due = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    series = models.ForeignKey(
        "register.StandingDecision", on_delete=models.PROTECT, null=True, related_name="schedules"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "maker", "kind", "subject"], name="schedule_maker_and_subject"),
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(ended_at__isnull=True), name="schedule_one_of_a_subject"
            ),
            models.CheckConstraint(condition=one_of("kind", [Work.RECEIVE, Work.RUN]), name="schedule_kind_is_known"),
            models.CheckConstraint(condition=Q(role=Role.STEWARD.value), name="schedule_is_made_by_a_steward"),
            models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="schedule_how_is_known"),
        ]

    @property
    def is_over(self) -> bool:
        """Whether its next time lies after its last day."""
        return self.until is not None and timezone.localdate(self.due) > self.until

    @property
    def last(self) -> "Job | None":
        """What came of its latest time."""
        return self.jobs.order_by("due").last()


class Job(models.Model):
    """One piece of work that `asker` asked for, also by a schedule made earlier. Its event says so in the audit log.

    `worker` names the process that took it; `before` is how far the register was when it was first taken, so that work
    which a killed worker finished is recognised. `message`, `remedy` and `parts` are those of a refusal: two templates
    and what stands in their places, which is no value.
    `contents` is the digest of the draft that is tried or submitted; `told` is what trying it told, all of it masked.
    """

    event = models.OneToOneField(OutboxEvent, to_field="operation", on_delete=models.PROTECT, related_name="job")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    asker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="jobs")
    role = models.CharField(max_length=20, default=Role.STEWARD.value)
    how = models.CharField(max_length=10)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, null=True, related_name="jobs")
    due = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, default=JobState.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    before = models.PositiveBigIntegerField(default=0)
    worker = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=200, blank=True)
    contents = models.CharField(max_length=64, blank=True, default="")
    told = models.JSONField(null=True)
    message = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    parts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=one_of("state", LIVE), name="job_one_at_a_time"
            ),
            models.UniqueConstraint(fields=["schedule", "due"], name="job_once_each_time"),
            CompositeForeignKey(
                fields=("schedule", "asker", "kind", "subject"),
                to_fields=("id", "maker", "kind", "subject"),
                name="job_is_what_its_schedule_asks",
            ),
            models.CheckConstraint(condition=one_of("kind", Work), name="job_kind_is_known"),
            models.CheckConstraint(condition=one_of("state", JobState), name="job_state_is_known"),
            models.CheckConstraint(
                condition=Q(role=Role.STEWARD.value) & ~one_of("kind", OF_DRAFTS)
                | Q(role=Role.ANALYST.value) & one_of("kind", OF_DRAFTS) & ~Q(contents=""),
                name="job_is_asked_by_its_role",
            ),
            models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="job_how_is_known"),
            models.CheckConstraint(
                condition=Q(schedule__isnull=True, due__isnull=True) | Q(schedule__isnull=False, due__isnull=False),
                name="job_is_due_by_a_schedule",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING.value)
                | Q(started_at__isnull=False, attempts__gt=0) & ~Q(worker=""),
                name="job_that_runs_has_a_worker",
            ),
            models.CheckConstraint(
                condition=~one_of("state", [JobState.REFUSED, JobState.FAILED, JobState.MISSED]) | ~Q(message=""),
                name="job_that_ended_badly_says_why",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="job_by_state")]

    @property
    def refusal(self) -> Refusal | None:
        """Why it came to nothing, if it did."""
        return read_refusal(self.message, self.remedy, self.parts) if self.message else None

    @property
    def late(self) -> bool:
        """Whether a worker began it long after its time."""
        return bool(self.due and self.started_at and self.started_at - self.due > LEAST)
