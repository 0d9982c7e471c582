"""What is asked, by whom, on what basis, and how far it has come."""

from django.db import models

from register.constraints import one_of
from register.models.agreements import Agreement, Source
from register.models.people import Person
from register.workflow import RequestState


class Request(models.Model):
    """A request as declared.

    `plan` holds the digests of everything a run would use, `digest` is the digest of the plan: approvals are given to
    it. `round` counts submissions; approvals of an earlier round do not count.
    """

    id = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)
    purpose = models.CharField(max_length=100)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="requests")
    recipients = models.JSONField()
    declaration = models.JSONField()
    dpia = models.CharField(max_length=60, null=True)
    dpia_approved = models.DateField(null=True)
    dpia_valid_until = models.DateField(null=True)
    dpia_status = models.CharField(max_length=20, null=True)
    retention_until = models.DateField()
    plan = models.JSONField()
    digest = models.CharField(max_length=64)
    round = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, default=RequestState.DRAFT.value)
    held_from = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "requester"], name="request_and_requester"),
            models.CheckConstraint(condition=one_of("state", RequestState), name="request_state_is_known"),
        ]


class RequestSource(models.Model):
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="sources")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=200)
    columns = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "source"], name="request_source_once")]
