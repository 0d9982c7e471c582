"""Series of releases that go on by themselves: what of them there is, and the form that proposes one."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from declare import Refusal
from register import queries
from register.models import Release
from register.models.standing import LONGEST
from register.operation import new_operation
from register.session import of_request
from register.standing import Terms, propose


class ProposalForm(forms.Form):
    """`seen` and `operation` come back as shown, as of a decision."""

    sources = forms.MultipleChoiceField(
        label=_("Sources of which other deliveries may be used"), widget=forms.CheckboxSelectMultiple
    )
    every_days = forms.IntegerField(
        label=_("Days from one run to the next, at least"), min_value=1, max_value=LONGEST, initial=28
    )
    until = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    operation = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, release: Release, data: Any = None) -> None:
        super().__init__(data, initial={"seen": release.digest, "operation": new_operation()})
        names = sorted(release.run.deliveries)
        self.fields["sources"].choices = [(name, name) for name in names]  # type: ignore[attr-defined] # set by ChoiceField

    @property
    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(tuple(given["sources"]), given["every_days"], given["until"], given["reason"])


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every series, with what was released by itself."""
    return render(request, "console/all_series.html", {"pages": queries.series()})


@require_http_methods(["GET", "HEAD", "POST"])
def propose_series(request: HttpRequest, subject_id: str) -> HttpResponse:
    """The form, and what is sent with it."""
    release = get_object_or_404(Release.objects.select_related("request", "run"), pk=subject_id)
    if request.method != "POST":
        return _form(request, release, ProposalForm(release))
    form = ProposalForm(release, request.POST)
    if not form.is_valid():
        return _form(request, release, form, status=400)
    given = form.cleaned_data
    try:
        made = propose(of_request(request), release, form.terms, seen=given["seen"], operation=given["operation"])
    except Refusal as refusal:
        return _form(request, release, form, refusal, status=409)
    return redirect("standing", made.pk)


def _form(
    request: HttpRequest, release: Release, form: ProposalForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    told = {"release": release, "form": form, "refusal": refusal}
    return render(request, "console/propose_series.html", told, status=status)
