"""What came of a release: told by the partner that received it, on a page of its own."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from declare import Refusal
from register.feedback import indicators_of, record_feedback, speaks_for
from register.models import Release
from register.operation import new_operation
from register.session import of_request


class FeedbackForm(forms.Form):
    """`operation` comes back as shown: a form sent twice records once."""

    indicator = forms.ChoiceField(label=_("About which indicator"), required=False)
    text = forms.CharField(
        label=_("What came of it, without names or other data of persons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    operation = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, release: Release, data: Any = None) -> None:
        super().__init__(data, initial={"operation": new_operation()})
        named = [(name, name) for name in indicators_of(release)]
        self.fields["indicator"].choices = [("", _("in general")), *named]  # type: ignore[attr-defined] # set by ChoiceField


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, subject_id: str) -> HttpResponse:
    release, by = get_object_or_404(Release, pk=subject_id), of_request(request)
    form = FeedbackForm(release, request.POST if request.method == "POST" else None)
    context = {"release": release, "form": form, "speaks_for": speaks_for(by, release)}
    if not form.is_bound:
        return render(request, "console/feedback.html", context)
    if not form.is_valid():
        return render(request, "console/feedback.html", context, status=400)
    given = form.cleaned_data
    try:
        record_feedback(by, release, given["text"], indicator=given["indicator"], operation=given["operation"])
    except Refusal as refusal:
        return render(request, "console/feedback.html", context | {"refusal": refusal}, status=409)
    return redirect("release", release.pk)
