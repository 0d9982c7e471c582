"""Who works with the room, for whom, and as what."""

import json

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from register.constraints import one_of
from register.workflow import Role


class Room(models.Model):
    """The one room of this register."""

    name = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=200)
    demo = models.BooleanField(default=False)
    """Only in a demo room may the command line act as its made-up people."""


class Partner(models.Model):
    id = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Somebody with an account. What they may do follows from their memberships, not from Django's flags."""

    name = models.CharField(max_length=200)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What ends sessions when it changes: the password, as in Django, and the second factor. So a session that
        somebody else began with the password alone is over when its owner sets up a second factor."""
        from allauth.mfa.models import Authenticator

        factors = Authenticator.objects.filter(user=self, type=Authenticator.Type.TOTP).order_by("pk")
        told = json.dumps([self.password, *factors.values_list("pk", flat=True)])
        return salted_hmac("register.session", told, secret=secret, algorithm="sha256").hexdigest()

    def roles(self) -> set[str]:
        return set(self.memberships.values_list("role", flat=True))

    def partners_as(self, role: Role) -> set[str]:
        """Ids of the partners for whom this person holds `role`."""
        return set(self.memberships.filter(role=role).values_list("partner_id", flat=True))


class Membership(models.Model):
    """One role of one person for one partner."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "partner"], name="membership_once"),
            models.CheckConstraint(condition=one_of("role", Role), name="membership_role_is_known"),
        ]
