"""The first phase: what was asked on a short list, and who spoke for each partner before anybody saw an answer."""

from django.db import models
from django.db.models import F, Q

from register.constraints import CompositeForeignKey
from register.models.agreements import Agreement
from register.models.events import OutboxEvent
from register.models.people import Partner, Person


class ProbeTerms(models.Model):
    """As the agreement declares them."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="probes")
    purpose = models.CharField(max_length=100)
    recipient = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    sources = models.JSONField()
    law = models.CharField(max_length=200)
    document = models.CharField(max_length=200)
    most_subjects = models.PositiveIntegerField()
    most_per_period = models.PositiveIntegerField()
    period_days = models.PositiveIntegerField()
    tells = models.CharField(max_length=10)
    needs_case = models.BooleanField()
    areas = models.JSONField(default=dict)
    """Source → its column that holds areas, and how that is coarsened; where `tells` is area."""
    least_subjects = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tells__in=["each", "count"], least_subjects__isnull=True)
                | Q(tells="area", least_subjects__isnull=False, least_subjects__gte=3)
                & Q(most_subjects__gte=2 * F("least_subjects")),
                name="probe_terms_tell_enough_or_nothing",
            ),
        ]


class Probe(models.Model):
    """A probe that was asked. `digest` covers its declaration, the deliveries and every answer; people speak on it."""

    id = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)
    purpose = models.CharField(max_length=100)
    signal = models.TextField()
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="probes")
    recipient = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    sources = models.JSONField()
    """Source that was asked → partner that owns it."""
    subjects = models.PositiveIntegerField()
    tells = models.CharField(max_length=10)
    until = models.DateField()
    digest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "requester"], name="probe_and_requester"),
            models.CheckConstraint(condition=Q(subjects__gte=1), name="probe_has_subjects"),
        ]


class ProbeVoice(models.Model):
    """What somebody said for one partner: that its answer may be given or not, or that the partners have a case."""

    event = models.OneToOneField(OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True)
    probe = models.ForeignKey(Probe, on_delete=models.PROTECT, related_name="voices")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=10)
    """answer or case."""
    agreed = models.BooleanField()
    reference = models.CharField(max_length=200, blank=True)
    """Of the written decision that it is a case."""
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(about__in=["answer", "case"]), name="probe_voice_is_about"),
            models.CheckConstraint(condition=~Q(person=F("requester")), name="probe_voice_not_by_the_requester"),
            models.CheckConstraint(
                condition=Q(about="answer") | ~Q(reference=""), name="probe_case_has_a_written_decision"
            ),
            models.CheckConstraint(condition=Q(agreed=True) | ~Q(reason=""), name="probe_refusal_has_a_reason"),
            models.UniqueConstraint(fields=["probe", "partner", "about"], name="probe_voice_once"),
            CompositeForeignKey(
                fields=("probe", "requester"), to_fields=("id", "requester"), name="probe_voice_requester_is_the_probes"
            ),
        ]
