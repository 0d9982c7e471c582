"""`python -m benchmarks.kit [--rows 1000000 5000000]`: what a partner's laptop needs → results/kit.{json,md}.

Made-up persons in a CSV file; `koppelkamer encode` on it, and then the room's side of the receipt, each in a process of
its own whose peak memory the system tells. The key store is thrown away.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.damage import with_gaps
from benchmarks.population import persons, postcodes
from benchmarks.real import conditions
from benchmarks.sets import HERE
from declare import load, write_atomically
from intake import Source
from koppelkamer.demo.bsn import unissued
from pseudonymise.delivery import open_delivery
from pseudonymise.domain import Domain
from pseudonymise.keys import FileKeyStore, Work
from pseudonymise.rekey import rekey
from pseudonymise.store import save_protected

RESULTS: Final = HERE / "results"
MIB: Final = 2**20
AT_ONCE: Final = 500_000
"""Rows made at once."""
TODAY: Final = date(2026, 6, 1)
PASSPHRASE: Final = "juiste paard batterij nietje"
SOURCE: Final = """
id = "people"
title = "People"
owner = "town"
columns = [
    { name = "bsn", type = "bsn", role = "identify", field = "bsn" },
    { name = "given_name", type = "given_names", role = "identify", field = "given_name" },
    { name = "surname", type = "surname", role = "identify", field = "surname" },
    { name = "dob", type = "date", role = "identify", field = "birth_date" },
    { name = "sex", type = "sex", role = "identify", field = "sex" },
    { name = "postcode", type = "postcode", role = "identify", field = "address" },
    { name = "number", type = "house_number", role = "identify", field = "address" },
    { name = "city", type = "category", role = "payload" },
    { name = "amount", type = "decimal", role = "payload" },
]
"""


_OURSELVES: Final = (sys.executable, "-m", "benchmarks.kit")


def main() -> None:
    """Write the figures; with the hidden options, do one part of the work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--receive", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        write_people(given.rows[0], given.make)
        return
    if given.receive:
        receive(given.receive)
        return
    result = {"conditions": conditions(), "runs": [run(rows) for rows in given.rows]}
    write_atomically(RESULTS / "kit.json", json.dumps(result, indent=1).encode() + b"\n")
    write_atomically(RESULTS / "kit.md", page(result).encode())
    print(page(result))


def run(rows: int) -> dict[str, Any]:
    """Bytes, seconds and peak memory of one file on its way."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        file, sealed = place / "people.csv", place / "people.sealed"
        # In a process of its own: a child's peak memory is never told lower than its parent's was.
        measured([*_OURSELVES, "--make", str(file), "--rows", str(rows)])
        (place / "people.toml").write_text(SOURCE)
        make_keys(place)
        program = [str(Path(sys.executable).with_name("koppelkamer")), "encode", str(file)]
        keys = ["--keys", str(place / "town"), "--passphrase-file", str(place / "passphrase")]
        encoded = measured([*program, "--source", str(place / "people.toml"), *keys, "--out", str(sealed)])
        received = measured([*_OURSELVES, "--receive", str(place)])
        sizes = {"file": file.stat().st_size // MIB, "sealed": sealed.stat().st_size // MIB}
        return {"rows": rows, "MiB": sizes, "encode": encoded, "receive": received}


def write_people(rows: int, path: Path) -> None:
    """A CSV file, made piece by piece."""
    numbers = unissued(rows, np.random.default_rng(1))
    with path.open("wb") as file:
        for start in range(0, rows, AT_ONCE):
            rng, size = np.random.default_rng([2, start]), min(AT_ONCE, rows - start)
            table = with_gaps(persons(size, rng, postcodes(rows)), rng).with_columns(
                bsn=numbers.slice(start, size), number=pl.Series(rng.integers(1, 300, size)),
                amount=pl.Series(rng.integers(0, 10**7, size) / 100),
            )  # fmt: skip
            columns = ["bsn", "given_name", "surname", "dob", "sex", "postcode", "number", "city", "amount"]
            table.select(columns).write_csv(file, include_header=start == 0)


def make_keys(place: Path) -> None:
    """The room's key store and the town's copy of the domain's key."""
    domain = Domain.model_validate(
        {
            "id": "kit", "title": "Kit", "purpose": "To measure", "grounds": ["none"],
            "parties": {"town": ["supplier", "linkage-unit"]},
            "from": date(2026, 1, 1), "until": date(2999, 12, 31),
        }
    )  # fmt: skip
    store = FileKeyStore.create(place / "room", PASSPHRASE, work=Work())
    store.add_domain(domain)
    (place / "passphrase").touch(mode=0o600)
    (place / "passphrase").write_text(PASSPHRASE)
    store.export_domain("kit", 1, PASSPHRASE, place / "town", partner="town")


def receive(place: Path) -> None:
    """Open, re-key and store: what `koppelkamer receive` does with the records."""
    store = FileKeyStore.open(place / "room", PASSPHRASE)
    source, folder = load(place / "people.toml", Source), place / "received"
    folder.mkdir()
    delivery = open_delivery(place / "people.sealed", store, store.master("kit"), source, folder)
    room = store.room("kit")
    save_protected((rekey(part, room) for part in delivery.parts()), room, place / "stored", "kit/people")


def measured(command: list[str]) -> dict[str, float]:
    """CPU seconds and peak resident memory (MiB) of a program that does its work."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"POLARS_MAX_THREADS": "2"})
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[1]} failed")
    return {"cpu": round(usage.ru_utime + usage.ru_stime, 1), "MiB": usage.ru_maxrss // 1024}


def page(result: dict[str, Any]) -> str:
    """The figures as a page."""
    lines = [
        "# The partner kit on files larger than memory",
        "",
        "Six fields of a person (twenty pieces of evidence, hardened as domains are unless they say otherwise) and two",
        "payload columns: `koppelkamer encode`, and the room's side of the receipt (open, re-key, store). Peak memory",
        "is of the whole process; some 500 MiB of encoding are libraries.",
        "",
        "| rows | file, MiB | sealed, MiB | encode, CPU s | encode, peak MiB | receive, CPU s | receive, peak MiB |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in result["runs"]:
        cells = [one["rows"], *one["MiB"].values(), *one["encode"].values(), *one["receive"].values()]
        lines.append("| " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    said = ", ".join(f"{name} {value}" for name, value in result["conditions"].items())
    return "\n".join([*lines, "", f"Measured under: {said}.", ""])


if __name__ == "__main__":
    main()
