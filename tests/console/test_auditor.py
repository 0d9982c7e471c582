"""The auditor's and the DPO's pages on the logs: real logs of a register, signed, and what is wrong with them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit import Inclusion, Log
from register.models import OutboxEvent
from register.outbox import flush
from tests.audit.signing import TestSigner
from tests.console.test_access import browser_of
from tests.register.room import examined, take

pytestmark = pytest.mark.django_db
SIGNER = TestSigner()


@pytest.fixture
def logs(settings: Any, tmp_path: Path) -> Path:
    """The room's folder of logs, with a release that was examined, and the head of that moment beside the folder."""
    settings.AUDIT, settings.PUBLIC_KEY = tmp_path / "audit", tmp_path / "room.pub"
    settings.PUBLIC_KEY.write_text(SIGNER.public_key.hex() + "\n")
    release = examined()
    flush(settings.AUDIT, SIGNER)
    (tmp_path / "earlier.head").write_bytes((settings.AUDIT / "audit.head").read_bytes())
    take("dora", release, "advise")
    flush(settings.AUDIT, SIGNER)
    return Path(settings.AUDIT)


def checked(browser: Client, head: bytes | None = None) -> str:
    given = {"head": SimpleUploadedFile("a.head", head)} if head is not None else {}
    return browser.post("/log/check/", given).text


def test_both_logs_are_listed_and_searched(logs: Path) -> None:
    page = browser_of("aud").get("/log/").text
    assert "draft examined" in page and "decided" in page
    about = browser_of("aud").get("/log/?about=dora").text
    assert "person: dora" in about and "person: ann" not in about
    assert "Nothing." in browser_of("aud").get("/log/", {"about": "<script>"}).text


def test_what_was_done_is_joined_to_the_decision_by_its_operation(logs: Path) -> None:
    done = {entry.event.name: entry for entry in Log(logs / "processing.jsonl", "processing").entries()}
    decided = {entry.event.operation: entry for entry in Log(logs / "audit.jsonl", "audit").entries()}
    decision = decided[str(done["run started"].event.fields["decision"])]
    assert decision.event.fields["action"] == "run"
    here, there = f"/log/processing/{done['run started'].number}/", f"/log/audit/{decision.number}/"
    assert there in browser_of("aud").get(here).text
    assert here in browser_of("aud").get(there).text


def test_a_proof_holds_for_who_has_the_public_key_alone(logs: Path) -> None:
    answer = browser_of("aud").get("/log/audit/3/proof/")
    proof = Inclusion.from_bytes(answer.content)
    assert proof.number == 3
    assert proof.check("audit", SIGNER.public_key).name == proof.check("audit", SIGNER.public_key).kind.name
    assert browser_of("aud").get("/log/audit/999/proof/").status_code == 404
    assert browser_of("aud").get("/log/other/1/").status_code == 404


def test_without_a_head_from_elsewhere_no_more_is_claimed_than_can_be(logs: Path) -> None:
    assert checked(browser_of("aud")).count("internally consistent") == 2


def test_an_earlier_head_is_held_against_the_log(logs: Path) -> None:
    page = checked(browser_of("dora"), (logs.parent / "earlier.head").read_bytes())
    assert "as the head kept elsewhere says" in page and "audit: holds" in page


def cut(log: Path) -> None:
    log.write_bytes(b"\n".join(log.read_bytes().split(b"\n")[:3]) + b"\n")


def changed(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"person":"ann"', b'"person":"rob"', 1))


BROKEN = {
    "cut short": (cut, "missing from its end"),
    "a name changed": (changed, "does not hold"),
    "gone": (Path.unlink, "is not there"),
}


@pytest.mark.parametrize(("harm", "said"), BROKEN.values(), ids=BROKEN)
def test_what_was_done_to_a_log_is_seen(logs: Path, harm: Any, said: str) -> None:
    harm(logs / "audit.jsonl")
    page = checked(browser_of("aud"))
    assert said in page and 'role="alert"' in page
    assert browser_of("aud").get("/log/").status_code == 200


@pytest.mark.parametrize("content", [b"", b"{}", b"not a head", b"\xff" * 20_000], ids=["empty", "json", "text", "big"])
def test_what_is_no_head_is_said_to_be_none(logs: Path, content: bytes) -> None:
    page = checked(browser_of("aud"), content)
    assert ("is not a signed head" in page) is bool(content)


def test_a_head_that_is_given_out_stands_in_the_log(logs: Path) -> None:
    assert browser_of("dora").get("/log/audit/head/").status_code == 405
    answer = browser_of("dora").post("/log/audit/head/")
    assert answer.content == (logs / "audit.head").read_bytes()
    assert OutboxEvent.objects.get(name="head exported").fields["person"] == "dora"


BROKEN = {
    "a log line": ("audit.jsonl", b"[", "/log/audit/1/"),
    "the log beside": ("processing.jsonl", b"[", "/log/audit/1/"),
    "a head that is none": ("audit.head", b"[" * 9_999, "/log/audit/3/proof/"),
}


@pytest.mark.parametrize(("name", "content", "path"), BROKEN.values(), ids=BROKEN)
def test_a_broken_log_is_told_with_the_way_out(logs: Path, name: str, content: bytes, path: str) -> None:
    (logs / name).write_bytes(content + (logs / name).read_bytes()[1:])
    answer = browser_of("aud").get(path)
    assert (answer.status_code, "Way out" in answer.text) == (409, True)
    assert browser_of("aud").post("/log/check/").status_code == 200


def test_a_head_from_elsewhere_may_be_anything(logs: Path) -> None:
    for head in (b"[" * 9_999, b"{}", b"\xff"):
        assert "is not a signed head" in checked(browser_of("aud"), head)


def test_without_the_public_key_nothing_is_said_to_hold(logs: Path, settings: Any) -> None:
    settings.PUBLIC_KEY.unlink()
    assert "public key cannot be read" in checked(browser_of("aud"))


def test_nothing_is_left_in_the_browsers_store(logs: Path) -> None:
    assert browser_of("aud").get("/log/").headers["Cache-Control"] == "no-store"
