"""A small room: residents of a corporation and visits of a water board, both by BSN, beside each other, unlinked."""

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Final

from koppelkamer.demo.bsn import passes
from tests.cli.shell import Said, koppelkamer

PERSONS: Final = 80
NUMBERS: Final = tuple(islice((str(number) for number in count(900_000_000) if passes(str(number))), PERSONS))
APPROVALS: Final = (("rosa", "approve"), ("pia", "approve"), ("quinten", "approve"), ("siem", "advise"))
_SECOND_ROOM: Final = Path(__file__).parents[1] / "journeys" / "second_room"
_RULES: Final = 'rules = ["D01", "D02", "D03", "D04", "D06", "D07", "D08", "D09", "B13"]'

MINIMISATION: Final = """
[[minimisation]]
purpose = "wateroverlast"
source = "residents"
columns = ["quarter", "kind"]
age = { column = "age", least = 12 }
persons = [{ column = "kind", leave_out = ["child of the house"] }]
period = { column = "moved", from = 2010-01-01, until = 2025-12-31 }
"""


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """bsn, age, kind, moved, quarter: of 80 people 11 are younger than 12 and two of unknown age; of the others 14 are
    children of the house, and of what is left one moved in too early."""
    for place, number in enumerate(NUMBERS):
        age = "" if place in (11, 12) else str(place if place < 11 else 20 + place % 60)
        kind = "child of the house" if place % 5 == 0 else "tenant"
        moved = "2009-12-31" if place == 21 else "2015-06-01"
        yield number, age, kind, moved, "noord" if place % 2 else "zuid"


def made(room: Path, minimisation: str = MINIMISATION) -> Path:
    """The room with its keys and one delivery of each source; nothing is asked yet."""
    declare(room, minimisation)
    residents = ["bsn,age,kind,moved,quarter", *(",".join(row) for row in rows())]
    visits = ["bsn,reason", *(f"{number},pomp" for number in NUMBERS[:60])]
    (room / "residents.csv").write_text("\n".join([*residents, ""]))
    (room / "visits.csv").write_text("\n".join([*visits, ""]))
    for command in ("key init", "key sign", "receive residents residents.csv", "receive visits visits.csv"):
        do(room, *command.split())
    return room


def declare(room: Path, minimisation: str) -> None:
    room.mkdir()
    for folder in ("sources", "agreements", "requests", "models"):
        (room / folder).mkdir()
    declared = (_SECOND_ROOM / "room.toml").read_text()
    name = 'name = "Woningcorporatie Thuis"\n'
    contact = 'contact = "loket@thuis.example"\n'
    (room / "room.toml").write_text(declared.replace(name, name + contact))
    number = '[[concepts]]\nid = "bsn"\ntitle = "BSN"\ndefinition = "Number of a citizen."\nowner = "corporatie"\n'
    (room / "dictionary.toml").write_text((_SECOND_ROOM / "dictionary.toml").read_text() + number)
    policy = (_SECOND_ROOM / "policy.toml").read_text()
    start, end = policy.index("rules = ["), policy.index("]", policy.index("rules = [")) + 1
    (room / "policy.toml").write_text(policy[:start] + _RULES + policy[end:])
    (room / "sources" / "residents.toml").write_text(
        _source(
            "residents", "corporatie", {"age": "integer", "kind": "category", "moved": "date", "quarter": "category"}
        )
    )
    (room / "sources" / "visits.toml").write_text(_source("visits", "waterschap", {"reason": "category"}))
    (room / "agreements" / "afspraak-water.toml").write_text(_agreement() + minimisation)
    (room / "requests" / "quarters.toml").write_text(request("quarters", "quarter"))


def _source(name: str, owner: str, payload: dict[str, str]) -> str:
    columns = "".join(
        f'[[columns]]\nname = "{column}"\ntype = "{kind}"\nrole = "payload"\nconcept = "district"\n'
        for column, kind in payload.items()
    )
    return f"""id = "{name}"
title = "{name}"
owner = "{owner}"
[delivery]
form = "clear"
processing_agreement = "VO-1"
[[columns]]
name = "bsn"
type = "bsn"
role = "identify"
field = "bsn"
concept = "bsn"
{columns}"""


def _agreement() -> str:
    head = 'id = "afspraak-water"\ntitle = "Afspraak"\nparties = ["waterschap", "corporatie"]\n'
    text = head + "from = 2026-01-01\nuntil = 2035-12-31\n"
    for source in ("residents", "visits"):
        text += f'[[triples]]\nsource = "{source}"\nrecipient = "waterschap"\npurpose = "wateroverlast"\n'
        text += f'[[grounds]]\nsource = "{source}"\nlaw = "Woningwet art. 55b"\ndocument = "Besluit 2026-3"\n'
        text += f'[[processing]]\nsource = "{source}"\ndocument = "VO-1"\n'
    return text


def request(name: str, *columns: str) -> str:
    """A request for residents by the first of `columns`, with visits beside them."""
    listed = ", ".join(f'"{column}"' for column in columns)
    return f"""id = "{name}"
title = "Bewoners"
purpose = "wateroverlast"
requester = "noor"
agreement = "afspraak-water"
recipients = ["waterschap"]
retention_until = 2035-06-30
[dpia]
id = "DPIA-W-1"
approved = 2026-02-01
valid_until = 2035-12-31
status = "approved"
[[sources]]
id = "residents"
ground = "Woningwet art. 55b"
columns = [{listed}]
[[sources]]
id = "visits"
ground = "Woningwet art. 55b"
[output]
kind = "table"
unit = "residents"
dimensions = ["residents.{columns[0]}"]
[effect]
intended = "Weten hoeveel mensen er wonen"
indicators = ["of het getal gebruikt wordt"]
"""


def approve(room: Path, name: str = "quarters") -> None:
    do(room, "submit", name, "--as", "noor")
    for person, action in APPROVALS:
        do(room, "decide", name, action, "--as", person)


def run(room: Path, name: str = "quarters") -> Said:
    return koppelkamer("run", name, "--as", "otto", "--json", at=room)


def decide(room: Path, found: Said) -> None:
    """Opinion and decision to release what the run left, each rule that asks for it answered."""
    rules = {each["rule"] for each in found.facts["verdict"]["findings"] if each["outcome"] != "PASS"}
    questions = ("legitimate", "suitable", "necessary", "proportionate")
    answers = [f"[{rule}]\n" + "".join(f'{each} = "Dat is zo."\n' for each in questions) for rule in sorted(rules)]
    (room / "answers.toml").write_text("\n".join(answers))
    release = found.facts["release"]
    do(room, "decide", release, "advise", "--as", "siem")
    reason = ("--reason", "Het advies is gevolgd.", "--answers", "answers.toml")
    do(room, "decide", release, "release", "--as", "tineke", *reason)


def do(room: Path, *command: str) -> Said:
    said = koppelkamer(*command, "--json", at=room)
    assert said.code == 0, said.err or said.out
    return said
