"""What declarations say, as the console may show it to whoever composes a request."""

from enum import StrEnum

from django.db import models

from register.constraints import one_of


class Subject(StrEnum):
    SOURCE = "source"
    MODEL = "model"
    AGREEMENT = "agreement"


class Described(models.Model):
    """One declaration in plain words: no record, no count. It is written anew whenever the room is opened.

    `content` of a source: columns with their meaning and allowed values; of a model: the two sources it links; of an
    agreement: the columns a purpose may use.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    content = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="described_once"),
            models.CheckConstraint(condition=one_of("kind", Subject), name="described_kind_is_known"),
        ]
