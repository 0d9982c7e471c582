"""Another room, with other partners, columns and file formats, goes the whole way by its declarations alone."""

import hashlib
import json
import os
import pty
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest

from flows.deliveries import context_of
from flows.keyring import open_keyring
from koppelkamer.room import open_room
from tests.authenticator import code_of
from tests.cli.shell import PROGRAM, koppelkamer
from tests.journeys.origin import origin
from tests.journeys.second_room.way import APPROVALS, PARTNERS, PERSONS, Way

pytestmark = pytest.mark.slow

PARCEL = {
    "README.txt", "dataset.jsonld", "decision.json", "findings.json", "manifest.json", "manifest.sig",
    "report.en.html", "report.nl.html", "table.csv", "table.csv-metadata.json", "table.parquet",
}  # fmt: skip


@pytest.fixture(scope="module")
def links(way: Way) -> pl.DataFrame:
    """`complaint` and `tenant`: rows in the files of the links of the run, which lie encrypted in the store."""
    room = open_room(way.room)
    keyring, folder = open_keyring(room), room.store / "runs" / "wijken-1"
    links, entities = (
        keyring.vault("runs").read(path, context_of(room, path))
        for path in (folder / "links.parquet", folder / "entities.parquet")
    )
    found = links
    for side, source, name in (("l", "complaints", "complaint"), ("r", "tenants", "tenant")):
        received = way.said[f"receive {source} {way.delivery(source)}"]
        rows = entities.filter(pl.col("source") == source).join(
            origin(keyring, received["delivery"], received["rows in"]), on="record"
        )
        named = rows.select(pl.col("row").alias(f"row_{side}"), pl.col("origin").alias(name))
        found = found.join(named, on=f"row_{side}")
    assert found.height == links.height
    return found


@pytest.mark.parametrize("source", PARTNERS)
def test_what_the_partner_sealed_is_what_comes_in(way: Way, source: str) -> None:
    (sealed,) = (facts for typed, facts in way.said.items() if typed.startswith(f"encode {source}.tsv"))
    received = way.said[f"receive {source} {way.delivery(source)}"]
    rows = len(way.delivery(source, "tsv").read_bytes().splitlines()) - 1
    assert received["rows in"] == rows
    assert received["delivery"] == hashlib.sha256(way.delivery(source, "tsv").read_bytes()).hexdigest()
    assert {name: received[name] for name in sealed.keys() & received.keys()} == {
        name: sealed[name] for name in sealed.keys() & received.keys()
    }
    assert rows - received["rows kept"] <= sum(one["count"] for one in received["quarantine"] if one["scope"] == "row")


@pytest.mark.parametrize("source", PARTNERS)
def test_a_sealed_delivery_shows_nothing_of_the_file(way: Way, source: str) -> None:
    table = pl.read_csv(way.delivery(source, "tsv"), separator="\t", encoding="latin-1", infer_schema=False)
    sealed = way.delivery(source).read_bytes()
    names = table[{"tenants": "familienaam", "complaints": "klager"}[source]].drop_nulls()
    assert names.len() > PERSONS / 2
    assert not [name for name in names if len(name) > 5 and name.encode() in sealed]


def test_each_step_leads_to_the_next(way: Way) -> None:
    submitted = way.said["submit wijken --as noor"]
    assert (submitted["request"], submitted["state"]) == ("wijken", "submitted")
    states = [way.said[f"decide wijken {action} --as {person}"]["state"] for person, action in APPROVALS]
    assert states == ["checked", "checked", "consented", "scheduled"]
    decided = [facts["state"] for typed, facts in way.said.items() if typed.startswith("decide wijken-1")]
    assert decided == ["advised", "released"]


def test_a_request_says_on_which_words_it_rests(way: Way) -> None:
    words = way.said["submit wijken --as noor"]["words"]
    assert words["rent"]["columns"] == ["tenants.maandhuur"]
    assert words["home"]["columns"] == [
        "complaints.postcode", "complaints.huisnr", "tenants.pc", "tenants.nr", "tenants.toev"
    ]  # fmt: skip
    assert "remark" not in words
    page = (Path(way.said["run wijken --as otto"]["report"]) / "report.nl.html").read_text()
    assert words["rent"]["definition"] in page


