"""What stops a whole delivery, and that whoever reads of it is told what is so."""

import logging
from pathlib import Path
from typing import Any

import pytest

from expectations import validate
from expectations.quality import stopped, summary
from expectations.report import Masking, render, tell
from expectations.report.words import LANGUAGES
from expectations.stopped import ContractBroken, NotEvaluated, NothingKept, Stopped
from intake import Source
from tests.intake.sources import read, source, text_column

NUMBER = text_column("number", required=True)


def check(expectation: str, severity: str = "quarantine", **arguments: Any) -> dict[str, Any]:
    return {"expectation": expectation, "arguments": arguments, "severity": severity}


LOOKAHEAD = check("expect_column_values_to_match_regex", regex="(?=x)")
TOO_FEW = check("expect_table_row_count_to_be_between", min_value=9)
STUMBLES = check("expect_column_kl_divergence_to_be_less_than", threshold=0.1)
STOPPED = {  # columns, file, what stops it, in words
    "no row is left": ([NUMBER, "a"], "number,a\n,x\n,y\n", NothingKept, "geen enkele regel"),
    "no row could be split": (["number", "a"], "number,a\n1\n2\n", NothingKept, "geen enkele regel"),
    "a check without an answer": ([NUMBER | {"checks": [LOOKAHEAD]}], "number\n1\n", NotEvaluated, "niet worden uitg"),
    "one that the library stumbles over": (
        [NUMBER, text_column("a", checks=[STUMBLES])], "number,a\n1,x\n", NotEvaluated, "niet worden uitg",
    ),
    "a check of the whole": ([NUMBER | {"checks": [TOO_FEW]}], "number\n1\n", ContractBroken, "houdt de hele levering"),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "content", "why", "told"), STOPPED.values(), ids=STOPPED)
def test_it_leaves_a_report_that_says_why(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    columns: list[Any],
    content: str,
    why: type[Stopped],
    told: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    declared = source(*columns)
    with pytest.raises(why) as refusal:
        validate(read(tmp_path, content, declared))
    facts = tell(stopped(refusal.value), declared, Masking(10))
    pages = {language: render(facts, language) for language in LANGUAGES}
    assert facts["verdict"] == "stopped" and told in pages["nl"]
    assert refusal.value.__context__ is None and refusal.value.remedy
    assert "temporary directory" not in caplog.text
    assert "Exception" not in "".join(capfd.readouterr()), "what the library logs of it may hold values"


MISSING = {  # rows, how many lack the number, how many cannot be split
    "none": (40, 0, 0),
    "a few": (40, 3, 0),
    "a tenth": (1000, 100, 0),
    "half, and some that cannot be split": (400, 200, 30),
    "nearly all": (400, 397, 0),
    "all but those that cannot be split": (400, 370, 30),
    "all": (354, 354, 0),
}


@pytest.mark.parametrize(("rows", "missing", "ragged"), MISSING.values(), ids=MISSING)
def test_missing_values_are_told_of_all_rows(tmp_path: Path, rows: int, missing: int, ragged: int) -> None:
    declared = source(NUMBER, "a")
    lines = [",x"] * missing + ["1"] * ragged + ["1,x"] * (rows - missing - ragged)
    facts = found(tmp_path, "number,a\n" + "\n".join(lines) + "\n", declared)
    (required,) = facts["checks"]
    assert (required["evaluated"], required["unexpected"]) == (rows - ragged, missing)
    assert required["outcome"] == ("failed" if missing else "met")
    told = tell(facts, declared, Masking(10))
    within(told["rows"]["set_apart"], missing + ragged)
    within(told["rows"]["kept"], rows - missing - ragged)
    for finding in (each for each in told["findings"] if each["rule"] == "required"):
        within(finding["count"], missing)
        assert finding["share"][0] <= missing / (rows - ragged) <= finding["share"][1]


def within(told: dict[str, int], count: int) -> None:
    assert told["at_least"] <= count <= told["at_most"]


def found(folder: Path, content: str, declared: Source) -> dict[str, Any]:
    extract = read(folder, content, declared)
    try:
        return summary(validate(extract))
    except Stopped as refusal:
        return stopped(refusal)


KEYS = {  # key, what is asked of it elsewhere, how many rows share theirs
    "no key": ([], [], None),
    "one column": (["number"], [], 2),
    "two columns": (["number", "a"], [], 0),
    "two columns, twice the same": (["a", "b"], [], 2),
    "one that is asked already": (["number"], [check("expect_column_values_to_be_unique", "warn")], None),
}


@pytest.mark.parametrize(("key", "asked", "doubled"), KEYS.values(), ids=KEYS)
def test_a_key_that_stands_in_two_rows_is_told(tmp_path: Path, key: Any, asked: Any, doubled: int | None) -> None:
    declared = source(text_column("number", checks=asked), "a", "b", key=key)
    facts = found(tmp_path, "number,a,b\n1,x,v\n1,y,v\n2,x,v\n3,,v\n4,,v\n,z,\n,z,\n", declared)
    told = [each["unexpected"] for each in facts["checks"] if each["rule"] == "key-doubled"]
    assert told == ([] if doubled is None else [doubled])
    assert facts["rows"]["kept"] == 7
