from collections.abc import Sequence
from pathlib import Path

import pytest

from register.models import OutboxEvent, Room
from register.refusals import NotSignedIn, Unregistered
from register.session import act_as, current, login, logout
from tests.register.room import PEOPLE, furnish, person

pytestmark = pytest.mark.django_db


class Nobody:
    """Is asked nothing: in a demo room there is no second factor unless somebody sets one up."""

    def code(self) -> str:
        raise AssertionError

    def set_up(self, address: str) -> str:
        raise AssertionError

    def keep(self, codes: Sequence[str]) -> None:
        raise AssertionError


@pytest.fixture
def session(tmp_path: Path) -> Path:
    furnish()
    dora = person("dora")
    dora.set_password("a long enough word")
    dora.save()
    return tmp_path / "session"


def test_signing_in_keeps_a_session_for_this_user_only(session: Path) -> None:
    assert login("dora", "a long enough word", session, Nobody()).how == "session"
    assert current(session).person.username == "dora"
    assert session.stat().st_mode & 0o777 == 0o600
    assert OutboxEvent.objects.filter(name="signed in").count() == 1


def test_a_wrong_password_or_none_signs_nobody_in(session: Path) -> None:
    for username, password in (("dora", "another word"), ("rob", ""), ("nobody", "a long enough word")):
        with pytest.raises(NotSignedIn):
            login(username, password, session, Nobody())
    assert not session.exists()


def test_a_session_ends(session: Path) -> None:
    with pytest.raises(NotSignedIn):
        current(session)
    login("dora", "a long enough word", session, Nobody())
    dora = person("dora")
    dora.set_password("another long word")
    dora.save()
    with pytest.raises(NotSignedIn):
        current(session)
    login("dora", "another long word", session, Nobody())
    dora.is_active = False
    dora.save()
    with pytest.raises(NotSignedIn):
        current(session)


def test_after_signing_out_the_old_key_opens_nothing(session: Path) -> None:
    login("dora", "a long enough word", session, Nobody())
    key = session.read_text()
    logout(session)
    session.write_text(key)
    with pytest.raises(NotSignedIn):
        current(session)


def test_acting_as_somebody_exists_only_in_a_demo_room(session: Path) -> None:
    assert act_as("dora").how == "demo"
    with pytest.raises(Unregistered):
        act_as("nobody")
    Room.objects.update(demo=False)
    with pytest.raises(NotSignedIn):
        act_as("dora")


def test_a_session_of_a_closed_account_stays_over_when_it_is_opened_again(session: Path) -> None:
    login("dora", "a long enough word", session, Nobody())
    furnish(tuple(each for each in PEOPLE if each.username != "dora"))
    furnish()
    assert person("dora").is_active
    with pytest.raises(NotSignedIn):
        current(session)


def test_too_many_wrong_tries_say_how_long_to_wait(session: Path) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn, match="do not belong together"):
            login("dora", "another word", session, Nobody())
    with pytest.raises(NotSignedIn, match="too many") as refused:
        login("dora", "a long enough word", session, Nobody())
    assert refused.value.remedy.startswith("Wait 5 minutes")
