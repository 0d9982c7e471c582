"""A probe in the second room, through the real command: asked, held, confirmed, read, and a case."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from audit.log import Log
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way

SUBJECTS = """
id = "subjects"
title = "Subjects"
owner = "waterschap"
retention_days = 30
[delivery]
form = "clear"
processing_agreement = "PA-1"
"""
COLUMNS = {
    "naam": ("surname", "family_name"),
    "voegsel": ("prefix", "family_name"),
    "roepnaam": ("given_names", "first_name"),
    "geboren": ("date", "born"),
    "pc": ("postcode", "home"),
    "nr": ("house_number", "home"),
}
CONCEPTS = {"family_name": "family-name", "first_name": "first-name", "born": "birth-date", "home": "home"}
NUMBER = """
[[columns]]
name = "nummer"
type = "category"
role = "payload"
required = true
concept = "subject"
"""
CONCEPT = """
[[concepts]]
id = "subject"
title = "Nummer"
definition = "Number of a subject on a list."
owner = "waterschap"
"""
AGREED = """
[[triples]]
source = "subjects"
recipient = "waterschap"
purpose = "eerste-fase"

[[grounds]]
source = "subjects"
law = "Waterschapswet art. 56"
document = "Besluit 2026-4"

[[processing]]
source = "subjects"
document = "PA-1"

