"""What still has to be written to a log: the intention, made in the same transaction as the deed."""

from django.db import models


class OutboxEvent(models.Model):
    """One declared event (`audit.event`). `moved_at` is null until the log holds it."""

    number = models.BigAutoField(primary_key=True)
    """The order in which events are moved."""
    operation = models.CharField(max_length=64, unique=True)
    log = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    at = models.CharField(max_length=20)
    fields = models.JSONField()
    moved_at = models.DateTimeField(null=True)
