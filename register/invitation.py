"""A first password, or a new one: a link that works once and not for long."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from register import second_factor
from register.models import Person
from register.notes import invited, password_set
from register.refusals import InvitationOver, Unregistered, WeakPassword


class _Tokens(PasswordResetTokenGenerator):
    """Bound to the password and the last sign-in, so that using it, or signing in, ends it."""

    key_salt = "koppelkamer invitation"


_TOKENS: Final = _Tokens()


@dataclass(frozen=True, slots=True)
class Invitation:
    """`token` is as good as a password, until it is used or its time (PASSWORD_RESET_TIMEOUT, seconds) is over."""

    username: str
    token: str

    def person(self) -> Person:
        """Raises `InvitationOver`."""
        return self._of(Person.objects.all())

    def _of(self, people: QuerySet[Person]) -> Person:
        person = people.filter(username=self.username, is_active=True).first()
        if person is None or not _TOKENS.check_token(person, self.token):
            raise InvitationOver
        return person

    def accept(self, password: str) -> None:
        """Gives the account this password; its second factor is to be set up anew.

        Raises `InvitationOver`, or `WeakPassword` with what is wrong.
        """
        with transaction.atomic():
            person = self._of(Person.objects.select_for_update())
            _check(password, person)
            person.set_password(password)
            person.save(update_fields=["password"])
            second_factor.remove(person)
            password_set(person.username)


def invite(username: str) -> Invitation:
    """Raises `Unregistered` when no such account is open."""
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Unregistered("person")
    invited(username)
    return Invitation(username, _TOKENS.make_token(person))


def _check(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WeakPassword(error.messages) from error
