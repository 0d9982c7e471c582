"""Anonymous rows of linked records: one for each person, coarsened by the gate, and in the ledger who stays."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from declare import WrongInput
from gate import Outcome, examine
from gate.lineage.published import Dimension, Lineage
from gate.lineage.rows import as_one_cell
from gate.lineage.rules import Differencing
from gate.policy import SignedPolicy
from linkage.linked import LinkedTable
from register.declarations import Request
from release.bias import Questions
from release.dataset import csvw
from release.draft import Draft, draft, subject_of
from release.rows import anonymised
from tests.gate.policies import signed
from tests.release.example import FACTS
from tests.release.linking import linked_table, request

TOWN, AGE, KIND = "residents.town", "residents.age", "reports.kind"
ATTRIBUTES: dict[str, Any] = {
    TOWN: {"role": "quasi-identifier", "groups": [{"north": ["a", "b"], "south": ["c"]}]},
    AGE: {"role": "quasi-identifier", "widths": [10]},
    KIND: {"role": "sensitive"},
}
TOWNS = "aabbccabc"
"""Of each resident; all but the last reported, the first one twice."""


def linked() -> LinkedTable:
    residents = [{"town": town, "age": 20 + at} for at, town in enumerate(TOWNS)]
    reporting = [1, *range(1, len(TOWNS))]
    kinds = ("noise", "rent", "noise")
    return linked_table(
        {"reports": [{"kind": kinds[at % 3], "amount": 1.0} for at in range(len(reporting))], "residents": residents},
        [("reports", at, "residents", person, 0.9) for at, person in enumerate(reporting, start=1)],
        once={"reports": False, "residents": True},
    )


def asked(**output: Any) -> Request:
    whole = request(dimensions=[TOWN, AGE, KIND], magnitude="reports.amount").model_dump()
    given = {"kind": "anonymous", "unit": "reports", "attributes": ATTRIBUTES, **output}
    return Request.model_validate(whole | {"output": given})


def drafted(**output: Any) -> Draft:
    return draft(linked(), asked(**output), Questions(), {TOWN: "municipality"})


def test_a_person_with_two_records_has_one_row() -> None:
    made = drafted()
    assert made.rows is not None and made.cells is None
    assert (made.counted, made.rows.table.height) == (9, 8)
    assert made.rows.table.filter(pl.col(AGE) == 20).rows() == [("a", 20, "noise")]
    assert made.lineage["record"].n_unique() == 8
    assert subject_of(made).kind == "microdata"
    assert made.rows.declared.columns[TOWN].concept == "municipality"


def test_numbers_are_numbers_and_what_is_missing_is_no_value() -> None:
    table = linked()
    ages = table.payload["residents"].with_columns(pl.lit(None, pl.String).alias("payload.town"))
    made = draft(replace(table, payload={**table.payload, "residents": ages}), asked(), Questions(), {})
    assert made.rows is not None
    assert made.rows.table.schema == {TOWN: pl.String, AGE: pl.Int64, KIND: pl.String}
    assert made.rows.table[TOWN].null_count() == 8


def test_bands_of_a_column_of_words_are_refused() -> None:
    with pytest.raises(WrongInput, match="holds no numbers"):
        drafted(attributes=ATTRIBUTES | {TOWN: {"role": "quasi-identifier", "widths": [5]}})


@pytest.fixture(scope="module")
def policy() -> SignedPolicy:
    """Classes of three; nobody or three rows may be left out."""
    rules = ("D12", "D16", "D17", "D18", "D19")
    return signed(rules, k_anonymity=3, rows_left_out=0.4, l_diversity=1, t_closeness=1.0, minimum_people=3)


def test_the_ledger_holds_whose_rows_stay(policy: SignedPolicy) -> None:
    made = drafted()
    verdict = examine(subject_of(made), policy)
    assert verdict.safe is not None and verdict.stays is not None and verdict.rows is not None
    assert verdict.safe.group_by(TOWN, AGE).len()["len"].min() >= 3
    assert verdict.rows["left_out"] == 8 - verdict.safe.height
    members = made.lineage.with_columns(person="record", lasting=True)
    lineage = Lineage((Dimension("anonymous", ("anonymous asked",)),), members, "d", "k", extract=True)
    entered = as_one_cell("asked-1", ["town"], lineage, verdict.stays)
    assert entered.table["people"].to_list() == [verdict.safe.height] * 2
    assert set(entered.lineage.members["record"]) == set(members.filter(verdict.stays)["record"])


def test_a_weight_is_said_to_be_a_mean(policy: SignedPolicy) -> None:
    made = drafted(attributes=ATTRIBUTES | {AGE: {"role": "weight"}})
    verdict = examine(subject_of(made), policy)
    assert verdict.safe is not None
    assert verdict.safe.group_by(TOWN).agg(pl.col(AGE).n_unique())[AGE].to_list() == [1]
    leaves = replace(FACTS.leaves, kind="anonymous", tables=(), anonymised=anonymised(made, verdict))
    described = csvw(replace(FACTS, leaves=leaves), "rows", verdict.safe)["tableSchema"]["columns"]
    told = {column["name"]: column["dct:description"][1]["@value"] for column in described}
    assert told[AGE] == "weight: the mean of the rows that look alike, in three digits"
    assert told[KIND] == "attribute, as it is"


@pytest.mark.parametrize("first", ["the table", "the rows"])
def test_in_either_order_nobody_is_told_apart(first: str) -> None:
    """The table lacks one of those whose rows stay."""
    made, rules = drafted(), ("D01", "D02", "D03", "D04", "D06", "D07", "D08", "D12", "D16", "D17", "D18", "D19")
    members = made.lineage.with_columns(person="record", lasting=True)
    lineage = Lineage((Dimension("anonymous", ("anonymous asked",)),), members, "d", "k", extract=True)
    known = replace(subject_of(made), lineage=lineage)
    asking = signed(rules, k_anonymity=3, rows_left_out=0.4, l_diversity=1, t_closeness=1.0, minimum_people=3)
    alone = examine(known, asking)
    assert alone.stays is not None
    assert [(each.outcome, each.message) for each in alone.findings if each.rule == "D08"] == [
        (Outcome.NOT_ASSESSABLE, "No earlier release was given; rows of persons are not compared with any.")
    ]
    rest = Lineage((Dimension("town", ("town",)),), members.filter(alone.stays)[1:], "d", "k")
    table = as_one_cell("table-1", ["town"], rest)
    if first == "the table":
        found = examine(replace(known, earlier=(table,)), asking).findings
    else:
        rows = as_one_cell("rows-1", ["town"], lineage, alone.stays)
        found = Differencing(3, 0.5, 0.67, 10).compare(table, [rows])
    name = "table-1" if first == "the table" else "rows-1"
    said = [(each.outcome, each.about) for each in found if each.rule == "D08"]
    assert said == [(Outcome.FAIL, name), (Outcome.NOT_ASSESSABLE, name)]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no attributes": ({"attributes": {}}, "no attribute is a quasi-identifier"),
    "no quasi-identifier": ({"attributes": {KIND: {"role": "sensitive"}}}, "no attribute is a quasi-identifier"),
    "a column nobody asked for": ({"attributes": ATTRIBUTES | {"residents.name": {"role": "other"}}}, "do not list"),
    "a role that does not exist": ({"attributes": ATTRIBUTES | {KIND: {"role": "secret"}}}, "role"),
    "a sensitive column with steps": (
        {"attributes": ATTRIBUTES | {KIND: {"role": "sensitive", "prefixes": [1]}}}, "belong to a quasi-identifier"
    ),
    "two ways of coarsening": (
        {"attributes": ATTRIBUTES | {AGE: {"role": "quasi-identifier", "widths": [5], "cuts": [[30]]}}}, "one way"
    ),
    "two weights": ({"attributes": ATTRIBUTES | {AGE: {"role": "weight"}, KIND: {"role": "weight"}}}, "two weights"),
    "dimensions": ({"dimensions": [TOWN]}, "nothing of a table"),
    "an environment": ({"environment": "a closed room"}, "belong to an extract"),
    "attributes of a table": ({"kind": "table", "dimensions": [TOWN]}, "belong to anonymous rows"),
}  # fmt: skip


@pytest.mark.parametrize(("output", "why"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_at_reading(output: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        asked(**output)
