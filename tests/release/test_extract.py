"""Rows about persons, from the linked records to a sealed parcel."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from pydantic import ValidationError

from declare import WrongInput
from flows.ledger import LedgerKeys
from flows.lineage import with_pseudonyms
from gate.lineage.published import Dimension, Lineage
from gate.lineage.rows import as_one_cell
from koppelkamer.room import NoAddress, NotForEverybody, open_room
from linkage.linked import LinkedTable
from pseudonymise.keys.handle import StoredMaster
from release.bias import Questions
from release.draft import Draft, NothingLinked, draft, subject_of
from release.extract import ONE_CELL, PSEUDONYM
from release.parcel import Papers, write_parcel
from release.permit import NotPermitted, permit
from tests.release.linking import linked_table, request
from tests.release.test_parcel import SIGNER, decision_of, facts_of
from tests.release.test_permit import WARNED as VERDICT
from tests.release.test_permit import papers

NEEDS = {"reports.kind": "what it is about", "residents.town": "where people live"}
KEYS = LedgerKeys(StoredMaster(bytes(range(32))), cast(Any, None), accepts="")
ENVIRONMENT = "the closed reading room"


def linked() -> LinkedTable:
    """Resident 1 reported twice, 2 once; report 4 is linked to nobody."""
    return linked_table(
        {
            "reports": [{"kind": kind, "amount": 1.5} for kind in ("noise", "rent", "noise", "rent")],
            "residents": [{"town": town} for town in ("a", "b")],
        },
        [("reports", 1, "residents", 1, 0.9), ("reports", 2, "residents", 1, 0.9), ("reports", 3, "residents", 2, 0.9)],
        once={"reports": False, "residents": True},
    )


def asked(**output: Any) -> Any:
    return request(**{"kind": "extract", "needs": NEEDS, "environment": ENVIRONMENT, **output})


def drafted(**output: Any) -> Draft:
    return draft(linked(), asked(**output), Questions(), {})


def lineage(made: Draft, persons: list[bytes]) -> Lineage:
    members = made.lineage.with_columns(person=pl.Series(persons, dtype=pl.Binary), lasting=True)
    return Lineage((Dimension("extract", ("extract asked",)),), members, "d", "k", extract=True)


def test_what_leaves_is_each_linked_record_with_the_columns_that_are_needed() -> None:
    made = drafted()
    assert made.rows is not None and made.cells is None
    assert made.rows.table.rows() == [("noise", "a"), ("noise", "b"), ("rent", "a")]
    assert made.lineage.rows() == [(ONE_CELL, f"reports-{row}".encode()) for row in (1, 3, 2)]
    assert made.rows.taken_from == (4, 3)
    assert (made.eligible, made.linked, made.counted) == (4, 3, 3)
    assert made.rows.declared.extract is not None
    assert made.rows.declared.extract.recipient == "town"
    assert subject_of(made).kind == "extract"


def test_filters_keep_records_and_do_not_leave() -> None:
    made = drafted(needs={"reports.kind": "what it is about"}, filters=[{"column": "residents.town", "values": ["a"]}])
    assert made.rows is not None
    assert made.rows.table.rows() == [("noise",), ("rent",)]
    assert [(column.name, column.use) for column in made.columns] == [
        ("reports.kind", "breakdown"), ("residents.town", "selection"),
    ]  # fmt: skip


def test_nothing_linked_is_no_extract() -> None:
    with pytest.raises(NothingLinked):
        drafted(filters=[{"column": "residents.town", "values": ["elsewhere"]}])


def test_a_person_has_one_pseudonym_in_a_release_and_another_in_the_next() -> None:
    made, keys = drafted(), KEYS
    assert made.rows is not None
    known = lineage(made, [b"one" * 6, b"two" * 6, b"one" * 6])
    first, again, next_one = (
        with_pseudonyms(made.rows, known, keys, name).table[PSEUDONYM] for name in ("asked-1", "asked-1", "asked-2")
    )
    assert first.to_list() == again.to_list()
    assert first[0] == first[2] != first[1]
    assert first.str.len_chars().to_list() == [32] * 3
    assert not set(first) & set(next_one)


def test_pseudonyms_are_no_part_of_the_digest() -> None:
    made, keys = drafted(), KEYS
    assert made.rows is not None
    known = lineage(made, [b"one" * 6, b"two" * 6, b"one" * 6])
    first, other = (with_pseudonyms(made.rows, known, keys, name) for name in ("asked-1", "asked-2"))
    assert first.contents == other.contents
    assert first.contents != made.rows.contents


def test_the_ledger_holds_who_is_in_it_as_one_cell() -> None:
    entered = as_one_cell("asked-1", ["town"], lineage(drafted(), [b"one" * 6, b"two" * 6, b"one" * 6]))
    assert entered.table.rows() == [("*", 2, 3), ("in", 2, 3)]


REFUSED = {
    "no needs": ({"needs": {}}, "output.needs"),
    "an empty reason": ({"needs": {"reports.kind": " "}}, "output.needs"),
    "no environment": ({"environment": None}, "output.environment"),
    "a blank environment": ({"environment": "    "}, "output.environment"),
    "dimensions": ({"dimensions": ["reports.kind"]}, "nothing of a table"),
    "a ranking": ({"rank_by": "reports.amount"}, "nothing of a table"),
    "needs of a table": ({"kind": "table", "dimensions": ["reports.kind"]}, "belong to an extract"),
}


@pytest.mark.parametrize(("output", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_extract_is_refused_at_reading(output: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        asked(**output)


def test_an_extract_has_one_recipient() -> None:
    two = asked().model_dump() | {"recipients": ["town", "police"]}
    with pytest.raises(ValidationError, match="one recipient"):
        type(asked()).model_validate(two)


def test_a_column_that_is_not_kept_is_refused() -> None:
    with pytest.raises(WrongInput, match="keeps no column"):
        drafted(needs={"reports.name": "to know them"})


def test_rows_never_leave_in_clear(tmp_path: Path) -> None:
    given = papers(VERDICT)
    facts = facts_of(given)
    rows = replace(facts, leaves=replace(facts.leaves, kind="extract"))
    with pytest.raises(NotPermitted, match="sealed only"):
        write_parcel(permit(**given), VERDICT, Papers(rows, {}, decision_of(given)), tmp_path / "p", SIGNER)
    assert list(tmp_path.iterdir()) == []


def test_rows_go_to_nobody_who_stands_for_everybody(tmp_path: Path) -> None:
    """And to nobody without an address, also where other parcels leave in clear."""
    declared = (Path(__file__).parents[1] / "journeys" / "second_room" / "room.toml").read_text()
    wanted = asked().model_copy(update={"recipients": ("waterschap",)})
    for kind, refusal in (("public", NotForEverybody), ("water-board", NoAddress)):
        (tmp_path / "room.toml").write_text(declared.replace('kind = "water-board"', f'kind = "{kind}"'))
        room = open_room(tmp_path)
        assert room.addresses(["waterschap"]) == ()
        with pytest.raises(refusal):
            room.require_address(wanted)
