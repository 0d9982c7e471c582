"""The gate as a whole: what it refuses to look at, what it says, and what it never shows."""

import json
from dataclasses import fields, replace
from pathlib import Path

import polars as pl
import pytest

from declare import Fault
from gate import Cells, Finding, GroupRates, Outcome, OutputColumn, Subject, SubjectError, Verdict, examine
from gate.case import Case
from gate.registry import RULES, built
from gate.rules import document
from tests.gate.policies import signed
from tests.gate.texts import cells

TABLE = cells("""
    area | sex | people | value | first | second
    a    | m   | 3      | 30    | 15    | 10
    a    | f   | 20     | 800   | 60    | 50
    b    | m   | 30     | 900   | 60    | 50
    b    | f   | 40     | 950   | 60    | 50
    c    | m   | 50     | 990   | 60    | 50
    c    | f   | 0      | 0     | 0     | 0
""")
COLUMNS = (OutputColumn("area", "municipality", "breakdown"), OutputColumn("sex", "sex", "breakdown"))
GROUPS = GroupRates(
    pl.DataFrame({"attribute": ["sex"] * 2, "group": ["f", "m"], "eligible": [500, 600], "linked": [450, 540]})
)
SUBJECT = Subject("table", COLUMNS, TABLE, GROUPS)


def changed(**columns: pl.Expr) -> Cells:
    return replace(TABLE, table=TABLE.table.with_columns(**columns))


BROKEN = {
    "a margin is missing": replace(TABLE, table=TABLE.table.filter((pl.col("area") != "*") | (pl.col("sex") != "m"))),
    "an empty combination is left out": replace(TABLE, table=TABLE.table.filter(pl.col("people") > 0)),
    "a cell stands there twice": replace(TABLE, table=pl.concat([TABLE.table, TABLE.table.head(1)])),
    "records that do not add up": changed(records=pl.col("records") + (pl.col("area") == "a").cast(pl.Int64)),
    "amounts that do not add up": changed(value=pl.col("value") + (pl.col("area") == "b")),
    "more people than records": changed(people=pl.col("people") + 1),
    "records of nobody": changed(people=pl.lit(0)),
    "a count below nothing": changed(people=-pl.col("people"), records=-pl.col("records")),
    "a null count": changed(people=pl.lit(None, pl.Int64)),
    "an amount that is no number": changed(value=pl.lit(float("nan"))),
    "the second above the first": changed(second=pl.col("first") + 1),
    "an amount of nobody": changed(value=pl.col("value") + 1),
    "a category without a name": changed(sex=pl.when(pl.col("sex") == "m").then("sex")),
    "no magnitude where one is named": replace(TABLE, table=TABLE.table.drop("first")),
    "no dimension": replace(TABLE, dimensions=()),
    "words for counts": changed(people=pl.lit("many")),
    "no rows": replace(TABLE, table=TABLE.table.clear()),
}


@pytest.mark.parametrize("table", BROKEN.values(), ids=BROKEN)
def test_a_table_that_is_not_one_is_refused(table: Cells) -> None:
    with pytest.raises(SubjectError):
        examine(replace(SUBJECT, cells=table), signed())


def test_a_draft_that_is_not_one_is_refused() -> None:
    with pytest.raises(SubjectError):
        Subject("table", COLUMNS)
    with pytest.raises(SubjectError):
        Subject("graph", COLUMNS, TABLE)


def test_the_whole_verdict() -> None:
    verdict = examine(SUBJECT, signed())
    outcomes = {finding.rule: finding.outcome for finding in verdict.findings}
    assert set(outcomes) == set(signed().policy.rules)
    assert outcomes["D01"] is outcomes["D06"] is outcomes["D07"] is outcomes["B04"] is outcomes["B13"] is Outcome.PASS
    assert outcomes["B01"] is Outcome.WARN  # sex as breakdown
    assert outcomes["D05"] is verdict.outcome is Outcome.FAIL  # all of c are men, and sex is a protected ground
    assert outcomes["D14"] is Outcome.WARN
    assert outcomes["B14"] is Outcome.NOT_ASSESSABLE
    assert verdict.safe is None
    assert verdict.policy == signed().digest
    assert verdict.subject == SUBJECT.digest


ORDER = {
    "one failure outweighs all": (["PASS", "WARN", "NOT ASSESSABLE", "FAIL"], "FAIL"),
    "not assessable outweighs a warning": (["PASS", "WARN", "NOT ASSESSABLE"], "NOT ASSESSABLE"),
    "a warning outweighs a pass": (["PASS", "WARN"], "WARN"),
    "all pass": (["PASS", "PASS"], "PASS"),
}


@pytest.mark.parametrize(("outcomes", "worst"), ORDER.values(), ids=ORDER)
def test_the_worst_finding_counts(outcomes: list[str], worst: str) -> None:
    findings = tuple(Finding("D01", Outcome(outcome), "table", 0, 0, "", "") for outcome in outcomes)
    assert Verdict(findings, "", "", None).outcome == worst


def test_no_findings_is_no_verdict() -> None:
    with pytest.raises(Fault):
        Verdict((), "", "", None)


def test_a_rule_that_breaks_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, case: Case) -> tuple[Finding, ...]:
        raise ZeroDivisionError

    monkeypatch.setattr(RULES["B13"], "check", broken)
    with pytest.raises(ZeroDivisionError):
        examine(SUBJECT, signed())


def test_same_subject_same_verdict_and_any_change_shows() -> None:
    one, two = examine(SUBJECT, signed()), examine(SUBJECT, signed())
    assert one.digest == two.digest
    others = (
        replace(SUBJECT, cells=changed(records=pl.col("records") * 2)),
        replace(SUBJECT, groups=None),
        replace(SUBJECT, columns=COLUMNS[:1]),
        replace(SUBJECT, case_decision="case 7"),
        replace(SUBJECT, human_decision="somebody"),
        replace(SUBJECT, not_assessable=("religion",)),
        replace(SUBJECT, blind=b"another"),
    )
    assert len({SUBJECT.digest, *(other.digest for other in others)}) == 1 + len(others)


def test_findings_tell_numbers_of_hidden_cells_and_nothing_else() -> None:
    """Which cells are small may not be told: hidden for few people or as company, they look the same."""
    verdict = examine(SUBJECT, signed(("D01", "D02", "D03", "D04", "D06", "D07", "B13")))
    assert verdict.safe is not None
    assert verdict.hidden == verdict.safe["people"].null_count() > 1
    content = json.dumps(verdict.to_json())
    hidden = TABLE.table.filter(verdict.safe["people"].is_null())
    for about in verdict.findings:
        assert about.about in ("table", "output")
    for amount in hidden["value"]:
        assert str(amount) not in content
    assert "Verdict" not in repr(TABLE) and "30.0" not in repr(SUBJECT)


def test_every_rule_says_where_it_comes_from_and_what_helps() -> None:
    for number, kind in RULES.items():
        assert kind.id == number
        assert all(len(text) > 10 for text in (kind.__doc__, kind.source, kind.outcomes, kind.remedy))
        assert kind.__dataclass_params__.frozen
    rules = built(RULES, signed().policy)
    assert all(getattr(rule, field.name) is not None for rule in rules for field in fields(rule))  # type: ignore[arg-type]


def test_the_page_of_rules_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert page.read_text(encoding="utf-8") == document(), "run: python -m gate.rules > docs/rules.md"
