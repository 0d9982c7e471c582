"""What people say to each other about a request: kept with the decision, never changed."""

from django.db import models
from django.db.models import Q

from register.models.events import OutboxEvent
from register.models.people import Person
from register.models.requests import Request


class Remark(models.Model):
    """The log has its digest; the words stand here."""

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="remark"
    )
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="remarks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remark_says_something")]
