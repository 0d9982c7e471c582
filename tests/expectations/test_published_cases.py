"""The published test cases of Great Expectations, in their own format, on both engines."""

import json
from pathlib import Path

import pytest

from tests.expectations.cases import compared

FOLDER = Path(__file__).parent / "data" / "gx_cases"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_the_same_answer_wherever_pandas_passes(path: Path) -> None:
    found = compared(path)
    assert found.differ == []
    assert found.pandas_fails == []
    assert found.same


def test_a_wrong_published_answer_is_not_taken_for_one(tmp_path: Path) -> None:
    published = json.loads((FOLDER / "expect_column_mean_to_be_between.json").read_text("utf-8"))
    path = tmp_path / "cases.json"
    wrong = {"title": "wrong", "in": {"column": "x", "min_value": 0, "max_value": 9}, "out": {"success": False}}
    published["datasets"] = [{"data": {"x": [1, 2]}, "tests": [wrong]}]
    path.write_text(json.dumps(published))
    assert compared(path).pandas_fails == ["wrong"]
