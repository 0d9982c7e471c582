"""Addresses and claims of the provider in `tests.openid_provider`."""

from typing import Any

from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator


def sign_in(request: HttpRequest) -> HttpResponse:
    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return redirect(request.GET["next"])


class Claims(OAuth2Validator):  # type: ignore[misc] # oauth2_provider carries no types
    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, str]:
        return {"preferred_username": request.user.username, "email": request.user.email}

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        """Of one person's account it answers about another account than the one that signed in."""
        claims: dict[str, Any] = super().get_userinfo_claims(request)
        return claims | ({"sub": "another"} if request.user.username == "lea" else {})


urlpatterns = [path("login/", sign_in), path("", include("oauth2_provider.urls"))]
