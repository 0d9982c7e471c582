"""Files of cells with what is declared of them: hierarchies, linked tables, earlier tables; and odd files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput, load
from gate import Cells, Outcome, OutputColumn, Subject, SubjectError, examine, sign_policy
from gate.file import gate_file
from gate.table import Table
from tests.cli.shell import koppelkamer
from tests.gate.policies import Owner, signed, text
from tests.gate.texts import cells

RULES = ("D01", "D05", "D06", "D07", "D14")
DIFFERENCING = (*RULES, "D02", "D03", "D04", "D08")
PROVINCES = """
[dimensions.area]
concept = "municipality"
parents = { a = "noord", b = "noord", c = "zuid", d = "zuid" }
"""
TOWNS = {"*": 145, "noord": 46, "zuid": 99, "a": 6, "b": 40, "c": 42, "d": 57}


def written(path: Path, people: Mapping[str, int | None], name: str = "area") -> Path:
    pl.DataFrame({name: list(people), "people": list(people.values()), "records": list(people.values())}).write_csv(
        path
    )
    return path


def declared(folder: Path, content: str) -> Table:
    (folder / "table.toml").write_text(content)
    return load(folder / "table.toml", Table)


def test_a_hierarchy_is_hidden_over_its_levels(tmp_path: Path) -> None:
    """Town a is small; within its province only b can protect it, or the province's own subtotal."""
    path = written(tmp_path / "cells.csv", TOWNS)
    verdict = gate_file(path, signed(RULES), tmp_path / "out", declared=declared(tmp_path, PROVINCES))
    assert verdict.outcome is Outcome.PASS
    assert verdict.safe is not None
    shown = dict(verdict.safe.select("area", "people").iter_rows())
    assert shown["a"] is None
    assert shown["b"] is None or shown["noord"] is None
    assert shown["*"] == 145


def test_without_its_hierarchy_the_same_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="do not add up"):
        gate_file(written(tmp_path / "cells.csv", TOWNS), signed(RULES), tmp_path / "out")


def test_tables_published_together_protect_what_they_share(tmp_path: Path) -> None:
    """Two tables with area in common: a small cell of either is hidden, and no table gives it back."""
    by_sex, by_age = tmp_path / "sex.csv", tmp_path / "age.csv"
    inner = "a | {0} | 4\na | {1} | 30\nb | {0} | 40\nb | {1} | 50"
    for path, names in ((by_sex, ("sex", "m", "f")), (by_age, ("age", "young", "old"))):
        cells(f"area | {names[0]} | people\n{inner.format(*names[1:])}").table.write_csv(path)
    verdict = gate_file(by_sex, signed(RULES), tmp_path / "out", linked=[by_age])
    assert verdict.safe is not None
    assert verdict.safe.height == 9 + 9 - 3  # the areas and the total stand in both
    small = verdict.safe.filter(pl.col("area") == "a", pl.col("sex").is_in(["m"]) | pl.col("age").is_in(["young"]))
    assert small["people"].is_null().all()


def test_linked_tables_that_disagree_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    cells("area | sex | people\na | m | 30\na | f | 40").table.write_csv(one)
    cells("area | age | people\na | young | 30\na | old | 41").table.write_csv(other)
    with pytest.raises(WrongInput, match="not complete"):
        gate_file(one, signed(RULES), tmp_path / "out", linked=[other])


NOW: dict[str, int | None] = {"*": 130, "a": 40, "b": 90}
EARLIER: dict[str, tuple[dict[str, int | None], Outcome]] = {
    "the same table": ({"*": 130, "a": 40, "b": 90}, Outcome.PASS),
    "many more": ({"*": 190, "a": 60, "b": 130}, Outcome.PASS),
    "nine more": ({"*": 139, "a": 49, "b": 90}, Outcome.FAIL),
    "one fewer in one cell": ({"*": 150, "a": 39, "b": 111}, Outcome.FAIL),
    "a category that is not here": ({"*": 150, "a": 60, "b": 70, "c": 20}, Outcome.NOT_ASSESSABLE),
    "hidden then": ({"*": 190, "a": None, "b": None}, Outcome.NOT_ASSESSABLE),
}


