"""A data owner's page: standing consents to accept and withdraw, and what each source was used for."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from declare import Refusal
from register.consents import accept, withdraw
from register.models import StandingConsent
from register.operation import new_operation
from register.session import SignedIn, of_request
from register.uses import consents_for, uses_of
from register.workflow import Role


class ConsentForm(forms.Form):
    """`operation` comes back as shown: a form sent twice decides once. The address names the text that was read."""

    action = forms.ChoiceField(choices=[("accept", "accept"), ("withdraw", "withdraw")])
    reason = forms.CharField(required=False, max_length=4000)
    operation = forms.RegexField(r"^[0-9a-f]{32}$")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    return _page(request, of_request(request))


@require_POST
def decide_on_consent(request: HttpRequest, consent: str) -> HttpResponse:
    by = of_request(request)
    found = get_object_or_404(StandingConsent, pk=consent)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, by, wrong=consent, status=400)
    given = form.cleaned_data
    try:
        if given["action"] == "accept":
            accept(by, found, operation=given["operation"])
        else:
            withdraw(by, found, given["reason"], operation=given["operation"])
    except Refusal as refusal:
        return _page(request, by, refusal=refusal, status=409)
    return redirect("sources")


def _page(request: HttpRequest, by: SignedIn, status: int = 200, **more: Any) -> HttpResponse:
    own = by.person.partners_as(Role.OWNER)
    consents = [(page, new_operation()) for page in consents_for(own)]
    context = {"consents": consents, "sources": uses_of(own)}
    return render(request, "console/sources.html", context | more, status=status)
