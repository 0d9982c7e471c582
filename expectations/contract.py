"""What a source's declaration asks of a delivery: by column type, by `required`, and by declared checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from intake.source import Check, Column, SemanticType, Source

Consequence = Literal["row", "cell", "warn"]
"""What a failing row costs: the row is set apart, the cell is emptied, or it is only reported."""

_MATCH: Final = "expect_column_values_to_match_regex"
_NOT_MATCH: Final = "expect_column_values_to_not_match_regex"


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


_PLACEHOLDERS: Final = ["123456782", *(f"{digit * 8}0" for digit in "0123456789")]
"""Numbers that pass the eleven test and are typed where none is known."""

_NAME: Final = _TypeRule("name-length", "expect_column_value_lengths_to_be_between", {"max_value": 200})
"""The longest surname that the population register holds has 200 characters (Logisch Ontwerp BRP, 02.40)."""

_BY_TYPE: Final[Mapping[SemanticType, Sequence[_TypeRule]]] = {
    "bsn": (
        _TypeRule("bsn-eleven-test", "expect_column_values_to_meet_eleven_test", {}),
        _TypeRule("bsn-placeholder", "expect_column_values_to_not_be_in_set", {"value_set": _PLACEHOLDERS}),
    ),
    "rsin": (_TypeRule("rsin-eleven-test", "expect_column_values_to_meet_eleven_test", {}),),
    "kvk": (_TypeRule("kvk-placeholder", _NOT_MATCH, {"regex": "^(0+|1{8}|9{8}|12345678)$"}),),
    # A mistyped account number still resembles the right one: it is told, and stays.
    "iban": (_TypeRule("iban-check-digits", "expect_column_values_to_have_iban_check_digits", {}, "warn"),),
    "postcode": (
        _TypeRule("postcode-shape", _MATCH, {"regex": "^[1-9][0-9]{3}[A-Z]{2}$"}),
        _TypeRule("postcode-never-issued", _NOT_MATCH, {"regex": "(SA|SD|SS)$"}),
    ),
    "house_number": (_TypeRule("house-number-range", _MATCH, {"regex": "^[1-9][0-9]{0,4}$"}),),
    "sex": (_TypeRule("sex-code", "expect_column_values_to_be_in_set", {"value_set": ["M", "V", "X", "O"]}),),
    "date": (_TypeRule("date-range", _MATCH, {"regex": "^(0000|1[89][0-9]{2}|20[0-9]{2})-"}),),
    "given_names": (_NAME,),
    "initials": (_NAME,),
    "surname": (_NAME,),
    "prefix": (_NAME,),
    "partner_surname": (_NAME,),
    "full_name": (_NAME,),
}
"""A value of the wrong shape empties the cell: most records link without it, and the rest of the row may be right."""


def contract(source: Source) -> tuple[Asked, ...]:
    """All that is asked of the columns in an extract, in the order of the declaration."""
    return tuple(asked for column in source.read for asked in _of_column(column))


def _of_column(column: Column) -> list[Asked]:
    by_type = [
        Asked(each.expectation, column.name, each.arguments, each.rule, each.consequence)
        for each in _BY_TYPE.get(column.type, ())
    ]
    required = [Asked("expect_column_values_to_not_be_null", column.name, {}, "required", "row")]
    return by_type + (required if column.required else []) + [_declared(column, check) for check in column.checks]


def _declared(column: Column, check: Check) -> Asked:
    rule = check.expectation.removeprefix("expect_column_").removeprefix("expect_").replace("_", "-")
    consequence: Consequence = "row" if check.severity == "quarantine" else "warn"
    return Asked(check.expectation, column.name, check.arguments, rule, consequence)
