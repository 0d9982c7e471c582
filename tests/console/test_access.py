"""Every page for every role, as the one table says; a page that is not in the table fails here and opens for nobody."""

from typing import Any

import pytest
from django.contrib.auth.views import redirect_to_login
from django.test import Client
from django.urls import get_resolver, reverse

from console.access import ACCESS, ANY_ROLE, EVERYBODY, SIGNED_IN
from register.models import Membership, Person
from register.workflow import Role
from tests.register.room import PEOPLE, examined, person

ARGUMENTS = {
    "openid_connect_login": {"provider_id": "provider"},
    "openid_connect_callback": {"provider_id": "provider"},
    "log-head": {"name": "audit"},
    "log-entry": {"name": "audit", "number": 1},
    "log-proof": {"name": "audit", "number": 1},
    "invitation": {"username": "dora", "token": "none"},
    "request": {"subject_id": "insight"},
    "decide-request": {"subject_id": "insight"},
    "remark": {"subject_id": "insight"},
    "release": {"subject_id": "insight-1"},
    "decide-release": {"subject_id": "insight-1"},
    "report": {"subject_id": "insight-1", "language": "nl"},
    "propose-series": {"subject_id": "insight-1"},
    "standing": {"subject_id": "insight-s1"},
    "decide-standing": {"subject_id": "insight-s1"},
    "feedback": {"subject_id": "insight-1"},
    "decide-consent": {"consent": "0" * 64},
    "speak-on-probe": {"probe": "first"},
    "draft": {"number": 1},
    "source": {"source": "residents"},
}
"""What the address of a view holds, where it holds something."""


def views() -> set[str]:
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def opens(browser: Client, view: str) -> bool:
    """Whether the view itself answers. A page that only takes a form says so (405), and has then been reached."""
    address = reverse(view, kwargs=ARGUMENTS.get(view))
    answer = browser.get(address)
    away = answer.headers.get("Location") == redirect_to_login(address).url
    return not away and "console/forbidden.html" not in {template.name for template in answer.templates}


def browser_of(username: str | None = None) -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en", SERVER_NAME="localhost")
    if username:
        browser.force_login(person(username))
    return browser


def test_every_view_has_a_line_and_every_line_a_view() -> None:
    assert views() == ACCESS.keys(), "write a line for the view in console/access.py, and here what its address holds"
    assert all(allowed in (EVERYBODY, SIGNED_IN) or allowed <= ANY_ROLE for allowed in ACCESS.values())


@pytest.mark.django_db
def test_every_page_opens_for_the_roles_of_its_line_and_no_other() -> None:
    examined()
    Person.objects.create(username="nora", name="Without a role")
    somebody = {member.username: {member.role} for member in PEOPLE} | {"nora": set()}
    assert set().union(*somebody.values()) == set(Role)
    for view, allowed in ACCESS.items():
        assert opens(browser_of(), view) is (allowed == EVERYBODY), view
    closed = {view: allowed for view, allowed in ACCESS.items() if allowed != EVERYBODY}
    for username, roles in somebody.items():
        browser = browser_of(username)
        for view, allowed in closed.items():
            assert opens(browser, view) is (allowed == SIGNED_IN or bool(allowed & roles)), f"{view} for {username}"


@pytest.mark.django_db
def test_a_view_without_a_line_opens_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    examined()
    monkeypatch.delitem(ACCESS, "catalogue")  # type: ignore[misc] # read-only for the program, not for this test
    assert not opens(browser_of(), "catalogue")
    assert not any(opens(browser_of(member.username), "catalogue") for member in PEOPLE)


@pytest.mark.django_db
def test_a_role_that_ended_opens_nothing_more() -> None:
    examined()
    browser = browser_of("aud")
    assert opens(browser, "release")
    Membership.objects.filter(person__username="aud").delete()
    answer: Any = browser.get(reverse("release", kwargs=ARGUMENTS["release"]))
    assert answer.status_code == 403
    assert "Your roles in this room: none." in answer.text


@pytest.mark.django_db
def test_a_refused_role_is_told_whose_page_it_is() -> None:
    examined()
    answer: Any = browser_of("adam").get(reverse("report", kwargs=ARGUMENTS["report"]))
    assert answer.status_code == 403
    assert "data steward, DPO, legal officer, release officer. Your roles in this room: administrator." in answer.text
