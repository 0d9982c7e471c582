"""The published test cases of Great Expectations, in their own format, on the Polars engine."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.expectations.engines import KEY, answers, plain

FOLDER = Path(__file__).parent / "data" / "gx_cases"
BACKEND = "pandas"
"""The cases know no Polars; those for pandas are held against it."""


def applies(limits: dict[str, Any]) -> bool:
    return BACKEND in (limits.get("only_for") or [BACKEND]) and BACKEND not in (limits.get("suppress_test_for") or [])


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        published = json.loads(path.read_text("utf-8"))
        for number, dataset in enumerate(published["datasets"]):
            for test in dataset["tests"]:
                if applies(dataset) and applies(test):
                    name = f"{published['expectation_type']}-{number}-{test['title']}"
                    found.append(pytest.param(published["expectation_type"], dataset["data"], test, id=name))
    return found


def frame(data: dict[str, list[Any]]) -> pl.DataFrame:
    """The columns that hold values of one type; no typed frame can hold the others, and no case asks about them."""
    columns = [pl.int_range(max(map(len, data.values())), eager=True).alias(KEY)]
    for name, values in data.items():
        try:
            columns.append(pl.Series(name, values))
        except TypeError:
            continue
    return pl.DataFrame(columns)


@pytest.mark.parametrize(("expectation", "data", "test"), cases())
def test_published_case(expectation: str, data: dict[str, list[Any]], test: dict[str, Any]) -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    arguments = {key: value for key, value in test["in"].items() if key not in ("catch_exceptions", "result_format")}
    expected = test["out"]
    try:
        wanted = get_expectation_impl(expectation)(**arguments)
    except ValueError:
        assert "error" in test or "traceback_substring" in expected
        return
    form = test["in"].get("result_format") or test.get("result_format") or "COMPLETE"
    (answer,) = answers("polars", frame(data), [wanted], form, unexpected_index_column_names=[KEY])
    if "error" in test or "traceback_substring" in expected or "condition_parser" in arguments:
        assert answer == {"raised": True}
        return
    for key, value in expected.items():
        compare(answer, key, value)


def compare(answer: dict[str, Any], key: str, value: Any) -> None:
    if key == "result":  # an exact result: all keys but the names of the index columns, which the case does not ask for
        assert value.items() <= {name: answer[name] for name in value}.items()
    elif key in ("unexpected_list", "unexpected_index_list") and key not in answer:
        assert answer[f"partial_{key}"] == plain(value)
    else:
        assert answer[key] == plain(value)
