"""Standing decisions: that a series of releases goes on by itself, what was decided of it, and what it released."""

from typing import Final

from django.db import models
from django.db.models import F, Q

from register.constraints import CompositeForeignKey, one_of
from register.models.decisions import Decision, ReleaseDecision
from register.models.events import OutboxEvent
from register.models.people import Person
from register.models.requests import Request
from register.models.runs import Release, Run
from register.workflow import BY_ITSELF, LIVE_STANDING, TRANSITIONS, StandingState

_PROPOSED: Final = Q(previous__isnull=True, before="", action="propose", after=StandingState.PROPOSED.value)
LONGEST: Final = 366
"""Days between two releases of a series, at most: what comes seldomer is decided by people."""


def _in_the_table() -> Q:
    """Steps of the workflow table, and a release that leaves the state as it is."""
    found = _PROPOSED
    for before, action, after in sorted(
        {(step.before, step.action, step.after or StandingState.IN_FORCE)
         for step in TRANSITIONS if step.subject == "standing"}
    ):  # fmt: skip
        found |= Q(previous__isnull=False, before=str(before), action=action, after=str(after))
    force = StandingState.IN_FORCE.value
    return found | Q(previous__isnull=False, before=force, action=BY_ITSELF, after=force)


class StandingDecision(models.Model):
    """What a release officer proposes about a request of which `release` was decided by people.

    `plan` is what it was run by; `sources` are those whose deliveries may be others than in that run, and nothing else
    may. `until` is the last day; from one release to the next `every_days` pass at least. `digest` covers all this.
    """

    id = models.CharField(max_length=80, primary_key=True)
    event = models.OneToOneField(OutboxEvent, to_field="operation", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="standing_decisions")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="standing_decisions")
    released = models.ForeignKey(ReleaseDecision, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    plan = models.CharField(max_length=64)
    sources = models.JSONField()
    every_days = models.PositiveIntegerField()
    until = models.DateField()
    reason = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    held_from = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id", "request", "requester", "runner", "plan", "until"], name="standing_as_proposed"
            ),
            models.UniqueConstraint(
                fields=["request"], condition=one_of("state", LIVE_STANDING), name="standing_one_of_a_request"
            ),
            models.CheckConstraint(condition=one_of("state", StandingState), name="standing_state_is_known"),
            models.CheckConstraint(
                condition=~Q(proposer=F("requester")) & ~Q(proposer=F("runner")),
                name="standing_proposer_is_nobody_else",
            ),
            models.CheckConstraint(
                condition=Q(every_days__gte=1, every_days__lte=LONGEST), name="standing_has_a_frequency"
            ),
            CompositeForeignKey(
                fields=("release", "run", "request", "requester", "runner"),
                to_fields=("id", "run", "request", "requester", "runner"),
                name="standing_release_is_of_the_request",
            ),
            CompositeForeignKey(fields=("run", "plan"), to_fields=("id", "digest"), name="standing_plan_is_the_runs"),
            CompositeForeignKey(
                fields=("released", "release"), to_fields=("decision", "release"), name="standing_after_a_release"
            ),
        ]


