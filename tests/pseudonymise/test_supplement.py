"""A delivery with some rows corrected: which rows it has, and that no value comes twice by that way."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from intake.source import Check, Source
from pseudonymise.aside import Protected
from pseudonymise.keys import DomainKeys
from pseudonymise.protect import protect
from pseudonymise.supplement import Doubled, numbered, require_unique, row_numbers, supplemented, supplemented_digest
from tests.pseudonymise.conftest import PEOPLE, SOURCE, extract

ONCE = (Check(expectation="expect_column_values_to_be_unique"),)
Changes = dict[str, Any]


def asking(*names: str) -> Source:
    """The source, in which these columns hold every value once."""
    columns = (each.model_copy(update={"checks": ONCE}) if each.name in names else each for each in SOURCE.columns)
    return SOURCE.model_copy(update={"columns": tuple(columns)})


def person(**changes: Any) -> pl.DataFrame:
    """One corrected row, nobody else's by any value."""
    row = PEOPLE.row(0, named=True) | {"row": 3, "number": "999999990", "town": "0014", "nationality": "0331"} | changes
    return pl.DataFrame([row], schema=PEOPLE.schema)


CASES: dict[str, tuple[Changes, tuple[str, ...], list[int] | None]] = {
    # corrected row, columns that hold every value once, rows refused
    "a number of its own": ({}, ("number", "town", "nationality"), None),
    "a number that another row has, by its token": ({"number": "123456782"}, ("number",), [3]),
    "a number that nothing is asked of": ({"number": "123456782"}, (), None),
    "a kept value that another row has": ({"town": "0599"}, ("town",), [3]),
    "a value kept aside": ({"nationality": "0052"}, ("nationality",), [3]),
    "no number, as another row": ({"number": None}, ("number",), None),
    "the number of the row it corrects": ({"row": 4, "number": "123456782"}, ("number",), None),
    "a name, which is no identifier": ({"last": "Bakker"}, ("last",), None),
}


@pytest.mark.parametrize(("changes", "once", "refused"), CASES.values(), ids=CASES)
def test_a_value_that_occurs_once_does_not_come_twice(
    keys: DomainKeys, changes: Changes, once: tuple[str, ...], refused: list[int] | None
) -> None:
    source = asking(*once)
    base, corrected = (protect(extract(table, source), keys) for table in (PEOPLE, person(**changes)))
    if refused is None:
        return require_unique(source, pieces(base), pieces(corrected))
    with pytest.raises(Doubled, match=f"another row has: {numbered(refused)};"):
        require_unique(source, pieces(base), pieces(corrected))
    return None


def pieces(*made: Protected) -> Callable[[], Any]:
    return lambda: iter(made)


def test_the_corrected_rows_stand_among_the_others(keys: DomainKeys) -> None:
    base, first, second = (
        protect(extract(table, SOURCE), keys) for table in (PEOPLE, person(), person(row=4, town="0599"))
    )
    assert row_numbers([first, second]).to_list() == [3, 4]
    found = list(supplemented([base], pieces(first, second), "c" * 64, emptied=["town"]))
    table = pl.concat([piece.table.table for piece in found])
    assert table.get_column("row").to_list() == [1, 2, 5, 3, 4]
    assert pl.concat([piece.aside.table for piece in found]).get_column("row").to_list() == [1, 2, 5, 3, 4]
    assert {(piece.table.delivery, piece.aside.delivery) for piece in found} == {("c" * 64, "c" * 64)}
    # What the base had to give up the corrected rows give up too.
    assert table.get_column("payload.town").to_list() == [*PEOPLE.get_column("town").gather([0, 1, 3]), None, None]
    assert table.get_column("record").n_unique() == 5


def test_a_corrected_row_is_the_record_it_corrects(keys: DomainKeys) -> None:
    whole, alone = extract(), extract(PEOPLE.head(1), delivery="b" * 64)
    again = protect(type(alone)(**{name: getattr(alone, name) for name in FIELDS}, supplements=whole.delivery,
                                _made_by=alone._made_by), keys)  # fmt: skip
    record = protect(whole, keys).table.table.get_column("record")[0]
    assert again.table.table.get_column("record")[0] == record != protect(alone, keys).table.table["record"][0]


FIELDS = ("source", "delivery", "rows_in", "parts", "quarantine", "quality")


def test_the_digest_tells_base_and_correction_apart() -> None:
    one, other = "a" * 64, "b" * 64
    assert len({supplemented_digest(one, other), supplemented_digest(other, one), one, other}) == 4


NUMBERED = {"few": (range(1, 4), "1, 2, 3"), "many": (range(1, 1_014), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1,003 more")}


@pytest.mark.parametrize(("rows", "said"), NUMBERED.values(), ids=NUMBERED)
def test_a_message_has_room_for_some_rows(rows: range, said: str) -> None:
    assert numbered(rows) == said
