"""`python -m benchmarks.crosschecks [PERSONS SEED …]`: what cross-checks find of what was planted, and at what cost.

Makes a demo room as far as the trained models, runs `koppelkamer crosscheck` on it, and holds what the same checks
find beside the truth, which nothing before has read. Writes `results/crosschecks.json` and `crosschecks.md`.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.real import RESULTS, conditions
from declare import write_atomically
from flows import keys
from flows.books import open_register
from flows.deliveries import latest, protected_table
from flows.keyring import Keyring, open_keyring
from flows.models import fitted_model, train_model
from flows.receive import receive
from koppelkamer.demo import walk
from koppelkamer.demo.population import generate
from koppelkamer.room import Room, open_room
from linkage.contradiction import contradictions
from linkage.doubles import doubles
from linkage.orphan import orphans
from pseudonymise.protected import ProtectedTable

ROOMS: Final = ((20_000, 2026), (20_000, 7), (100_000, 11))
Figures = dict[str, Any]


def main() -> None:
    """All rooms; or with two arguments one of them, printed as JSON."""
    if len(sys.argv) == 3:
        print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
        return
    found = [_apart(persons, seed) for persons, seed in ROOMS]
    result = {"conditions": conditions(), "figures": found}
    write_atomically(RESULTS / "crosschecks.json", (json.dumps(result, indent=1) + "\n").encode())
    write_atomically(RESULTS / "crosschecks.md", table(result).encode())
    print(table(result))


def _apart(persons: int, seed: int) -> Figures:
    command = [sys.executable, "-m", "benchmarks.crosschecks", str(persons), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(persons: int, seed: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        room = _room(Path(folder) / "room", persons, seed)
        cost = _command(room)
        keyring = open_keyring(room)
        return {"persons": persons, "seed": seed, **cost, "found": _found(room, keyring)}


def _room(folder: Path, persons: int, seed: int) -> Room:
    """Made up, delivered, received and trained, without Prefect."""
    room = walk._make_room(folder)
    generate(folder, persons, seed)
    keyring = keys.init(room)
    keys.sign(keyring)
    open_register(room)
    walk._encode_at_the_partners(room, keyring)
    for source in room.sources.values():
        file = walk._sealed if source.delivery.form == "sealed" else walk._file
        receive(room, keyring, source.id, file(room, source.id))
    for model in room.cross_checks.models:
        train_model(room, keyring, model)
    return open_room(folder)


def _command(room: Room) -> Figures:
    """CPU seconds and peak memory of the command itself, its imports included."""
    program = "from koppelkamer.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "crosscheck", "--room", str(room.folder), "--as", walk._STEWARD]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": round(cpu, 1), "peak_mib": round(after.ru_maxrss / 1024)}


def _found(room: Room, keyring: Keyring) -> list[Figures]:
    tables = {
        name: protected_table(room, keyring, name, latest(name)) for name in ("residents", "incomes", "addresses")
    }
    return [*_doubles(room, tables), *_contradictions(room, tables), *_orphans(room, tables)]


def _doubles(room: Room, tables: dict[str, ProtectedTable]) -> list[Figures]:
    (check,) = room.cross_checks.doubles
    found = doubles(tables["residents"], fitted_model(room, check.model))
    twice = _truth(room, "residents").filter(pl.len().over("person") > 1)
    rows = found.rows.select("row")
    expected = 1 - found.expected_false / max(found.doubled, 1)
    return [_scored("double registrations", rows, twice.select("row"), ["row"]) | {"estimated": expected}]


def _contradictions(room: Room, tables: dict[str, ProtectedTable]) -> list[Figures]:
    """Planted are contradictions of those who are in both registers once."""
    (check,) = room.cross_checks.contradictions
    seen = contradictions(tables["incomes"], tables["residents"], fitted_model(room, check.model), check.fields)
    settled = pl.read_csv(room.folder / "truth" / "people.csv", try_parse_dates=True).select("person", "settled")
    years = tables["incomes"].table.select("row", year=pl.col("payload.year_of_registration").cast(pl.Int32))
    lives = _truth(room, "residents").filter(pl.len().over("person") == 1)
    both = (
        _truth(room, "incomes").join(lives, on="person", suffix="_r").join(settled, on="person").join(years, on="row")
    )
    planted = {
        "address": pl.col("place").ne_missing(pl.col("place_r")),
        "year_of_registration / year_of_settlement": (pl.col("year") - pl.col("settled").dt.year()).abs() > 1,
    }
    known = both.select(row_l="row", row_r="row_r")
    return [
        _scored(
            f"contradiction: {name}",
            seen.differing[name].join(known, on=["row_l", "row_r"], how="semi"),
            both.filter(which).select(row_l="row", row_r="row_r"),
            ["row_l", "row_r"],
        )
        | {"besides": seen.differing[name].join(known, on=["row_l", "row_r"], how="anti").height}
        for name, which in planted.items()
    ]


def _orphans(room: Room, tables: dict[str, ProtectedTable]) -> list[Figures]:
    (check, _) = room.cross_checks.orphans
    found = orphans(tables[check.source], tables[check.addresses], (check.field,), check.status, check.withdrawn)
    named = _truth(room, check.source)
    counts = {
        "address nowhere": (found.nowhere.records, named["address"].null_count()),
        "address withdrawn": (found.withdrawn.records, named["status"].is_in(list(check.withdrawn)).sum()),
    }
    return [{"what": what, "found": seen, "planted": planted} for what, (seen, planted) in counts.items()]


def _truth(room: Room, source: str) -> pl.DataFrame:
    folder = room.folder / "truth"
    rows = pl.read_csv(folder / f"{source}.rows.csv", schema_overrides={"row": pl.UInt32, "address": pl.Int64})
    places = pl.read_csv(folder / "places.csv", schema_overrides={"huisnummer": pl.String})
    located = places.select("address", "status", place=pl.col("postcode") + " " + pl.col("huisnummer"))
    return rows.join(located, on="address", how="left", maintain_order="left")


def _scored(what: str, found: pl.DataFrame, planted: pl.DataFrame, on: list[str]) -> Figures:
    right = found.join(planted, on=on, how="semi").height
    return {
        "what": what, "found": found.height, "planted": planted.height,
        "precision": right / max(found.height, 1), "recall": right / max(planted.height, 1),
    }  # fmt: skip


def table(result: Figures) -> str:
    lines = [
        "# What cross-checks find of what was planted",
        "",
        "`python -m benchmarks.crosschecks`: demo rooms with the declarations, models and thresholds that come with",
        "the program, names hardened as by default. The truth is read after the command has run.",
        "",
        ", ".join(f"{name} {value}" for name, value in result["conditions"].items()) + ".",
        "",
        "| persons, seed | what | planted | found | precision | recall | precision as estimated |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for room in result["figures"]:
        lines += [
            f"| {room['persons']:,}, {room['seed']} | {one['what']} | {one['planted']:,} | {one['found']:,} | "
            + " | ".join(f"{one[name]:.3f}" if name in one else "" for name in ("precision", "recall", "estimated"))
            + " |"
            for one in room["found"]
        ]
    lines += ["", "Contradictions are counted of persons who are in both registers once.", ""]
    lines += ["| persons, seed | CPU s of `koppelkamer crosscheck` | peak memory (MiB) |", "|---|---:|---:|"]
    lines += [
        f"| {room['persons']:,}, {room['seed']} | {room['cpu']} | {room['peak_mib']:,} |" for room in result["figures"]
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