class StandingOpinion(models.Model):
    """The DPO's opinion on a standing decision. A later one takes its place."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="+")
    standing = models.ForeignKey(StandingDecision, on_delete=models.PROTECT, related_name="opinions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    favourable = models.BooleanField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "standing", "person", "favourable"], name="standing_opinion_person_and_sense"
            ),
            CompositeForeignKey(
                fields=("decision", "person"), to_fields=("event", "person"), name="standing_opinion_person_decided"
            ),
        ]


class StandingGrant(models.Model):
    """A release officer's yes to a standing decision, on a favourable opinion."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="+")
    standing = models.OneToOneField(StandingDecision, on_delete=models.PROTECT, related_name="grant")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    plan = models.CharField(max_length=64)
    until = models.DateField()
    officer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opinion = models.ForeignKey(StandingOpinion, on_delete=models.PROTECT, related_name="+")
    adviser = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    favourable = models.BooleanField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "standing", "request", "plan", "until", "officer", "adviser"],
                name="standing_grant_and_all_it_binds",
            ),
            models.CheckConstraint(condition=Q(favourable=True), name="standing_grant_never_against_advice"),
            models.CheckConstraint(
                condition=~Q(officer=F("requester")) & ~Q(officer=F("runner")) & ~Q(officer=F("adviser"))
                & ~Q(adviser=F("requester")) & ~Q(adviser=F("runner")),
                name="standing_grant_people_are_apart",
            ),
            CompositeForeignKey(
                fields=("decision", "officer"), to_fields=("event", "person"), name="standing_grant_officer_decided"
            ),
            CompositeForeignKey(
                fields=("standing", "request", "requester", "runner", "plan", "until"),
                to_fields=("id", "request", "requester", "runner", "plan", "until"),
                name="standing_grant_as_proposed",
            ),
            CompositeForeignKey(
                fields=("opinion", "standing", "adviser", "favourable"),
                to_fields=("decision", "standing", "person", "favourable"),
                name="standing_grant_has_an_opinion",
            ),
        ]  # fmt: skip


class StandingStep(models.Model):
    """What became of a standing decision, each step hooked to the one before and to none other.

    So the database itself knows whether one is in force: a release by itself hooks to a step that left it so, and after
    a step that stopped it nothing can. `why` says what stopped it, and is otherwise empty.
    """

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    standing = models.ForeignKey(StandingDecision, on_delete=models.PROTECT, related_name="steps")
    previous = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="next")
    before = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    why = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "standing", "after"], name="standing_step_and_after"),
            models.UniqueConstraint(fields=["event", "standing", "action"], name="standing_step_and_action"),
            models.UniqueConstraint(
                fields=["standing"], condition=Q(previous__isnull=True), name="standing_begins_once"
            ),
            models.CheckConstraint(condition=_in_the_table(), name="standing_step_is_in_the_table"),
            CompositeForeignKey(
                fields=("previous", "standing", "before"),
                to_fields=("event", "standing", "after"),
                name="standing_step_follows_the_last",
            ),
        ]


class StandingRelease(models.Model):
    """One release by a standing decision in force, on its `day`, in the name of those who decided it."""

    step = models.OneToOneField(StandingStep, on_delete=models.PROTECT, primary_key=True, related_name="+")
    standing = models.ForeignKey(StandingDecision, on_delete=models.PROTECT, related_name="releases")
    action = models.CharField(max_length=20, default=BY_ITSELF)
    grant = models.ForeignKey(StandingGrant, on_delete=models.PROTECT, related_name="+")
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    plan = models.CharField(max_length=64)
    day = models.DateField()
    until = models.DateField()
    officer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    adviser = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "release", "officer", "adviser"], name="standing_release_and_people"
            ),
            models.CheckConstraint(condition=Q(action=BY_ITSELF), name="standing_release_is_a_release"),
            models.CheckConstraint(condition=Q(day__lte=F("until")), name="standing_release_within_its_days"),
            models.CheckConstraint(
                condition=~Q(runner=F("officer")) & ~Q(runner=F("adviser")),
                name="standing_release_runner_decided_nothing",
            ),
            CompositeForeignKey(
                fields=("step", "standing", "action"),
                to_fields=("event", "standing", "action"),
                name="standing_release_while_in_force",
            ),
            CompositeForeignKey(
                fields=("grant", "standing", "request", "plan", "until", "officer", "adviser"),
                to_fields=("decision", "standing", "request", "plan", "until", "officer", "adviser"),
                name="standing_release_as_granted",
            ),
            CompositeForeignKey(
                fields=("release", "run", "request", "requester", "runner"),
                to_fields=("id", "run", "request", "requester", "runner"),
                name="standing_release_is_of_the_run",
            ),
            CompositeForeignKey(
                fields=("run", "plan"), to_fields=("id", "digest"), name="standing_release_by_the_same_plan"
            ),
        ]
