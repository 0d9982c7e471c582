"""`koppelkamer init` and `koppelkamer dummy`: a room to begin with, and made-up rows to try it on."""

import argparse
import json
import re
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Final

from declare import WrongInput, load, workplace
from koppelkamer.cli.screen import Screen
from koppelkamer.room import open_room

STARTER: Final = Path(__file__).parent.parent / "starter"
_OWNER: Final = "example-officer"
"""Of the policy: a release officer of the starter's room.toml."""
_YEAR: Final = timedelta(days=365)
_MOST: Final = 5_000_000


def init(call: argparse.Namespace) -> Screen:
    """A room with commented declarations, and nothing in it. Leaves a folder that holds something alone."""
    folder: Path = call.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongInput(f"{folder} is there already and is not empty", remedy="Name a new folder.")
    name = call.name or folder.resolve().name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", name):
        raise WrongInput(
            "a room's name has letters, digits, dots, hyphens and underscores, at most 60",
            remedy="Give one with --name.",
        )
    with workplace(folder) as made:
        _declare(made / "room", name, call.title or name)
        open_room(made / "room")
        (made / "room").replace(folder)
    facts = {"room": str(folder), "declarations": sorted(str(path.relative_to(folder)) for path in _files(folder))}
    return Screen(
        facts,
        [
            f"made {folder}; read and change, in this order:",
            "  room.toml, dictionary.toml, sources/, agreements/, policy.toml, models/, requests/",
            f"  then: koppelkamer key init --room {folder}; koppelkamer key sign --room {folder}",
            "  docs/operations.md says what comes after",
        ],
    )


def _declare(folder: Path, name: str, title: str) -> None:
    from gate.policy import profile

    today = date.today()  # noqa: DTZ011  (the day where the room is)
    # A JSON text is a TOML text too.
    known = {
        "name": json.dumps(name)[1:-1],
        "title": json.dumps(title, ensure_ascii=False)[1:-1],
        "today": today.isoformat(),
        "until": (today + _YEAR).isoformat(),
    }
    for path in _files(STARTER):
        target = folder / path.relative_to(STARTER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(path.read_text(encoding="utf-8")).substitute(known), encoding="utf-8")
    policy = profile("nl-streng").read_text(encoding="utf-8")
    owned = re.sub(r'(?m)^owner = ".*"$', f'owner = "{_OWNER}"', policy)
    (folder / "policy.toml").write_text(owned, encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.toml"))


def dummy(call: argparse.Namespace) -> Screen:
    """Made-up rows in the shape of a source, in its declared format."""
    from intake.source import Source
    from koppelkamer.dummy import made_up, write

    source = load(call.source, Source)
    if not 1 <= call.rows <= _MOST:
        raise WrongInput(f"{call.rows} rows cannot be made up", remedy=f"Give a number from 1 to {_MOST}.")
    if call.out.exists():
        raise WrongInput(f"{call.out} is there already", remedy="Name a new file.")
    write(call.out, made_up(source, call.rows, call.seed), source)
    facts = {"source": source.id, "rows": call.rows, "file": str(call.out)}
    head = f"wrote {call.rows:,} made-up rows of {source.id} to {call.out}; nobody in them exists"
    return Screen(facts, [head, "  with the same --seed and --rows, other sources are about the same people"])
