"""Rows that may not be used, taken out of a protected table: what comes after this never sees them.

A rule keeps the rows of which it is sure. A row without a value, or with one that leaves it open, is left out and
counted as unknown. A rule is a Boolean expression, one value for each row: true it stays, false it goes, null unknown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from declare import Refusal, WrongInput
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable

RESTRICTION: Final = "restriction"
"""Name of the rule that leaves out who is restricted."""
_FIRST, _LAST = ("01", "01"), ("12", "31")
"""Month and day in place of unknown ones. Only the order of texts counts, so 31 may stand in for any last day."""
_NUMBER: Final = r"^([0-9]+)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rule:
    """`name` and `terms` tell people what it asks of `column`; `stays` may hold tokens and is shown to nobody."""

    name: str
    column: str
    terms: tuple[str, ...]
    stays: pl.Expr


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that a rule left out of those the rules before it kept; of some of them the rule could not tell."""

    rule: str
    column: str
    terms: tuple[str, ...]
    rows: int
    unknown: int


class NothingLeft(Refusal):
    def __init__(self, source: str, rule: str) -> None:
        super().__init__(
            f"the rule {rule} leaves no row of {source}",
            remedy="Look at the rule in the agreement, and at what its column holds.",
        )


class NoSuchColumn(WrongInput):
    def __init__(self, source: str, column: str) -> None:
        super().__init__(
            f"a rule reads {column} of {source}, which its delivery does not hold",
            remedy="Give the column the role payload in its source, and have it delivered again.",
        )


def minimise(protected: ProtectedTable, rules: Sequence[Rule]) -> tuple[ProtectedTable, tuple[LeftOut, ...]]:
    """`protected` without the rows that a rule leaves out, and what each one did, in their order.

    Raises `NoSuchColumn`, and `NothingLeft` where a rule takes the last row away.
    """
    table, done = protected.table, []
    for rule in rules:
        if missing := set(rule.stays.meta.root_names()) - set(table.columns):
            raise NoSuchColumn(protected.source, min(missing).removeprefix(PAYLOAD))
        stays = table.select(rule.stays.alias("stays"))["stays"]
        kept = table.filter(stays.fill_null(value=False))
        if table.height and kept.is_empty():
            raise NothingLeft(protected.source, rule.name)
        done.append(LeftOut(rule.name, rule.column, rule.terms, table.height - kept.height, stays.null_count()))
        table = kept
    return _with(protected, table), tuple(done)


def only_columns(protected: ProtectedTable, columns: Collection[str]) -> ProtectedTable:
    """`protected` without payload beyond `columns`."""
    table = protected.table
    named = [name for name in table.columns if name.startswith(PAYLOAD) and name.removeprefix(PAYLOAD) not in columns]
    return _with(protected, table.drop(named))


def age_floor(column: str, least: int, on: date | None) -> Rule:
    """Ages in years, or bands of them, of at least `least`; with `on`, days or years of birth of those who are so old
    on that day."""
    stays = _old_enough(pl.col(PAYLOAD + column), least) if on is None else _born(PAYLOAD + column, least, on)
    return Rule("age", column, (str(least),), stays)


def without(column: str, values: Sequence[str]) -> Rule:
    return Rule("leave-out", column, tuple(values), ~_text(column).is_in(list(values)))


def only(column: str, values: Sequence[str]) -> Rule:
    return Rule("only", column, tuple(values), _text(column).is_in(list(values)))


def within(column: str, starts: date, until: date) -> Rule:
    """Days from `starts` to `until`, both included. A year or a day with unknown parts is within when all of it is."""
    earliest, latest = _day(PAYLOAD + column, _FIRST), _day(PAYLOAD + column, _LAST)
    first, last = starts.isoformat(), until.isoformat()
    stays = _surely((earliest >= first) & (latest <= last), (latest < first) | (earliest > last))
    return Rule("period", column, (first, last), stays)


def restricted(tokens: Mapping[str, pl.Series]) -> Rule:
    """Nobody who is named by a token (Binary) of `tokens`, by field; of who has none there it is not unknown."""
    named = [pl.col(field).is_in(found.implode()).fill_null(value=False) for field, found in tokens.items()]
    return Rule(RESTRICTION, "", (), ~pl.any_horizontal(pl.lit(False), *named))


def _old_enough(value: pl.Expr, least: int) -> pl.Expr:
    """Of a band both edges count: `12-17`, `65+`, `<18`; one that lies across the floor leaves it open."""
    text = value.cast(pl.String)
    number = text.str.extract(_NUMBER).cast(pl.Int64)
    below = text.str.extract(r"^<([0-9]+)$").cast(pl.Int64) - 1
    through = text.str.extract(r"^[0-9]+-([0-9]+)$").cast(pl.Int64)
    alone = pl.when(text.str.contains(r"^[0-9]+(\.[0-9]+)?$")).then(number)
    highest = pl.coalesce(below, through, alone)
    return _surely(number >= least, highest < least)


def _born(column: str, least: int, on: date) -> pl.Expr:
    last = f"{on.year - least:04}-{on:%m-%d}"
    return _surely(_day(column, _LAST) <= last, _day(column, _FIRST) > last)


def _day(column: str, rest: tuple[str, str]) -> pl.Expr:
    """YYYY-MM-DD of a day or a year, month and day that are unknown taken from `rest`; null for anything else."""
    text = pl.col(column).cast(pl.String)
    year = text.str.extract(r"^([0-9]{4})(-[0-9]{2}-[0-9]{2})?$")
    month, day = (text.str.extract(pattern) for pattern in (r"^[0-9]{4}-([0-9]{2})-", r"-([0-9]{2})$"))
    parts = (
        pl.when(part != "00").then(part).otherwise(pl.lit(other))
        for part, other in zip((month, day), rest, strict=True)
    )
    return pl.when(year != "0000").then(pl.concat_str(year, *parts, separator="-"))


def _surely(yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    # A comparison with nothing is null, and neither sure nor unsure.
    sure = pl.when(yes.fill_null(value=False)).then(pl.lit(True))
    return sure.when(no.fill_null(value=False)).then(pl.lit(False))


def _text(column: str) -> pl.Expr:
    return pl.col(PAYLOAD + column).cast(pl.String)


def _with(protected: ProtectedTable, table: pl.DataFrame) -> ProtectedTable:
    return replace(protected, table=table, _made_by=_PSEUDONYMISE)
