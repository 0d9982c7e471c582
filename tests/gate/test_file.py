"""The gate on plain files."""

import json
from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput
from gate import Outcome, SignedPolicy
from gate.file import gate_file
from tests.gate.policies import signed
from tests.gate.texts import cells

TABLE = cells("""
    area | people
    a    | 3
    b    | 40
    c    | 50
""").table
CONCEPTS = {"area": "municipality"}
RULES = ("D01", "D06", "D07", "B01", "B13")


def policy() -> SignedPolicy:
    return signed(RULES)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_findings_and_safe_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cells{suffix}"
    TABLE.write_csv(path) if suffix == ".csv" else TABLE.write_parquet(path)
    verdict = gate_file(path, policy(), tmp_path / "out", CONCEPTS)
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
    gate_file(path, policy(), out, CONCEPTS)
    nine_alone = cells("area | people\n" + "\n".join(f"a{n} | 1" for n in range(9))).table
    nine_alone.write_csv(path)  # nine areas with somebody in each and nine people at most: one each
    assert gate_file(path, policy(), out, CONCEPTS).outcome is Outcome.FAIL
    assert sorted(file.name for file in out.iterdir()) == ["findings.json"]


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
