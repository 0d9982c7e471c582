"""The console's addresses. Names that allauth looks up are its own; what it has besides has no address here."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as provider
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from console import auditor, drafts, feedback, indicators, owner, probes, series, steward, variables, views
from console.invitation import accept_invitation

SIGNING_IN: list[URLPattern | URLResolver] = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/code/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("sign-in/by/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("sign-in/by/<slug:provider_id>/back/", openid.callback, name="openid_connect_callback"),
    path("sign-in/cancelled/", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/error/", provider.login_error, name="socialaccount_login_error"),
    path("sign-out/", account.logout, name="account_logout"),
    path("invitation/<str:username>/<slug:token>/", accept_invitation, name="invitation"),
    path("account/", mfa.index, name="mfa_index"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/no-password/", RedirectView.as_view(pattern_name="mfa_index"), name="account_set_password"),
    path("account/second-factor/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/replace/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    *SIGNING_IN,
    path("act/", views.act, name="act"),
    path("language/", set_language, name="set_language"),
    path("requests/<slug:subject_id>/", views.request_page, name="request"),
    path("requests/<slug:subject_id>/decide/", views.decide_on_request, name="decide-request"),
    path("requests/<slug:subject_id>/remark/", views.say, name="remark"),
    path("releases/<slug:subject_id>/", views.release_page, name="release"),
    path("releases/<slug:subject_id>/decide/", views.decide_on_release, name="decide-release"),
    path("releases/<slug:subject_id>/report/<slug:language>/", views.report, name="report"),
    path("releases/<slug:subject_id>/feedback/", feedback.feedback, name="feedback"),
    path("releases/<slug:subject_id>/go-on/", series.propose_series, name="propose-series"),
    path("series/", series.overview, name="series"),
    path("series/<slug:subject_id>/", views.standing_page, name="standing"),
    path("series/<slug:subject_id>/decide/", views.decide_on_standing, name="decide-standing"),
    path("sources/", owner.sources, name="sources"),
    path("consents/<slug:consent>/decide/", owner.decide_on_consent, name="decide-consent"),
    path("probes/", probes.probes, name="probes"),
    path("probes/<slug:probe>/speak/", probes.speak_on_probe, name="speak-on-probe"),
    path("work/", steward.work, name="work"),
    path("work/ask/", steward.ask, name="ask-work"),
    path("work/schedule/", steward.make_schedule, name="make-schedule"),
    path("work/schedule/end/", steward.end_schedule, name="end-schedule"),
    path("log/", auditor.log, name="log"),
    path("log/check/", auditor.check, name="log-check"),
    path("log/<slug:name>/head/", auditor.export_head, name="log-head"),
    path("log/<slug:name>/<int:number>/", auditor.entry, name="log-entry"),
    path("log/<slug:name>/<int:number>/proof/", auditor.proof, name="log-proof"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/begin/", drafts.begin, name="begin-draft"),
    path("drafts/<int:number>/", drafts.draft, name="draft"),
    path("variables/", variables.variables, name="variables"),
    path("variables/<slug:source>/", variables.source, name="source"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("rules/", views.rules, name="rules"),
    path("console.css", views.stylesheet, name="stylesheet"),
    path("nl-design-system.css", views.components, name="components"),
]

handler400 = "console.faults.bad_request"
handler500 = "console.faults.failed"
