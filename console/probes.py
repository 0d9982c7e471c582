"""Probes: what a partner was asked before there is a case, and its word on its own answer and on the case.

The answer itself is not here: it stands encrypted in the store, and `koppelkamer probe NAME show` reads it.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from declare import Refusal
from register.models import Probe
from register.probes import Said, pages_for, speak
from register.session import SignedIn, of_request


class VoiceForm(forms.Form):
    """`seen` comes back as shown: what was asked anew since is not answered by an old page."""

    partner = forms.CharField(max_length=60)
    about = forms.ChoiceField(choices=[("answer", "answer"), ("case", "case")])
    agreed = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    reference = forms.CharField(required=False, max_length=200)
    reason = forms.CharField(required=False, max_length=4000)
    seen = forms.CharField(max_length=64)


@require_safe
def probes(request: HttpRequest) -> HttpResponse:
    return _page(request, of_request(request))


@require_POST
def speak_on_probe(request: HttpRequest, probe: str) -> HttpResponse:
    by, found, form = of_request(request), get_object_or_404(Probe, pk=probe), VoiceForm(request.POST)
    if not form.is_valid():
        return _page(request, by, wrong=probe, status=400)
    given = form.cleaned_data
    said = Said(given["about"], given["agreed"] == "yes", given["reference"].strip(), given["reason"].strip())
    try:
        speak(by, found, given["partner"], said, seen=given["seen"])
    except Refusal as refusal:
        return _page(request, by, refusal=refusal, status=409)
    return redirect("probes")


def _page(request: HttpRequest, by: SignedIn, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "console/probes.html", {"pages": pages_for(by.person)} | more, status=status)
