"""What allauth asks about accounts: nobody signs up, and who comes from a provider is somebody the room declares."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import SignupClosedException
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from register import second_factor
from register.models import Person
from register.notes import password_set, sign_in_refused


class Accounts(DefaultAccountAdapter):
    """Accounts with a password of their own."""

    def is_open_for_signup(self, *_: Any) -> bool:
        return False

    def authentication_failed(self, *_: Any, **credentials: Any) -> None:
        sign_in_refused("password", str(credentials.get("username", "")))

    def set_password(self, user: Person, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            password_set(user.username)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        if app == "allauth.mfa" and second_factor.is_recent(self.request.user):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class Providers(DefaultSocialAccountAdapter):
    """Accounts at an OpenID Connect provider: the first sign-in binds a person to one of them, for good."""

    def is_open_for_signup(self, *_: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raises `SignupClosedException`. What the provider tells of the person is not kept."""
        told = sociallogin.account.extra_data
        sociallogin.account.extra_data = {}
        if not _is_of_one(told):
            sign_in_refused("provider", "")
            raise SignupClosedException
        if sociallogin.is_existing:
            sociallogin.account.save()
            return
        username = _username(told)
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None or SocialAccount.objects.filter(user=person).exists():
            sign_in_refused("provider", username)
            raise SignupClosedException
        sociallogin.connect(request, person)


def note_provider(request: HttpRequest, **told: Any) -> None:
    """Receives allauth's signal of a sign-in that is complete."""
    request.session["by_provider"] = "sociallogin" in told


def _is_of_one(told: dict[str, Any]) -> bool:
    """Whether both answers of the provider are about the same account (OpenID Connect Core 1.0, 5.3.2)."""
    subjects = {told[answer].get("sub") for answer in ("id_token", "userinfo") if answer in told}
    return len(subjects) == 1


def _username(told: dict[str, Any]) -> str:
    """From the declared claim, of what both answers of the provider say."""
    claims = {**told.get("id_token", {}), **told.get("userinfo", {})}
    return str(claims.get(settings.PROVIDER_CLAIM, ""))
