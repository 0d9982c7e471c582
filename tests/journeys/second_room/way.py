"""The second room's whole way through the commands, once; each stage is kept, so that tests can start from any."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.shell import koppelkamer
from tests.journeys.second_room.deliveries import write_deliveries

DECLARATIONS = Path(__file__).parent
PERSONS = 400
PARTNERS = {"tenants": "corporatie", "complaints": "waterschap"}
"""Source and the partner it belongs to."""
OWN_KEY = {"corporatie"}
"""Partners that sign with a key pair of their own making; the others sign with that of their copy."""
APPROVALS = (("rosa", "approve"), ("pia", "approve"), ("quinten", "approve"), ("siem", "advise"))


@dataclass(frozen=True)
class Way:
    """`room` has gone the whole way; `said` holds the facts of every command by what was typed."""

    folder: Path
    said: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def room(self) -> Path:
        return self.folder / "room"

    def delivery(self, source: str, kind: str = "sealed") -> Path:
        """What the partner made of `source`: its file (tsv) or the sealed delivery."""
        return self.folder / PARTNERS[source] / f"{source}.{kind}"

    def copy(self, stage: str, to: Path) -> Path:
        """The room as it was after `stage`."""
        return Path(shutil.copytree(self.folder / "stages" / stage, to))

    def do(self, *command: object, at: Path | None = None) -> dict[str, Any]:
        facts = koppelkamer(*command, "--json", at=at or self.room).facts
        self.said[" ".join(str(part) for part in command)] = facts
        return facts

    def keep(self, stage: str) -> None:
        shutil.copytree(self.room, self.folder / "stages" / stage)


def walked(folder: Path) -> Way:
    """The whole way, gone in the empty `folder`."""
    way = Way(folder)
    for stage, step in STEPS.items():
        step(way)
        way.keep(stage)
    return way


def declare(way: Way) -> None:
    shutil.copytree(DECLARATIONS, way.room, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def make_keys(way: Way) -> None:
    way.do("key", "init")
    way.do("key", "sign")


def seal(way: Way) -> None:
    """Each partner has its file, its copy of the domain's key, and the source's declaration; nothing of the room."""
    write_deliveries(way.folder, PERSONS)
    for source, partner in PARTNERS.items():
        home, secret = way.folder / partner, way.folder / partner / "passphrase"
        home.mkdir()
        (way.folder / f"{source}.tsv").rename(way.delivery(source, "tsv"))
        shutil.copy(way.room / "sources" / f"{source}.toml", home)
        copy = ("--partner", partner, "--out", home / "keys", "--passphrase-file", secret)
        here = ("--source", f"{source}.toml", "--keys", "keys", "--passphrase-file", "passphrase")
        if partner in OWN_KEY:
            made = way.do("key", "request", "--out", "own", "--passphrase-file", "own-passphrase", at=home)
            copy = (*copy, "--public-key", made["public key"])
            here = (*here, "--sign-with", "own", "--own-passphrase-file", "own-passphrase")
        way.do("key", "export", *copy)
        way.do("encode", f"{source}.tsv", *here, "--out", f"{source}.sealed", at=home)


def receive(way: Way) -> None:
    for source in PARTNERS:
        way.do("receive", source, way.delivery(source))


def train(way: Way) -> None:
    way.do("train", "complaints-tenants")


def submit(way: Way) -> None:
    way.do("submit", "wijken", "--as", "noor")


def approve(way: Way) -> None:
    for person, action in APPROVALS:
        way.do("decide", "wijken", action, "--as", person)


def run(way: Way) -> None:
    verdict = way.do("run", "wijken", "--as", "otto")["verdict"]
    open_rules = {finding["rule"] for finding in verdict["findings"] if finding["outcome"] != "PASS"}
    questions = ("legitimate", "suitable", "necessary", "proportionate")
    answers = [f"[{rule}]\n" + "".join(f'{each} = "Dat is zo."\n' for each in questions) for rule in sorted(open_rules)]
    (way.room / "answers.toml").write_text("\n".join(answers))


def decide(way: Way) -> None:
    way.do("decide", "wijken-1", "advise", "--as", "siem")
    reason = ("--reason", "Het advies is gevolgd.", "--answers", "answers.toml")
    way.do("decide", "wijken-1", "release", "--as", "tineke", *reason)


def release(way: Way) -> None:
    way.do("release", "wijken")


STEPS = {
    "declared": declare, "keyed": make_keys, "sealed": seal, "received": receive, "trained": train,
    "submitted": submit, "approved": approve, "run": run, "decided": decide, "released": release,
}  # fmt: skip
