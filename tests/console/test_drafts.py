"""A request composed in the console: step by step, nothing typed is lost, and what is declared in the end."""

import re
import tomllib
from datetime import date
from typing import Any

import pytest
from django.test import Client

from console.declaring import declaration, typed_of
from declare import load
from register import drafts
from register.declarations import Request as Declared
from register.load import sync_request
from register.models import Agreement, Draft, Job, OutboxEvent, Request
from tests.browser import barriers, chromium
from tests.console.test_pages import client
from tests.console.test_variables import ROOM, catalogued
from tests.journeys.second_room.way import DECLARATIONS as SECOND
from tests.register.room import plan_of, signed_in, unguarded

DECLARED = [*(ROOM / "requests").glob("*.toml"), *(SECOND / "requests").glob("*.toml")]
EXTRACT = {
    "kind": "extract",
    "unit": "reports",
    "needs": {"reports.bedrag": "to weigh"},
    "environment": "a closed room",
}
TABLES = {"kind": "table", "unit": "reports", "tables": [
    {"name": "area", "dimensions": ["reports.bedrag"]}, {"name": "kind", "dimensions": ["reports.soort"]}]}  # fmt: skip
COARSE = {
    "kind": "table",
    "unit": "reports",
    "dimensions": ["reports.bedrag", "reports.soort"],
    "coarsen": {
        "reports.bedrag": {"cuts": [[18, 65.5], [65.5]], "level": 2},
        "reports.soort": {"groups": [{"work": ["zwartwerk", "uitbuiting"]}]},
    },
    "hierarchies": {"reports.soort": {"zwartwerk": "work"}},
}
ANONYMOUS = {
    "kind": "anonymous",
    "unit": "reports",
    "attributes": {
        "reports.soort": {"role": "quasi-identifier", "prefixes": [3, 1]},
        "reports.bedrag": {"role": "sensitive"},
    },
}
OUTPUTS = {"an extract": EXTRACT, "several tables": TABLES, "coarser": COARSE, "anonymous rows": ANONYMOUS}
USE = "convenant-misstanden|misstanden-in-beeld"
FORM: dict[str, Any] = {
    "title": "Reports by kind",
    "id": "by-kind",
    "use": USE,
    "recipients": ["gemeente"],
    "sources": ["reports"],
    "columns.reports": ["soort"],
    "ground.reports": "Arbowet art. 24",
    "kind": "table",
    "unit": "reports",
    "dimensions": ["reports.soort"],
    "dpia.id": "DPIA-1",
    "dpia.approved": "2026-01-01",
    "dpia.valid_until": "2030-01-01",
    "dpia.status": "approved",
    "retention_until": "2029-01-01",
    "intended": "Fewer reports",
    "indicator.1": "reports",
    "years.1": "2",
    "step": "7",
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_every_output_goes_through_the_form_and_back(output: dict[str, Any]) -> None:
    content = load(ROOM / "requests" / "meldingen.toml", Declared).model_dump(mode="json", by_alias=True)
    columns = [{"id": "reports", "ground": "Law", "columns": ["bedrag", "soort"]}]
    declared = Declared.model_validate(content | {"output": output, "sources": columns, "recipients": ["gemeente"]})
    text, errors = declaration(typed_of(declared.model_dump(mode="json", by_alias=True)), declared.requester)
    assert (errors, Declared.model_validate(tomllib.loads(text))) == ({}, declared)


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: path.stem)
def test_every_declared_request_goes_through_the_form_and_back(path: Any) -> None:
    declared = load(path, Declared)
    text, errors = declaration(typed_of(declared.model_dump(mode="json", by_alias=True)), declared.requester)
    assert (errors, Declared.model_validate(tomllib.loads(text)).digest) == ({}, declared.digest)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def begun(browser: Client, **more: str) -> str:
    """The address of a new draft."""
    answer = browser.post("/drafts/begin/", {"operation": hidden(browser.get("/drafts/").text, "operation"), **more})
    return str(answer.headers["Location"])


def press(browser: Client, address: str, do: str, form: dict[str, Any], **more: Any) -> Any:
    shown = browser.get(address).text
    own = {name: hidden(shown, name) for name in ("seen", "operation")}
    return browser.post(address, own | form | {"do": do} | more, follow=True)


@pytest.mark.django_db
def test_what_is_chosen_first_narrows_what_follows() -> None:
    catalogued()
    browser = client("ann")
    address = begun(browser)
    assert 'name="recipients"' not in browser.get(address).text
    page = press(browser, address, "next", {"title": "By kind", "id": "by-kind", "use": USE, "step": "1"}).text
    assert 'value="iedereen"' in page and 'value="belastingdienst"' not in page
    two = {**FORM, "step": "2", "recipients": ["gemeente", "iedereen"], "sources": ["reports", "addresses"]}
    page = press(browser, address, "next", two).text
    assert 'name="columns.reports"' in page and 'name="columns.addresses"' not in page  # nobody agreed on that
    assert "meldingsnummer" not in page and "schijn" not in page  # what is left behind cannot be asked for
    assert Draft.objects.get().typed["step"] == ["3"]


