"""A room with one source, whose residents three partners count by districts of their own; counts leave with noise."""

from itertools import count
from pathlib import Path
from typing import Final

from koppelkamer.demo.bsn import passes
from tests.cli.shell import Said, koppelkamer

QUARTERS: Final = {"a": 1, "b": 12, "c": 13, "d": 20}
"""Residents of four quarters, which each partner pairs in its own way: (ab + ac - bc) / 2 is a."""
PAIRS: Final = {"police": "ab", "care": "ac", "school": "bc"}
_QUESTIONS: Final = ("legitimate", "suitable", "necessary", "proportionate")
_RULES: Final = 'rules = ["D01", "D02", "D03", "D04", "D06", "D07", "D08", "D09", "D10", "D20", "B13"]'
_NOISE: Final = """
[perturbation]
method = "cell-key"
largest = 5
variance = 2.0
source = "choice of the owner"
"""
_SECOND_ROOM: Final = Path(__file__).parents[1] / "journeys" / "second_room"


def made(room: Path) -> Path:
    """The room with its keys, its one delivery received, and a request of each partner's approved."""
    declare(room)
    deliver(room / "residents.csv", QUARTERS)
    for command in ("key init", "key sign", "receive residents residents.csv"):
        do(room, *command.split())
    for partner in PAIRS:
        approve(room, f"by-{partner}")
    return room


def declare(room: Path) -> None:
    room.mkdir()
    for folder in ("sources", "agreements", "requests", "models"):
        (room / folder).mkdir()
    text = (_SECOND_ROOM / "room.toml").read_text()
    partners = "".join(f'[[partners]]\nid = "{name}"\nname = "{name}"\nkind = "partner"\n' for name in PAIRS)
    text = text.replace("[[partners]]", f"{partners}\n[[partners]]", 1)
    parties = '"waterschap", "corporatie"'
    everybody = ", ".join([parties, *(f'"{name}"' for name in PAIRS)])
    (room / "room.toml").write_text(text.replace(parties, everybody))
    number = '[[concepts]]\nid = "bsn"\ntitle = "BSN"\ndefinition = "Number of a citizen."\nowner = "corporatie"\n'
    (room / "dictionary.toml").write_text((_SECOND_ROOM / "dictionary.toml").read_text() + number)
    policy = (_SECOND_ROOM / "policy.toml").read_text()
    start, end = policy.index("rules = ["), policy.index("]", policy.index("rules = [")) + 1
    (room / "policy.toml").write_text(policy[:start] + _RULES + policy[end:] + _NOISE)
    (room / "sources" / "residents.toml").write_text(_source())
    (room / "agreements" / "afspraak-water.toml").write_text(_agreement(everybody))
    for partner in PAIRS:
        table = f'kind = "table"\ndimensions = ["residents.{partner}"]'
        (room / "requests" / f"by-{partner}.toml").write_text(request(f"by-{partner}", partner, table))


def _source() -> str:
    columns = "".join(
        f'[[columns]]\nname = "{name}"\ntype = "category"\nrole = "payload"\nconcept = "district"\n' for name in PAIRS
    )
    return f"""id = "residents"
title = "Inwoners"
owner = "corporatie"
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


def _agreement(parties: str) -> str:
    triples = "".join(
        f'[[triples]]\nsource = "residents"\nrecipient = "{name}"\npurpose = "wateroverlast"\n' for name in PAIRS
    )
    return f"""id = "afspraak-water"
title = "Afspraak"
parties = [{parties}]
from = 2026-01-01
until = 2035-12-31
{triples}
[[grounds]]
source = "residents"
law = "Woningwet art. 55b"
document = "Besluit 2026-3"
[[processing]]
source = "residents"
document = "VO-1"
"""


def request(name: str, partner: str, output: str) -> str:
    """The declaration of a request for `output` (lines of that table), which goes to the partner."""
    return f"""id = "{name}"
title = "Inwoners"
purpose = "wateroverlast"
requester = "noor"
agreement = "afspraak-water"
recipients = ["{partner}"]
retention_until = 2035-06-30
[dpia]
id = "DPIA-W-1"
approved = 2026-02-01
valid_until = 2035-12-31
status = "approved"
[[sources]]
id = "residents"
ground = "Woningwet art. 55b"
columns = ["{partner}"]
[output]
unit = "residents"
{output}
[effect]
intended = "Weten hoeveel mensen er wonen"
indicators = ["of het getal gebruikt wordt"]
"""


def deliver(path: Path, quarters: dict[str, int]) -> None:
    """A file of made-up residents, the same number of a quarter always being the same person."""
    numbers = (str(number) for number in count(900_000_000) if passes(str(number)))
    rows = [(next(numbers), quarter, place) for quarter in QUARTERS for place in range(max(QUARTERS.values()))]
    lines = [
        ",".join([number, *("in" if quarter in pair else "out" for pair in PAIRS.values())])
        for number, quarter, place in rows
        if place < quarters[quarter]
    ]
    path.write_text("\n".join([",".join(["bsn", *PAIRS]), *lines, ""]))


def approve(room: Path, request: str) -> None:
    do(room, "submit", request, "--as", "noor")
    for person, action in (("rosa", "approve"), ("quinten", "approve"), ("siem", "advise")):
        do(room, "decide", request, action, "--as", person)


def decide(room: Path, request: str, found: Said) -> None:
    """Opinion and decision on what the run left, each rule that asks for it answered."""
    rules = {each["rule"] for each in found.facts["verdict"]["findings"] if each["outcome"] != "PASS"}
    answers = [f"[{rule}]\n" + "".join(f'{each} = "Dat is zo."\n' for each in _QUESTIONS) for rule in sorted(rules)]
    (room / "answers.toml").write_text("\n".join(answers))
    do(room, "decide", f"{request}-1", "advise", "--as", "siem")
    reason = ("--reason", "Het advies is gevolgd.", "--answers", "answers.toml")
    do(room, "decide", f"{request}-1", "release", "--as", "tineke", *reason)


def run(room: Path, request: str) -> Said:
    return koppelkamer("run", request, "--as", "otto", "--json", at=room)


def do(room: Path, *command: str) -> Said:
    said = koppelkamer(*command, "--json", at=room)
    assert said.code == 0, said.err or said.out
    return said
