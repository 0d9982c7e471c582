"""Deliveries of a made-up population: four files as their partners would send them, and the truth apart."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo import files, places
from koppelkamer.demo.addresses import addresses
from koppelkamer.demo.bsn import unissued
from koppelkamer.demo.incomes import ENCODING, incomes
from koppelkamer.demo.people import ADULT, age, households, people
from koppelkamer.demo.rates import INCOMES, REPORTS, RESIDENTS
from koppelkamer.demo.reports import reports
from koppelkamer.demo.residents import residents

_WRITING: Final = {
    "residents": files.Writing(),
    "incomes": files.Writing(separator=";", encoding=ENCODING, line_end="\r\n"),
    "reports": files.Writing(separator=";"),
    "addresses": files.Writing(separator=";"),
}


def generate(out: Path, persons: int = 20_000, seed: int = 2026) -> None:
    """Write `deliveries/{residents,incomes,reports,addresses}.csv` and `truth/` below `out`.

    `persons` are resident; the same seed gives the same bytes. `truth/people.csv` and `truth/places.csv` hold what is
    so; `truth/<source>.rows.csv` says for each data row (from 1) which person it is about, and which address it
    names. Nothing on the way from file to parcel reads the truth.
    """
    world, build, *chances = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(6))
    everybody, spare, all_places = population(persons, round(RESIDENTS.double * persons) or 1, world)
    registered, workers, strangers = _roles(everybody, persons)
    located = all_places.select("address", "openbareruimte", "postcode", "huisnummer", "toevoeging", "gemeentecode")
    made = {
        "residents": residents(registered, spare, located, chances[0]),
        "incomes": incomes(pl.concat([registered.drop_nulls("income"), workers]), located, chances[1]),
        "reports": reports(registered, strangers, located, chances[2]),
        "addresses": addresses(all_places, build),
    }
    for source, rows in made.items():
        _deliver(out, source, rows)
    files.write(out / "truth" / "people.csv", everybody)
    files.write(out / "truth" / "places.csv", all_places)


def population(persons: int, spare: int, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    """Everybody (`persons` and some more who live outside), BSNs of nobody, and all addresses.

    Everybody: the columns of `people`, with `bsn`, `address`, `old_address` and `settled` (not before birth).
    """
    outside = round(2 * persons * (INCOMES.elsewhere + REPORTS.nowhere * REPORTS.per_person)) + 20
    members = households(persons + outside, rng)
    count = members["household"].n_unique()
    all_places = places.addresses(count, rng)
    homes = places.residences(all_places, count, rng)
    numbers = unissued(members.height + spare, rng)
    everybody = people(members, rng).with_columns(numbers.head(members.height))
    everybody = everybody.join(homes, on="household", how="left", maintain_order="left")
    return (
        everybody.with_columns(pl.max_horizontal("settled", "born").alias("settled")),
        numbers.tail(spare),
        all_places,
    )


def _roles(everybody: pl.DataFrame, persons: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The residents, who has an income here without being resident, and adults in neither register."""
    outside = everybody[persons:].filter(age(pl.col("born")) >= ADULT)
    workers = outside.drop_nulls("income").head(round(INCOMES.elsewhere * persons))
    return everybody[:persons], workers, outside.join(workers, on="person", how="anti", maintain_order="left")


def _deliver(out: Path, source: str, rows: pl.DataFrame) -> None:
    """The file without what only the truth knows, and beside it the truth of each row."""
    torn = rows.get_column("ragged") if "ragged" in rows.columns else None
    known = [name for name in ("person", "address") if name in rows.columns]
    files.write(out / "truth" / f"{source}.rows.csv", rows.select(known).with_row_index("row", offset=1))
    written = rows.drop(*known, "ragged", strict=False)
    files.write(out / "deliveries" / f"{source}.csv", written, _WRITING[source], torn)
