"""The demo's way with the truth deleted as soon as it is written: nothing on it can have been looked up there."""

import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from koppelkamer.cli.demo import demo
from koppelkamer.demo import walk
from koppelkamer.demo.population import generate


def generate_and_forget(out: Path, persons: int, seed: int) -> None:
    generate(out, persons, seed)
    shutil.rmtree(out / "truth")


def main(room: str, persons: str) -> None:
    walk.generate = generate_and_forget
    screen = demo(SimpleNamespace(room=Path(room), persons=int(persons), seed=2026))  # type: ignore[arg-type]
    print(json.dumps({**screen.facts, "screen": list(screen.lines)}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
