"""Errors as they come about between two administrations: typing, moving, marrying, calling names."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from benchmarks.vocabulary import city, nickname, postcode, surnames, without_accents

Flags = np.ndarray[tuple[int, int], np.dtype[np.bool_]]

IN_ERROR: Final = 0.20
"""Share of the records of the overlap with one error or more on the right."""

HOW_MANY: Final = (0.70, 0.20, 0.10)
"""Share of those with one, two and three different kinds of error."""

KINDS: Final[Mapping[str, float]] = {
    "accent dropped": 6.0,
    "typing error in given name": 1.4,
    "typing error in surname": 1.4,
    "wrong part of date": 1.2,
    "day and month swapped": 0.6,
    "moved": 2.0,
    "names swapped": 0.5,
    "new surname": 1.0,
    "nickname": 0.8,
    "typing error in postcode": 0.8,
    "wrong sex": 0.2,
}
"""Kind of error → how often it comes in proportion. Only names with an accent can drop one, hence its number."""

MISSING: Final = 0.03
"""Share of the values of each field that are missing on each side."""

NAMES: Final = ("given_name", "surname")


def damaged(records: pl.DataFrame, rng: np.random.Generator, postcodes: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records with errors, and for each `errors` (UInt8) and `accent_dropped` (Boolean).

    An error that happens to leave everything as it was, as two equal letters turned round, is not counted.
    """
    hit = rng.random(records.height) < IN_ERROR
    some = records.filter(pl.Series(hit))
    chosen = _kinds(some, rng)
    spoiled = some
    for number, kind in enumerate(KINDS):
        rows = pl.Series(np.flatnonzero(chosen[:, number]), dtype=pl.UInt32)
        better = _SPOILERS[kind](spoiled[rows], rng, postcodes)
        chosen[rows.to_numpy(), number] = _differs(better, spoiled[rows])
        spoiled = _replaced(spoiled, rows, better)
    counted = pl.DataFrame(
        {
            "errors": chosen.sum(axis=1).astype(np.uint8),
            "accent_dropped": chosen[:, list(KINDS).index("accent dropped")],
        }
    )
    rows = pl.Series(np.flatnonzero(hit), dtype=pl.UInt32)
    clean = pl.select(
        errors=pl.repeat(0, records.height, dtype=pl.UInt8), accent_dropped=pl.repeat(False, records.height)
    )
    return _replaced(records, rows, spoiled), _replaced(clean, rows, counted)


