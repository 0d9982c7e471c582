"""Fields: columns that say something of one thing, on one side or both."""

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

import polars as pl

from linkage.model import MOST_FIELDS, FileField
from linkage.propose.kinds import Column
from linkage.propose.tables import Table
from pseudonymise.standardise.field import KINDS, TOGETHER

_PARTS_OF_DATE: Final = (("year", 1850, 2100), ("month", 1, 12), ("day", 1, 31))
_OVERLAP: Final = 0.2
"""Share of the values of the one column that stand in the other, for columns of other names to mean one thing."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A column of the left and one of the right that are compared, and the field they belong to."""

    field: str
    left: Column
    right: Column


@dataclass(frozen=True, slots=True)
class Fields:
    pairs: tuple[Pair, ...]
    left_out: tuple[tuple[Column, str], ...]
    """Columns that are not compared, with the file they are in: `left`, `right` or `both`. Those with a type lack a
    partner, or are more than a model may compare."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(pair.field for pair in self.pairs))

    @property
    def declared(self) -> tuple[tuple[FileField, Pair], ...]:
        """What a model declares of the columns, each once, with the pair it comes from."""
        found = {declared: pair for pair in self.pairs[::-1] for declared in _declared(pair)[::-1]}
        return tuple(found.items())[::-1]

    def kind(self, field: str) -> str:
        types = {KINDS[str(pair.left.type)] for pair in self.pairs if pair.field == field}
        return next(iter(types)) if len(types) == 1 else "full_name"


def fields_of_tables(left: Table, right: Table) -> Fields:
    """Columns of both sides side by side: those of one name first, then those that say something of the same thing,
    then those of one type that share values. `right` is `left` where one file is searched."""
    sides = [_settled(table.columns, _dutch(left, right), table.texts) for table in (left, right)]
    if left is right:
        pairs = [Pair(column.field, column, column) for column in sides[0] if column.type]
    else:
        pairs = _paired(sides[0], sides[1], left, right)
    pairs = [*_apart(pairs), *_full_names(sides, pairs)]
    names = list(dict.fromkeys(pair.field for pair in pairs))[:MOST_FIELDS]
    kept = [pair for pair in pairs if pair.field in names]
    return Fields(tuple(kept), _left_out(sides, kept))


def _settled(columns: Sequence[Column], dutch: bool, texts: pl.DataFrame) -> list[Column]:
    """Dates in three columns as one field, addresses as one, and no two columns of one type in a field."""
    found = _dates_in_parts([_as_address(column, dutch) for column in columns], texts)
    seen: Counter[tuple[str, str]] = Counter()
    settled = []
    for column in found:
        if column.type:
            seen[column.field, column.type] += 1
            number = seen[column.field, column.type]
            name = column.field if number == 1 else f"{column.field}_{number}"
            settled.append(replace(column, field=name))
        else:
            settled.append(column)
    return settled


def _dutch(left: Table, right: Table) -> bool:
    """Whether both sides have Dutch postcodes and house numbers."""
    return all(
        any(column.type == "postcode" and "Dutch" in column.why for column in table.columns)
        and any(column.type == "house_number" for column in table.columns)
        for table in (left, right)
    )


def _as_address(column: Column, dutch: bool) -> Column:
    """Postcode and house number are one field in the Netherlands, where together they name a home."""
    if column.type not in ("postcode", "house_number", "house_addition"):
        return column
    if dutch:
        return replace(column, field="address")
    return replace(column, type="code" if column.type == "postcode" else "category")


def _dates_in_parts(columns: list[Column], texts: pl.DataFrame) -> list[Column]:
    """Three columns, one after the other, that are a year, a month and a day by their numbers."""
    for place in range(len(columns) - 2):
        three = columns[place : place + 3]
        for order in (_PARTS_OF_DATE, _PARTS_OF_DATE[::-1]):
            if all(_is_part(column, texts[column.name], *part) for column, part in zip(three, order, strict=True)):
                field = "birth_date" if all(column.name.lower().startswith("b") for column in three) else "date"
                named = [
                    replace(column, type=part[0], field=field, why=f"a {part[0]} by its numbers", counts=False)
                    for column, part in zip(three, order, strict=True)
                ]
                return [*columns[:place], *named, *columns[place + 3 :]]
    return columns


def _is_part(column: Column, values: pl.Series, name: str, least: int, most: int) -> bool:
    if column.type is not None:
        return False
    numbers = values.cast(pl.Int64, strict=False)
    inside = numbers.is_between(least, most).sum() >= 0.98 * max(values.count(), 1)
    spread = numbers.filter(numbers.is_between(least, most)).n_unique()
    return bool(inside) and (name == "year" or spread >= 0.7 * most) and spread > 1


def _paired(left: Sequence[Column], right: Sequence[Column], one: Table, two: Table) -> list[Pair]:
    lefts, rights = ([column for column in side if column.type] for side in (left, right))
    pairs: list[Pair] = []
    for alike in (_same_name, _same_field):
        for a in list(lefts):
            b = next((b for b in rights if alike(a, b)), None)
            if b is not None:
                pairs.append(Pair(a.field, a, b))
                lefts.remove(a)
                rights.remove(b)
    shared = sorted(
        (-_shared(one.texts[a.name], two.texts[b.name]), i, j)
        for i, a in enumerate(lefts)
        for j, b in enumerate(rights)
        if a.type == b.type and not _birth_and_other(a, b)
    )
    for overlap, i, j in shared:
        taken = {pair.left.name for pair in pairs}, {pair.right.name for pair in pairs}
        if -overlap >= _OVERLAP and lefts[i].name not in taken[0] and rights[j].name not in taken[1]:
            pairs.append(Pair(lefts[i].field, lefts[i], rights[j]))
    order = {column.name: number for number, column in enumerate(left)}
    return sorted(pairs, key=lambda pair: order[pair.left.name])


def _same_name(a: Column, b: Column) -> bool:
    return a.name.lower() == b.name.lower() and _one_kind(a, b)


def _same_field(a: Column, b: Column) -> bool:
    return _plain(a.field) == _plain(b.field) and _one_kind(a, b)


def _plain(field: str) -> str:
    """`middle_initial` and `middle_name` say something of one thing."""
    return re.sub(r"_(?:initials?|names?)$", "", field)


def _one_kind(a: Column, b: Column) -> bool:
    return KINDS[str(a.type)] == KINDS[str(b.type)] and (a.type == b.type or KINDS[str(a.type)] == "given_name")


def _birth_and_other(a: Column, b: Column) -> bool:
    return (a.field == "birth_date") != (b.field == "birth_date")


def _shared(left: pl.Series, right: pl.Series) -> float:
    """Share of the values of the side with fewer of them that stand in the other."""
    one, two = (values.drop_nulls().str.to_lowercase().unique() for values in (left, right))
    fewer, more = sorted((one, two), key=len)
    return float(fewer.is_in(more.implode()).sum()) / max(fewer.len(), 1)


def _apart(pairs: list[Pair]) -> list[Pair]:
    """No two pairs of one type in a field, nor of types that do not belong together."""
    types: dict[str, set[str]] = {}
    found = []
    for pair in pairs:
        kind = str(pair.left.type)
        names = (pair.field if number == 1 else f"{pair.field}_{number}" for number in count(1))
        field = next(name for name in names if _belongs(kind, types.get(name, set())))
        types.setdefault(field, set()).add(kind)
        found.append(replace(pair, field=field))
    return found


def _belongs(kind: str, others: Set[str]) -> bool:
    kinds = frozenset(KINDS[each] for each in (kind, *others))
    return kind not in others and (len(kinds) == 1 or kinds in TOGETHER)


def _full_names(sides: list[list[Column]], pairs: list[Pair]) -> list[Pair]:
    """A column of full names on one side, beside given name and surname on the other."""
    compared = {pair.left.name for pair in pairs}, {pair.right.name for pair in pairs}
    free = [
        {column.type: column for column in side if column.type and column.name not in names}
        for side, names in zip(sides, compared, strict=True)
    ]
    halves = ("given_names", "initials", "surname")
    if "full_name" in free[0] and "surname" in free[1]:
        return [Pair("name", free[0]["full_name"], free[1][half]) for half in halves if half in free[1]]
    if "full_name" in free[1] and "surname" in free[0]:
        return [Pair("name", free[0][half], free[1]["full_name"]) for half in halves if half in free[0]]
    return []


def _left_out(sides: list[list[Column]], pairs: list[Pair]) -> tuple[tuple[Column, str], ...]:
    compared = {pair.left.name for pair in pairs}, {pair.right.name for pair in pairs}
    alone = [
        [column for column in side if column.name not in names] for side, names in zip(sides, compared, strict=True)
    ]
    both = {column.name for column in alone[0]} & {column.name for column in alone[1]}
    found = [(column, "both" if column.name in both else "left") for column in alone[0]]
    found += [(column, "right") for column in alone[1] if column.name not in both]
    return tuple(found)


def _declared(pair: Pair) -> tuple[FileField, ...]:
    left, right = pair.left, pair.right
    separator = left.separator or "|"
    form = left.format or "%Y-%m-%d"
    if left.type != right.type:
        return (
            FileField(field=pair.field, type=str(left.type), left=left.name),
            FileField(field=pair.field, type=str(right.type), right=right.name),
        )
    other = right.format if right.format and right.format != form else None
    if left.name == right.name:
        return (
            FileField(
                field=pair.field, type=str(left.type), column=left.name, format=form, right_format=other,
                separator=separator,
            ),
        )  # fmt: skip
    return (
        FileField(
            field=pair.field, type=str(left.type), left=left.name, right=right.name, format=form, right_format=other,
            separator=separator,
        ),
    )  # fmt: skip
