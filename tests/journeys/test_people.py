"""Through the console in Chromium, by the people of a room: request to parcel, a refusal, a hold, a recall."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

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


def compose(house: House, name: str, title: str) -> None:
    """Noor asks for a table, from the agreement's purpose to the effect it is for; tries it, and submits it."""
    noor, page = house.noor, house.noor.page
    noor.open("/drafts/")
    page.get_by_role("button", name="Begin a request").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Id: small letters").fill(name)
    page.get_by_label("Purpose").select_option(label="wateroverlast (Afspraak over wateroverlast)")
    noor.press("Keep this and go on")
    page.get_by_label("Waterschap De Beken", exact=True).check()
    for source in ("(complaints,", "(tenants,"):
        page.get_by_label(source).check()
    noor.press("Keep this and go on")
    for column in ("schade –", "wijk –", "rent_band"):
        page.get_by_label(column).check()
    page.get_by_label("Klachten over water: ground").select_option("Waterschapswet art. 56")
    page.get_by_label("Huurders: ground").select_option("Woningwet art. 55b")
    page.get_by_label("complaints-tenants").check()
    noor.press("Keep this and go on")
    page.get_by_label("Kind").select_option("a table of counts")
    page.get_by_label("Whose records are counted").select_option("Klachten over water")
    noor.press("Keep this and go on")
    for column in ("tenants.wijk", "tenants.rent_band"):
        page.get_by_label(column, exact=True).check()
    page.get_by_label("Summed in each cell").select_option("complaints.schade")
    noor.picture("compose")
    noor.press("Keep this and go on")
    given = {"its number": "DPIA-W-1", "approved on": "2026-02-01", "valid until": "2035-12-31"}
    for label, text in given.items():
        page.get_by_label(f"DPIA: {label}").fill(text)
    page.get_by_label("DPIA: status").select_option("approved")
    page.get_by_label("Kept until").fill("2035-06-30")
    page.get_by_label("Intended effect").fill("Pumps go first where most tenants suffer.")
    page.get_by_label("Indicator 1", exact=True).fill("complaints in each district a year later")
    noor.press("Keep this and go on")
    noor.press("Try it")
    serve(house)
    noor.open(urlsplit(page.url).path)
    noor.picture("tried", "#asked")
    assert noor.is_barred() == []
    noor.press("Submit it")
    serve(house)
    noor.open(f"/requests/{name}/")
    assert noor.state().startswith("submitted")


def ask_again(house: House, name: str, title: str) -> None:
    """From a request that is there, under another name."""
    page = house.noor.page
    house.noor.open("/drafts/")
    page.get_by_label("From an earlier request").select_option("pumps")
    page.get_by_role("button", name="Begin a request").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Id: small letters").fill(name)
    house.noor.press("Submit it")
    serve(house)
    house.noor.open(f"/requests/{name}/")


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
    serve(house)


def serve(house: House) -> None:
    """A worker does what waits, which is one thing."""
    served = house.way.do("work", "--once", "--plain")["served"]
    assert [job["state"] for job in served] == ["done"], served


@pytest.fixture(scope="module")
def released(house: House) -> str:
    """The release that seven people brought about; its name."""
    compose(house, "pumps", "Pumps first where tenants suffer")
    approve(house, "Pumps first")
    work(house, "run pumps")
    house.otto.open("/work/")
    house.otto.picture("work")
    assert house.otto.is_barred() == []
    house.siem.follow("Pumps first")
    house.siem.picture("opinion")
    house.siem.decide("give a favourable opinion", "The cells are large enough.")
    house.tineke.follow("Pumps first")
    house.tineke.picture("decision", "#decide")
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


def test_a_refusal_with_reasons_and_asked_again(house: House, released: str) -> None:
    ask_again(house, "gardens", "Gardens under water")
    house.rosa.follow("Gardens")
    house.rosa.page.get_by_label("return to the requester").check()
    house.rosa.page.get_by_role("button", name="Record this decision").click()
    house.rosa.picture("refusal", ".refusal")
    assert "reasons" in house.rosa.said()
    house.rosa.decide("return to the requester", "The effect is not what the agreement is for.")
    house.noor.follow("Gardens")
    assert "not what the agreement is for" in house.noor.said()
    house.noor.decide("submit")
    assert house.noor.state().startswith("submitted")


def test_a_hold_and_what_ends_it(house: House, released: str) -> None:
    ask_again(house, "cellars", "Cellars under water")
    house.siem.open("/requests/cellars/")
    house.siem.decide("put on hold", "First the DPIA is looked at again.")
    house.siem.picture("hold", "#decide")
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
