"""Who may not be used, as their source holders said; which persons that are stands in the store, encrypted."""

from django.db import models
from django.db.models import Q

from register.constraints import one_of
from register.models.agreements import Source
from register.models.events import OutboxEvent
from register.models.people import Partner, Person
from register.workflow import Role


class Restriction(models.Model):
    """One list of persons of a source, who are restricted or of whom that `lifts` a restriction.

    Rows are added and never changed. `digest` names the sealed file it came in, and the list in the store; `key` the
    version of the room's key that its tokens are made under; `at_least` the number of persons, in steps.
    """

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="restriction"
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="restrictions")
    digest = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=16)
    lifts = models.BooleanField()
    at_least = models.PositiveIntegerField()
    until = models.DateField(null=True)
    """The last day; None for one that lasts until it is lifted."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    """Whose source it is, for which the person holds the role."""
    how = models.CharField(max_length=10)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=one_of("role", [Role.STEWARD, Role.OWNER]), name="restriction_by_steward_or_owner"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifts=False) | Q(until__isnull=True), name="restriction_that_lifts_has_no_end"
            ),
            models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="restriction_how_is_known"),
        ]