@pytest.mark.parametrize(("earlier", "outcome"), EARLIER.values(), ids=EARLIER)
def test_earlier_tables_are_subtracted_by_count(
    tmp_path: Path, earlier: dict[str, int | None], outcome: Outcome
) -> None:
    now, then = written(tmp_path / "now.csv", NOW), written(tmp_path / "then.csv", earlier)
    verdict = gate_file(now, signed(DIFFERENCING), tmp_path / "out", against=[then])
    assert {each.outcome for each in verdict.findings if each.rule == "D08"} == {outcome}


def test_another_breakdown_is_not_assessable_and_its_total_still_counts(tmp_path: Path) -> None:
    now = written(tmp_path / "now.csv", NOW)
    for total, outcome in ((130, Outcome.NOT_ASSESSABLE), (133, Outcome.FAIL)):
        then = written(tmp_path / "then.csv", {"*": total, "m": 60, "f": total - 60}, name="sex")
        verdict = gate_file(now, signed(DIFFERENCING), tmp_path / "out", against=[then])
        assert {each.outcome for each in verdict.findings if each.rule == "D08"} == {outcome}


UNKNOWN = {"misspelled": "helth", "in another language": "gezondheid", "empty": "", "blank": " "}


@pytest.mark.parametrize("concept", UNKNOWN.values(), ids=UNKNOWN)
def test_a_concept_that_nobody_knows_is_refused(tmp_path: Path, concept: str) -> None:
    path, said = written(tmp_path / "cells.csv", NOW), f'[dimensions.area]\nconcept = "{concept}"'
    with pytest.raises(WrongInput, match="neither the policy nor a dictionary") as refused:
        gate_file(path, signed(RULES), tmp_path / "out", declared=declared(tmp_path, said))
    assert ("Perhaps health is meant" in refused.value.remedy) == (concept == "helth")
    assert not (tmp_path / "out").exists()


def test_a_concept_of_the_dictionary_is_known(tmp_path: Path) -> None:
    """Written otherwise it is the same word."""
    path, said = written(tmp_path / "cells.csv", NOW), '[dimensions.area]\nconcept = "Kind_of incident"'
    known = declared(tmp_path, said)
    verdict = gate_file(
        path, signed(("B01", *RULES)), tmp_path / "out", declared=known, dictionary=["kind-of-incident"]
    )
    assert verdict.outcome is Outcome.PASS


BASE = 'method = "rounding"\nbase = 5\nsource = "a test"'
PERTURBED: dict[str, tuple[dict[str, int | None], Outcome]] = {
    "what it published itself": ({"*": 130, "a": 40, "b": 90}, Outcome.PASS),
    "one multiple further": ({"*": 135, "a": 45, "b": 90}, Outcome.FAIL),
    "two multiples, which may be six persons": ({"*": 140, "a": 50, "b": 90}, Outcome.NOT_ASSESSABLE),
    "far from it": ({"*": 190, "a": 70, "b": 120}, Outcome.PASS),
}


@pytest.mark.parametrize(("earlier", "outcome"), PERTURBED.values(), ids=PERTURBED)
def test_what_was_rounded_is_held_against_what_is_rounded(
    tmp_path: Path, earlier: dict[str, int | None], outcome: Outcome
) -> None:
    now = written(tmp_path / "now.csv", {"*": 129, "a": 41, "b": 88})
    then = written(tmp_path / "then.csv", earlier)
    policy = signed((*DIFFERENCING, "D10"), BASE)
    verdict = gate_file(now, policy, tmp_path / "out", against=[then])
    assert {each.outcome for each in verdict.findings if each.rule == "D08"} == {outcome}