[[probes]]
purpose = "eerste-fase"
recipient = "waterschap"
sources = ["tenants"]
law = "Woningwet art. 55b"
document = "Besluit 2026-9"
most_subjects = 5
most_per_period = 6
period_days = 30
tells = "each"
"""
PROBE = """
id = "eerste"
title = "Eerste vraag"
purpose = "eerste-fase"
requester = "noor"
recipient = "waterschap"
agreement = "afspraak-water"
signal = "Vijf meldingen in een week."
subjects = "subjects"
label = "nummer"
until = 2035-01-31
[models]
tenants = "complaints-tenants"
[dpia]
id = "DPIA-W-1"
approved = 2026-02-01
valid_until = 2035-12-31
status = "approved"
"""
LABELS = ["S1", "S2", "S3", "S4", "S5"]
KNOWN = 4
"""Of the subjects, the first ones; the last one is nobody."""


@pytest.fixture(scope="module")
def room(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = way.copy("trained", tmp_path_factory.mktemp("probe") / "room")
    with_list(way, room)
    return room


def with_list(way: Way, room: Path) -> None:
    """A probe on a list of four tenants and somebody made up on the spot, received in the room and not yet asked."""
    columns = [
        f'[[columns]]\nname = "{name}"\ntype = "{kind}"\nrole = "identify"\nfield = "{field}"\n'
        f'concept = "{CONCEPTS[field]}"\n'
        for name, (kind, field) in COLUMNS.items()
    ]
    (room / "sources" / "subjects.toml").write_text(SUBJECTS + "".join(columns) + NUMBER)
    (agreement,) = (room / "agreements").glob("*.toml")
    agreement.write_text(agreement.read_text() + AGREED)
    (room / "dictionary.toml").write_text((room / "dictionary.toml").read_text() + CONCEPT)
    (room / "probes").mkdir()
    (room / "probes" / "eerste.toml").write_text(PROBE)
    tenants = pl.read_csv(way.delivery("tenants", "tsv"), separator="\t", encoding="latin-1", infer_schema=False)
    listed = tenants.head(KNOWN).rename({"familienaam": "naam"}).select(*COLUMNS)
    nobody = dict(zip(COLUMNS, ("Quaedvlieg", None, "Xavier", "1931-01-02", "9999ZZ", "7"), strict=True))
    listed = pl.concat([listed, pl.DataFrame(nobody, schema=listed.schema)])
    listed.with_columns(nummer=pl.Series(LABELS)).write_csv(room.parent / "subjects.csv")
    done(room, "receive", "subjects", room.parent / "subjects.csv")


def probe(room: Path, *arguments: object) -> Said:
    return koppelkamer("probe", "eerste", *arguments, "--json", at=room)


def done(room: Path, *arguments: object) -> dict[str, Any]:
    return koppelkamer(*arguments, "--json", at=room).facts


def test_what_was_asked_is_read_when_the_partner_has_confirmed_it_and_not_before(room: Path) -> None:
    assert probe(room, "read", "--as", "noor").code == 2  # nothing was asked yet
    assert probe(room, "--as", "otto").code == 1
    asked = probe(room, "--as", "noor").facts
    assert (asked["subjects"], asked["waits for"]) == (5, ["corporatie"])
    assert probe(room, "--as", "noor").code == 1  # once
    assert probe(room, "read", "--as", "noor").facts["answers"] == []
    assert probe(room, "show", "--as", "noor").code == 1  # of the partner that was asked
    shown = probe(room, "show", "--as", "quinten").facts
    (counts,) = shown["answers"]
    assert (counts["probable"], counts["none found"]) == (KNOWN, 1)
    assert probe(room, "confirm", "--as", "pia").code == 1  # owner of the asking partner's sources
    assert probe(room, "confirm", "--as", "quinten").code == 0
    read = probe(room, "read", "--as", "noor").facts
    said = read["subjects"]["tenants"]
    assert [row["subject"] for row in said] == LABELS
    assert [row["answer"] for row in said] == ["probable"] * KNOWN + ["none found"]
    assert all(0.5 < row["probability"] <= 1 for row in said[:KNOWN])
    assert said[-1]["probability"] is None
    assert 0 <= counts["missed"] < 1


def test_it_becomes_a_case_by_a_written_decision(room: Path) -> None:
    assert probe(room, "case", "--as", "quinten").code == 1
    assert probe(room, "case", "--as", "quinten", "--reference", "Besluit 12").facts["case"]


def test_another_probe_would_be_too_many_subjects(room: Path) -> None:
    second = PROBE.replace('id = "eerste"', 'id = "tweede"')
    (room / "probes" / "tweede.toml").write_text(second)
    said = koppelkamer("probe", "tweede", "--as", "noor", at=room)
    assert (said.code, "of 6 subjects in 30 days 1 are left" in said.err) == (1, True)
    assert not (room / "store" / "probes" / "tweede").exists()


def test_both_logs_tell_of_it_and_no_name_of_the_list(room: Path) -> None:
    audit = [entry.event for entry in Log(room / "audit" / "audit.jsonl", "audit").entries()]
    assert [event.name for event in audit if event.name.startswith("probe")] == [
        "probe asked", "probe answered", "probe answered",
    ]  # fmt: skip
    processing = [entry.event.name for entry in Log(room / "audit" / "processing.jsonl", "processing").entries()]
    assert processing.count("probe linked") == 1
    assert processing.count("probe read") == 2
    left = b"".join(path.read_bytes() for path in (room / "audit").iterdir()) + (room / "register.db").read_bytes()
    assert b"Quaedvlieg" not in left


WRONG = {
    "somebody else's list": ('subjects = "subjects"', 'subjects = "tenants"', "a list of somebody else's"),
    "a model of other sources": ('tenants = "complaints-tenants"', 'subjects = "complaints-tenants"', "does not let"),
    "a source that is not there": ('tenants = "complaints', 'nothing = "complaints', "does not let"),
    "labels that are not there": ('label = "nummer"', 'label = "naam"', "no column naam"),
    "no signal": ('signal = "Vijf meldingen in een week."', 'signal = ""', "signal"),
}


@pytest.mark.parametrize(("old", "new", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_declaration_is_refused_before_anything_is_linked(room: Path, old: str, new: str, says: str) -> None:
    (room / "probes" / "derde.toml").write_text(PROBE.replace('"eerste"', '"derde"').replace(old, new))
    said = koppelkamer("probe", "derde", "--as", "noor", at=room)
    (room / "probes" / "derde.toml").unlink()
    assert said.code in (1, 2)
    assert says in said.err
    assert not (room / "store" / "probes" / "derde").exists()
