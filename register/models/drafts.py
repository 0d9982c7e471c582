"""A request that somebody composes in the console, before it is one."""

from django.db import models
from django.db.models import Q

from register.models.people import Person


class Draft(models.Model):
    """What `author` typed, and the declaration (TOML) that it makes; `text` is empty until that is whole.

    `name` is the id the request is to have; `base` the digest of the declaration it takes the place of, empty for a new
    request. `version` grows with every change, so that a page knows whether it is still the latest. Nobody is asked
    anything by a draft, and so no log has a line of it.
    """

    operation = models.CharField(max_length=32, unique=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    name = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200, blank=True)
    typed = models.JSONField()
    text = models.TextField(blank=True)
    base = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="draft_name_once"),
        ]
