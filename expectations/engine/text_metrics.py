"""Metrics of text, with one answer per row. Parity with the pandas engine is tested; LIKE it does not know."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from expectations.engine.map_metrics import between
from expectations.engine.register import Columns, Condition, Types, derived_metric, map_metric
from expectations.engine.texts import is_date_of, is_json, judged, like


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("True")).when(~column).then(pl.lit("False"))  # as Python writes them
    return column.cast(pl.String)


def _only_text(dtype: pl.DataType) -> None:
    if dtype not in (pl.String, pl.Null):
        raise TypeError("the column does not hold text")


def _matches(columns: Columns, dtypes: Types, regexes: Sequence[str], match_on: str | None = None) -> pl.Expr:
    if not regexes or match_on not in ("any", "all", None):
        raise ValueError("there must be a pattern, and match_on be any or all")
    matched = [_text(columns[0], dtypes[0]).str.contains(regex) for regex in regexes]
    return pl.all_horizontal(matched) if match_on == "all" else pl.any_horizontal(matched)


def _match_regex_list(columns: Columns, dtypes: Types, regex_list: list[str], match_on: str | None = None) -> pl.Expr:
    return _matches(columns, dtypes, regex_list, match_on)


def _like(columns: Columns, dtypes: Types, like_pattern: str, escape: str | None = None) -> pl.Expr:
    return _matches(columns, dtypes, [like(like_pattern, escape)])


def _like_list(
    columns: Columns,
    dtypes: Types,
    like_pattern_list: list[str],
    match_on: str | None = None,
    escape: str | None = None,
) -> pl.Expr:
    return _matches(columns, dtypes, [like(each, escape) for each in like_pattern_list], match_on)


def _negated(expected: Condition) -> Condition:
    return lambda *about, **values: ~expected(*about, **values)


def _is_date_of(columns: Columns, dtypes: Types, strftime_format: str) -> pl.Expr:
    _only_text(dtypes[0])
    return is_date_of(columns[0].cast(pl.String), strftime_format)


def _is_any_date(columns: Columns, dtypes: Types) -> pl.Expr:
    from dateutil.parser import parse

    def accepts(text: str) -> bool:
        try:
            parse(text)
        except (ValueError, OverflowError):
            return False
        return True

    _only_text(dtypes[0])
    return judged(columns[0].cast(pl.String), accepts)


def _is_json(columns: Columns, dtypes: Types) -> pl.Expr:
    return is_json(columns[0]) if dtypes[0] == pl.String else pl.lit(value=False)


def _fits_schema(columns: Columns, dtypes: Types, json_schema: dict[str, Any]) -> pl.Expr:
    """Raises for text that is no JSON and for a schema that is none."""
    from jsonschema.validators import validator_for

    validator = validator_for(json_schema)
    validator.check_schema(json_schema)
    checked = validator(json_schema)
    _only_text(dtypes[0])
    return judged(columns[0].cast(pl.String), lambda text: checked.is_valid(json.loads(text)))


def _length(columns: Columns, dtypes: Types) -> pl.Expr:
    return _text(columns[0], dtypes[0]).str.len_chars()


def _length_between(
    columns: Columns,
    dtypes: Types,
    min_value: int | None = None,
    max_value: int | None = None,
    strict_min: bool | None = None,
    strict_max: bool | None = None,
) -> pl.Expr:
    return between([_length(columns, dtypes)], [pl.UInt32()], min_value, max_value, strict_min, strict_max)


map_metric("column_values.match_regex", lambda columns, dtypes, regex: _matches(columns, dtypes, [regex]))
map_metric("column_values.not_match_regex", lambda columns, dtypes, regex: ~_matches(columns, dtypes, [regex]))
map_metric("column_values.match_regex_list", _match_regex_list)
map_metric(
    "column_values.not_match_regex_list", lambda columns, dtypes, regex_list: ~_matches(columns, dtypes, regex_list)
)
map_metric("column_values.match_like_pattern", _like)
map_metric("column_values.not_match_like_pattern", _negated(_like))
map_metric("column_values.match_like_pattern_list", _like_list)
map_metric("column_values.not_match_like_pattern_list", _negated(_like_list))
map_metric("column_values.match_strftime_format", _is_date_of)
map_metric("column_values.dateutil_parseable", _is_any_date)
map_metric("column_values.json_parseable", _is_json)
map_metric("column_values.match_json_schema", _fits_schema)
map_metric("column_values.value_length.equals", lambda columns, dtypes, value: _length(columns, dtypes) == value)
map_metric("column_values.value_length.between", _length_between)
derived_metric("column_values.match_regex.count")
derived_metric("column_values.not_match_regex.count")
