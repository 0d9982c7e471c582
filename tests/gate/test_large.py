"""Large tables: handled, or refused by a stated rule."""

import polars as pl
import pytest

from benchmarks.gate_tables import municipalities
from gate.disclosure import suppress as suppression
from gate.disclosure.needs import Needs
from gate.disclosure.suppress import TooLarge, suppress

TABLE = municipalities(people=4_000, rows=10)


def test_a_table_with_nothing_unsafe_is_never_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "CELLS", 10)
    nothing = pl.repeat(False, TABLE.table.height, eager=True)
    assert not suppress(TABLE.table, TABLE.dimensions, nothing, None, Needs(10, 10)).hidden.any()


LIMITS = {"CELLS": TABLE.table.height - 1, "LARGEST": TABLE.table.height}


@pytest.mark.parametrize(("limit", "value"), LIMITS.items())
def test_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(suppression, limit, value)
    small = TABLE.table["people"] < 10
    assert small.sum() > 1
    with pytest.raises(TooLarge, match="too large"):
        suppress(TABLE.table, TABLE.dimensions, small, None, Needs(10, 10))