NO_COUNTS = {"below zero": [-130, -40, -90], "half persons": [130.5, 40.0, 90.5]}


@pytest.mark.parametrize("people", NO_COUNTS.values(), ids=NO_COUNTS)
def test_earlier_counts_that_are_none_are_refused(tmp_path: Path, people: list[float]) -> None:
    now = written(tmp_path / "now.csv", NOW)
    pl.DataFrame({"area": ["*", "a", "b"], "people": people, "records": people}).write_csv(tmp_path / "then.csv")
    with pytest.raises(WrongInput, match="counts that are none"):
        gate_file(now, signed(DIFFERENCING), tmp_path / "out", against=[tmp_path / "then.csv"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("people", [40, 3], ids=["what passes", "what fails"])
def test_the_answer_never_takes_the_place_of_what_it_is_made_from(tmp_path: Path, suffix: str, people: int) -> None:
    now, out = written(tmp_path / "now.csv", {"*": 90 + people, "a": people, "b": 90}), tmp_path / "out"
    gate_file(written(tmp_path / "first.csv", NOW), signed(DIFFERENCING), out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with pytest.raises(WrongInput, match="overwritten"):
        gate_file(out / f"safe.{suffix}", signed(DIFFERENCING), out)
    (tmp_path / "link").symlink_to(out)
    with pytest.raises(WrongInput, match="overwritten"):
        gate_file(now, signed(DIFFERENCING), tmp_path / "link", against=[out / f"safe.{suffix}"])
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_text_of_the_csv_runs_nowhere_and_is_known_again(tmp_path: Path) -> None:
    names = {"*": 130, "=CMD|' /C calc'!A0": 40, "-5": 30, "\u202eevil\x1b[2J": 60}
    now, out = written(tmp_path / "now.csv", names, name="@area"), tmp_path / "out"
    gate_file(now, signed(DIFFERENCING), out)
    safe = pl.read_csv(out / "safe.csv")
    assert safe.columns[0] == "'@area"
    assert set(safe["'@area"]) == {"*", "'=CMD|' /C calc'!A0", "'-5", "\ufffdevil\ufffd[2J"}
    known = written(tmp_path / "known.csv", {name: names[name] for name in list(names)[:3]} | {"b": 60}, name="@area")
    gate_file(known, signed(DIFFERENCING), tmp_path / "first")
    again = gate_file(known, signed(DIFFERENCING), tmp_path / "second", against=[tmp_path / "first" / "safe.csv"])
    assert {each.outcome for each in again.findings if each.rule == "D08"} == {Outcome.PASS}


def test_one_earlier_table_more_never_lets_pass(tmp_path: Path) -> None:
    now = written(tmp_path / "now.csv", NOW)
    files = [written(tmp_path / f"{number}.csv", each) for number, (each, _) in enumerate(EARLIER.values())]
    failed = gate_file(now, signed(DIFFERENCING), tmp_path / "out", against=files[2:3])
    every = gate_file(now, signed(DIFFERENCING), tmp_path / "out", against=files)
    assert failed.outcome is every.outcome is Outcome.FAIL


def test_the_joint_audit_needs_records(tmp_path: Path) -> None:
    now = written(tmp_path / "now.csv", NOW)
    verdict = gate_file(now, signed((*DIFFERENCING, "D09")), tmp_path / "out", against=[now])
    assert {each.outcome for each in verdict.findings if each.rule == "D09"} == {Outcome.NOT_ASSESSABLE}


def test_earlier_tables_without_a_rule_are_refused(tmp_path: Path) -> None:
    now = written(tmp_path / "now.csv", NOW)
    with pytest.raises(WrongInput, match="no rule"):
        gate_file(now, signed(RULES), tmp_path / "out", against=[now])


WRONG_TABLES = {
    "a hierarchy of nothing": '[dimensions.area]\nparents = { x = "noord" }',
    "a circle": '[dimensions.area]\nparents = { a = "b", b = "a" }',
    "a column nobody declared": "[dimensions.town]",
    "no dimension": "dimensions = {}",
    "an unknown key": "[dimensions.area]\nparent = {}",
}


@pytest.mark.parametrize("content", WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_a_wrong_declaration_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(WrongInput):
        gate_file(
            written(tmp_path / "c.csv", NOW), signed(RULES), tmp_path / "out", declared=declared(tmp_path, content)
        )


def judged(table: Cells) -> Outcome:
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in table.dimensions)
    return examine(Subject("table", columns, table), signed(RULES)).outcome


ONE = cells("area | people\na | 40\nb | 50")


@pytest.mark.parametrize("name", ["people", "sign", "whole", "total people", "told", "room", "unknown", " ", ""])
def test_a_dimension_named_as_a_number_is_refused(name: str) -> None:
    with pytest.raises(SubjectError):
        judged(Cells((name,), ONE.table.rename({"area": name}) if name not in ONE.table.columns else ONE.table))


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\r", "\0"])
def test_a_category_without_a_readable_name_is_refused(name: str) -> None:
    with pytest.raises(SubjectError, match="readable"):
        judged(replace(ONE, table=ONE.table.with_columns(area=pl.col("area").replace("a", name))))


@pytest.mark.parametrize("name", ["=1+1", "'s-Gravenhage", "a,b", '"', "總計", "NULL", "-", "**", "x" * 5000])
def test_an_odd_name_is_a_name(name: str) -> None:
    assert judged(replace(ONE, table=ONE.table.with_columns(area=pl.col("area").replace("a", name)))) is Outcome.PASS


def test_a_table_of_one_category_is_examined_and_one_of_a_total_alone_is_not() -> None:
    one = cells("area | people\na | 40")
    assert judged(one) is Outcome.PASS
    with pytest.raises(SubjectError):
        judged(replace(one, table=one.table.filter(pl.col("area") == "*")))


def test_amounts_below_nothing_count_without_their_sign() -> None:
    """A loss of 900 dominates a cell as a profit of 900 would."""
    table = cells(
        "area | people | value | first | second\n"
        "a | 20 | -900 | 900 | 5\nb | 20 | 100 | 9 | 5\nc | 30 | -120 | 9 | 5\nd | 30 | 90 | 9 | 5"
    )
    columns = (OutputColumn("area", "area", "breakdown"),)
    verdict = examine(Subject("table", columns, table), signed(("D01", "D02", "D06", "D07")))
    assert verdict.unsafe >= 1
    if verdict.safe is not None:
        assert verdict.safe.filter(pl.col("area") == "a")["value"].item() is None


def test_the_command_takes_hierarchies_and_earlier_tables(tmp_path: Path) -> None:
    owner = Owner()
    (tmp_path / "owner.pub").write_text(owner.public_key.hex() + "\n")
    (tmp_path / "policy.toml").write_text(text(DIFFERENCING))
    sign_policy(tmp_path / "policy.toml", tmp_path / "policy.sig", owner)
    written(tmp_path / "cells.csv", TOWNS)
    written(tmp_path / "then.csv", TOWNS | {"d": 52, "zuid": 94, "*": 140})
    declared(tmp_path, PROVINCES)
    call = ("gate", "cells.csv", "--policy", "policy.toml", "--key", "owner.pub", "--table", "table.toml")
    passed = koppelkamer(*call, "--out", "out", at=tmp_path)
    assert passed.code == 0, passed.err
    assert pl.read_csv(tmp_path / "out" / "safe.csv")["people"].null_count() >= 2
    refused = koppelkamer(*call, "--out", "out2", "--against", "then.csv", at=tmp_path)
    assert refused.code == 1
    assert "D08 FAIL" in refused.err
    assert not (tmp_path / "out2" / "safe.csv").exists()
