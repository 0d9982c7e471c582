"""Rows under pseudonyms for one recipient: need, minimisation, ground and end; nothing in clear."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyrage
import pytest

from declare import WrongInput
from gate import Outcome, SubjectError
from gate.bias.columns import KnownProxies
from gate.case import Case, Rule
from gate.file import SEALED, gate_extract
from gate.microdata.declared import Microdata, Rows
from gate.microdata.extract import extract, under_pseudonyms
from gate.profiling.minors import Minors
from gate.subject import OutputColumn, Subject
from pseudonymise.envelope import recipient_of, seal_pieces
from tests.gate.policies import signed

RECIPIENT = pyrage.x25519.Identity.generate()
RULES = ("B13", "D12", "D16", "D17", "D18", "D19", "D20")
TERMS = {
    "recipient": "the research desk", "address": str(RECIPIENT.to_public()), "environment": "closed reading room",
    "ground": "AVG art. 6(1)(e)", "until": "2030-01-01",
}  # fmt: skip
COLUMNS: dict[str, dict[str, Any]] = {
    "bsn": {"role": "person", "necessity": "to follow somebody through the years"},
    "name": {"role": "drop"},
    "age": {"role": "quasi-identifier", "widths": [10], "level": 1, "necessity": "risk differs by age"},
    "area": {"role": "quasi-identifier", "keep": ["a"], "necessity": "the area asked about"},
    "debt": {"role": "sensitive", "necessity": "what is looked into"},
}
TABLE = pl.DataFrame(
    {
        "bsn": ["canary-1", "canary-1", "canary-2", "canary-3"],
        "name": ["Canary"] * 4,
        "age": [21, 22, 34, 35],
        "area": ["a", "a", "a", "b"],
        "debt": [0, 10, 20, 30],
    }
)


def seal(content: bytes, out: Path) -> None:
    seal_pieces(iter([content]), recipient_of(TERMS["address"]), out)


def opened(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(pyrage.decrypt((folder / SEALED).read_bytes(), [RECIPIENT]))


def declaration(terms: dict[str, Any] | None = None, **columns: dict[str, Any]) -> Microdata:
    return Microdata.model_validate({"extract": {**TERMS, **(terms or {})}, "columns": {**COLUMNS, **columns}})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    TABLE.write_parquet(tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_an_extract_leaves_sealed_and_no_wider_than_declared(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    verdict = gate_extract(file, declaration(), signed(RULES), out, seal)
    assert verdict.outcome is Outcome.WARN  # a row per person is weighed by people, however it is minimised
    assert sorted(path.name for path in out.iterdir()) == [SEALED, "findings.json"]
    assert not any(b"anary" in path.read_bytes() for path in out.iterdir())
    found = opened(out)
    assert found.select("age", "area", "debt").sort("debt").rows() == [
        ("20-29", "a", 0), ("20-29", "a", 10), ("30-39", "a", 20),
    ]  # fmt: skip
    assert found["bsn"].n_unique() == 2  # one person has two rows
    told = json.loads((out / "findings.json").read_text())["rows"]
    assert (told["rows"], told["stay"], told["columns"], told["leave"]) == (4, 3, 5, 4)


def test_two_extracts_share_no_pseudonym(file: Path, tmp_path: Path) -> None:
    found = []
    for name in ("first", "second"):
        gate_extract(file, declaration(), signed(RULES), tmp_path / name, seal)
        found.append(set(opened(tmp_path / name)["bsn"]))
    assert not found[0] & found[1]
    assert all(len(pseudonym) == 32 for pseudonym in found[0] | found[1])


SCORE = {"role": "other", "concept": "risk-score", "necessity": "to choose whom to visit"}
DOCUMENTS = {"case_decision": "C-1", "human_decision": "the mayor's officer", "dpia": "DPIA-1"}
EXAMINED: dict[str, tuple[Microdata, str, Outcome]] = {
    "no reason for a column": (declaration(debt={"role": "sensitive"}), "D20", Outcome.FAIL),
    "a reason of blanks": (declaration(debt={"role": "sensitive", "necessity": " "}), "D20", Outcome.FAIL),
    "a score without decisions": (declaration(debt=SCORE), "B13", Outcome.FAIL),
    "a score without a DPIA": (declaration({**DOCUMENTS, "dpia": " "}, debt=SCORE), "B13", Outcome.FAIL),
    "a score with all three": (declaration(DOCUMENTS, debt=SCORE), "B13", Outcome.WARN),
    "a ranking without decisions": (
        declaration(debt={"role": "other", "use": "ranking", "necessity": "order"}), "B13", Outcome.FAIL),
    "everything as it is": (
        Microdata.model_validate({"extract": TERMS, "columns": {
            name: {"role": "other", "necessity": "asked for"} for name in TABLE.columns if name not in ("age", "bsn")
        } | {name: {"role": "quasi-identifier", "necessity": "asked for"} for name in ("age", "bsn")}}),
        "D20", Outcome.WARN),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "rule", "outcome"), EXAMINED.values(), ids=EXAMINED)
def test_need_and_scores(file: Path, tmp_path: Path, declared: Microdata, rule: str, outcome: Outcome) -> None:
    verdict = gate_extract(file, declared, signed(RULES), tmp_path / "out", seal)
    assert {finding.outcome for finding in verdict.findings if finding.rule == rule} == {outcome}
    assert (tmp_path / "out" / SEALED).exists() == (verdict.outcome is not Outcome.FAIL)


def test_a_policy_without_the_rules_lets_no_extract_through(file: Path, tmp_path: Path) -> None:
    with pytest.raises(SubjectError, match="no rule of the policy looks at extracts: D20"):
        gate_extract(file, declaration(), signed(("B13",)), tmp_path / "out", seal)
    assert not (tmp_path / "out").exists()


def test_anonymous_rows_are_no_extract(file: Path, tmp_path: Path) -> None:
    columns = {"age": {"role": "quasi-identifier"}}
    with pytest.raises(WrongInput, match="declared anonymous"):
        gate_extract(file, Microdata.model_validate({"columns": columns}), signed(RULES), tmp_path / "out", seal)
    with pytest.raises(ValueError, match="belong to an extract"):
        Microdata.model_validate({"columns": {"age": {"role": "quasi-identifier", "necessity": "asked for"}}})


def test_a_row_of_nobody_is_refused() -> None:
    with pytest.raises(WrongInput, match="a row has no bsn"):
        under_pseudonyms(TABLE.with_columns(bsn=pl.lit(None, pl.String)), declaration())


def test_a_level_that_is_not_there_is_refused(file: Path, tmp_path: Path) -> None:
    declared = declaration(age={"role": "quasi-identifier", "level": 2, "necessity": "asked for"})
    with pytest.raises(WrongInput, match="age has no level 2"):
        gate_extract(file, declared, signed(RULES), tmp_path / "out", seal)


TELLING = {
    "a postcode of six signs": (KnownProxies(("postcode",)), "postcode", ["1011AB", "1012"], Outcome.FAIL),
    "postcodes of four digits": (KnownProxies(("postcode",)), "postcode", ["1011", "1012"], Outcome.WARN),
    "children": (Minors(12), "age", ["11", "40"], Outcome.WARN),
    "grown-ups": (Minors(12), "age", ["20-29", "30+"], Outcome.PASS),
    "an age that is not known": (Minors(12), "age", ["?", "40"], Outcome.NOT_ASSESSABLE),
}


@pytest.mark.parametrize(("rule", "concept", "values", "outcome"), TELLING.values(), ids=TELLING)
def test_rules_see_the_values_that_leave(rule: Rule, concept: str, values: list[str], outcome: Outcome) -> None:
    column = {"role": "quasi-identifier", "concept": concept, "necessity": "it is needed"}
    rows = Rows(pl.DataFrame({"it": values}), Microdata.model_validate({"extract": TERMS, "columns": {"it": column}}))
    subject = Subject("extract", (OutputColumn("it", concept, "breakdown"),), rows=rows)
    assert [finding.outcome for finding in rule.check(Case(subject, extract=extract(rows)))] == [outcome]


def test_what_was_left_out_before_counts_as_left_out() -> None:
    declared = Microdata.model_validate({"extract": TERMS, "columns": {"area": COLUMNS["area"] | {"keep": []}}})
    rows = Rows(TABLE.select("area"), declared, taken_from=(10, 3))
    found = {name: extract(rows).facts[name] for name in ("rows", "stay", "columns", "leave")}
    assert found == {"rows": 10, "stay": 4, "columns": 3, "leave": 1}
