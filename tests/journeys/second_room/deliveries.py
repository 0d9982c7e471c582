"""The second room's two files, tab-separated in Latin-1, from the pieces of the demo's generator."""

from pathlib import Path

import numpy as np
import polars as pl

from koppelkamer.demo import files
from koppelkamer.demo.chance import drawn, struck
from koppelkamer.demo.people import ADULT, age
from koppelkamer.demo.population import population
from koppelkamer.demo.spelling import capitalised, dotted, encodable, mistyped, plain, without_accents

ENCODING = "latin-1"
DISTRICTS = {"Beekzijde": 0.35, "Oever": 0.3, "Terp": 0.2, "Veen": 0.15}
KINDS = {"grondwater": 3, "kelder": 4, "riool": 2, "straat": 3}


def write_deliveries(folder: Path, persons: int = 1_500, seed: int = 5) -> None:
    """Write `tenants.tsv`, `complaints.tsv` and, apart, `truth.csv` below `folder`.

    The truth: `complaint` and `tenant`, data rows from 1 that are about one person.
    """
    rng = np.random.default_rng(seed)
    everybody, _, places = population(persons, 1, rng)
    adults = everybody.filter(age(pl.col("born")) >= ADULT).join(places, on="address", maintain_order="left")
    writing = files.Writing(separator="\t", encoding=ENCODING)
    housed, complaining = adults[50:], adults[rng.integers(0, adults.height, round(0.9 * adults.height))]
    files.write(folder / "tenants.tsv", tenants(housed, rng), writing)
    files.write(folder / "complaints.tsv", complaints(complaining, rng), writing)
    left = complaining.select("person").with_row_index("complaint", offset=1)
    right = housed.select("person").with_row_index("tenant", offset=1)
    files.write(folder / "truth.csv", left.join(right, on="person").select("complaint", "tenant"))


def tenants(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    district = drawn(DISTRICTS, people.height, rng)
    rents = pl.Series(np.round(rng.uniform(420, 1_150, people.height), 2)).cast(pl.String)
    return people.select(
        encodable(people["surname"], ENCODING).alias("familienaam"),
        pl.col("prefix").alias("voegsel"),
        encodable(_first_name(people), ENCODING).alias("roepnaam"),
        pl.col("born").cast(pl.String).alias("geboren"),
        pl.col("postcode").alias("pc"), pl.col("huisnummer").alias("nr"), pl.col("toevoeging").alias("toev"),
        pl.col("sex").alias("sekse"), district.alias("wijk"), rents.alias("maandhuur"),
    )  # fmt: skip


def complaints(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count, style = rows.height, drawn({"plain": 5, "dotted": 2, "capitalised": 3}, rows.height, rng)
    prefix, surname = pl.col("prefix"), pl.col("surname")
    written = pl.when(style == "dotted").then(dotted(prefix, surname))
    written = written.when(style == "capitalised").then(capitalised(prefix, surname)).otherwise(plain(prefix, surname))
    names = rows.select(pl.when(struck(count, 0.5, rng)).then(without_accents(written)).otherwise(written)).to_series()
    born = pl.col("born").cast(pl.String)
    missing = struck(count, 0.05, rng)
    return rows.select(
        pl.format("K{}", pl.int_range(1, count + 1)).alias("klachtnr"),
        encodable(mistyped(names, struck(count, 0.05, rng), rng), ENCODING).alias("klager"),
        encodable(mistyped(_first_name(rows), struck(count, 0.03, rng), rng), ENCODING).alias("voornaam"),
        pl.when(missing).then(pl.lit("?")).when(struck(count, 0.03, rng)).then(born.str.slice(0, 8) + "00")
        .otherwise(born).alias("geb_dat"),
        "postcode", pl.col("huisnummer").alias("huisnr"),
        drawn(KINDS, count, rng).alias("aard"),
        pl.Series(np.round(np.exp(rng.normal(6, 0.8, count)), 2)).cast(pl.String).alias("schade"),
        pl.when(struck(count, 0.4, rng)).then(pl.lit("Water in de kelder")).alias("opmerking"),
    )  # fmt: skip


def _first_name(people: pl.DataFrame) -> pl.Series:
    return people["given_names"].str.split(" ").list.first()
