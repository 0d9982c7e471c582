"""The variable catalogue: what is declared, found by its words, and nothing that anybody holds."""

from pathlib import Path
from typing import Any

import pytest

from declare import load
from expectations.dictionary import Dictionary
from flows.describe import of_agreement, of_model, of_source
from intake.source import Source
from linkage import Model
from register import catalogue
from register.declarations import Agreement
from register.load import sync_agreements, sync_room, sync_sources
from register.models.described import Subject
from tests.browser import barriers_of
from tests.console.test_pages import client
from tests.console.test_pages_of_use import styled
from tests.register.room import PARTNERS, PEOPLE, Member, Partner

ROOM = Path(__file__).parents[2] / "koppelkamer" / "demo" / "room"


def catalogued() -> None:
    """The demo room's declarations, with the people of the small register."""
    owners = [Partner(name, name.title()) for name in ("gemeente", "belastingdienst", "inspectie", "iedereen")]
    sync_room("demo", "Demo", True, [*PARTNERS, *owners], (*PEOPLE, Member("otto", "data_owner", "gemeente")))
    agreement = load(ROOM / "agreements" / "convenant.toml", Agreement)
    sources = [load(path, Source) for path in sorted((ROOM / "sources").glob("*.toml"))]
    models = [load(path, Model) for path in sorted((ROOM / "models").glob("*.toml"))]
    sync_agreements([agreement])
    sync_sources(sources)
    words = load(ROOM / "dictionary.toml", Dictionary)
    catalogue.describe(Subject.SOURCE, {each.id: of_source(each, words) for each in sources})
    catalogue.describe(Subject.AGREEMENT, {agreement.id: of_agreement(agreement)})
    catalogue.describe(Subject.MODEL, {each.id: of_model(each) for each in models})


FOUND: dict[str, tuple[str, tuple[str, ...]]] = {
    "a column by its name": ("words=bedrag", ("reports",)),
    "a value": ("words=overbewoning", ("reports",)),
    "a source, with all it has": ("words=meldingen", ("reports",)),
    "two words, wherever they stand": ("words=meldingen+bedrag", ("reports",)),
    "nothing": ("words=nothing-is-called-this", ()),
    "a purpose": ("purpose=misstanden-in-beeld", ("reports", "incomes", "addresses", "residents")),
    "no purpose of ours": ("purpose=%3Cb%3E", ()),
}


@pytest.mark.django_db
def test_what_is_looked_for_is_found() -> None:
    catalogued()
    for named, (asked, sources) in FOUND.items():
        page = client("ann").get(f"/variables/?{asked}").text
        shown = {name for name in ("reports", "incomes", "addresses", "residents") if f"/variables/{name}/" in page}
        assert shown == set(sources), named
        assert "<b>" not in page, named


@pytest.mark.django_db
def test_a_source_says_what_it_holds_and_for_whom() -> None:
    catalogued()
    page = client("aud").get("/variables/reports/").text
    for said in ("Inspectie", "60 days", "in clear, under a processing agreement", "Arbowet art. 24", "zwartwerk",
                 "gemeente, iedereen", "left behind on receipt", "Made from <code>meldingsdatum</code>: the year",
                 "koppelkamer dummy sources/reports.toml"):  # fmt: skip
        assert said in page, said
    dutch = client("ann", "nl").get("/variables/residents/").text
    assert "beschermd: apart gezet" in dutch and "burgerservicenummer" in dutch
    assert client("ann").get("/variables/nothing/").status_code == 404


@pytest.mark.django_db
def test_what_is_declared_no_more_is_gone() -> None:
    catalogued()
    assert set(catalogue.models()) == {"reports-addresses", "residents-twice", "incomes-residents", "reports-residents"}
    catalogue.describe(Subject.SOURCE, {})
    assert catalogue.entries() == [] and catalogue.entry("reports") is None


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_catalogue_has_no_barriers() -> None:
    catalogued()
    addresses = {"all": "/variables/?words=adres", "one": "/variables/residents/"}
    pages: dict[str, Any] = {name: styled(client("ann").get(path).text) for name, path in addresses.items()}
    assert barriers_of(pages) == {}
