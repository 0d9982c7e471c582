"""The demo's way with the truth deleted as soon as it is written, under the keys of an earlier demo.

Encodings, and with them the estimates in their last digits, depend on the keys. Plain functions take Prefect's place.
"""

import json
import shutil
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flows.keyring import Keyring, open_keyring
from flows.keys import export, sign
from flows.link import link
from flows.receive import receive
from flows.release import release
from koppelkamer.cli.demo import demo
from koppelkamer.demo import walk
from koppelkamer.demo.population import generate
from koppelkamer.room import Room


def generate_and_forget(out: Path, persons: int, seed: int) -> None:
    generate(out, persons, seed)
    shutil.rmtree(out / "truth")


def plainly(room: Any, keyring: Any) -> SimpleNamespace:
    return SimpleNamespace(
        receive=lambda source, file: receive(room, keyring, source, file),
        link=lambda by, request: link(room, keyring, by, request),
        release=lambda request: release(room, keyring, request),
    )


def main(room: str, persons: str, earlier: str) -> None:
    def same_keys(fresh: Room) -> Keyring:
        for kept in (fresh.keystore, fresh.wrapping.parent):
            shutil.copytree(Path(earlier) / kept.relative_to(fresh.folder), kept)
        return open_keyring(fresh)

    nothing = threading.Thread(target=int)
    nothing.start()
    walk.keys = SimpleNamespace(init=same_keys, sign=sign, export=export)  # type: ignore[assignment]
    walk.generate, walk.Flows, walk.warm_up = generate_and_forget, plainly, lambda _: nothing  # type: ignore[assignment]
    call = SimpleNamespace(room=Path(room), persons=int(persons), seed=2026)
    screen = demo(call)  # type: ignore[arg-type]
    print(json.dumps({**screen.facts, "screen": list(screen.lines)}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