def test_the_links_are_the_true_ones(way: Way, links: pl.DataFrame) -> None:
    truth = pl.read_csv(way.folder / "truth.csv", schema={"complaint": pl.UInt32, "tenant": pl.UInt32})
    right = links.join(truth, on=["complaint", "tenant"], how="semi").height
    assert links.height > PERSONS / 3
    assert right / links.height >= 0.98
    assert right / truth.height >= 0.95


def test_the_parcel_holds_its_files_and_nothing_else(way: Way) -> None:
    parcel = Path(way.said["release wijken"]["parcel"])
    assert parcel == way.room.resolve() / "parcels" / "wijken-1"
    assert {path.name for path in parcel.iterdir()} == PARCEL
    manifest = json.loads((parcel / "manifest.json").read_bytes())
    assert {file["name"] for file in manifest["files"]} == PARCEL - {"manifest.json", "manifest.sig"}


def test_unsafe_cells_are_empty_in_both_tables(way: Way) -> None:
    parcel = Path(way.said["release wijken"]["parcel"])
    table = pl.read_parquet(parcel / "table.parquet")
    hidden = way.said["run wijken --as otto"]["verdict"]["hidden"]
    cells = table.select("people", "records", "value")
    assert 0 < hidden == table["people"].null_count() < table.height
    assert cells.filter(pl.col("people").is_null()).null_count().row(0) == (hidden, hidden, hidden)
    assert cells.drop_nulls("people")["people"].min() >= 10
    assert pl.read_csv(parcel / "table.csv").null_count().select("people", "value").row(0) == (hidden, hidden)


def test_the_whole_room_verifies(way: Way) -> None:
    said = koppelkamer("verify", way.room, "--json", at=way.folder)
    assert said.facts["holds"] is True
    assert any("parcel wijken-1" in line for line in said.facts["checked"])


