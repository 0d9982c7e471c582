"""Owners' standing conditions: declared as text, binding only once an owner has accepted exactly that text."""

from django.db import models
from django.db.models import Q

from register.constraints import CompositeForeignKey
from register.models.agreements import Agreement
from register.models.events import OutboxEvent
from register.models.people import Partner, Person


class StandingConsent(models.Model):
    """What an owner would agree to beforehand, as an agreement declares it. A row is never changed but for `declared`:
    other words are another digest, and another row."""

    digest = models.CharField(max_length=64, primary_key=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="consents")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=100)
    columns = models.JSONField()
    """Source → the columns of it that may be used."""
    recipients = models.JSONField()
    minimum_people = models.PositiveIntegerField()
    """The smallest cell a table may show."""
    every_days = models.PositiveIntegerField()
    until = models.DateField()
    """The last day."""
    further = models.BooleanField()
    declared = models.BooleanField(default=True)
    """Whether the agreement still says so."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "partner"], name="standing_consent_and_partner")]


class ConsentAcceptance(models.Model):
    """An owner's yes to one standing consent, in a session of their own. `number` counts the times it was accepted, so
    that of two owners at once one accepts."""

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="acceptance"
    )
    consent = models.ForeignKey(StandingConsent, on_delete=models.PROTECT, related_name="acceptances")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "number"], name="acceptance_once_at_a_time"),
            models.UniqueConstraint(fields=["event", "partner", "person"], name="acceptance_partner_and_person"),
            models.UniqueConstraint(fields=["event", "partner"], name="acceptance_and_partner"),
            models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="acceptance_how_is_known"),
            CompositeForeignKey(
                fields=("consent", "partner"),
                to_fields=("digest", "partner"),
                name="acceptance_by_the_partner_it_binds",
            ),
        ]


class ConsentWithdrawal(models.Model):
    """The end of an acceptance, by any owner of that partner. What it decided before stands."""

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    acceptance = models.OneToOneField(ConsentAcceptance, on_delete=models.PROTECT, related_name="withdrawal")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason"),
            CompositeForeignKey(
                fields=("acceptance", "partner"),
                to_fields=("event", "partner"),
                name="withdrawal_by_the_partner_it_binds",
            ),
        ]
