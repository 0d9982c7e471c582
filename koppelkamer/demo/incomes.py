"""The tax administration's incomes: adults with an income, also from elsewhere, out of an older system."""

from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo import bsn
from koppelkamer.demo.chance import struck
from koppelkamer.demo.names import initials
from koppelkamer.demo.people import DAY
from koppelkamer.demo.rates import INCOMES
from koppelkamer.demo.spelling import amount, behind, encodable, mistyped

ENCODING: Final = "cp1252"


def incomes(people: pl.DataFrame, places: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The rows of the file in its order and under its column names, with `person` and `address` in front; all of
    `people` are in."""
    rows = people.sample(fraction=1, shuffle=True, seed=int(rng.integers(2**32)))
    count = rows.height
    outdated = struck(count, INCOMES.outdated_address, rng)
    rows = rows.with_columns(pl.when(outdated).then("old_address").otherwise("address").alias("address"))
    rows = rows.join(places, on="address", how="left", maintain_order="left")
    name = encodable(rows.select(behind(pl.col("prefix"), pl.col("surname")).alias("naam")).to_series(), ENCODING)
    invalid, missing = struck(count, INCOMES.invalid_bsn, rng), struck(count, INCOMES.missing_bsn, rng)
    number = pl.when(missing).then(None).when(invalid).then(bsn.spoilt(rows["bsn"], rng)).otherwise("bsn")
    # Drawn last, so that the rest of the file is what it would be without.
    since = _since(rows, outdated, rng)
    letters = rows.select(initials(pl.col("given_names"))).to_series()
    return rows.select(
        "person", "address",
        number.alias("bsn"),
        mistyped(name, struck(count, INCOMES.mistyped, rng), rng),
        encodable(letters, ENCODING).alias("voorletters"),
        pl.col("born").dt.strftime("%d-%m-%Y").alias("geboortedatum"),
        pl.col("postcode").str.replace(r"^(\d{4})", "$1 ").alias("postcode"),
        "huisnummer",
        pl.Series("inkomen", [amount(income) for income in rows["income"]]),
        pl.col("employer").alias("werkgever_kvk"),
        "sector",
        since.dt.strftime("%d-%m-%Y").alias("adres_sinds"),
    )  # fmt: skip


def _since(rows: pl.DataFrame, outdated: pl.Series, rng: np.random.Generator) -> pl.Series:
    """The day somebody settled; for who is known at an old address a day before that, for some one in the last year."""
    years = pl.Series(rng.integers(365, 10 * 365, rows.height))
    lately = struck(rows.height, INCOMES.moved_lately, rng)
    day = pl.Series(DAY - rng.integers(1, 365, rows.height)).cast(pl.Date)
    earlier = pl.col("settled") - pl.duration(days=pl.lit(years))
    return rows.select(
        pl.when(lately & (pl.col("settled") < day.dt.offset_by("-2y")))
        .then(day)
        .when(outdated)
        .then(pl.max_horizontal(earlier, pl.col("born")))
        .otherwise("settled")
    ).to_series()
