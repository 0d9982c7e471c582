"""What a room sees of two deliveries: on tokens the same difference as in clear text, and what is measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from expectations.validated import _EXPECTATIONS, ValidatedExtract
from flows.visible import compared, form, measured, visible
from intake.changes import changes
from intake.difference import Difference, of_frames
from intake.quarantine import Quarantine
from intake.source import Changes, Source
from intake.spool import Spool
from pseudonymise.keys import DomainKeys
from pseudonymise.protect import protected_parts
from pseudonymise.rekey import rekey
from tests.intake.sources import source
from tests.pseudonymise.conftest import DAY, domain, new_store


def identify(name: str, kind: str, field: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "role": "identify", "field": field}


CASES = source(
    identify("number", "identifier", "case"), identify("last", "surname", "name"), identify("born", "date", "born"),
    identify("pc", "postcode", "home"), identify("nr", "house_number", "home"),
    {"name": "kind", "type": "category", "role": "payload"}, {"name": "loss", "type": "decimal", "role": "payload"},
    {"name": "sex", "type": "sex", "role": "aside"}, {"name": "note", "type": "freetext", "role": "drop"},
    key=["number"], derived=[{"name": "born", "origin": "born", "coarsen": "year"}],
)  # fmt: skip
VALUES: dict[str, Sequence[Any]] = {  # no two of a column make one token: surnames too rare for a crowd
    "last": ["Wijngaarden", "Kostermans", "Yilmaz", None], "born": ["1980-02-03", "1990-00-00", "1990-05-00", None],
    "pc": ["7003AS", "1011AB", None], "nr": ["1", "29", None], "kind": ["riool", "kelder", None],
    "loss": [0.0, 12.5, None], "sex": ["M", "V", None],
}  # fmt: skip


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = new_store(tmp_path_factory.mktemp("room") / "keys")
    made.add_domain(domain())
    return made


def rows(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Rows of which some have no number, and some one that stands there twice."""
    numbers = [None if value == 0 else f"K{value}" for value in rng.integers(0, 3 * count, count)]
    cells = {name: [values[place] for place in rng.integers(0, len(values), count)] for name, values in VALUES.items()}
    return pl.DataFrame({"row": range(1, count + 1), "number": numbers, **cells}, schema_overrides={"row": pl.UInt32})


def changed(rng: np.random.Generator, table: pl.DataFrame) -> pl.DataFrame:
    """Some rows gone, some new, some cells otherwise, all in another order."""
    kept = table.sample(fraction=0.8, shuffle=True, seed=int(rng.integers(99)))
    other = rows(rng, table.height).head(kept.height)
    swapped = [
        pl.when(pl.Series(rng.random(kept.height) < 0.2)).then(other[name]).otherwise(kept[name]).alias(name)
        for name in VALUES
    ]
    return pl.concat([kept.with_columns(swapped), rows(rng, 9).with_columns(number=pl.format("N{}", "row"))])


def seen(table: pl.DataFrame, pieces: int, store: Any, declared: Source, folder: Path) -> pl.LazyFrame:
    """The table as a room has stored it, in so many pieces."""
    size = -(-table.height // pieces)
    parts = tuple(table.slice(start, size).lazy() for start in range(0, table.height, size))
    made: DomainKeys = store.master("reports", day=DAY)
    validated = ValidatedExtract(
        source=declared, delivery="5e" * 32, rows_in=table.height, parts=parts, quarantine=Quarantine.empty(),
        quality=(), _made_by=_EXPECTATIONS,
    )  # fmt: skip
    folder.mkdir()
    stored = (rekey(part, store.room("reports", day=DAY)) for part in protected_parts(validated, made))
    return visible(stored, declared, Spool(folder, held=0))


def counts(found: Difference) -> dict[str, Any]:
    facts = found.facts
    return {name: facts[name] for name in ("rows", "added", "gone", "same", "changed", "unmatched")}


@pytest.mark.parametrize("seed", range(4))
def test_the_difference_on_tokens_is_the_one_in_clear(keys: Any, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = rows(rng, 60)
    after = changed(rng, before)
    sides = [seen(table, pieces, keys, CASES, tmp_path / name)
             for name, table, pieces in (("before", before, 2), ("after", after, 3))]  # fmt: skip
    room = of_frames(sides[0], sides[1], ["number"], compared(CASES))
    clear = of_frames(before.lazy(), after.lazy(), ["number"], ["number", *VALUES])
    assert counts(room) == counts(clear)
    single = [name for name in VALUES if name not in ("pc", "nr")]
    assert {name: room.columns[name] for name in single} == {name: clear.columns[name] for name in single}
    address = of_frames(
        *(each.lazy().with_columns(home=pl.struct("pc", "nr")) for each in (before, after)),
        ["number"],
        ["number", "home"],
    )
    assert room.columns["pc, nr"] == address.columns["home"] > 0
    assert room.changed > 0 and room.added > 0 and room.gone > 0


def test_a_room_measures_what_it_keeps_and_what_is_filled(keys: Any, tmp_path: Path) -> None:
    table = rows(np.random.default_rng(1), 200)
    one = seen(table, 2, keys, CASES, tmp_path / "one")
    other = seen(table.with_columns(nr=None, kind=pl.lit("straat")).cast({"nr": pl.String}), 1, keys, CASES,
                 tmp_path / "two")  # fmt: skip
    found = changes(one, other, measured(CASES), Changes())
    assert measured(CASES) == {
        "number": None, "last": None, "born": None, "pc, nr": None, "home.postcode": None, "home.number": None,
        "kind": "shares", "loss": "distribution", "sex": "shares", "born (kept)": "shares",
    }  # fmt: skip
    failed = {(each.measure, each.column) for each in found if each.outcome == "failed"}
    assert failed == {("empty", "home.number"), ("empty", "pc, nr"), ("empty", "kind"), ("shares", "kind")}
    assert set(one.collect_schema()) == set(measured(CASES))


def test_no_two_columns_get_one_name(keys: Any, tmp_path: Path) -> None:
    told = CASES.model_dump(exclude_unset=True)
    odd = [{"name": name, "type": "text", "role": "payload"} for name in ("home.postcode", "payload_x")]
    declared = Source.model_validate(told | {"columns": [*told["columns"], *odd]})
    table = rows(np.random.default_rng(3), 9).with_columns(pl.lit("a").alias(each["name"]) for each in odd)
    seen_there = seen(table, 2, keys, declared, tmp_path / "one").collect()
    assert {"home.postcode", "home.postcode (kept)", "payload_x"} <= set(seen_there.columns) == set(measured(declared))


def test_two_declarations_are_comparable_when_columns_mean_the_same() -> None:
    told = CASES.model_dump(exclude_unset=True)
    same = Source.model_validate(told | {"title": "Zaken", "changes": {"rows": 0.5}, "period": "month"})
    assert form(same) == form(CASES) != form(Source.model_validate(told | {"derived": []}))


def test_a_key_that_stays_at_the_supplier_or_shares_a_field_names_no_row() -> None:
    assert "number" in compared(CASES)
    assert not {"pc", "nr", "note"} & set(compared(CASES))


def test_one_value_is_one_number_in_every_piece(keys: Any, tmp_path: Path) -> None:
    table = pl.concat([rows(np.random.default_rng(2), 1)] * 4).with_columns(last=pl.lit("Visser"), number=pl.lit("K1"))
    numbers = seen(table, 4, keys, CASES, tmp_path / "one").select("number", "last").collect()
    assert numbers.unique().height == 1 and numbers.null_count().sum_horizontal().item() == 0
    assert set(numbers.dtypes) == {pl.UInt64}
