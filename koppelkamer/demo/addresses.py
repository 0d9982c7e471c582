"""The municipality's register of addresses: every address once, but for a few."""

import numpy as np
import polars as pl

from koppelkamer.demo.places import identification
from koppelkamer.demo.rates import ADDRESSES


def addresses(places: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The rows of the file in its order and under its column names, with `address` in front."""
    double = places[rng.choice(places.height, size=max(1, round(ADDRESSES.double * places.height)), replace=False)]
    serial = 9_000_000_000 + pl.Series(np.arange(double.height))
    double = double.with_columns(identification(pl.col("gemeentecode"), pl.lit(serial)).alias("nummeraanduiding"))
    return pl.concat([places, double]).sort("nummeraanduiding")
