"""Whatever is wrong: one clear message with a way out, the right exit code, and a room that is as it was."""

import shlex
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.rooms import CANARY, HEADER, ROW, change, clear, flip, state
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way

pytestmark = pytest.mark.slow

DONE, REFUSED, WRONG, FAULT = range(4)


@dataclass(frozen=True)
class Case:
    stage: str
    """How far the room has come."""
    command: str
    code: int
    says: tuple[str, ...]
    harm: Callable[[Path], object] = lambda room: None
    """What is wrong with the room."""


def declared(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda room: change(room / name, old, new)


def comes(*lines: str, encoding: str = "latin-1") -> Callable[[Path], object]:
    return lambda room: clear(room, lines, encoding)


def utf8(room: Path) -> None:
    clear(room, [HEADER, ROW], "latin-1")
    change(room / "sources" / "complaints.toml", "latin-1", "utf-8")


def unagreed(room: Path) -> None:
    clear(room, [HEADER, ROW])
    change(room / "agreements" / "wateroverlast.toml", PROCESSING + '"complaints"', PROCESSING + '"tenants"')


def sealed_only(room: Path) -> None:
    clear(room, [HEADER, ROW])
    with (room / "room.toml").open("a") as declaration:
        declaration.write("\n[intake]\nsealed_only = true\n")


def destroyed(room: Path) -> None:
    """The time of all deliveries is over."""
    shutil.rmtree(room / "store" / "deliveries")
    with sqlite3.connect(room / "register.db") as register:
        register.execute("UPDATE register_delivery SET state = 'destroyed'")


def secret(room: Path, content: str = "iets anders\n", mode: int = 0o600) -> None:
    (room / "keys" / "passphrase").write_text(content)
    (room / "keys" / "passphrase").chmod(mode)


def without_dpia(room: Path) -> None:
    path = room / "requests" / "wijken.toml"
    text = path.read_text()
    start, end = text.index("[dpia]"), text.index("[[sources]]")
    path.write_text(text[:start] + text[end:])


def real(room: Path) -> None:
    """No demo from the start: its register knows nothing yet."""
    change(room / "room.toml", "demo = true", "demo = false")
    (room / "register.db").unlink()


def own_lawyer(room: Path) -> None:
    """Who asks is a legal officer as well."""
    with (room / "room.toml").open("a") as people:
        people.write(
            '\n[[people]]\nusername = "noor"\nname = "Noor Brands"\nrole = "legal_officer"\npartner = "waterschap"\n'
        )


RECEIVE = "receive complaints bad.tsv"
DECIDED = 'decide wijken-1 release --as tineke --reason "Goed zo."'
PROCESSING = "[[processing]]\nsource = "
LIMIT = 'value = {}, source = "ABS DataLab rule'
SOURCES = "sources/complaints.toml"

REFUSALS = {
    "wrong encoding": Case("sealed", RECEIVE, WRONG, ("complaints", "utf-8"), utf8),
    "a missing column": Case(
        "sealed", RECEIVE, WRONG, ("klager",), comes(HEADER.replace("klager\t", ""), ROW.replace(f"{CANARY}\t", ""))
    ),
    "a doubled column": Case(
        "sealed", RECEIVE, WRONG, ("voornaam",), comes(HEADER.replace("voornaam", "klager"), ROW)
    ),
    "an empty file": Case("sealed", RECEIVE, WRONG, ("empty",), comes()),
    "another source's file": Case("sealed", RECEIVE, WRONG, ("another source's file",), comes("familienaam", CANARY)),
    "a file that is not there": Case("sealed", "receive complaints nowhere.tsv", WRONG, ("No such file",), clear),
    "a folder instead of a file": Case("sealed", "receive complaints sources", WRONG, ("Is a directory",), clear),
    "another source's sealed delivery": Case("sealed", "receive complaints {tenants}", REFUSED, ("tenants",)),
    "a file that was not sealed": Case("sealed", "receive tenants {clear}", WRONG, ("sealed",)),
    "an unknown key": Case(
        "sealed", RECEIVE, WRONG, ("complaints.toml:15", "rolle", "Did you mean role?"),
        declared(SOURCES, 'type = "identifier"\nrole', 'type = "identifier"\nrolle'),
    ),
    "a declaration that is no TOML": Case(
        "sealed", RECEIVE, WRONG, ("room.toml", "line"), declared("room.toml", 'name = "second"', "name second")
    ),
    "no key store": Case("declared", "receive tenants {tenants}", WRONG, ("key init",)),
    "a wrong passphrase": Case("sealed", "receive tenants {tenants}", REFUSED, ("passphrase",), secret),
    "a passphrase others can read": Case(
        "sealed", "receive tenants {tenants}", REFUSED, ("chmod 600",), lambda room: secret(room, mode=0o644)
    ),
    "no passphrase, nobody to ask": Case(
        "sealed", "receive tenants {tenants}", WRONG, ("nobody is at the keyboard",),
        declared("room.toml", 'passphrase_file = "keys/passphrase"', ""),
    ),
    "a lapsed agreement": Case(
        "sealed", "receive tenants {tenants}", REFUSED, ("afspraak-water", "2026-01-31"),
        declared("agreements/wateroverlast.toml", "2035-12-31", "2026-01-31"),
    ),
    "in clear without an agreement on it": Case(
        "sealed", RECEIVE, REFUSED, ("may not come in clear",), unagreed
    ),
    "in clear where only sealed deliveries come in": Case(
        "sealed", RECEIVE, REFUSED, ("takes sealed deliveries only",), sealed_only
    ),
    "a delivery that came in before": Case(
        "received", "receive tenants {tenants}", REFUSED, ("delivery of tenants came in on", "nothing was changed")
    ),
    "a delivery whose time is over": Case(
        "received", "receive tenants {tenants}", REFUSED, ("was destroyed when its time was over",), destroyed
    ),
    "a column without a role": Case(
        "sealed", RECEIVE, WRONG, ("complaints.toml:", "missing key columns.", "role"),
        declared(SOURCES, 'type = "surname"\nrole = "identify"', 'type = "surname"'),
    ),
    "an unknown source": Case("sealed", "receive tenant {tenants}", WRONG, ("Did you mean tenants?",)),
    "an unknown model": Case("received", "train complaints-tenant", WRONG, ("Did you mean complaints-tenants?",)),
    "an unknown request": Case("trained", "submit wijk --as noor", WRONG, ("Did you mean wijken?",)),
    "an unknown person": Case("trained", "submit wijken --as nora", WRONG, ("no such person",)),
    "training before anything came in": Case("sealed", "train complaints-tenants", REFUSED, ("koppelkamer receive",)),
    "asking before training": Case("received", "submit wijken --as noor", REFUSED, ("koppelkamer train",)),
    "a request without DPIA": Case("trained", "submit wijken --as noor", REFUSED, ("names no DPIA",), without_dpia),
    "a suspended DPIA": Case(
        "trained", "submit wijken --as noor", REFUSED, ("DPIA-W-1",),
        declared("requests/wijken.toml", 'status = "approved"', 'status = "suspended"'),
    ),
    "nobody signed in": Case("trained", "submit wijken", REFUSED, ("koppelkamer login",)),
    "playing somebody in a real room": Case(
        "trained", "submit wijken --as noor", REFUSED, ("exists only in a demo room",), real
    ),
    "a real room made a demo, or the other way about": Case(
        "trained", "submit wijken --as noor", REFUSED, ("room.toml",),
        declared("room.toml", "demo = true", "demo = false"),
    ),
    "signing in without a terminal": Case("trained", "login noor", WRONG, ("nobody is at the keyboard",)),
    "somebody else's request": Case("submitted", "decide wijken withdraw --as otto", REFUSED, ("analyst",)),
    "approving what one asked for": Case(
        "submitted", "decide wijken approve --as noor", REFUSED, ("who asks does not approve",), own_lawyer
    ),
    "a step that does not exist": Case(
        "submitted", "decide wijken aprove --as rosa", REFUSED, ("approve (legal_officer)",)
    ),
    "deciding on nothing": Case("trained", "decide wijken approve --as rosa", WRONG, ("Submit",)),
    "running before approvals": Case("submitted", "run wijken --as otto", REFUSED, ("still waits for: legal_officer",)),
    "running what changed since": Case(
        "approved", "run wijken --as otto", REFUSED, ("request changed", "Submit the request again"),
        declared("requests/wijken.toml", "Klachten naar wijk", "Alle klachten naar wijk"),
    ),
    "a policy changed by a hand that cannot sign": Case(
        "approved", "run wijken --as otto", REFUSED, ("policy.toml", "does not hold"),
        declared("policy.toml", LIMIT.format(10), LIMIT.format(9)),
    ),
    "an unsigned policy": Case(
        "approved", "run wijken --as otto", WRONG, ("policy is not signed",),
        lambda room: (room / "policy.sig").unlink(),
    ),
    "a fitted model with one bit changed": Case(
        "approved", "run wijken --as otto", REFUSED, ("model complaints-tenants",),
        lambda room: flip(room / "models" / "complaints-tenants.json"),
    ),
    "releasing what was not run": Case("approved", "release wijken", WRONG, ("koppelkamer run wijken",)),
    "releasing before the decision": Case("run", "release wijken", REFUSED, ("examined",)),
    "deciding before the DPO's opinion": Case("run", DECIDED, REFUSED, ("release",)),
    "answers that cannot be read": Case("run", f"{DECIDED} --answers room", WRONG, ("answers",)),
    "a table changed after the decision": Case(
        "decided", "release wijken", REFUSED, ("runs/wijken-1/safe.parquet",),
        lambda room: flip(room / "store" / "runs" / "wijken-1" / "safe.parquet", 0.05),
    ),
    "findings changed after the decision": Case(
        "decided", "release wijken", REFUSED, ("verdict",),
        declared("reports/wijken-1/findings.json", '"NOT ASSESSABLE"', '"PASS"'),
    ),
    "verifying what is no parcel": Case("declared", "verify models", WRONG, ("no parcel, log or room",)),
    "a second key store": Case("keyed", "key init", REFUSED, ("key",)),
    "a copy for somebody outside the domain": Case(
        "keyed", "key export --partner provincie --out copy --passphrase-file pass", REFUSED, ("provincie",)
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS)
def test_one_message_with_a_way_out_and_nothing_changed(way: Way, tmp_path: Path, case: Case) -> None:
    room = way.copy(case.stage, tmp_path / "room")
    case.harm(room)
    before = state(room)
    said = koppelkamer(*words(case.command, way), at=room)
    assert said.code == case.code, said
    clear_message(said, *case.says)
    assert state(room) == before


def words(command: str, way: Way) -> list[str]:
    """What was typed; {tenants} is the sealed delivery and {clear} the file it was made of."""
    files = {"tenants": way.delivery("tenants"), "clear": way.delivery("tenants", "tsv")}
    return [word.format_map(files) for word in shlex.split(command)]


def clear_message(said: Said, *parts: str) -> None:
    """One message on the error stream, with `parts` and a way out; no trace of the program's inside, no value."""
    messages = [line for line in said.err.splitlines() if not line.startswith("·")]
    assert messages[0].startswith("koppelkamer: ")
    assert [line.startswith("  way out: ") for line in messages] == [False, True], said.err
    assert said.out == ""
    for part in parts:
        assert part in said.err
    assert "Traceback" not in said.err
    assert CANARY not in said.err
