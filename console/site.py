"""The console's addresses."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from console import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("sign-in/", LoginView.as_view(template_name="console/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("act/", views.act, name="act"),
    path("language/", set_language, name="set_language"),
    path("requests/<slug:subject_id>/", views.request_page, name="request"),
    path("requests/<slug:subject_id>/decide/", views.decide_on_request, name="decide-request"),
    path("releases/<slug:subject_id>/", views.release_page, name="release"),
    path("releases/<slug:subject_id>/decide/", views.decide_on_release, name="decide-release"),
    path("releases/<slug:subject_id>/report/<slug:language>/", views.report, name="report"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("rules/", views.rules, name="rules"),
    path("console.css", views.stylesheet, name="stylesheet"),
]
