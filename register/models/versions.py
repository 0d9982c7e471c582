"""Every version of what was declared, as it stood."""

from django.db import models
from django.db.models import F, Q

from register.models.events import OutboxEvent


class Version(models.Model):
    """One declaration from one moment on. Rows are added and never changed.

    `content` is the declaration, without what only says how the room is installed; `digest` is what the register knows
    it by, for a request that of its plan; `replaces` the digest of the version before. `account` is that of the machine
    on which the declarations were loaded: they are files, and whoever may write them there may change them.
    """

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="version"
    )
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    replaces = models.CharField(max_length=64, blank=True)
    content = models.JSONField()
    account = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["room", "agreement", "source", "request"]), name="version_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(replaces=F("digest")), name="version_replaces_another"),
        ]
        indexes = [models.Index(fields=["kind", "name", "at"], name="version_by_name")]