@pytest.mark.django_db
def test_a_draft_is_tried_and_submitted_as_it_stands() -> None:
    catalogued()
    browser = client("ann")
    address = begun(browser)
    page = press(browser, address, "try", FORM).text
    assert "try a draft: <strong>waits for its turn" in page and 'role="alert"' not in page
    job = Job.objects.get()
    assert (job.kind, job.subject, job.role, job.contents) == (
        "try",
        "by-kind",
        "analyst",
        drafts.declared(job)[1].digest,
    )
    form = FORM | {"seen": hidden(page, "seen"), "operation": "5" * 32, "do": "submit"}
    for _ in range(2):  # the second time is a form sent twice
        assert "waits to be submitted" in browser.post(address, form, follow=True).text
    assert [each.kind for each in Job.objects.order_by("pk")] == ["try", "submit"]
    changed = browser.post(address, form | {"title": "Another", "do": "save", "operation": "6" * 32})
    assert changed.status_code == 409 and 'value="Another"' in changed.text  # and what was typed stands there
    assert Draft.objects.get().title == "Reports by kind"


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an id like a path": ({"id": "../room"}, "id_id_error", "nly small letters"),
    "an id like a run's": ({"id": "by-kind-1"}, "id_id_error", "a number: runs are named so"),
    "no such day": ({"retention_until": "2029-02-31"}, "id_retention_until_error", "no day"),
    "no recipient": ({"recipients": []}, "id_recipients_error", "is missing"),
    "no effect": ({"intended": " "}, "id_intended_error", "is missing"),
    "a table without a column": ({"tables": "one:"}, "id_tables_error", "is missing"),
    "steps that are no numbers": ({"way.reports.soort": "widths", "steps.reports.soort": "x"}, "soort_error", "number"),
    "more that is no TOML": ({"more": "= 1"}, "id_more_error", "no TOML from line 1, sign 1"),
    "more that has a field": ({"more": 'purpose = "x"'}, "id_more_error", "urpose has a field of its own"),
    "more that plays somebody": ({"more": 'requester = "x"'}, "id_more_error", "equester has a field of its own"),
    "more that nothing reads": ({"more": "color = 1"}, "wrong", "othing reads “color”"),
}


@pytest.mark.django_db
def test_what_is_wrong_is_said_beside_its_field_and_kept() -> None:
    catalogued()
    browser = client("ann")
    address = begun(browser)
    press(browser, address, "save", FORM | {"title": "<b>Reports</b>"})
    for named, (other, place, said) in WRONG.items():
        answer = press(browser, address, "try", FORM | {"title": "<b>Reports</b>"} | other)
        assert answer.status_code == 409 and place in answer.text and said in answer.text, named
        assert "&lt;b&gt;Reports" in answer.text and "<b>Reports" not in answer.text, named
        assert Draft.objects.get().typed["dimensions"] == ["reports.soort"], named
    assert not Job.objects.exists()
    dutch = client("ann", "nl")
    for named, (other, _, _) in WRONG.items():
        page = press(dutch, address, "try", FORM | other).text
        assert 'role="alert"' in page and '<span lang="en"' not in page, named


@pytest.mark.django_db
def test_choices_outlive_their_agreement() -> None:
    """What was chosen under it is kept, and the page says that it ended."""
    catalogued()
    browser = client("ann")
    address = begun(browser)
    press(browser, address, "save", FORM)
    chosen = Draft.objects.get().typed
    with unguarded():
        Agreement.objects.update(until=date(2020, 1, 31))
    page = press(browser, address, "save", FORM).text
    assert "ended on 2020-01-31" in page
    assert Draft.objects.get().typed == chosen
    assert 'value="' + USE not in browser.get(begun(browser)).text  # for another it is offered no more


@pytest.mark.django_db
def test_partners_are_shown_by_their_names() -> None:
    catalogued()
    browser = client("ann")
    page = press(browser, begun(browser), "next", {"title": "By kind", "id": "by-kind", "use": USE, "step": "1"}).text
    assert re.search(r'value="gemeente"[^>]*> Gemeente</label>', page)


