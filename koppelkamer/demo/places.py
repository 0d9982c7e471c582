"""Addresses in six municipalities that exist, with postal codes and house numbers that need not.

Postal codes are made up: they do not belong to the municipality they are given.
"""

from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo.chance import drawn, some
from koppelkamer.demo.names import DATA
from koppelkamer.demo.rates import ADDRESSES

MUNICIPALITIES: Final = {
    "Apeldoorn": 0.26, "Deventer": 0.24, "Zutphen": 0.16, "Bronckhorst": 0.15,
    "Lochem": 0.14, "Doesburg": 0.05,
}  # fmt: skip
"""Share of the addresses."""
FORMED, IN_USE, WITHDRAWN = "Verblijfsobject gevormd", "Verblijfsobject in gebruik", "Verblijfsobject ingetrokken"

_STREET: Final = 16
"""Addresses to a postal code."""
_LETTERS: Final = "ABCDEGHJKLMNPRSTVWXZ"
_NEVER: Final = ("SA", "SD", "SS")
"""Letter pairs that Dutch postal codes leave out."""
_ADDITIONS: Final = (["A", "B", "C", "D"], ["1", "2", "3", "4"], ["H", "I", "II", "III"], ["", "bis", "ter", "quater"])
_FLATS: Final = 0.25
"""Share of the streets where four addresses share a house number."""
_STEMS: Final = (
    "Kerk", "Dorps", "Molen", "School", "Stations", "Beatrix", "Wilhelmina", "Juliana", "Linden", "Eiken", "Beuken",
    "Kastanje", "Iepen", "Berken", "Tulpen", "Rozen", "Merel", "Lijster", "Zwaluw", "Reiger", "Vondel", "Rembrandt",
    "Vermeer", "Brink", "Markt", "Haven", "Dijk", "Veld", "Akker", "Bos", "Beek", "IJssel", "Noorder", "Zuider",
    "Ooster", "Wester", "Nieuwe", "Oude", "Lange", "Korte", "Hoge", "Bakker", "Smids", "Wevers", "Kloosters", "Kasteel",
)  # fmt: skip
_ENDS: Final = {"straat": 5, "weg": 3, "laan": 3, "hof": 1, "plein": 1}


def addresses(households: int, rng: np.random.Generator) -> pl.DataFrame:
    """Enough addresses for `households`, some vacant: `address` (number from 0), `nummeraanduiding`, `postcode`,
    `openbareruimte`
    (street), `huisnummer`, `toevoeging` (empty when there is none), `status`, `gemeentecode`."""
    count = round(households * (1 + ADDRESSES.vacant + ADDRESSES.withdrawn + ADDRESSES.formed)) + 5
    streets = _streets(-(-count // _STREET), rng)
    along = pl.DataFrame({"address": np.arange(count)}).with_columns(
        street=pl.col("address") // _STREET, place=pl.col("address") % _STREET
    )
    numbered = along.join(streets, on="street", how="left", maintain_order="left").with_columns(
        huisnummer=pl.col("first") + 2 * pl.when("flats").then(pl.col("place") // 4).otherwise("place"),
        toevoeging=pl.when("flats").then(pl.col("additions").list.get(pl.col("place") % 4)).otherwise(pl.lit("")),
        serial=pl.Series(rng.integers(1, 9, count)).cum_sum(),
    )
    return numbered.select(
        "address",
        identification(pl.col("gemeentecode"), pl.col("serial")).alias("nummeraanduiding"),
        "openbareruimte", "postcode", pl.col("huisnummer").cast(pl.String), "toevoeging",
        _status(count, rng), "gemeentecode",
    )  # fmt: skip


def identification(municipality: pl.Expr, serial: pl.Expr) -> pl.Expr:
    """The sixteen digits of a BAG nummeraanduiding: municipality, 20 for the kind of object, serial number."""
    return municipality + "20" + serial.cast(pl.String).str.zfill(10)


def mistyped_number(number: pl.Expr) -> pl.Expr:
    """A house number with a digit too many, which no street of this world goes up to."""
    return "9" + number.str.zfill(3)


def residences(places: pl.DataFrame, households: int, rng: np.random.Generator) -> pl.DataFrame:
    """Where each household lives and lived: `household`, `address`, `old_address`, `settled` (Date, up to 2025)."""
    inhabited, withdrawn = (
        places.filter(pl.col("status") == status).get_column("address").to_numpy() for status in (IN_USE, WITHDRAWN)
    )
    address = rng.permutation(inhabited)[:households]
    strays = some(households, ADDRESSES.withdrawn_in_use, rng).to_numpy()
    address[strays] = rng.choice(withdrawn, size=strays.sum())
    old = rng.integers(0, places.height, households)
    days = np.minimum(rng.exponential(12 * 365, households), 50 * 365).astype(np.int64)
    settled = pl.Series(np.datetime64("2025-12-31") - days).cast(pl.Date)
    return pl.DataFrame(
        {"household": np.arange(households), "address": address, "old_address": old, "settled": settled}
    )


def municipality_codes() -> dict[str, str]:
    """Code by name of the municipalities that exist today, from national table 33."""
    table = pl.read_csv(DATA / "municipalities.csv", infer_schema=False)
    current = table.filter(pl.col("99.99 Datum einde").fill_null("") == "")
    return dict(current.select("92.11 Omschrijving", "92.10 Gemeentecode").iter_rows())


def _streets(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """`street`, `gemeentecode`, `openbareruimte`, `postcode`, `first` (house number), `flats`, `additions`."""
    codes = municipality_codes()
    shares = {codes[name]: share for name, share in MUNICIPALITIES.items()}
    pairs = [a + b for a in _LETTERS for b in _LETTERS if a + b not in _NEVER]
    numbers = rng.choice(len(pairs) * 300, size=count, replace=False)
    kinds = rng.integers(0, len(_ADDITIONS), count)
    return pl.DataFrame(
        {
            "street": np.arange(count),
            "gemeentecode": drawn(shares, count, rng),
            "openbareruimte": drawn(dict.fromkeys(_STEMS, 1.0), count, rng) + drawn(_ENDS, count, rng),
            "postcode": [f"{7000 + number // len(pairs)}{pairs[number % len(pairs)]}" for number in numbers],
            "first": rng.integers(1, 120, count),
            "flats": rng.random(count) < _FLATS,
            "additions": [_ADDITIONS[kind] for kind in kinds],
        }
    )


def _status(count: int, rng: np.random.Generator) -> pl.Series:
    """`status` of each address."""
    formed, withdrawn = some(count, ADDRESSES.formed, rng), some(count, ADDRESSES.withdrawn, rng)
    status = pl.when(withdrawn).then(pl.lit(WITHDRAWN)).when(formed).then(pl.lit(FORMED)).otherwise(pl.lit(IN_USE))
    return pl.select(status.alias("status")).to_series()
