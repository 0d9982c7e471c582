"""Who may open which page: one line for every view, and nothing else. A view without a line opens for nobody."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from declare import Refusal
from register import feedback, second_factor
from register.models import Person
from register.workflow import TRANSITIONS, WORK, Role

Access = frozenset[str]

EVERYBODY: Final[Access] = frozenset({"everybody"})
SIGNED_IN: Final[Access] = frozenset({"signed in"})
"""Whoever has an account, also without a role."""
ANY_ROLE: Final[Access] = frozenset(Role)


def _deciding(subject: str) -> Access:
    """Roles that have a step to decide on."""
    return frozenset(step.role for step in TRANSITIONS if step.subject == subject and step.action not in WORK)


_WITNESSES: Final[Access] = frozenset({Role.AUDITOR, Role.DPO})

ACCESS: Final[Mapping[str, Access]] = {
    "home": SIGNED_IN,
    "account_login": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_reauthenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "openid_connect_login": EVERYBODY,
    "openid_connect_callback": EVERYBODY,
    "socialaccount_login_cancelled": EVERYBODY,
    "socialaccount_login_error": EVERYBODY,
    "account_logout": EVERYBODY,
    "invitation": EVERYBODY,
    "mfa_index": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,  # an account of a provider, or one that waits for its invitation, has none
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "act": EVERYBODY,  # in a demo room only, says the view
    "set_language": EVERYBODY,
    "request": ANY_ROLE,
    "decide-request": _deciding("request"),
    "remark": ANY_ROLE,
    "release": ANY_ROLE,
    "decide-release": _deciding("release"),
    "report": ANY_ROLE - {Role.ADMINISTRATOR},
    "feedback": frozenset(feedback.ROLES),
    "propose-series": frozenset({Role.RELEASE}),
    "series": ANY_ROLE,
    "standing": ANY_ROLE,
    "decide-standing": _deciding("standing"),
    "sources": frozenset({Role.OWNER}),
    "decide-consent": frozenset({Role.OWNER}),
    "probes": frozenset({Role.OWNER, Role.ANALYST}),
    "speak-on-probe": frozenset({Role.OWNER}),
    "work": frozenset({Role.STEWARD}),
    "ask-work": frozenset({Role.STEWARD}),
    "make-schedule": frozenset({Role.STEWARD}),
    "end-schedule": frozenset({Role.STEWARD}),
    "log": _WITNESSES,
    "log-check": _WITNESSES,
    "log-head": _WITNESSES,
    "log-entry": _WITNESSES,
    "log-proof": _WITNESSES,
    "indicators": ANY_ROLE,
    "variables": ANY_ROLE,
    "source": ANY_ROLE,
    "drafts": frozenset({Role.ANALYST}),
    "begin-draft": frozenset({Role.ANALYST}),
    "draft": frozenset({Role.ANALYST}),
    "catalogue": EVERYBODY,
    "rules": EVERYBODY,
    "stylesheet": EVERYBODY,
    "components": EVERYBODY,
}
"""Name of a view in `console.site` → the roles that may open it. Whose request or release it is, a view asks itself."""

SETTING_UP: Final = frozenset({"mfa_activate_totp", "account_reauthenticate"})
"""All that is open, besides what is for everybody, to who has yet to set up a second factor."""


class AccessControl:
    """Middleware: who is not signed in goes to the sign-in page, who has another role gets one clear answer (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Whoever signed out, or sits down at the machine next, finds nothing in the browser's store."""
        response = self.get_response(request)
        if isinstance(request.user, Person):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What no page expected, such as a broken log: one clear answer, with the way out."""
        if not isinstance(error, Refusal):
            return None
        return render(request, "console/refused.html", {"refusal": error}, status=409)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Roles are read anew for every page, so that one which ended opens nothing more."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        allowed = ACCESS.get(name, frozenset())
        if allowed == EVERYBODY:
            return None
        if not isinstance(request.user, Person):
            return redirect_to_login(_back_to(request))
        if name not in SETTING_UP and second_factor.is_missing(request):
            return redirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': _back_to(request)})}")
        roles = request.user.roles()
        if _is_open(allowed, roles):
            return None
        return render(
            request, "console/forbidden.html", {"allowed": sorted(allowed), "held": sorted(roles)}, status=403
        )


def open_to(somebody: object) -> frozenset[str]:
    """Names of the views that somebody may open, such as for a menu."""
    roles = somebody.roles() if isinstance(somebody, Person) else None
    return frozenset(
        name
        for name, allowed in ACCESS.items()
        if allowed == EVERYBODY or (roles is not None and _is_open(allowed, roles))
    )


def _is_open(allowed: Access, roles: set[str]) -> bool:
    return allowed == SIGNED_IN or bool(allowed & roles)


def _back_to(request: HttpRequest) -> str:
    """The page itself; for a form that was sent, the page it stands on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    stood_on = urlsplit(request.headers.get("Referer", ""))
    return stood_on.path if stood_on.path and stood_on.netloc == request.get_host() else reverse("home")
