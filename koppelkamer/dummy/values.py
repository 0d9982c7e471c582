"""What stands in the columns of made-up rows: by type, and within what the declared checks of a column allow.

Names, numbers and addresses are those of the demo's made-up people: no number is anybody's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from expectations.national_table import UNKNOWN, national_table
from intake.source import Column, Source
from koppelkamer.demo.names import full_surname, initials
from koppelkamer.demo.places import IN_USE
from koppelkamer.demo.population import population

_IN_SET: Final = "expect_column_values_to_be_in_set"
_BETWEEN: Final = "expect_column_values_to_be_between"
_MATCH: Final = "expect_column_values_to_match_regex"
_CATEGORIES: Final = ("A", "B", "C", "D")
_DIGIT, _CAPITAL = "0-9", "A-Z"
_ANY: Final = {_DIGIT: "\0", _CAPITAL: "X"}
_PART: Final = re.compile(rf"(?:\\d|\[({_DIGIT}|{_CAPITAL})\]|([\w /-]))(?:\{{(\d+)\}})?")
"""What a simple pattern is made of: a digit or a capital, or a sign as it stands, and how many times."""
_SHAPELESS: Final = ("category", "code", "text", "identifier", "kvk")
"""Types that say little of what a value looks like, so that a declared pattern says more."""
_ABSENT: Final = 0.05
"""Share of the cells that are empty where a column may be."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows being made: `people` in the order of the file, with what the demo knows of each."""

    source: Source
    people: pl.DataFrame
    rng: np.random.Generator

    @property
    def height(self) -> int:
        return self.people.height

    def one_of(self, values: Sequence[object]) -> pl.Series:
        texts = pl.Series([_text(value) for value in values], dtype=pl.String)
        return texts.gather(self.rng.integers(0, len(texts), self.height))

    def numbers(self, low: float, high: float) -> pl.Series:
        return pl.Series(self.rng.integers(int(np.ceil(low)), int(high) + 1, self.height)).cast(pl.String)

    def of(self, expression: pl.Expr) -> pl.Series:
        return self.people.select(expression.alias("made")).to_series()

    def counted(self, form: str) -> pl.Series:
        """A text for each person, with the person's number for {}."""
        return self.of(pl.format(form, pl.col("person").cast(pl.String).str.zfill(7)))


def made_up(source: Source, rows: int, seed: int) -> pl.DataFrame:
    """`rows` rows under the declared columns, all text as the file has it; empty cells are null.

    The same `rows` and `seed` make the same people for every source, so that dummy data of two sources link.
    """
    world, order = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(2))
    order = np.random.default_rng([int(order.integers(2**32)), *source.id.encode()])
    made = _Rows(source, _people(rows, world)[order.permutation(rows)], order)
    return pl.DataFrame([_column(made, column).alias(column.name) for column in source.columns])