def flip(parcel: Path) -> None:
    content = bytearray((parcel / "table.csv").read_bytes())
    content[len(content) // 2] ^= 1
    (parcel / "table.csv").write_bytes(content)


HARM = {
    "one bit of the table flipped": flip,
    "a report taken out": lambda parcel: (parcel / "report.en.html").unlink(),
    "a file put in": lambda parcel: (parcel / "more.csv").write_text("count\n1\n"),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_parcel_that_was_touched_does_not_verify(way: Way, tmp_path: Path, harm) -> None:
    parcel = Path(shutil.copytree(way.room / "parcels" / "wijken-1", tmp_path / "wijken-1"))
    key = way.room / "keys" / "room.pub"
    assert koppelkamer("verify", parcel, "--key", key, at=tmp_path).code == 0
    harm(parcel)
    said = koppelkamer("verify", parcel, "--key", key, at=tmp_path)
    assert said.code == 1
    assert "Do not use this parcel" in said.err


def test_a_parcel_is_sealed_to_its_recipient(way: Way, tmp_path: Path) -> None:
    room, secret = way.copy("decided", tmp_path / "room"), tmp_path / "passphrase"
    secret.write_text("zes natte laarzen in mei")
    secret.chmod(0o600)
    opening = ("--passphrase-file", secret, "--json")
    address = koppelkamer("parcel", "key", "--out", "my.key", *opening, at=tmp_path).facts["address"]
    declared = room / "room.toml"
    sealed = declared.read_text().replace('parcels = "clear"\n', "")
    declared.write_text(sealed)
    said = koppelkamer("release", "wijken", at=room)
    assert said.code == 1 and "koppelkamer parcel key" in said.err
    assert list((room / "parcels").glob("*")) == []
    declared.write_text(sealed.replace('id = "waterschap"\n', f'id = "waterschap"\nseal_to = "{address}"\n', 1))
    parcel = koppelkamer("release", "wijken", "--json", at=room).facts["parcel"]
    assert koppelkamer("verify", room, at=tmp_path).code == 0
    key = ("--key", room / "keys" / "room.pub")
    call = ("parcel", "open", parcel, "--identity", "my.key", *key, *opening)
    assert koppelkamer(*call, "--out", "opened", at=tmp_path).code == 0
    assert {path.name for path in (tmp_path / "opened").iterdir()} == PARCEL
    assert koppelkamer("verify", "opened", *key, at=tmp_path).code == 0
    koppelkamer("parcel", "key", "--out", "other.key", *opening, at=tmp_path)
    other = ("parcel", "open", parcel, "--identity", "other.key", *key, *opening, "--out", "no")
    assert "for another recipient" in koppelkamer(*other, at=tmp_path).out
    assert not (tmp_path / "no").exists()


def test_a_revoked_parcel_is_called_back(way: Way, tmp_path: Path) -> None:
    room, out = way.copy("released", tmp_path / "room"), tmp_path / "notices"
    parcel = Path(shutil.copytree(room / "parcels" / "wijken-1", tmp_path / "wijken-1"))
    key = ("--key", room / "keys" / "room.pub")
    assert koppelkamer("recall", "--out", out, "--json", at=room).facts["notices"] == []
    koppelkamer("decide", "wijken-1", "revoke", "--as", "tineke", "--reason", "Een fout in de bron.", "--json", at=room)
    (told,) = koppelkamer("recall", "--out", out, "--json", at=room).facts["notices"]
    assert (told["release"], told["why"]) == ("wijken-1", "revoked")
    said = koppelkamer("verify", parcel, *key, "--notice", out / "wijken-1.json", at=tmp_path)
    assert said.code == 1
    assert "was revoked" in said.err and "destroy every copy" in said.err
    assert koppelkamer("verify", parcel, *key, "--notice", "none.json", at=tmp_path).code == 2
    assert koppelkamer("verify", parcel, *key, at=tmp_path).code == 0


def test_a_real_room_is_worked_in_by_whoever_signs_in(way: Way, tmp_path: Path) -> None:
    room = way.copy("trained", tmp_path / "room")
    declared = room / "room.toml"
    declared.write_text(declared.read_text().replace("demo = true", "demo = false"))
    (room / "register.db").unlink()  # a room is a demo from the start or never
    password = "vijf droge sokken in juni"
    invitation = koppelkamer("invite", "noor", "--json", at=room).facts["link"]
    choosing = ["login", "noor", "--invitation", invitation]
    signed_in = typed(choosing, [password, password, code_for], at=room)
    assert "signed in as Noor Brands" in signed_in
    assert password not in signed_in
    assert "this invitation was used" in typed(choosing, [], at=room)
    assert (room / ".session").stat().st_mode & 0o077 == 0
    assert koppelkamer("submit", "wijken", "--json", at=room).facts["state"] == "submitted"


def code_for(shown: str) -> str:
    """What a program that makes codes shows, once it was given the address on the screen."""
    (secret,) = re.findall(r"secret=([A-Z2-7]+)", shown)
    return code_of(secret)


def typed(arguments: list[str], answers: Sequence[str | Callable[[str], str]], at: Path) -> str:
    """What a terminal shows of a command whose questions get `answers`, some made from what it shows."""
    here, there = pty.openpty()
    process = subprocess.Popen([PROGRAM, *arguments], cwd=at, stdin=there, stdout=there, stderr=there)
    os.close(there)
    waiting, shown = iter(answers), ""
    for piece in pieces(here):
        shown += piece
        if piece.rstrip().endswith(("password:", "Password:", "passphrase:", "more:", "shows:")):
            answer = next(waiting)
            os.write(here, (answer if isinstance(answer, str) else answer(shown)).encode() + b"\n")
    process.wait()
    return shown


def pieces(terminal: int) -> Iterator[str]:
    while True:
        try:
            yield os.read(terminal, 4096).decode()
        except OSError:  # Linux's word for "the other end was closed"
            os.close(terminal)
            return
