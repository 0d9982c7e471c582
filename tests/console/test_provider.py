"""Signing in with an account of an OpenID Connect provider: a real one, which runs beside the tests."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from declare import Refusal, WrongInput
from koppelkamer.sign_in import Provider, SignIn, console_settings
from register.models import OutboxEvent, Person, Room
from tests.console.test_access import opens
from tests.openid_provider import CLIENT, PEOPLE, SECRET
from tests.register.room import furnish, person

ISSUER = "https://login.example.nl"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("provider")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, form, bare = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, bare))
    command = [sys.executable, "-m", "tests.openid_provider", str(folder)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def declared(folder: Path, issuer: str, **other: Any) -> dict[str, Any]:
    """The console's settings in a room that names the provider."""
    secret = folder / "provider.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    provider = Provider(name="The city", issuer=issuer, client=CLIENT, secret_file="provider.secret", **other)
    return console_settings(SignIn(provider=provider), folder)


@pytest.fixture
def room(issuer: str, settings: Any, tmp_path: Path, db: None) -> Any:
    furnish()
    Room.objects.update(demo=False)
    for name, value in declared(tmp_path, issuer, second_factor=True).items():
        setattr(settings, name, value)
    return settings


def come(username: str) -> tuple[Client, Any]:
    """Through the button, the provider's own page and back: the browser, and what it shows."""
    browser = Client(HTTP_ACCEPT_LANGUAGE="en", SERVER_NAME="localhost")
    assert "Sign in with The city" in browser.get("/sign-in/").text
    there = browser.post("/sign-in/by/provider/").headers["Location"]
    with requests.Session() as elsewhere:
        page = elsewhere.get(there)
        assert "/login/" in page.url
        given = {"username": username, "password": PEOPLE[username]}
        on = elsewhere.post(page.url, given, allow_redirects=False)
        back = elsewhere.get(requests.compat.urljoin(page.url, on.headers["Location"]), allow_redirects=False)
    return browser, browser.get(back.headers["Location"].removeprefix("http://localhost"), follow=True)


def test_whom_the_room_declares_comes_in_and_nobody_else(room: Any) -> None:
    browser, page = come("dora")
    assert "Nothing waits for you" in page.text
    assert opens(browser, "home")
    assert SocialAccount.objects.get().user == person("dora")
    assert SocialAccount.objects.get().extra_data == {}
    browser, page = come("stranger")
    assert "no account for you" in page.text
    assert not opens(browser, "home")
    assert not Person.objects.filter(username="stranger").exists()
    assert OutboxEvent.objects.filter(name="signed in").count() == 1
    assert [event.fields for event in OutboxEvent.objects.filter(name="sign-in refused")] == [{"step": "provider"}]


def test_who_came_once_is_known_by_the_account_and_not_by_the_name(room: Any) -> None:
    come("dora")
    assert "Nothing waits for you" in come("dora")[1].text
    SocialAccount.objects.update(uid="another account")  # the name at the provider was given to somebody else
    assert "no account for you" in come("dora")[1].text


def test_two_answers_about_two_accounts_sign_nobody_in(room: Any) -> None:
    browser, page = come("lea")
    assert "no account for you" in page.text
    assert not opens(browser, "home")
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(room: Any) -> None:
    come("dora")
    Person.objects.filter(username="dora").update(is_active=False)
    browser, page = come("dora")
    assert "This account is closed" in page.text
    assert not opens(browser, "home")


def test_the_second_factor_is_asked_here_unless_the_provider_asks_for_it(room: Any) -> None:
    room.PROVIDER_ASKS_SECOND_FACTOR = False
    _, page = come("dora")
    assert "Set up a second factor" in page.text


def test_a_browser_may_send_its_form_to_the_provider_and_nowhere_else(room: Any, issuer: str) -> None:
    policy = Client(SERVER_NAME="localhost").get("/sign-in/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {issuer};" in policy


def test_an_answer_that_nobody_asked_for_signs_nobody_in(room: Any) -> None:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en", SERVER_NAME="localhost")
    page = browser.get("/sign-in/by/provider/back/?code=guessed&state=guessed")
    assert "did not succeed" in page.text
    assert not opens(browser, "home")


def test_the_secret_is_in_a_file_for_this_user_only(tmp_path: Path) -> None:
    assert declared(tmp_path, ISSUER)["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"][0]["secret"] == SECRET
    provider = Provider(name="The city", issuer=ISSUER, client=CLIENT, secret_file="provider.secret")
    (tmp_path / "provider.secret").chmod(0o640)
    with pytest.raises(Refusal, match="read by other users"):
        console_settings(SignIn(provider=provider), tmp_path)
    (tmp_path / "provider.secret").unlink()
    with pytest.raises(WrongInput):
        console_settings(SignIn(provider=provider), tmp_path)


@pytest.mark.parametrize("address", ["http://kamer.example.nl", "ftp://localhost", "http://localhost.example.nl"])
def test_without_tls_only_on_this_machine(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        SignIn(address=address)
    with pytest.raises(ValueError, match="issuer"):
        Provider(name="x", issuer=address, client="x")


def test_https_makes_cookies_secure() -> None:
    made = console_settings(SignIn(address="https://kamer.example.nl", proxies=1), Path())
    assert made["SESSION_COOKIE_SECURE"] and made["CSRF_COOKIE_SECURE"] and made["SECURE_SSL_REDIRECT"]
    assert made["SECURE_PROXY_SSL_HEADER"] and "kamer.example.nl" in made["ALLOWED_HOSTS"]
    here = console_settings(SignIn(), Path())
    assert not here["SESSION_COOKIE_SECURE"] and here["SECURE_PROXY_SSL_HEADER"] is None
