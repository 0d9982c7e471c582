"""Test cases in the published format of Great Expectations, asked of both engines.

`python -m tests.expectations.cases FILE…` tells per file how many cases hold for pandas, in how many of these the
Polars engine gives the same answer, and which differ.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl
from dateutil.parser import parse

from tests.expectations.engines import KEY, answers, plain

BACKEND: Final = "pandas"
"""The cases know no Polars; those for pandas are held against it."""
UNORDERED: Final = ("unexpected_index_query", "partial_unexpected_counts")
"""Queries are in the language of the engine; counts of values are made from the list, where pandas counts each NaN."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question about a table, and the published answer."""

    expectation: str
    asked: Mapping[str, Any]
    told: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.told["title"])

    @property
    def form(self) -> Any:
        return self.asked.get("result_format") or self.told.get("result_format") or "COMPLETE"

    @property
    def raises(self) -> bool:
        return "error" in self.told or "traceback_substring" in self.told["out"]

    def wanted(self) -> Any:
        """The expectation; raises `ValueError` where its arguments are refused, whatever the engine."""
        from great_expectations.expectations.registry import get_expectation_impl

        meant = {key: value for key, value in self.asked.items() if key not in ("catch_exceptions", "result_format")}
        return get_expectation_impl(self.expectation)(**meant)


@dataclass(slots=True)
class Found:
    """Names of cases by how they came out; `refused` are those of which the arguments alone are wrong."""

    refused: list[str] = field(default_factory=list)
    pandas_fails: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        passing = len(self.same) + len(self.differ)
        return (
            f"{passing} cases pass with pandas, {len(self.same)} the same with Polars; "
            f"{len(self.refused)} refused before any engine, {len(self.pandas_fails)} not passed by pandas"
        )


def compared(path: Path) -> Found:
    """Every case of a file for pandas, on both engines."""
    published = json.loads(path.read_text("utf-8"))
    found = Found()
    for dataset in published["datasets"]:
        if _applies(dataset) and isinstance(dataset["data"], dict):
            cases = [
                Case(published["expectation_type"], test["in"], test) for test in dataset["tests"] if _applies(test)
            ]
            _compare(found, cases, dataset)
    return found


def _applies(limits: Mapping[str, Any]) -> bool:
    return BACKEND in (limits.get("only_for") or [BACKEND]) and BACKEND not in (limits.get("suppress_test_for") or [])


def _compare(found: Found, cases: list[Case], dataset: Mapping[str, Any]) -> None:
    schema = (dataset.get("schemas") or {}).get(BACKEND) or {}
    tables: dict[str, pl.DataFrame | pd.DataFrame] = {
        "polars": typed(dataset["data"], schema),
        "pandas": loose(dataset["data"], schema),
    }
    for form, group in _by_form(cases, found):
        wanted = [each.wanted() for each in group]
        ours, theirs = (
            answers(engine, table, wanted, form, unexpected_index_column_names=[KEY])
            for engine, table in tables.items()
        )
        for case, one, other in zip(group, ours, theirs, strict=True):
            kept = found.same if _same(one, other) else found.differ
            (kept if holds(case, other) else found.pandas_fails).append(case.name)


def _by_form(cases: list[Case], found: Found) -> Iterator[tuple[Any, list[Case]]]:
    forms: dict[str, tuple[Any, list[Case]]] = {}
    for case in cases:
        try:
            case.wanted()
        except ValueError:
            found.refused.append(case.name)
            continue
        forms.setdefault(json.dumps(case.form), (case.form, []))[1].append(case)
    yield from forms.values()


def typed(data: Mapping[str, list[Any]], schema: Mapping[str, str]) -> pl.DataFrame:
    """The columns that hold values of one type; no typed frame can hold the others."""
    columns = [pl.int_range(max(map(len, data.values()), default=0), eager=True).alias(KEY)]
    for name, values in data.items():
        try:
            column = pl.Series(name, values)
        except TypeError:
            continue
        moments = "datetime" in schema.get(name, "") and column.dtype == pl.String
        columns.append(pl.Series(name, [value and parse(value) for value in values]) if moments else column)
    return pl.DataFrame(columns)


def loose(data: Mapping[str, list[Any]], schema: Mapping[str, str]) -> pd.DataFrame:
    """All columns, as pandas takes them."""
    frame = pd.DataFrame(data)
    for name, kind in schema.items():
        column = frame[name]
        kinds = pd.api.types.pandas_dtype(kind)
        frame[name] = pd.to_datetime(column, format="mixed") if "datetime" in kind else column.astype(kinds)
    return frame.assign(**{KEY: range(len(frame))})


def holds(case: Case, answer: dict[str, Any]) -> bool:
    """Whether an answer is the published one: what that does not name is left open."""
    if case.raises:
        return answer == {"raised": True}
    return all(_told(answer, key, value, case.told.get("tolerance")) for key, value in case.told["out"].items())


def _told(answer: dict[str, Any], key: str, value: Any, tolerance: float | None) -> bool:
    if key == "result":  # an exact result: all keys but the names of the index columns, which the case does not ask for
        return all(_told(answer, name, each, tolerance) for name, each in value.items())
    found = answer.get(key, answer.get(f"partial_{key}"))
    if tolerance and isinstance(value, (int, float)) and isinstance(found, (int, float)):
        return abs(found - value) <= tolerance
    return bool(found == plain(value))


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {key: value for key, value in one.items() if key not in UNORDERED} == {
        key: value for key, value in other.items() if key not in UNORDERED
    }


def main() -> None:
    """Tell what was found in each file; exit 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    found = {path: compared(path) for path in parser.parse_args().files}
    for path, each in found.items():
        sys.stdout.write(f"{path.name}: {each}\n" + "".join(f"  differs: {name}\n" for name in each.differ))
    raise SystemExit(any(each.differ for each in found.values()))


if __name__ == "__main__":
    main()
