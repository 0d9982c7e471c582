"""Rounding and cell keys as the gate applies them: after all hiding, on what is shown, and never in its stead."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput, load
from gate import Cells, Outcome, OutputColumn, Policy, SignedPolicy, Subject, SubjectError, Verdict, examine
from gate.case import Case, Masked
from gate.file import gate_file
from gate.perturb.cell_key import KEYS, key_sums
from gate.perturb.rule import Perturbing
from tests.gate.policies import signed, text
from tests.gate.texts import cells, with_margins

HIDING = ("D01", "D02", "D03", "D04", "D06", "D07")
ROUNDING = 'method = "rounding"\nbase = 5\nsource = "OpenSAFELY"'
NOISE = 'method = "cell-key"\nlargest = 5\nvariance = 2.0\nsource = "set by the owner"'
TABLE = cells("""
    area | sex | people | records
    a    | m   | 3      | 4
    a    | f   | 27     | 31
    b    | m   | 33     | 33
    b    | f   | 41     | 52
    c    | m   | 58     | 77
    c    | f   | 0      | 0
""")


def policy(perturbation: str = "") -> SignedPolicy:
    return signed((*HIDING, "D10") if perturbation else HIDING, perturbation)


def judged(table: Cells, perturbation: str) -> Verdict:
    columns = tuple(OutputColumn(name, "municipality", "breakdown") for name in table.dimensions)
    return examine(Subject("table", columns, table), policy(perturbation))


def keyed(table: Cells, seed: int = 1) -> Cells:
    keys = np.random.default_rng(seed).integers(0, KEYS, table.table.height)
    return replace(table, table=table.table.with_columns(cell_key=pl.Series(keys)))


def shown(verdict: Verdict) -> pl.DataFrame:
    assert verdict.safe is not None
    return verdict.safe


CONTRADICTING = {
    "a rule without its section": (text((*HIDING, "D10")), "name both, or neither"),
    "a section without its rule": (text(HIDING, ROUNDING), "name both, or neither"),
    "noise in place of a threshold": (text(("D06", "D07", "D10"), ROUNDING), "add D01"),
    "counts below the limit": (text((*HIDING, "D10"), ROUNDING.replace("5", "4")), "multiple of the base"),
    "two methods at once": (text((*HIDING, "D10"), f"{ROUNDING}\nvariance = 2.0"), "rounding has no variance"),
    "half a method": (text((*HIDING, "D10"), NOISE.replace("largest = 5\n", "")), "needs largest"),
    "noise that cannot be": (text((*HIDING, "D10"), NOISE.replace("2.0", "10.0")), "variance below 10"),
    "nobody set it": (text((*HIDING, "D10"), ROUNDING.replace("OpenSAFELY", "")), "source"),
}


@pytest.mark.parametrize(("content", "named"), CONTRADICTING.values(), ids=CONTRADICTING)
def test_settings_that_contradict_are_refused(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "policy.toml").write_text(content)
    with pytest.raises(WrongInput, match=named):
        load(tmp_path / "policy.toml", Policy)


@pytest.mark.parametrize(("perturbation", "table"), [(ROUNDING, TABLE), (NOISE, keyed(TABLE))], ids=["5", "noise"])
def test_the_same_cells_are_hidden_and_zeros_stay(perturbation: str, table: Cells) -> None:
    plain, made = judged(table, ""), judged(table, perturbation)
    for name in ("people", "records"):
        assert shown(made)[name].is_null().to_list() == shown(plain)[name].is_null().to_list()
        assert (shown(made)[name] == 0).to_list() == (shown(plain)[name] == 0).to_list()
    assert made.exact is not None
    assert made.exact.equals(shown(plain))
    assert (made.hidden, made.unsafe) == (plain.hidden, plain.unsafe)
    assert "cell_key" not in shown(made).columns


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 60), min_size=6, max_size=6), st.integers(0, 2**16))
def test_rounding_moves_little_and_keeps_every_sum(counts: list[int], more: int) -> None:
    inner = pl.DataFrame({"area": list("aabbcc"), "sex": list("mfmfmf"), "people": counts})
    records = [count + (more >> place) % 3 * (count > 0) for place, count in enumerate(counts)]
    verdict = judged(with_margins(inner.with_columns(records=pl.Series(records)), ("area", "sex")), ROUNDING)
    if verdict.safe is None:
        return  # no safe form: everything stays
    assert verdict.exact is not None and verdict.perturbed is not None
    for name in ("people", "records"):
        assert (verdict.safe[name].drop_nulls() % 5 == 0).all()
        loss = verdict.perturbed.loss[name]
        assert loss.largest < (5 if name == "people" else 10)
        assert loss.kept == loss.sums
    assert (verdict.safe["people"] <= verdict.safe["records"]).drop_nulls().all()


def test_a_key_alone_decides_the_noise() -> None:
    """The same people in another table, beside other cells: the same key and count, the same published count."""
    one, other = cells("area | people\na | 127\nb | 41"), cells("town | people\nx | 300\ny | 127\nz | 18")
    a = pl.col("people") == 127
    seen = set()
    for key in range(0, KEYS, KEYS // 20):
        tables = (
            replace(each, table=each.table.with_columns(cell_key=pl.when(a).then(key).otherwise(rest)))
            for each, rest in ((one, 7), (other, 99))
        )
        first, second = (
            shown(judged(table, NOISE)).filter(table.table.select(a).to_series())["people"].item() for table in tables
        )
        assert first == second
        seen.add(first)
    assert len(seen) > 3


def test_noise_is_right_in_the_mean() -> None:
    """Over many sets of people a count of 41 stays 41 in the mean, within four standard errors."""
    number = 2_000
    inner = pl.DataFrame({"area": [str(place) for place in range(number)], "people": [41] * number})
    found = shown(judged(keyed(with_margins(inner, ("area",))), NOISE)).filter(pl.col("area") != "*")["people"]
    assert abs(float(found.to_numpy().mean()) - 41) < 4 * (2.0 / number) ** 0.5
    assert found.is_between(36, 46).all()
    assert found.n_unique() > 5


def test_the_keys_of_a_cell_add_up_over_its_people() -> None:
    """Three people, one of them counted in two areas: once in the total."""
    table = Cells(("area",), pl.DataFrame({"area": ["*", "a", "b"], "people": [3, 2, 2], "records": [4, 2, 2]}))
    people = pl.DataFrame({"cell": [1, 1, 2, 2], "person": [b"p", b"q", b"q", b"r"], "key": [KEYS - 1, 5, 5, 7]})
    assert key_sums(table, people).to_list() == [11, 4, 12]


def test_a_hierarchy_has_keys_at_every_level() -> None:
    names = ["*", "noord", "a", "b", "c"]
    table = pl.DataFrame({"area": names, "people": [3, 2, 1, 1, 1], "records": [3, 2, 1, 1, 1]})
    made = Cells(("area",), table, parents={"area": {"a": "noord", "b": "noord"}})
    people = pl.DataFrame({"cell": [2, 3, 4], "person": [b"p", b"q", b"r"], "key": [1, 10, 100]})
    assert key_sums(made, people).to_list() == [111, 11, 1, 10, 100]


def test_no_keys_no_noise() -> None:
    with pytest.raises(SubjectError, match="cell_key"):
        judged(TABLE, NOISE)
    wrong = replace(TABLE, table=TABLE.table.with_columns(cell_key=pl.lit(KEYS)))
    with pytest.raises(SubjectError, match="key"):
        judged(wrong, NOISE)


def test_keys_are_no_part_of_what_the_subject_is() -> None:
    columns = (OutputColumn("area", None, "breakdown"),)
    assert len({Subject("table", columns, keyed(TABLE, seed), blind=bytes(32)).digest for seed in (1, 2)}) == 1


def test_the_finding_states_method_and_loss() -> None:
    (found,) = [each for each in judged(TABLE, ROUNDING).findings if each.rule == "D10"]
    assert found.outcome is Outcome.PASS
    assert "multiples of 5" in found.message
    assert "sums still hold" in found.message


def test_amounts_beside_rounded_counts_are_warned_of() -> None:
    table = cells("area | people | value | first | second\n" + "\n".join(f"{a} | 43 | 800 | 30 | 20" for a in "abc"))
    outcomes = {each.rule: each.outcome for each in judged(table, ROUNDING).findings}
    assert outcomes["D10"] is Outcome.WARN


WRONG = {
    "a hidden count shown": pl.lit(10),
    "a zero filled": pl.when(pl.col("people") == 0).then(5).otherwise("people"),
    "no multiple": pl.col("people") + 1,
    "too far": pl.col("people") + 25,
    "below the threshold": pl.when(pl.col("people") > 0).then(5).otherwise("people"),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_perturbed_otherwise_than_declared_fails(change: pl.Expr) -> None:
    made = judged(TABLE, ROUNDING)
    assert made.perturbed is not None and made.exact is not None
    table = shown(made).with_columns(change.cast(pl.Int64).alias("people"))
    masked = Masked(TABLE.dimensions, TABLE.table, {}, None, made.exact)
    case = Case(Subject("table", (), TABLE), masked, perturbed=replace(made.perturbed, table=table))
    (found,) = Perturbing(10).check(case)
    assert found.outcome is Outcome.FAIL


def test_a_plain_file_is_rounded(tmp_path: Path) -> None:
    TABLE.table.write_csv(tmp_path / "cells.csv")
    gate_file(tmp_path / "cells.csv", policy(ROUNDING), tmp_path / "out")
    counts = pl.read_csv(tmp_path / "out" / "safe.csv")["people"].drop_nulls()
    assert (counts % 5 == 0).all()
    assert "D10" in {each["rule"] for each in json.loads((tmp_path / "out" / "findings.json").read_text())["findings"]}