@pytest.mark.django_db
def test_names_pages_and_fields_that_do_not_fit_are_answered_clearly() -> None:
    catalogued()
    declared = load(ROOM / "requests" / "meldingen.toml", Declared).model_dump(mode="json", by_alias=True)
    known = Declared.model_validate(declared | {"requester": "ann"})
    sync_request(known, plan_of(known))
    browser = client("ann")
    address = begun(browser)
    taken = press(browser, address, "save", FORM | {"id": "meldingen"})
    assert taken.status_code == 409 and "a request of this id" in taken.text
    stale = {"seen": "1", "operation": "7" * 32, "do": "save"}
    assert browser.post(address, FORM | stale).status_code == 302
    late = browser.post(address, FORM | stale | {"title": "Too late"})
    assert late.status_code == 409 and 'value="Too late"' in late.text
    assert browser.post(address, FORM | stale | {"seen": "x"}).status_code == 400
    assert browser.post(address, FORM | stale | {"intended": "x" * 10_000_000}).status_code == 400
    assert press(browser, address, "save", FORM | {"title": "a\0b"}).status_code == 200
    assert Draft.objects.get().title == "ab"
    assert client("stef").get(address).status_code == 403
    events = OutboxEvent.objects.count()
    assert "without a title" not in press(browser, address, "discard", FORM).text
    assert (Draft.objects.count(), OutboxEvent.objects.count()) == (0, events)


@pytest.mark.django_db
def test_an_earlier_request_is_copied_or_changed() -> None:
    catalogued()
    content = load(ROOM / "requests" / "meldingen.toml", Declared).model_dump(mode="json", by_alias=True)
    known = Declared.model_validate(content | {"requester": "ann"})
    sync_request(known, plan_of(known))
    browser = client("ann")
    page = browser.get("/requests/meldingen/").text
    assert "Change this request" in page and "Change this request" not in client("lea").get("/requests/meldingen/").text
    copied = begun(browser, of="meldingen")
    assert Draft.objects.get().name == ""
    press(browser, copied, "save", typed_of(known.model_dump(mode="json", by_alias=True)) | {"id": ["copied"]})
    assert drafts.parsed(Draft.objects.get().text).digest != known.digest  # by its id alone
    assert hidden(browser.get(copied).text, "step") == "7"
    changing = begun(browser, **{"of": "meldingen", "as": "change"})
    draft = Draft.objects.get(name="meldingen")
    assert (draft.base, drafts.parsed(draft.text)) == (known.digest, known)
    assert begun(browser, **{"of": "meldingen", "as": "change"}) == changing
    other = press(browser, changing, "save", FORM | {"id": "something-else"})
    assert other.status_code == 409 and Request.objects.count() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_request_is_composed_without_script(monkeypatch: pytest.MonkeyPatch, live_server: Any, tmp_path: Any) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    catalogued()
    session = client("ann").cookies["sessionid"].value
    with chromium() as browser:
        page = browser.new_page(locale="en-GB", java_script_enabled=False)
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + "/drafts/")
        assert barriers(page) == []
        page.get_by_role("button", name="Begin a request").click()
        page.get_by_label("Title").fill("Reports by kind")
        page.get_by_label("Id:").fill("by-kind")
        page.get_by_label("Purpose").select_option(USE)
        on = page.get_by_role("button", name="Keep this and go on")
        on.click()
        page.get_by_label("Gemeente", exact=True).check()
        page.get_by_label("Meldingen (reports").check()
        on.click()
        page.get_by_label("soort –").check()
        page.get_by_label("Meldingen: ground").select_option("Arbowet art. 24")
        on.click()
        page.get_by_label("Kind").select_option("table")
        page.get_by_label("Whose records").select_option("reports")
        on.click()
        page.get_by_label("reports.soort", exact=True).check()
        for _ in range(2):
            on.click()
        page.get_by_role("button", name="Submit it").click()
        assert page.get_by_text("This is missing").count() == 2  # how long it is kept, and the effect
        assert barriers(page) == []
        page.screenshot(path=tmp_path / "draft.png", full_page=True)
    (draft,) = drafts.of(signed_in("ann"))
    assert (draft.name, draft.typed["dimensions"]) == ("by-kind", ["reports.soort"])


MORE: dict[str, str] = {
    "a source that is not ticked": '[[sources]]\nid = "reports"\nground = 1',
    "an indicator without words": '[effect]\nindicators = [{what = "", years = 3}]',
    "lists in lists": "a = " + "[" * 3_000 + "]" * 3_000,
    "a long number": "a = " + "1" * 4_400,
    "no number": '[output]\ncoarsen = {"reports.bedrag" = {widths = [inf], level = 1}}',
}


@pytest.mark.django_db
@pytest.mark.parametrize("more", MORE.values(), ids=MORE)
def test_what_cannot_be_read_in_the_last_field_is_told(more: str) -> None:
    text, errors = declaration({"more": [more], "title": ["x" * 201]}, "ann")
    assert errors and "x" * 201 in text
