"""Through the console in Chromium, by the people of a room: request to parcel, a refusal, a hold, a recall."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser import chromium
from tests.cli.rooms import change
from tests.cli.shell import koppelkamer
from tests.cli.test_probe import with_list
from tests.journeys.people import PASSWORD, Someone, console
from tests.journeys.second_room.way import Way, declare, make_keys, receive, seal, train

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PEOPLE = ("noor", "otto", "pia", "quinten", "rosa", "siem", "tineke", "ulrich")


@dataclass(frozen=True)
class House:
    """A room that is no demo, with its people signed in."""

    way: Way
    people: dict[str, Someone]

    def __getattr__(self, name: str) -> Someone:
        return self.people[name]

    def request(self, name: str, title: str) -> None:
        """Noor asks for the table of the second room under another name."""
        declared = self.way.room / "requests" / f"{name}.toml"
        text = (self.way.room / "requests" / "wijken.toml").read_text()
        declared.write_text(text.replace('"wijken"', f'"{name}"').replace("Klachten naar wijk en huur", title))
        koppelkamer(name, at=self.way.room, program="tests.journeys.served:draft")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    way = Way(tmp_path_factory.mktemp("people"))
    declare(way)
    change(way.room / "room.toml", "demo = true", "demo = false")
    for step in (make_keys, seal, receive, train):
        step(way)
    with_list(way, way.room)
    with console(way.room) as address, chromium() as browser:
        people = {name: Someone(browser, address, name) for name in PEOPLE}
        for name, somebody in people.items():
            somebody.come_in(way.do("invite", name)["link"])
        yield House(way, people)


def approve(house: House, title: str) -> None:
    """Legal officer, both owners, DPO."""
    house.rosa.follow(title)
    house.rosa.picture("legal-check")
    house.rosa.decide("approve", "The grounds are those of the agreement.")
    for owner in (house.pia, house.quinten):
        owner.follow(title)
        owner.decide("approve")
    house.siem.follow(title)
    house.siem.decide("give a favourable opinion", "By district, and no finer.")


def work(house: House, button: str) -> None:
    """Otto asks for it, and a worker does it."""
    house.otto.open("/work/")
    house.otto.page.get_by_role("button", name=button).click()
    served = house.way.do("work", "--once", "--plain")["served"]
    assert [job["state"] for job in served] == ["done"], served


@pytest.fixture(scope="module")
def released(house: House) -> str:
    """The release that seven people brought about; its name."""
    house.request("pumps", "Pumps first where tenants suffer")
    house.noor.open("/requests/pumps/")
    house.noor.decide("submit")
    approve(house, "Pumps first")
    work(house, "run pumps")
    house.otto.open("/work/")
    house.otto.picture("work")
    assert house.otto.is_barred() == []
    house.siem.follow("Pumps first")
    house.siem.picture("opinion")
    house.siem.decide("give a favourable opinion", "The cells are large enough.")
    house.tineke.follow("Pumps first")
    house.tineke.picture("decision")
    house.tineke.decide("release", "The board needs it this autumn.", answer="Yes, as the report shows.")
    work(house, "write the parcel pumps")
    return "pumps-1"


def test_from_a_request_to_a_parcel_that_a_stranger_can_verify(house: House, released: str) -> None:
    parcel = house.way.room / "parcels" / released
    assert (parcel / "table.csv").is_file()
    key = house.way.room / "keys" / "room.pub"
    assert koppelkamer("verify", parcel, "--key", key, at=house.way.folder).code == 0
    house.noor.open(f"/releases/{released}/")
    assert house.noor.state() == "released"
    house.noor.open("/catalogue/")
    assert "Pumps first" in house.noor.said()
    entries = [json.loads(line) for line in (house.way.room / "audit" / "audit.jsonl").read_text().splitlines()]
    decided = [each["fields"] for each in entries if each["name"] == "decided"]
    people = {each["person"] for each in decided if each["id"] in ("pumps", released)}
    assert people >= {"noor", "rosa", "pia", "quinten", "siem", "tineke"}


def test_a_refusal_with_reasons_and_asked_again(house: House) -> None:
    house.request("gardens", "Gardens under water")
    house.noor.open("/requests/gardens/")
    house.noor.decide("submit")
    house.rosa.follow("Gardens")
    house.rosa.page.get_by_label("return to the requester").check()
    house.rosa.page.get_by_role("button", name="Record this decision").click()
    house.rosa.picture("refusal-without-reasons")
    assert "reasons" in house.rosa.said()
    house.rosa.decide("return to the requester", "The effect is not what the agreement is for.")
    house.noor.follow("Gardens")
    assert "not what the agreement is for" in house.noor.said()
    house.noor.picture("returned")
    house.noor.decide("submit")
    assert house.noor.state().startswith("submitted")


def test_a_hold_and_what_ends_it(house: House) -> None:
    house.request("cellars", "Cellars under water")
    house.noor.open("/requests/cellars/")
    house.noor.decide("submit")
    house.siem.open("/requests/cellars/")
    house.siem.decide("put on hold", "First the DPIA is looked at again.")
    house.siem.picture("hold")
    house.rosa.open("/requests/cellars/")
    assert house.rosa.page.get_by_label("approve", exact=True).count() == 0
    house.siem.open("/requests/cellars/")
    house.siem.decide("resume", "The DPIA still holds.")
    house.rosa.follow("Cellars")
    house.rosa.decide("approve", "The grounds are there.")
    assert house.rosa.state().startswith("checked")


def test_a_recall_that_names_who_has_it(house: House, released: str) -> None:
    house.ulrich.open(f"/releases/{released}/")
    house.ulrich.decide("revoke", "The complaints of one district were counted twice.")
    house.ulrich.picture("recall")
    assert house.ulrich.state() == "revoked"
    (notice,) = house.way.do("recall", "--out", house.way.folder / "notices")["notices"]
    assert (notice["release"], notice["recipients"]) == (released, ["waterschap"])
    (file,) = (house.way.folder / "notices").iterdir()
    key = house.way.room / "keys" / "room.pub"
    said = koppelkamer("verify", house.way.room / "parcels" / released, "--key", key, "--notice", file, at=file.parent)
    assert said.code == 1 and "revoked" in said.err


def test_a_probe_is_confirmed_and_becomes_a_case(house: House) -> None:
    """The list comes on the command line, where Noor signs in as she does in the console."""
    at = house.way.room
    assert koppelkamer("noor", PASSWORD, house.noor.recovery, at=at, program="tests.journeys.served:login").code == 0
    assert koppelkamer("probe", "eerste", at=at).code == 0
    house.quinten.open("/probes/")
    house.quinten.picture("probe")
    assert house.quinten.is_barred() == []
    house.quinten.page.get_by_role("button", name="It may be read").click()
    assert "may be read (Quinten Bos" in house.quinten.said()
    house.quinten.page.get_by_label("Written decision that it is a case").fill("Besluit 2026-11")
    house.quinten.page.get_by_role("button", name="It is a case").click()
    house.noor.open("/probes/")
    assert house.noor.state() == "It is a case"
    assert "Besluit 2026-11" in house.noor.said()
    assert len(house.way.do("probe", "eerste", "read")["subjects"]["tenants"]) == 5
