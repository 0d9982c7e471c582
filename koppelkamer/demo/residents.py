"""The municipality's register of residents: good quality, a few registered twice."""

import numpy as np
import polars as pl

from koppelkamer.demo import bsn
from koppelkamer.demo.chance import struck
from koppelkamer.demo.names import full_surname
from koppelkamer.demo.places import mistyped_number
from koppelkamer.demo.rates import RESIDENTS
from koppelkamer.demo.spelling import mistyped


def residents(people: pl.DataFrame, spare: pl.Series, places: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The rows of the file in its order and under its column names, with `person` and `address` in front.

    `address` is null where the file has a house number that is nowhere. `spare` are BSNs of nobody, one for each person
    to be registered twice.
    """
    rows = pl.concat([people, _doubles(people, spare, rng)]).sample(
        fraction=1, shuffle=True, seed=int(rng.integers(2**32))
    )
    count = rows.height
    rows = rows.join(places, on="address", how="left", maintain_order="left").with_columns(
        mistyped(rows["surname"], struck(count, RESIDENTS.mistyped, rng), rng),
        invalid=struck(count, RESIDENTS.invalid_bsn, rng),
        day_unknown=struck(count, RESIDENTS.unknown_day, rng),
        in_onderzoek=struck(count, RESIDENTS.under_investigation, rng),
    )
    # Drawn last, so that the rest of the file is what it would be without.
    nowhere = struck(count, RESIDENTS.nowhere, rng)
    rows = rows.with_columns(
        address=pl.when(~nowhere).then("address"),
        huisnummer=pl.when(nowhere).then(mistyped_number(pl.col("huisnummer"))).otherwise("huisnummer"),
    )
    born = pl.col("born").dt.strftime("%Y%m%d")
    return rows.select(
        "person", "address",
        pl.when("invalid").then(bsn.spoilt(rows["bsn"], rng)).otherwise("bsn").alias("burgerservicenummer"),
        pl.col("given_names").alias("voornamen"),
        pl.col("prefix").alias("voorvoegsel"),
        pl.col("surname").alias("geslachtsnaam"),
        full_surname(pl.col("partner_prefix"), pl.col("partner_surname")).alias("partnernaam"),
        pl.when("day_unknown").then(born.str.slice(0, 6) + "00").otherwise(born).alias("geboortedatum"),
        pl.col("sex").alias("geslacht"),
        "postcode", "huisnummer", "toevoeging", "gemeentecode",
        pl.col("settled").dt.strftime("%Y%m%d").alias("datum_vestiging"),
        pl.col("nationality").alias("nationaliteit"),
        pl.when("in_onderzoek").then(pl.lit("ja")).otherwise(pl.lit("nee")).alias("in_onderzoek"),
    )  # fmt: skip


def _doubles(people: pl.DataFrame, spare: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Second registrations: at the old address, by the first given name, every other one under a second BSN."""
    again = people[rng.choice(people.height, size=len(spare), replace=False)]
    second = pl.when(pl.int_range(pl.len()) % 2 == 0).then(spare).otherwise("bsn").alias("bsn")
    first_name = pl.col("given_names").str.split(" ").list.first()
    return again.with_columns(second, first_name, pl.col("old_address").alias("address"))
