"""Who may open which page: one line for every view, and nothing else. A view without a line opens for nobody."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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


ACCESS: Final[Mapping[str, Access]] = {
    "home": SIGNED_IN,
    "sign-in": EVERYBODY,
    "sign-out": EVERYBODY,
    "act": EVERYBODY,  # in a demo room only, says the view
    "set_language": EVERYBODY,
    "request": ANY_ROLE,
    "decide-request": _deciding("request"),
    "release": ANY_ROLE,
    "decide-release": _deciding("release"),
    "report": ANY_ROLE - {Role.ADMINISTRATOR},
    "catalogue": EVERYBODY,
    "rules": EVERYBODY,
    "stylesheet": EVERYBODY,
}
"""Name of a view in `console.site` → the roles that may open it. Whose request or release it is, a view asks itself."""


class AccessControl:
    """Middleware: who is not signed in goes to the sign-in page, who has another role gets one clear answer (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Roles are read anew for every page, so that one which ended opens nothing more."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        allowed = ACCESS.get(name, frozenset())
        if allowed == EVERYBODY:
            return None
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path())
        roles = request.user.roles()
        if allowed == SIGNED_IN or allowed & roles:
            return None
        return render(
            request, "console/forbidden.html", {"allowed": sorted(allowed), "held": sorted(roles)}, status=403
        )
