"""The whole way through the demo room, each step taken by the person in whose role it lies."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from declare import WrongInput
from flows.books import open_register
from flows.keyring import Keyring
from flows.link import Examined
from flows.orchestrate import warm_up
from flows.receive import Received
from koppelkamer.cli import keys
from koppelkamer.cli.screen import progress
from koppelkamer.demo.population import generate
from koppelkamer.room import Room, open_room
from linkage import FittedModel

if TYPE_CHECKING:
    pass

_DECLARATIONS: Final = Path(__file__).parent / "room"
TABLE: Final = "meldingen"
LIST: Final = "risicolijst"

ANSWER: Final = {
    "legitimate": "Voorbeeld: het doel staat in het convenant en dient de bescherming van bewoners.",
    "suitable": "Voorbeeld: de tabel laat zien waar voorlichting nodig is.",
    "necessary": "Voorbeeld: zonder verbinding van de bronnen is de verdeling niet bekend.",
    "proportionate": "Voorbeeld: alleen aantallen, niemand is herkenbaar.",
}
"""What the made-up release officer answers to each warning."""


@dataclass(slots=True)
class Walk:
    """What happened on the way, for the screen."""

    room: Room
    keyring: Keyring
    received: list[Received] = field(default_factory=list)
    fitted: list[FittedModel] = field(default_factory=list)
    table: Examined | None = None
    parcel: Path | None = None
    list_refused: Examined | None = None


def walk(folder: Path, persons: int, seed: int) -> Walk:
    """Make the room anew in `folder` and go the whole way. Raises `Refusal` when any step is refused."""
    room = _make_room(folder)
    server = warm_up(room)
    progress(f"making up {persons:,} persons and the files of three partners")
    generate(folder, persons, seed)
    way = Walk(room, keys.init(room))
    open_register(room)
    keys.sign(way.keyring)
    _encode_at_the_partners(room, way.keyring)
    server.join()
    _receive(way)
    _train(way)
    _release_the_table(way)
    _ask_for_the_list(way)
    return way


def _make_room(folder: Path) -> Room:
    """A fresh copy of the declarations. An earlier demo room there is replaced; anything else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not _is_demo(folder):
        raise WrongInput(f"{folder} holds something else than a demo room", remedy="Name another folder with --room.")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_DECLARATIONS, folder)
    return open_room(folder)


def _is_demo(folder: Path) -> bool:
    return (folder / "room.toml").is_file() and open_room(folder).declaration.demo
