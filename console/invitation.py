"""The page behind an invitation: somebody chooses the password of their account."""

from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from declare import Refusal
from register.invitation import Invitation


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters()
def accept_invitation(request: HttpRequest, username: str, token: str) -> HttpResponse:
    invitation = Invitation(username, token)
    try:
        form = SetPasswordForm(invitation.person(), request.POST or None)
        if form.is_valid():
            invitation.accept(form.cleaned_data["new_password1"])
            return redirect("account_login")
    except Refusal as refusal:
        return render(request, "console/invitation.html", {"refusal": refusal}, status=410)
    return render(request, "console/invitation.html", {"form": form, "username": username})
