"""Signing in: a password and a second factor, or nothing opens; who comes late, tries often or was closed is told."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import Client
from django.urls import reverse

from console.access import ACCESS, EVERYBODY, SETTING_UP
from register import load
from register.invitation import Invitation, invite
from register.models import Decision, OutboxEvent, Person, Room
from register.refusals import InvitationOver, WeakPassword
from tests.authenticator import code_of
from tests.console.test_access import ARGUMENTS, opens
from tests.register.room import PARTNERS, PEOPLE, draft, furnish, person, take, unguarded

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word"


@pytest.fixture(autouse=True)
def real_room() -> None:
    furnish()
    Room.objects.update(demo=False)


def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en", SERVER_NAME="localhost")


def given(client: Client, password: str = PASSWORD, username: str = "dora", path: str = "/sign-in/") -> Any:
    return client.post(path, {"login": username, "password": password}, follow=True)


def with_second_factor(username: str = "dora") -> tuple[Client, str]:
    """Who has come in by an invitation: their browser, and the secret in their program."""
    invite(username).accept(PASSWORD)
    client = browser()
    page = given(client, username=username)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert secret is not None
    client.post("/account/second-factor/", {"code": code_of(secret[1])})
    return client, secret[1]


def events(*names: str) -> list[dict[str, Any]]:
    return list(OutboxEvent.objects.filter(name__in=names).order_by("number").values_list("fields", flat=True))


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    """Appendix B, the last six of its eight digits."""
    assert code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at) == code


def test_from_an_invitation_to_the_first_page() -> None:
    client, invitation = browser(), invite("dora")
    address = f"/invitation/dora/{invitation.token}/"
    assert "dora" in client.get(address).text
    assert "too short" in client.post(address, {"new_password1": "short", "new_password2": "short"}).text
    client.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    page = given(client, path="/sign-in/?next=/account/")
    assert page.redirect_chain[-1][0].startswith("/account/second-factor/")
    assert "data:" not in page.text and "<svg" in page.text
    secret = page.context["form"].secret
    assert "Incorrect code" in client.post("/account/second-factor/", {"code": "000000"}).text
    shown = client.post("/account/second-factor/", {"code": code_of(secret)}, follow=True)
    assert len(re.findall(r"<code>\d{8}</code>", shown.text)) == 10
    assert "shown once" in client.get("/account/recovery-codes/").text
    assert "Nothing waits for you" in client.get("/").text
    assert [*events("invited", "password set")] == [{"person": "dora"}] * 2
    assert {"person": "dora", "kind": "totp", "action": "added"} in events("second factor changed")


def test_a_password_alone_opens_nothing() -> None:
    _, secret = with_second_factor()
    client = browser()
    page = given(client)
    assert page.redirect_chain[-1][0].startswith("/sign-in/code/")
    assert not opens(client, "home")
    assert "Incorrect code" in client.post("/sign-in/code/", {"code": "000000"}).text
    client.post("/sign-in/code/", {"code": code_of(secret)})
    assert opens(client, "home")
    assert {"person": "dora", "step": "code"} in events("sign-in refused")


def test_a_code_signs_in_once_and_so_does_a_recovery_code() -> None:
    _, secret = with_second_factor()
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for code in (code_of(secret), recovery):
        first, second = browser(), browser()
        for client, opened in ((first, True), (second, False)):
            given(client)
            client.post("/sign-in/code/", {"code": code})
            assert opens(client, "home") is opened


def test_until_a_second_factor_is_set_up_nothing_else_opens() -> None:
    invite("dora").accept(PASSWORD)
    client = browser()
    given(client)
    to_set_up = reverse("mfa_activate_totp")
    for view, allowed in ACCESS.items():
        if allowed != EVERYBODY and view not in SETTING_UP:
            answer = client.get(reverse(view, kwargs=ARGUMENTS.get(view)))
            assert answer.headers["Location"].startswith(to_set_up), view


def test_a_session_begun_with_the_password_alone_ends_when_a_second_factor_is_set_up() -> None:
    invite("dora").accept(PASSWORD)
    thief, own = browser(), browser()
    given(thief)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", given(own).text)
    assert secret is not None
    own.post("/account/second-factor/", {"code": code_of(secret[1])})
    assert own.get("/").status_code == 200
    assert opens(own, "mfa_view_recovery_codes")
    for view in ("home", "mfa_view_recovery_codes", "mfa_deactivate_totp", "mfa_activate_totp"):
        assert not opens(thief, view), view


def test_what_the_database_holds_of_a_second_factor_signs_nobody_in() -> None:
    _, secret = with_second_factor()
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_a_second_factor_is_replaced_by_who_shows_it() -> None:
    client, secret = with_second_factor()
    Authenticator.objects.update(created_at="2020-01-01T00:00:00Z")
    answer = client.get("/account/second-factor/replace/")
    assert answer.headers["Location"].startswith("/sign-in/again/")
    client.post("/sign-in/again/", {"password": PASSWORD})
    client.post("/account/second-factor/replace/")
    assert not Authenticator.objects.exists()
    assert client.get("/").headers["Location"].startswith("/account/second-factor/")
    assert {"person": "dora", "kind": "totp", "action": "removed"} in events("second factor changed")
    assert code_of(secret) not in str(events("second factor changed", "signed in"))


def another_dora() -> None:
    with unguarded():
        person("dora").memberships.all().delete()
        person("dora").delete()
    Person.objects.create(username="dora")


OVER = {
    "used": lambda token: Invitation("dora", token).accept(PASSWORD),
    "of somebody else": lambda token: another_dora(),
    "of a closed account": lambda token: Person.objects.filter(username="dora").update(is_active=False),
}


@pytest.mark.parametrize("happens", OVER.values(), ids=OVER)
def test_an_invitation_that_is_over(happens: Any) -> None:
    invitation = invite("dora")
    happens(invitation.token)
    with pytest.raises(InvitationOver):
        invitation.accept("another long enough word")
    answer = browser().get(f"/invitation/dora/{invitation.token}/")
    assert answer.status_code == 410 and "whoever administers the room" in answer.text


def test_an_invitation_ends_by_itself(settings: Any) -> None:
    invitation = invite("dora")
    settings.PASSWORD_RESET_TIMEOUT = -1
    with pytest.raises(InvitationOver):
        invitation.accept(PASSWORD)
    settings.PASSWORD_RESET_TIMEOUT = 3 * 86400
    with pytest.raises(WeakPassword):
        invitation.accept("dora")


def test_a_new_invitation_ends_sessions_and_the_second_factor() -> None:
    client, _ = with_second_factor()
    invite("dora").accept("another long enough word")
    assert not opens(client, "home")
    page = given(browser(), "another long enough word")
    assert page.redirect_chain[-1][0].startswith("/account/second-factor/")


def test_too_many_wrong_tries_close_the_door_for_a_while() -> None:
    invite("dora").accept(PASSWORD)
    for _ in range(5):
        assert "are not correct" in given(browser(), "wrong").text
    assert "Too many failed login attempts" in given(browser()).text
    assert events("sign-in refused") == [{"step": "password", "person": "dora"}] * 5
    assert "Too many failed" not in given(browser(), username="rob").text


def test_a_name_that_is_none_is_not_written_down() -> None:
    given(browser(), username="my secret password")
    assert events("sign-in refused") == [{"step": "password"}]


def test_passwords_are_argon2_and_older_ones_become_so(settings: Any) -> None:
    from koppelkamer.settings import django_settings

    settings.PASSWORD_HASHERS = django_settings({}, settings.REPORTS, "x")["PASSWORD_HASHERS"]
    Person.objects.filter(username="dora").update(password=make_password(PASSWORD, hasher="scrypt"))
    given(browser())
    assert identify_hasher(person("dora").password).algorithm == "argon2"


def test_a_session_that_ends_in_the_middle_of_a_form_leads_back_to_its_page() -> None:
    take_submitted()
    answer = browser().post(
        "/requests/insight/decide/", {"action": "approve"}, headers={"referer": "http://localhost/requests/insight/"}
    )
    assert answer.headers["Location"] == "/sign-in/?next=/requests/insight/"
    assert "nothing of it was recorded" in browser().get(answer.headers["Location"]).text
    elsewhere = browser().post("/requests/insight/decide/", headers={"referer": "http://elsewhere/requests/insight/"})
    assert elsewhere.headers["Location"] == "/sign-in/?next=/"
    assert not Decision.objects.filter(action="approve").exists()


def test_who_is_declared_no_more_is_out_at_once_and_may_come_back() -> None:
    client, _ = with_second_factor()
    assert opens(client, "home")
    load.sync_room("demo", "Demo", False, PARTNERS, [one for one in PEOPLE if one.username != "dora"])
    assert not opens(client, "home")
    assert "are not correct" in given(browser()).text or "closed" in given(browser()).text
    load.sync_room("demo", "Demo", False, PARTNERS, PEOPLE)
    assert not opens(client, "home")  # a session of before has ended for good
    assert given(browser()).redirect_chain[-1][0].startswith("/sign-in/code/")
    assert [one["action"] for one in events("account changed")] == ["closed", "opened again"]


def test_nobody_signs_up() -> None:
    for path in ("/signup/", "/accounts/signup/", "/sign-in/signup/", "/account/email/"):
        assert browser().get(path).status_code == 404


def test_where_to_go_on_is_a_page_of_the_console() -> None:
    with_second_factor()
    client = browser()
    page = given(client, path="/sign-in/?next=https://elsewhere.example/")
    assert all(not address.startswith("http") for address, _ in page.redirect_chain)


def take_submitted() -> None:
    Room.objects.update(demo=True)
    take("ann", draft(), "submit")
    Room.objects.update(demo=False)
