"""The gate on plain files."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import Fault, WrongInput
from gate import Outcome, SignedPolicy
from gate.file import gate_file, gate_rows
from gate.microdata.anonymise import anonymise
from gate.microdata.declared import Microdata, Rows
from gate.microdata.measures import diversity, smallest
from gate.microdata.patterns import Limits
from gate.table import Table, TableDimension
from tests.gate.policies import signed
from tests.gate.rowwise import ADULT, QUASI, adult, declared
from tests.gate.texts import cells

TABLE = cells("""
    area | people
    a    | 3
    b    | 40
    c    | 50
""").table
AREA = Table(dimensions={"area": TableDimension(concept="municipality")})
RULES = ("D01", "D06", "D07", "B01", "B13")


def policy() -> SignedPolicy:
    return signed(RULES)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_findings_and_safe_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cells{suffix}"
    TABLE.write_csv(path) if suffix == ".csv" else TABLE.write_parquet(path)
    verdict = gate_file(path, policy(), tmp_path / "out", declared=AREA)
    assert verdict.outcome is Outcome.PASS
    findings = json.loads((tmp_path / "out" / "findings.json").read_text())
    assert findings["outcome"] == "PASS"
    assert findings["hidden"] == 2
    assert findings["policy"] == policy().digest
    safe = pl.read_parquet(tmp_path / "out" / "safe.parquet")
    assert safe["people"].null_count() == 2
    assert pl.read_csv(tmp_path / "out" / "safe.csv")["people"].null_count() == 2


def test_what_fails_leaves_no_table_behind(tmp_path: Path) -> None:
    path, out = tmp_path / "cells.csv", tmp_path / "out"
    TABLE.write_csv(path)
    gate_file(path, policy(), out, declared=AREA)
    nine_alone = cells("area | people\n" + "\n".join(f"a{n} | 1" for n in range(9))).table
    nine_alone.write_csv(path)  # nine areas with somebody in each and nine people at most: one each
    assert gate_file(path, policy(), out, declared=AREA).outcome is Outcome.FAIL
    assert sorted(file.name for file in out.iterdir()) == ["findings.json"]


def test_an_earlier_table_goes_before_the_findings_change(tmp_path: Path) -> None:
    """The findings cannot be written, and of the run before no table stays that they might seem to be about."""
    path, out = tmp_path / "cells.csv", tmp_path / "out"
    TABLE.write_csv(path)
    gate_file(path, policy(), out, declared=AREA)
    (out / "findings.json").unlink()
    (out / "findings.json").mkdir()
    with pytest.raises(Fault):
        gate_file(path, policy(), out, declared=AREA)
    assert [file.name for file in out.iterdir()] == ["findings.json"]


def test_a_dimension_without_a_concept_is_not_assessed(tmp_path: Path) -> None:
    TABLE.write_csv(tmp_path / "cells.csv")
    assert gate_file(tmp_path / "cells.csv", policy(), tmp_path).outcome is Outcome.NOT_ASSESSABLE


UNREADABLE = {"no file": None, "not parquet": b"PAR0", "empty": b"", "no counts": b"area,number\na,3\n"}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, suffix: str, content: bytes | None) -> None:
    path = tmp_path / f"cells{suffix}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongInput):
        gate_file(path, policy(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


ROWS_RULES = ("D12", "D16", "D17", "D18", "D19", "B13")


def test_rows_of_persons_leave_coarsened(tmp_path: Path) -> None:
    adult().write_csv(tmp_path / "adult.csv")
    limits = signed(ROWS_RULES, l_diversity=2, t_closeness=0.4)
    verdict = gate_rows(tmp_path / "adult.csv", ADULT, limits, tmp_path / "out")
    assert verdict.outcome is Outcome.PASS
    found = json.loads((tmp_path / "out" / "findings.json").read_text())["rows"]
    assert (found["rows"], found["nodes"]) == (32561, 54)
    assert 0 < found["left_out"] <= 0.05 * 32561
    assert 0 < found["loss"] < 1
    safe = pl.read_parquet(tmp_path / "out" / "safe.parquet")
    assert safe.height == 32561 - found["left_out"]
    assert smallest(safe, ADULT.of("quasi-identifier")) >= 10


MANY_ROLES = declared(
    id={"role": "person"}, name={"role": "drop"}, age={**QUASI, "widths": [10]}, debt={"role": "sensitive"},
    size={"role": "weight"}, note={"role": "other"},
)  # fmt: skip


def persons(number: int, **columns: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"p{place}" for place in range(number)],
            "name": ["somebody"] * number,
            "age": [20 + place % 10 for place in range(number)],
            "debt": [place % 4 for place in range(number)],
            "size": [2] * number,
            "note": ["-"] * number,
            **columns,
        }
    )


VERDICTS: dict[str, tuple[pl.DataFrame, dict[str, str]]] = {
    "what names a person stays": (persons(40), {}),
    "too few of them": (persons(9), {"D12": "FAIL", "D16": "FAIL", "D17": "FAIL", "D18": "FAIL", "D19": "FAIL"}),
    "all with one value": (persons(40, debt=[1] * 40), dict.fromkeys(ROWS_RULES[:5], "FAIL")),
    "notes that few have": (persons(40, note=[f"{place}" for place in range(40)]), {"D19": "WARN"}),
    "notes that tell the age": (persons(40, note=[f"{place % 10}" for place in range(40)]), {"D19": "WARN"}),
}


@pytest.mark.parametrize(("table", "said"), VERDICTS.values(), ids=VERDICTS)
def test_rows_are_examined(tmp_path: Path, table: pl.DataFrame, said: dict[str, str]) -> None:
    table.write_parquet(tmp_path / "rows.parquet")
    verdict = gate_rows(tmp_path / "rows.parquet", MANY_ROLES, signed(ROWS_RULES), tmp_path / "out")
    worse = {finding.rule: str(finding.outcome) for finding in verdict.findings if finding.outcome is not Outcome.PASS}
    assert worse == said
    left = {file.name for file in (tmp_path / "out").iterdir()}
    assert left == {"findings.json"} | ({"safe.csv", "safe.parquet"} if "FAIL" not in said.values() else set())
    if verdict.safe is not None:
        assert verdict.safe.columns == ["age", "debt", "size", "note"]


def test_a_weight_does_not_undo_the_coarsening(tmp_path: Path) -> None:
    """Half the age: as it is, it would tell four rows of each age apart in classes of forty."""
    persons(40).with_columns(size=pl.col("age") / 2).write_parquet(tmp_path / "rows.parquet")
    verdict = gate_rows(tmp_path / "rows.parquet", MANY_ROLES, signed(ROWS_RULES), tmp_path / "out")
    assert verdict.outcome is Outcome.PASS
    assert verdict.safe is not None
    assert set(verdict.safe["size"]) == {12.3}  # the mean, 12.25, in three digits
    assert smallest(verdict.safe, ["age", "size"]) == 40


ONE_VALUE = {
    "spellings": ["HIV", "hiv", "HIV ", "H\u00edv", "hi\u200bv"],
    "marks for nothing": ["HIV", "?", "-", "unknown", ""],
    "words for nothing": ["HIV", "n.v.t.", "Onbekend", "N/A", "null"],
    "no number": [3.0, float("nan"), None, float("nan"), 3.0],
}


@pytest.mark.parametrize("values", ONE_VALUE.values(), ids=ONE_VALUE)
def test_ways_of_writing_and_marks_for_nothing_are_no_choice_of_values(tmp_path: Path, values: list[Any]) -> None:
    persons(40, debt=values * 8).write_parquet(tmp_path / "rows.parquet")
    verdict = gate_rows(tmp_path / "rows.parquet", MANY_ROLES, signed(ROWS_RULES), tmp_path / "out")
    assert verdict.outcome is Outcome.FAIL
    assert verdict.safe is None


def test_what_is_one_value_to_the_search_is_one_to_the_rule() -> None:
    """Each class of ten years is large enough; only that of people in their thirties has two values."""
    table = persons(40).with_columns(age=pl.Series([20, 30] * 20), debt=pl.Series(["HIV", "HIV", "hiv ", "flu"] * 10))
    made = anonymise(Rows(table, MANY_ROLES), Limits(10, 0.5, 2))
    assert made.facts["left_out"] == 20
    assert made.safe is not None
    assert diversity(made.safe, ["age"], "debt") == 2


def test_a_score_of_persons_is_a_ranking_whatever_it_is_declared(tmp_path: Path) -> None:
    table = persons(40).with_columns(note=pl.lit(7))
    scored = declared(**{**columns_of(MANY_ROLES), "note": {"role": "other", "concept": "risk-score"}})
    table.write_parquet(tmp_path / "rows.parquet")
    verdict = gate_rows(tmp_path / "rows.parquet", scored, signed(ROWS_RULES), tmp_path / "out")
    assert [finding.rule for finding in verdict.findings if finding.outcome is Outcome.FAIL] == ["B13"]
    assert verdict.safe is None


@pytest.mark.parametrize("concept", ["risk_scor", ""])
def test_rows_with_a_concept_that_nobody_knows_are_refused(tmp_path: Path, concept: str) -> None:
    persons(40).write_parquet(tmp_path / "rows.parquet")
    wrong = declared(**{**columns_of(MANY_ROLES), "note": {"role": "other", "concept": concept}})
    with pytest.raises(WrongInput, match="neither the policy nor a dictionary"):
        gate_rows(tmp_path / "rows.parquet", wrong, signed(ROWS_RULES), tmp_path / "out")


def test_a_policy_that_does_not_look_at_rows_passes_none(tmp_path: Path) -> None:
    persons(40).write_parquet(tmp_path / "rows.parquet")
    with pytest.raises(WrongInput, match="no rule of the policy looks at rows"):
        gate_rows(tmp_path / "rows.parquet", MANY_ROLES, signed(("D12", "B13")), tmp_path / "out")


def test_exactly_as_many_rows_left_out_as_allowed(tmp_path: Path) -> None:
    """0.29 × 100 is a little less than 29 in floating point."""
    pl.DataFrame({"age": [20] * 71 + list(range(100, 129)), "debt": [n % 4 for n in range(100)]}).write_csv(
        tmp_path / "rows.csv"
    )
    limits = signed(ROWS_RULES, rows_left_out=0.29)
    verdict = gate_rows(
        tmp_path / "rows.csv", declared(age=QUASI, debt={"role": "sensitive"}), limits, tmp_path / "out"
    )
    assert verdict.outcome is Outcome.PASS
    assert verdict.rows is not None
    assert verdict.rows["left_out"] == 29


def test_leading_zeros_of_a_code_stay(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("area,debt\n" + "".join(f"0{place % 2}1,{place % 3}\n" for place in range(60)))
    coded = declared(area={**QUASI, "prefixes": [2]}, debt={"role": "sensitive"})
    verdict = gate_rows(tmp_path / "rows.csv", coded, signed(ROWS_RULES), tmp_path / "out")
    assert verdict.safe is not None
    assert set(verdict.safe["area"]) == {"001", "011"}


def columns_of(columns: Microdata) -> dict[str, object]:
    return {name: column.model_dump(exclude_defaults=True) for name, column in columns.columns.items()}