def _people(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Of each person what the demo makes up, with `postcode`, `huisnummer` and so on of a home."""
    everybody, _, places = population(count, 1, rng)
    return everybody.head(count).join(places, on="address", how="left", maintain_order="left")


def _column(made: _Rows, column: Column) -> pl.Series:
    values = _declared(made, column)
    if values is None:
        values = _MAKERS[column.type](made, column)
    if column.required or column.role == "identify" or column.name in made.source.key:
        return values
    empty = pl.Series(made.rng.random(made.height) < _ABSENT)
    return pl.select(pl.when(~empty).then(values)).to_series()


def _declared(made: _Rows, column: Column) -> pl.Series | None:
    """By a declared check that says which values there may be."""
    asked: Mapping[str, Mapping[str, Any]] = {check.expectation: check.arguments for check in column.checks}
    if _IN_SET in asked:
        return made.one_of(asked[_IN_SET]["value_set"])
    if _BETWEEN in asked and column.type in ("integer", "decimal"):
        limits = asked[_BETWEEN]
        return made.numbers(limits.get("min_value", 0), limits.get("max_value", 100))
    if _MATCH in asked and column.type in _SHAPELESS:
        return _numbered_like(made, asked[_MATCH]["regex"])
    return None


def _numbered_like(made: _Rows, regex: str) -> pl.Series | None:
    """A number for each person in the shape that a simple pattern asks for: digits, capitals and signs as they stand,
    such as ^M[0-9]{4}-\\d{6}$. None where the pattern is of another kind."""
    shape = regex.removeprefix("^").removesuffix("$")
    parts = [match.groups() for match in _PART.finditer(shape)]
    if "".join(match.group() for match in _PART.finditer(shape)) != shape:
        return None
    form = "".join((sign or _ANY[kind or _DIGIT]) * int(times or 1) for kind, sign, times in parts)
    return made.of(pl.col("person").map_elements(lambda person: _filled(form, person), pl.String))


def _filled(form: str, person: int) -> str:
    """`form` with the person's number in its places for digits, the last one last."""
    digits = iter(str(person).zfill(form.count(_ANY[_DIGIT]))[-form.count(_ANY[_DIGIT]) or None :])
    return "".join(next(digits) if sign == _ANY[_DIGIT] else sign for sign in form)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _codes(table: str) -> Callable[[_Rows, Column], pl.Series]:
    def maker(made: _Rows, _: Column) -> pl.Series:
        holding = national_table(table).filter(pl.col("ends").is_null() & (pl.col("code") != UNKNOWN))
        return made.one_of(holding.get_column("code").to_list())

    return maker


def _of(expression: pl.Expr) -> Callable[[_Rows, Column], pl.Series]:
    return lambda made, _: made.of(expression)


def _numbered(form: str) -> Callable[[_Rows, Column], pl.Series]:
    return lambda made, _: made.counted(form)


def _dates(made: _Rows, column: Column) -> pl.Series:
    """The birth date where it identifies; else some day of the last twenty years before the demo's people end."""
    form = made.source.file.date
    if column.role == "identify":
        return made.of(pl.col("born").dt.strftime(form))
    days = np.datetime64("2025-12-31") - made.rng.integers(0, 20 * 365, made.height)
    return pl.Series(days).cast(pl.Date).dt.strftime(form)


def _iban(made: _Rows, _: Column) -> pl.Series:
    """With right check digits (ISO 13616), of a bank that is none."""
    accounts = made.counted("000{}").to_list()
    return pl.Series([f"NL{_check_digits('KOPP' + account):02}KOPP{account}" for account in accounts])


def _check_digits(account: str) -> int:
    digits = "".join(str(int(sign, 36)) for sign in account + "NL00")
    return 98 - int(digits) % 97


_FULL: Final = pl.concat_str("given_names", full_surname(pl.col("prefix"), pl.col("surname")), separator=" ")
_MAKERS: Final[Mapping[str, Callable[[_Rows, Column], pl.Series]]] = {
    "bsn": _of(pl.col("bsn")),
    "rsin": _of(pl.col("bsn")),
    "kvk": _of(pl.col("employer")),
    "bag_id": _of(pl.col("nummeraanduiding")),
    "licence_plate": lambda made, _: made.of(pl.lit("XX") + (pl.col("person") % 10_000).cast(pl.String).str.zfill(4)),
    "identifier": _numbered("D{}"),
    "code": _numbered("C{}"),
    "given_names": _of(pl.col("given_names")),
    "initials": _of(initials(pl.col("given_names"))),
    "surname": _of(pl.col("surname")),
    "prefix": _of(pl.col("prefix").replace("", None)),
    "partner_surname": _of(pl.col("partner_surname")),
    "full_name": _of(_FULL),
    "date": _dates,
    "sex": _of(pl.col("sex")),
    "postcode": _of(pl.col("postcode")),
    "house_number": _of(pl.col("huisnummer")),
    "house_addition": _of(pl.col("toevoeging").replace("", None)),
    "email": _numbered("persoon{}@example.org"),
    "phone": _numbered("085{}"),
    "iban": _iban,
    "text": lambda made, _: made.one_of(["tekst een", "tekst twee", "tekst drie"]),
    "category": lambda made, _: made.one_of(_CATEGORIES),
    "municipality": _of(pl.col("gemeentecode")),
    "nationality": _of(pl.col("nationality")),
    "country": _codes("country"),
    "bag_status": lambda made, _: made.one_of([IN_USE]),
    "investigation": lambda made, _: made.one_of(["010000", "080000"]),
    "integer": lambda made, _: made.numbers(0, 100),
    "decimal": lambda made, _: made.numbers(0, 100_000),
    "freetext": lambda made, _: made.one_of(["Melding zonder namen.", "Er is gebeld.", "Niets bijzonders."]),
}
"""By the type of a column."""
