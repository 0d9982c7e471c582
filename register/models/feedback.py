"""What recipients say came of a release. Added, never changed."""

from django.db import models
from django.db.models import Q

from register.constraints import CompositeForeignKey
from register.models.events import OutboxEvent
from register.models.people import Partner, Person
from register.models.runs import Release


class Feedback(models.Model):
    """What came of a release, told for the partner that received it. The audit log holds its digest, not its text.

    `indicator` is one that the request named, or empty. `released` is the decision by which the recipient has it: what
    never left has nothing to tell of.
    """

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="feedback")
    released = models.ForeignKey("register.ReleaseDecision", on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    indicator = models.TextField(blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="feedback_says_something"),
            CompositeForeignKey(
                fields=("released", "release"),
                to_fields=("decision", "release"),
                name="feedback_on_what_was_released",
            ),
        ]
