"""The second factor of an account: a code that changes every half minute (TOTP, RFC 6238), and recovery codes."""

import base64
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from allauth.account import app_settings as account_settings
from allauth.core import context
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import force_bytes

from declare import Fault
from register.models import Person, Room
from register.notes import second_factor_changed, sign_in_refused
from register.refusals import NotSignedIn, TooManyTries

PURPOSE: Final = b"koppelkamer second factor"


class Prompt(Protocol):
    """Somebody at a keyboard."""

    def code(self) -> str:
        """A code of the second factor, or a recovery code."""

    def set_up(self, address: str) -> str:
        """Shown an `otpauth://` address for their program, the code that it then tells."""

    def keep(self, codes: Sequence[str]) -> None:
        """Shown recovery codes, once."""


def has(person: AbstractBaseUser) -> bool:
    return bool(Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).exists())


def is_missing(request: HttpRequest) -> bool:
    """Whether who is signed in has yet to set up a second factor before anything else.

    Not in a demo room, whose people are played without a password, nor where the provider they came from asks for one.
    """
    by_provider = settings.PROVIDER_ASKS_SECOND_FACTOR and request.session.get("by_provider", False)
    return not by_provider and not Room.objects.filter(demo=True).exists() and not has(request.user)  # type: ignore[arg-type] # is signed in


def is_recent(person: AbstractBaseUser) -> bool:
    """Whether there is none yet, or it was set up so lately that it need not be shown again."""
    since = timezone.now() - timedelta(seconds=account_settings.REAUTHENTICATION_TIMEOUT)
    return not Authenticator.objects.filter(user_id=person.pk, created_at__lt=since).exists()


def remove(person: Person) -> None:
    Authenticator.objects.filter(user=person).delete()


def prove(person: Person, ask: Prompt) -> None:
    """On the command line: the code is asked for, or a second factor set up. Raises `NotSignedIn`."""
    if has(person):
        _check(person, ask.code())
    elif not Room.objects.filter(demo=True).exists():
        _set_up(person, ask)


def _check(person: Person, code: str) -> None:
    form = AuthenticateForm(data={"code": code}, user=person)
    if not form.is_valid():
        sign_in_refused("code", person.username)
        if form.has_error("code", "too_many_login_attempts"):
            raise TooManyTries(closed_for())
        raise NotSignedIn("%(told)s", told=" ".join(str(each) for errors in form.errors.values() for each in errors))
    form.save()


def closed_for() -> int:
    """Minutes, at most, that nobody signs in with an account after too many wrong tries."""
    rates = parse_rates(account_settings.RATE_LIMITS["login_failed"])
    minutes: int = math.ceil(max(rate.duration for rate in rates) / 60)
    return minutes


def _set_up(person: Person, ask: Prompt) -> None:
    secret = generate_totp_secret()
    if not validate_totp_code(secret, ask.set_up(SecondFactor().build_totp_url(person, secret))):
        raise NotSignedIn("the code does not belong to what was shown")
    with transaction.atomic():
        TOTP.activate(person, secret)
        codes = RecoveryCodes.activate(person).get_unused_codes()
    ask.keep(codes)


class SecondFactor(DefaultMFAAdapter):
    """For allauth: what stands in a database of its own says nothing, for the secrets are encrypted."""

    def get_totp_issuer(self) -> str:
        here = Room.objects.first()
        return here.title if here else "Koppelkamer"

    def get_totp_label(self, user: Person) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _sealer().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise Fault(
                "the second factor was stored under another secret of the console",
                remedy="Restore keys/console.secret, or invite everybody anew: `koppelkamer invite PERSON`.",
            ) from error


def _sealer() -> Fernet:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=PURPOSE).derive(force_bytes(settings.SECRET_KEY))
    return Fernet(base64.urlsafe_b64encode(key))


def note_added(instance: Authenticator, created: bool, **_: Any) -> None:
    """Receives Django's signal, inside the transaction of the change."""
    if created:
        second_factor_changed(instance.user.get_username(), _kind(instance), "added")
        _keep_session(instance)


def note_removed(instance: Authenticator, **_: Any) -> None:
    second_factor_changed(instance.user.get_username(), _kind(instance), "removed")
    _keep_session(instance)


def _keep_session(changed: Authenticator) -> None:
    """Of all sessions of its owner only the one that it was changed in goes on, if it was changed in one: on the
    command line it is set up before there is a session."""
    request = context.request
    signed_in = getattr(request, "user", None) == changed.user
    if request is not None and signed_in and changed.type == Authenticator.Type.TOTP:
        update_session_auth_hash(request, changed.user)


def note_refused(user: Person, **_: Any) -> None:
    """Receives allauth's signal of a wrong code."""
    sign_in_refused("code", user.username)


def _kind(authenticator: Authenticator) -> str:
    return str(authenticator.type).replace("_", " ")
