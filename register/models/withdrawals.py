"""Deliveries that their source holder called back."""

from django.db import models
from django.db.models import Q

from register.constraints import one_of
from register.models.events import OutboxEvent
from register.models.people import Partner, Person
from register.models.runs import Delivery
from register.workflow import Role


class Withdrawal(models.Model):
    """A delivery is used no more. Rows are added and never changed."""

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="withdrawal"
    )
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="withdrawn_by")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    """Whose source it is, for which the person holds the role."""
    how = models.CharField(max_length=10)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "delivery"], name="delivery_withdrawal_and_delivery"),
            models.CheckConstraint(
                condition=one_of("role", [Role.STEWARD, Role.OWNER]), name="delivery_withdrawal_by_steward_or_owner"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="delivery_withdrawal_has_a_reason"),
            models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="delivery_withdrawal_how_is_known"),
        ]
