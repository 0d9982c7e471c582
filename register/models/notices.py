"""What still has to be said to people: only that something waits for a role."""

from django.db import models

from register.constraints import one_of
from register.workflow import Role

CHANNELS = ("mail", "webhook")


class Notice(models.Model):
    """Something (`topic`, which is never sent) waits for a role. Several of one role go in one `message`.

    `worker` names the process that sends it now; `sent_at` is null until it was accepted.
    """

    channel = models.CharField(max_length=10)
    role = models.CharField(max_length=20)
    topic = models.CharField(max_length=200)
    message = models.CharField(max_length=40, blank=True)
    worker = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "role", "topic"], name="notice_once"),
            models.CheckConstraint(condition=one_of("channel", CHANNELS), name="notice_channel_is_known"),
            models.CheckConstraint(condition=one_of("role", Role), name="notice_role_is_known"),
        ]
