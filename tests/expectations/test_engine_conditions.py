"""Row conditions written as text keep the rows that `pandas.DataFrame.query` keeps."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.expectations.engines import KEY
from tests.expectations.test_parity import ROWS, frame

CONDITIONS = [
    "number > 1",
    "2 < number",
    "number != 2",
    "word == 'aap'",
    'word != "aap" and number >= 2',
    "word == 'aap' | number == 5",
    "(number < 2 or other == 5) & ~(word == 'noot')",
    "not number > 1",
    "1 <= number < 5",
    "word in ['aap', 'noot']",
    "word not in ['aap']",
    "number == [1, 5]",
    "word.isnull()",
    "`number`.notnull() and number == number",
    "number != other",
    "number + other > 3",
    "number * 2 == amount + 0.5",
    "amount > -1",
    "day > '2020-06-01'",
]
REFUSED = {
    "a missing column": "nothing == 1",
    "a call": "word.str.len() == 3",
    "a variable": "number == @other",
    "no column": "1 == 1",
    "no condition": "number + 1",
    "a number where text is": "word > 1",
    "an assignment": "number = 1",
    "half a comparison": "number >",
    "an attribute": "number.real > 1",
    "a column among literals": "number in [other]",
    "identity": "number is None",
    "a literal for a condition": "True and number > 1",
    "code": "__import__('os')",
}


def kept(table: pl.DataFrame, condition: Any) -> list[int]:
    from expectations.engine.execution import PolarsExecutionEngine

    engine = PolarsExecutionEngine(batch_data_dict={"batch": table})
    rows: list[int] = engine.get_domain_records({"row_condition": condition}).collect()[KEY].to_list()
    return rows


def kept_by_pandas(table: pl.DataFrame, condition: str) -> list[int]:
    from great_expectations.execution_engine import PandasExecutionEngine

    engine = PandasExecutionEngine(batch_data_dict={"batch": table.to_pandas()})
    asked = {"row_condition": condition, "condition_parser": "pandas"}
    rows: list[int] = engine.get_domain_records(asked)[KEY].tolist()
    return rows


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_same_rows(condition: str) -> None:
    assert kept(frame(ROWS), condition) == kept_by_pandas(frame(ROWS), condition)
    assert kept(frame([]), condition) == []


@pytest.mark.parametrize("condition", REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_raises(condition: str) -> None:
    with pytest.raises(Exception, match=r"row condition|same type|of type `Boolean`"):
        kept(frame(ROWS), condition)


def test_a_quoted_column_name_and_quotes_in_text() -> None:
    table = pl.DataFrame({KEY: [0, 1, 2], "my column": ["a & b", "`x`", "it's"], "if": [1, 2, 3]})
    for condition in ("`my column` == 'a & b'", "`my column` == '`x`'", '`my column` == "it\'s" & `if` > 2'):
        assert kept(table, condition) == kept_by_pandas(table, condition) != []


COMPARISONS = st.builds(
    "{} {} {}".format,
    st.sampled_from(["number", "other", "amount"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from(["number", "other", "amount", "0", "1", "-2.5", "3"]),
)
QUERIES = st.recursive(
    COMPARISONS | st.sampled_from(["word.isnull()", "word == 'aap'", "word not in ['aap', '']", "number.notnull()"]),
    lambda parts: (
        st.builds("({} {} {})".format, parts, st.sampled_from(["and", "or", "&", "|"]), parts)
        | st.builds("not ({})".format, parts)
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(QUERIES)
def test_any_query(condition: str) -> None:
    assert kept(frame(ROWS), condition) == kept_by_pandas(frame(ROWS), condition)
