"""What came in, what was run with it, and what came out of the gate."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from register.constraints import CompositeForeignKey, one_of
from register.models.agreements import Source
from register.models.people import Person
from register.models.requests import Request
from register.workflow import ReleaseState


class Delivery(models.Model):
    """One file of a source. Rows in = rows kept + rows quarantined, always.

    `period`, in the form that its source declares, is empty where that has none. A delivery `corrects` an earlier one
    of its period as a whole, or `supplements` one with rows that were set apart there.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")
    digest = models.CharField(max_length=64)
    rows_in = models.PositiveBigIntegerField()
    rows_kept = models.PositiveBigIntegerField()
    rows_quarantined = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=20, default="received")
    period = models.CharField(max_length=10, blank=True, default="")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    supplements = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supplemented_by")
    withdrawal = models.ForeignKey("register.Withdrawal", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "digest"], name="delivery_once"),
            models.UniqueConstraint(fields=["id", "source", "period"], name="delivery_source_and_period"),
            CompositeForeignKey(
                fields=("corrects", "source", "period"),
                to_fields=("id", "source", "period"),
                name="delivery_corrects_one_of_its_period",
            ),
            CompositeForeignKey(
                fields=("supplements", "source", "period"),
                to_fields=("id", "source", "period"),
                name="delivery_supplements_one_of_its_period",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(supplements__isnull=True),
                name="delivery_corrects_or_supplements",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(period=""), name="delivery_corrects_within_a_period"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")), name="delivery_corrects_another"
            ),
            models.CheckConstraint(
                condition=Q(supplements__isnull=True) | ~Q(supplements=F("id")), name="delivery_supplements_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "destroyed", "withdrawn"]), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawal__isnull=False), name="delivery_withdrawn_by_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(withdrawal__isnull=True), name="delivery_withdrawn_stays_so"
            ),
            CompositeForeignKey(
                fields=("withdrawal", "id"), to_fields=("event", "delivery"), name="delivery_withdrawal_is_of_it"
            ),
            models.CheckConstraint(
                condition=Q(rows_in=F("rows_kept") + F("rows_quarantined")), name="delivery_rows_add_up"
            ),
        ]


class Run(models.Model):
    """One run of a request, with the digests of all it used. `deliveries` maps source to delivery digest."""

    id = models.CharField(max_length=80, primary_key=True)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="runs")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    digest = models.CharField(max_length=64)
    deliveries = models.JSONField()
    state = models.CharField(max_length=20, default="running")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "request", "runner"], name="run_request_and_runner"),
            models.UniqueConstraint(fields=["id", "digest"], name="run_and_plan"),
            models.CheckConstraint(
                condition=Q(state__in=["running", "completed", "stopped"]), name="run_state_is_known"
            ),
        ]


class Stage(StrEnum):
    """Where a run is, in the order in which it goes."""

    READING = "reading"
    LINKING = "linking"
    DRAFTING = "drafting"
    GATE = "gate"
    REPORT = "report"


class RunStage(models.Model):
    """A run came to a stage: its name and the moment, and nothing of what it works on."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=20)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="run_stage_once"),
            models.CheckConstraint(condition=one_of("name", Stage), name="run_stage_is_known"),
        ]


class Release(models.Model):
    """A draft that the gate examined, and what people made of it.

    `digest` covers run inputs, verdict and output; opinions and decisions are given to it. `warnings` lists what the
    release officer has to answer.
    """

    id = models.CharField(max_length=80, primary_key=True)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="releases")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="release")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20)
    warnings = models.JSONField()
    verdict_digest = models.CharField(max_length=64)
    output_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    held_from = models.CharField(max_length=20, blank=True)
    decision = models.ForeignKey("register.ReleaseDecision", on_delete=models.PROTECT, null=True, related_name="+")
    manifest_digest = models.CharField(max_length=64, blank=True)
    examined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id", "requester", "runner", "outcome", "digest"], name="release_people_and_outcome"
            ),
            models.UniqueConstraint(
                fields=["id", "run", "request", "requester", "runner"], name="release_run_and_people"
            ),
            CompositeForeignKey(
                fields=("request", "requester"),
                to_fields=("id", "requester"),
                name="release_requester_is_the_requests",
            ),
            CompositeForeignKey(
                fields=("run", "request", "runner"),
                to_fields=("id", "request", "runner"),
                name="release_runner_is_the_runs",
            ),
            CompositeForeignKey(
                fields=("decision", "id"),
                to_fields=("decision", "release"),
                name="release_decision_is_about_it",
            ),
            models.CheckConstraint(condition=one_of("state", ReleaseState), name="release_state_is_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["PASS", "WARN", "NOT ASSESSABLE", "FAIL"]), name="release_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="FAIL") | Q(state=ReleaseState.REFUSED.value), name="release_fail_stays_refused"
            ),
            models.CheckConstraint(
                condition=~one_of("state", [ReleaseState.RELEASED, ReleaseState.REVOKED]) | Q(decision__isnull=False),
                name="release_needs_a_decision",
            ),
        ]
