"""A linkage field: the columns of one source that together describe one thing, such as prefix and surname."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from declare import WrongInput

Kind = Literal[
    "surname", "given_name", "full_name", "date", "address", "identifier", "code", "text", "category",
    "email", "phone", "iban", "number", "place", "list",
]  # fmt: skip

KINDS: Final[Mapping[str, Kind]] = {
    "surname": "surname",
    "prefix": "surname",
    "partner_surname": "surname",
    "given_names": "given_name",
    "initials": "given_name",
    "full_name": "full_name",
    "date": "date",
    "year": "date",
    "month": "date",
    "day": "date",
    "postcode": "address",
    "house_number": "address",
    "house_addition": "address",
    "bsn": "identifier",
    "rsin": "identifier",
    "kvk": "identifier",
    "bag_id": "identifier",
    "licence_plate": "identifier",
    "identifier": "identifier",
    "code": "code",
    "text": "text",
    "sex": "category",
    "category": "category",
    "municipality": "category",
    "nationality": "category",
    "country": "category",
    "integer": "category",
    "decimal": "category",
    "email": "email",
    "phone": "phone",
    "iban": "iban",
    "number": "number",
    "latitude": "place",
    "longitude": "place",
    "list": "list",
}
"""Semantic type of a column → kind of the field it belongs to."""

TOGETHER: Final[Mapping[frozenset[str], Kind]] = {frozenset(("surname", "given_name")): "full_name"}
"""Kinds whose columns may describe one thing of another kind."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "surname": ("", ".written", ".sound", ".other"),
    "given_name": ("", ".written", ".base", ".initial", ".sound"),
    "full_name": ("", ".written", ".swapped", ".words", ".surname", ".other", ".base", ".initial", ".sound"),
    "date": ("", ".year", ".year_month", ".month_day", ".year_day", ".swapped"),
    "address": ("", ".postcode", ".number"),
    "identifier": ("",),
    "code": ("",),
    "text": ("", ".written", ".sound"),
    "category": ("",),
    "email": ("", ".local"),
    "phone": ("", ".subscriber"),
    "iban": ("", ".account"),
    "number": ("",),
    "place": ("",),
    "list": ("",),
}
"""Evidence of a field by kind, as endings of the field's name."""

CLEAR_KINDS: Final[frozenset[str]] = frozenset(("number", "place", "list"))
"""Kinds whose distances only clear text shows: a token of 12.5 says nothing about 12.6."""


@dataclass(frozen=True, slots=True)
class Field:
    """One linkage field of one source: `columns` holds semantic type → column name."""

    name: str
    kind: Kind
    columns: Mapping[str, str]


def parts(name: str, kind: str) -> tuple[str, ...]:
    """Names of the evidence columns of a field."""
    return tuple(name + ending for ending in PARTS[kind])


def fields_of(columns: Iterable[tuple[str, str, str]]) -> tuple[Field, ...]:
    """Fields from (column name, semantic type, field name), in order of first mention.

    Raises `WrongInput` when a type cannot be compared, types of one field do not belong together, or one comes twice.
    """
    grouped: dict[str, dict[str, str]] = {}
    for column, kind_of_column, name in columns:
        types = grouped.setdefault(name, {})
        if kind_of_column in types:
            raise _unfit(name, f"two columns of type {kind_of_column}")
        types[kind_of_column] = column
    return tuple(Field(name, _kind(name, types), types) for name, types in grouped.items())


def _kind(name: str, types: Mapping[str, str]) -> Kind:
    if unfit := sorted(set(types) - set(KINDS)):
        near = "".join(f"Did you mean {known}?" for known in get_close_matches(unfit[0], KINDS, n=1))
        raise _unfit(name, f"type {unfit[0]}, which cannot be compared", near)
    kinds = frozenset(KINDS[kind_of_column] for kind_of_column in types)
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds not in TOGETHER:
        raise _unfit(name, f"types that do not belong together ({', '.join(sorted(types))})")
    return TOGETHER[kinds]


def _unfit(name: str, what: str, remedy: str = "") -> WrongInput:
    return WrongInput(
        f"linkage field {name} has {what}",
        remedy=remedy
        or "Give a field the columns of one thing: a surname with its prefix, a postcode with its house number.",
    )
