"""What a source's declaration asks of a delivery: by column type, by `required`, and by declared checks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any, Final, Literal

from declare import WrongInput, canonical, digest, digest_frame
from expectations.national_table import TABLES, national_table
from intake.names import PREFIX
from intake.numbers import NO_BSN
from intake.source import Check, Column, SemanticType, Severity, Source

Consequence = Literal["stop", "row", "cell", "warn"]
"""What failing costs: the delivery is refused, the row is set apart, the cell is emptied, or it is only reported."""

_CONSEQUENCES: Final[Mapping[Severity, Consequence]] = {
    "stop": "stop", "quarantine": "row", "cell": "cell", "warn": "warn",
}  # fmt: skip

REQUIRED: Final = "required"
KEY_DOUBLED: Final = "key-doubled"

_MATCH: Final = "expect_column_values_to_match_regex"
_NOT_MATCH: Final = "expect_column_values_to_not_match_regex"
_IN_SET: Final = "expect_column_values_to_be_in_set"
_NOT_IN_SET: Final = "expect_column_values_to_not_be_in_set"
_UNIQUE: Final = "expect_column_values_to_be_unique"
_IN_TABLE: Final = "expect_column_values_to_be_in_national_table"


@dataclass(frozen=True, slots=True)
class Asked:
    """One expectation, the name of its rule in quarantine and quality report, and what failing it costs."""

    expectation: str
    column: str
    arguments: Mapping[str, Any]
    rule: str
    consequence: Consequence


@dataclass(frozen=True, slots=True)
class _TypeRule:
    rule: str
    expectation: str
    arguments: Mapping[str, Any]
    consequence: Consequence = "cell"


class UnknownRule(WrongInput):
    def __init__(self, column: Column, rule: str, known: Sequence[str]) -> None:
        near = get_close_matches(rule, known, n=1)
        super().__init__(
            f"column {column.name} of type {column.type} has no rule {rule}",
            remedy=f"Did you mean {near[0]}?" if near else f"Its rules are: {', '.join(known) or 'none'}.",
        )


_NAMES: Final = (
    # The longest surname that the population register holds has 200 characters (Logisch Ontwerp BRP, 02.40).
    _TypeRule("name-length", "expect_column_value_lengths_to_be_between", {"max_value": 200}),
    # What the linkage takes for no name either (standard value "." among them).
    _TypeRule(
        "name-placeholder",
        _NOT_MATCH,
        {"regex": r"(?i)^(?:[^\p{L}\p{N}]*|onbekend|onb|unknown|nb|nvt|n.v.t.?|none|null|standaardwaarde|xxx+)$"},
    ),
    _TypeRule("name-characters", _MATCH, {"regex": r"^[\p{L}\p{M} .,\-'’`´/()\"]*$"}, "warn"),
)

_DUTCH_IBAN: Final = r"(?i)^(?:[^n]|n[^l]|nl\s*(?:[0-9]\s*){2}(?:[a-z]\s*){4}(?:[0-9]\s*){10}$)"

_WITHDRAWN: Final = (
    "Plaats ingetrokken", "Naamgeving ingetrokken", "Verblijfsobject ingetrokken",
    "Verblijfsobject ten onrechte opgevoerd", "Niet gerealiseerd verblijfsobject",
    "Niet gerealiseerd pand", "Pand gesloopt", "Pand ten onrechte opgevoerd",
    "Woonplaats ingetrokken",
)  # fmt: skip
_STANDING: Final = (
    "Plaats aangewezen", "Naamgeving uitgegeven", "Verblijfsobject gevormd", "Verblijfsobject in gebruik",
    "Verblijfsobject in gebruik (niet ingemeten)", "Verblijfsobject buiten gebruik", "Verbouwing verblijfsobject",
    "Bouwvergunning verleend", "Bouw gestart", "Pand in gebruik", "Pand in gebruik (niet ingemeten)",
    "Verbouwing pand", "Pand buiten gebruik", "Sloopvergunning verleend", "Woonplaats aangewezen",
)  # fmt: skip
"""Statuses of objects (Catalogus BAG 2018), after which nobody uses them, and all others."""

_BY_TYPE: Final[Mapping[SemanticType, Sequence[_TypeRule]]] = {
    "bsn": (
        _TypeRule("bsn-eleven-test", "expect_column_values_to_meet_eleven_test", {}),
        _TypeRule("bsn-placeholder", _NOT_IN_SET, {"value_set": list(NO_BSN)}),
    ),
    "rsin": (
        _TypeRule("rsin-eleven-test", "expect_column_values_to_meet_eleven_test", {}),
        _TypeRule("rsin-placeholder", _NOT_IN_SET, {"value_set": list(NO_BSN)}),
    ),
    "kvk": (_TypeRule("kvk-placeholder", _NOT_MATCH, {"regex": "^(0+|1{8}|9{8}|12345678)$"}),),
    # A mistyped account or telephone number still resembles the right one: it is told, and stays.
    "iban": (
        _TypeRule("iban-check-digits", "expect_column_values_to_have_iban_check_digits", {}, "warn"),
        _TypeRule("iban-dutch-shape", _MATCH, {"regex": _DUTCH_IBAN}, "warn"),
    ),
    "phone": (_TypeRule("phone-shape", "expect_column_values_to_be_phone_numbers", {}, "warn"),),
    # A foreign plate is a plate too.
    "licence_plate": (
        _TypeRule("licence-plate-layout", "expect_column_values_to_be_dutch_licence_plates", {}, "warn"),
    ),
    "postcode": (
        _TypeRule("postcode-shape", _MATCH, {"regex": "^[1-9][0-9]{3}[A-Z]{2}$"}),
        _TypeRule("postcode-never-issued", _NOT_MATCH, {"regex": "(SA|SD|SS)$"}),
    ),
    "house_number": (
        _TypeRule("house-number-range", _MATCH, {"regex": "^[1-9][0-9]{0,4}(?:[^0-9].*)?$"}),
        # Linkage reads it as number and addition; in the addition's own column it would not have to guess.
        _TypeRule("house-number-with-addition", _MATCH, {"regex": "^[0-9]*$"}, "warn"),
    ),
    "house_addition": (
        # A house letter and an addition of four characters (Logisch Ontwerp BRP, 11.30 and 11.40).
        _TypeRule("house-addition-shape", _MATCH, {"regex": r"^[A-Za-z]?[ \-]?[A-Za-z0-9 \-]{0,4}$"}, "warn"),
    ),
    "bag_id": (
        _TypeRule("bag-id-object-type", _MATCH, {"regex": "^[0-9]{4}(?:01|02|03|10|20|30)[0-9]{10}$"}),
        _TypeRule("bag-id-municipality", "expect_column_values_to_begin_with_municipality", {}, "warn"),
    ),
    "bag_status": (
        _TypeRule("bag-status-known", _IN_SET, {"value_set": [*_STANDING, *_WITHDRAWN]}, "warn"),
        _TypeRule("bag-withdrawn", _NOT_IN_SET, {"value_set": list(_WITHDRAWN)}, "warn"),
    ),
    "municipality": (
        _TypeRule("municipality-shape", _NOT_MATCH, {"regex": "^(?:0000|[0-9]{5,})$"}),
        _TypeRule("municipality-unknown", _IN_TABLE, {"codes": "municipality", "titles": True}, "warn"),
    ),
    "nationality": (
        _TypeRule("nationality-shape", _MATCH, {"regex": "^(?:0*[1-9][0-9]*)$"}),
        _TypeRule("nationality-unknown", _IN_TABLE, {"codes": "nationality"}, "warn"),
    ),
    "country": (
        _TypeRule("country-shape", _MATCH, {"regex": "^(?:0*[1-9][0-9]*)$"}),
        _TypeRule("country-unknown", _IN_TABLE, {"codes": "country"}, "warn"),
    ),
    "investigation": (
        _TypeRule("investigation-shape", _MATCH, {"regex": "^(?:0[1-9]|1[0-6]|5[1-9]|6[0-6])[0-9]{4}$"}),
    ),
    "sex": (_TypeRule("sex-code", _IN_SET, {"value_set": ["M", "V", "X", "O"]}),),
    "date": (
        _TypeRule("date-range", _MATCH, {"regex": "^(0000|1[89][0-9]{2}|20[0-9]{2})-"}),
        # Of an unknown month no day is known, of an unknown year no month (Logisch Ontwerp BRP, datum).
        _TypeRule("date-unknown-parts", _NOT_MATCH, {"regex": "^0000-(?:0[1-9]|1)|-00-(?:0[1-9]|[123])"}, "warn"),
    ),
    "given_names": _NAMES,
    "initials": _NAMES,
    "surname": _NAMES,
    "partner_surname": _NAMES,
    "full_name": _NAMES,
    "prefix": (
        _TypeRule("prefix-length", "expect_column_value_lengths_to_be_between", {"max_value": 10}, "warn"),
        _TypeRule("prefix-unknown", _MATCH, {"regex": rf"(?i)^(?:['’`´]?{PREFIX}(?:[ './’`´-]+|$))+$"}, "warn"),
    ),
}
"""A value of the wrong shape empties the cell: most records link without it, and the rest of the row may be right."""


def contract(source: Source) -> tuple[Asked, ...]:
    """All that is asked of the columns in an extract, in the order of the declaration, and then of the key. Raises
    `UnknownRule`."""
    return tuple(asked for column in source.read for asked in _of_column(column)) + _of_key(source)


def suite_digest(source: Source) -> str:
    """SHA-256 of all that is asked of a delivery of `source`, as canonical JSON.

    Checks with arguments and consequence, the national tables they look in, what becomes of texts, and the thresholds
    of sudden changes: when one of these is another, so is the digest. How a file is read stands in `source.digest`.
    """
    checks = [asdict(asked) for asked in contract(source)]
    used = {str(check["arguments"].get("codes")) for check in checks}
    asked = {
        "checks": checks,
        "tables": {name: digest_frame(national_table(name)) for name in TABLES if name in used},
        "texts": {column.name: column.freetext for column in source.searched},
        "changes": source.changes and source.changes.model_dump(mode="json"),
    }
    return digest(canonical(asked))


def _of_column(column: Column) -> list[Asked]:
    by_type = [
        Asked(each.expectation, column.name, each.arguments, each.rule, each.consequence)
        for each in _BY_TYPE.get(column.type, ())
    ]
    known = [asked.rule for asked in by_type]
    if unknown := sorted(set(column.rules) - set(known)):
        raise UnknownRule(column, unknown[0], known)
    taken = [_as_taken(asked, column) for asked in by_type]
    required = [Asked("expect_column_values_to_not_be_null", column.name, {}, REQUIRED, "row")]
    return taken + (required if column.required else []) + [_declared(column, check) for check in column.checks]


def _of_key(source: Source) -> tuple[Asked, ...]:
    """What names a row stands in one row. Told and no more: which of two rows is the right one, a person must see."""
    if not source.key:
        return ()
    first, *others = source.key
    if others:
        arguments = {"column_list": list(source.key), "ignore_row_if": "any_value_is_missing"}
        return (Asked("expect_compound_columns_to_be_unique", first, arguments, KEY_DOUBLED, "warn"),)
    declared = next(column for column in source.read if column.name == first).checks
    if any(check.expectation == _UNIQUE for check in declared):
        return ()
    return (Asked(_UNIQUE, first, {}, KEY_DOUBLED, "warn"),)


def _as_taken(asked: Asked, column: Column) -> Asked:
    """The rule as strict as the source declares it."""
    if (strictness := column.rules.get(asked.rule)) is None:
        return asked
    mostly = {} if strictness.mostly is None else {"mostly": strictness.mostly}
    consequence = _CONSEQUENCES[strictness.severity] if strictness.severity else asked.consequence
    return replace(asked, arguments={**asked.arguments, **mostly}, consequence=consequence)


def _declared(column: Column, check: Check) -> Asked:
    consequence = _CONSEQUENCES[check.severity]
    return Asked(check.expectation, column.name, check.arguments, rule_of(check.expectation), consequence)


def rule_of(expectation: str) -> str:
    """The name of the rule of a declared check."""
    return expectation.removeprefix("expect_column_").removeprefix("expect_").replace("_", "-")
