"""Deeds with keys, killed after their N-th write for every N, and then done again: one line of JSON for each.

Writes are: a file that takes its name, a file that goes, lines added to a log, an event noted in the register. Each
deed runs in a fork of its own, so that what is in memory dies with it; Django is set up once, for one place.
"""

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.db import connections

from audit import Log
from declare import Refusal
from flows import keys
from flows.books import open_register
from flows.keyring import open_keyring
from koppelkamer.room import Room, open_room
from pseudonymise.keys import Work, file
from tests.cli.rooms import change
from tests.journeys.second_room.way import DECLARATIONS

DONE, REFUSED = 0, 1
DEEDS: Final[Mapping[str, Callable[[Room], object]]] = {
    "init": keys.init,
    "rotate": lambda room: keys.rotate(open_keyring(room)),
    "activate": lambda room: keys.activate(open_keyring(room)),
    "retire": lambda room: keys.retire(open_keyring(room), 1),
    "destroy": lambda room: keys.destroy(open_keyring(room), 1, "Voorbij."),
}
STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "declared": ("init",),
    "keyed": ("retire", "destroy"),
    "next": ("rotate",),
    "rotated": ("activate",),
}
"""Where a room stands, and what is done there."""


def main(folder: Path) -> None:
    file.Work = lambda: Work(memory_kib=64, passes=1, lanes=1)  # type: ignore[assignment,misc]
    make_stages(folder)
    for stage, deeds in STAGES.items():
        for deed in deeds:
            tell(folder, stage, deed)


def make_stages(folder: Path) -> None:
    room = folder / "room"
    shutil.copytree(DECLARATIONS, room, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    open_register(open_room(room))
    keys.open_register = lambda _: None  # it is open; bringing it in line again takes longer than all the rest
    connections.close_all()
    gc.freeze()
    shutil.copytree(room, folder / "declared")
    in_a_fork(lambda: keys.init(open_room(room)))
    shutil.copytree(room, folder / "keyed")
    change(room / "room.toml", 'id = "wateroverlast"', 'id = "wateroverlast"\nversion = 2')
    shutil.copytree(room, folder / "next")
    in_a_fork(lambda: DEEDS["rotate"](open_room(room)))
    shutil.copytree(room, folder / "rotated")


def tell(folder: Path, stage: str, deed: str) -> None:
    """Until a deed is done before it is killed."""
    room, killed, writes = folder / "room", True, 0
    while killed:
        writes += 1
        shutil.rmtree(room)
        shutil.copytree(folder / stage, room)
        killed = in_a_fork(lambda: DEEDS[deed](open_room(room)), writes) == -signal.SIGKILL
        forgotten = in_a_fork(lambda: restored(folder, room)) if deed == "destroy" else REFUSED
        again = in_a_fork(lambda: DEEDS[deed](open_room(room)))
        said = {
            "deed": deed,
            "writes": writes,
            "killed": killed,
            "again": again,
            "forgotten": forgotten,
            **found(open_room(room)),
        }
        print(json.dumps(said), flush=True)  # noqa: T201  (to the asker)


def restored(folder: Path, room: Path) -> None:
    """Both halves of the key store come back from a backup. Raises `KeyDestroyed` unless all is as it was."""
    for half in ("keys", "wrapping"):
        shutil.rmtree(room / half)
        shutil.copytree(folder / "keyed" / half, room / half)
    _ = open_keyring(open_room(room)).version


def found(room: Room) -> dict[str, Any]:
    """How it stands with the keys, and what the audit log says of them."""
    store = open_keyring(room).store
    gone = {record.version: "destroyed" for record in store.destructions()}
    entries = Log(room.audit / "audit.jsonl", "audit").entries()
    said = [entry.event.fields for entry in entries if entry.event.name == "key changed"]
    return {
        "states": {one.domain.version: one.state for one in store.status()} | gone,
        "said": [[fields["action"], fields["version"]] for fields in said],
        "wrapping": len(json.loads(room.wrapping.read_bytes())["keys"]),
        "public": room.public_key.exists(),
    }


def in_a_fork(deed: Callable[[], object], killed_after: int = -1) -> int:
    """Its exit code; -9 when it was killed."""
    child = os.fork()
    if child == 0:
        kill_after(killed_after)
        try:
            deed()
        except Refusal as refusal:
            sys.stderr.write(f"{refusal.message}\n")
            os._exit(REFUSED if refusal.exit_code == REFUSED else 9)
        finally:
            sys.stderr.flush()
        os._exit(DONE)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_after(writes: int) -> None:
    """Kill this process right after that many writes from now on."""
    from django.db.models.query import QuerySet

    left = [writes]

    def counted(write: Callable[..., Any], counts: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
        def written(*arguments: Any, **more: Any) -> Any:
            one = counts(arguments[0])
            done = write(*arguments, **more)
            left[0] -= one
            if one and left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return written

    Path.replace = counted(Path.replace)  # type: ignore[method-assign]
    Path.unlink = counted(Path.unlink, Path.exists)  # type: ignore[method-assign]
    Log._append_bytes = counted(Log._append_bytes)  # type: ignore[method-assign]
    QuerySet.get_or_create = counted(  # type: ignore[method-assign]
        QuerySet.get_or_create, lambda rows: rows.model.__name__ == "OutboxEvent"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