def with_gaps(records: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The records with a share `MISSING` of every column empty."""
    return records.with_columns(
        pl.when(pl.Series(rng.random(records.height) >= MISSING)).then(pl.col(column)).alias(column)
        for column in records.columns
    )


def _kinds(records: pl.DataFrame, rng: np.random.Generator) -> Flags:
    """For each record which kinds it gets: drawn by weight without replacement (Efraimidis and Spirakis 2006)."""
    weights = np.tile(np.fromiter(KINDS.values(), float), (records.height, 1))
    for kind, possible in _possible().items():
        weights[~records.select(possible).to_series().to_numpy(), list(KINDS).index(kind)] = 0.0
    many = rng.choice(len(HOW_MANY), size=records.height, p=HOW_MANY) + 1
    with np.errstate(divide="ignore"):
        keys = np.log(rng.random(weights.shape)) / weights
    return keys.argsort(axis=1)[:, ::-1].argsort(axis=1) < many[:, None]


def _possible() -> dict[str, pl.Expr]:
    """Where the kinds that not every record can have are possible."""
    _, month, day = _date_parts()
    return {
        "accent dropped": pl.any_horizontal(pl.col(NAMES) != without_accents(pl.col(NAMES))),
        "day and month swapped": (day <= 12) & (day != month),
        "nickname": nickname(pl.col("given_name")) != pl.col("given_name"),
    }


def _differs(one: pl.DataFrame, other: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    differ = [one[column].ne_missing(other[column]) for column in one.columns]
    return np.any([series.to_numpy() for series in differ], axis=0)


def _replaced(table: pl.DataFrame, rows: pl.Series, values: pl.DataFrame) -> pl.DataFrame:
    """`table` with `values` in place of the rows named."""
    source = np.arange(table.height)
    source[rows.to_numpy()] = np.arange(values.height) + table.height
    return pl.concat([table, values])[source]


def _typing(column: str, letters: str) -> Callable[[pl.DataFrame, np.random.Generator, int], pl.DataFrame]:
    """One key wrong: another, none, one more, or two turned round."""
    keys = pl.Series(list(letters))

    def spoiled(some: pl.DataFrame, rng: np.random.Generator, _: int) -> pl.DataFrame:
        length = some[column].str.len_chars().to_numpy()
        # a first letter is seldom mistyped: 1 in 10 here
        first = rng.random(some.height) < 0.1
        at = np.where(first, 0, 1 + np.floor(rng.random(some.height) * np.maximum(length - 1, 1)).astype(np.int64))
        key = keys.gather(rng.integers(len(letters), size=some.height))
        how = rng.integers(4, size=some.height)
        laid = some.with_columns(at=pl.Series(np.minimum(at, length - 1)), key=key, how=pl.Series(how))
        text, place = pl.col(column), pl.col("at")
        before, here, after = text.str.slice(0, place), text.str.slice(place, 1), text.str.slice(place + 1)
        changed = (
            pl.when(pl.col("how") == 0)
            .then(before + pl.col("key") + after)
            .when(pl.col("how") == 1)
            .then(before + after)
            .when(pl.col("how") == 2)
            .then(before + pl.col("key") + here + after)
            .otherwise(before + after.str.slice(0, 1) + here + after.str.slice(1))
        )
        return laid.with_columns(changed.alias(column)).drop("at", "key", "how")

    return spoiled


def _wrong_date(some: pl.DataFrame, rng: np.random.Generator, _: int) -> pl.DataFrame:
    """Year off by one to ten, or another month, or another day."""
    year, month, day = _date_parts()
    off = rng.integers(1, 11, size=some.height) * rng.choice([-1, 1], size=some.height)
    drawn = some.with_columns(
        off=pl.Series(off),
        month=pl.Series(rng.integers(1, 13, size=some.height)),
        day=pl.Series(rng.integers(1, 29, size=some.height)),
        how=pl.Series(rng.integers(3, size=some.height)),
    )
    how = pl.col("how")
    parts = (
        pl.when(how == 0).then(year + pl.col("off")).otherwise(year),
        pl.when(how == 1).then(pl.col("month")).otherwise(month),
        # every month has 28 days, so no date comes about that does not exist
        pl.when(how == 2)
        .then(pl.col("day"))
        .when((how == 1) | (month == 2))
        .then(pl.min_horizontal(day, 28))
        .otherwise(day),
    )
    return drawn.with_columns(dob=_written(*parts)).drop("off", "month", "day", "how")


def _swapped_date(some: pl.DataFrame, _: np.random.Generator, __: int) -> pl.DataFrame:
    year, month, day = _date_parts()
    return some.with_columns(dob=pl.when(day <= 12).then(_written(year, day, month)).otherwise("dob"))


def _moved(some: pl.DataFrame, rng: np.random.Generator, postcodes: int) -> pl.DataFrame:
    number = rng.integers(postcodes, size=some.height)
    return some.with_columns(postcode(number), city(number))


def _swapped_names(some: pl.DataFrame, _: np.random.Generator, __: int) -> pl.DataFrame:
    return some.with_columns(given_name="surname", surname="given_name")


def _new_surname(some: pl.DataFrame, rng: np.random.Generator, _: int) -> pl.DataFrame:
    """Half take the partner's name, half write it before their own with a hyphen."""
    names = surnames()
    partner = names.values.gather(names.draw(rng, some.height))
    joined = pl.lit(pl.Series(rng.random(some.height) < 0.5))
    both = pl.lit(partner) + pl.lit("-") + pl.col("surname")
    return some.with_columns(surname=pl.when(joined).then(both).otherwise(pl.lit(partner)))


def _nickname(some: pl.DataFrame, _: np.random.Generator, __: int) -> pl.DataFrame:
    return some.with_columns(given_name=nickname(pl.col("given_name")))


def _accent_dropped(some: pl.DataFrame, _: np.random.Generator, __: int) -> pl.DataFrame:
    return some.with_columns(without_accents(pl.col(NAMES)))


def _wrong_sex(some: pl.DataFrame, _: np.random.Generator, __: int) -> pl.DataFrame:
    return some.with_columns(sex=pl.when(pl.col("sex") == "F").then(pl.lit("M")).otherwise(pl.lit("F")))


def _date_parts() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    return tuple(pl.col("dob").str.slice(*part).cast(pl.Int64) for part in ((0, 4), (5, 2), (8, 2)))  # type: ignore[return-value]  # three parts, three expressions


def _written(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.concat_str(
        year.cast(pl.String), *(part.cast(pl.String).str.zfill(2) for part in (month, day)), separator="-"
    )


_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"

_SPOILERS: Final[Mapping[str, Callable[[pl.DataFrame, np.random.Generator, int], pl.DataFrame]]] = {
    "accent dropped": _accent_dropped,
    "typing error in given name": _typing("given_name", _ALPHABET),
    "typing error in surname": _typing("surname", _ALPHABET),
    "wrong part of date": _wrong_date,
    "day and month swapped": _swapped_date,
    "moved": _moved,
    "names swapped": _swapped_names,
    "new surname": _new_surname,
    "nickname": _nickname,
    "typing error in postcode": _typing("postcode", "0123456789"),
    "wrong sex": _wrong_sex,
}
