"""What a correction changes: rows by key, cells by column, in counts."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from declare import WrongInput
from intake import Extract
from intake.difference import difference
from koppelkamer.cli import main
from tests.intake.sources import read, source

KEYED = source("a", "b", "c", key=["a", "b"])


def delivery(folder: Path, rows: str) -> Extract:
    return read(folder, "a,b,c\n" + "".join(f"{','.join(row)}\n" for row in rows.split()), KEYED)


CASES = {  # earlier and later rows of a, b and c; added, gone, same, changed; unmatched
    "nothing changed": ("xy1 xz2", "xy1 xz2", (0, 0, 2, 0), (0, 0)),
    "in another order": ("xy1 xz2", "xz2 xy1", (0, 0, 2, 0), (0, 0)),
    "a cell changed": ("xy1 xz2", "xy1 xz3", (0, 0, 1, 1), (0, 0)),
    "a row came and one went": ("xy1 xz2", "xy1 qz2", (1, 1, 1, 0), (0, 0)),
    "a key that stands there twice": ("xy1 xz2", "xy1 xz2 xz3", (0, 1, 1, 0), (0, 2)),
}


@pytest.mark.parametrize(("before", "after", "rows", "unmatched"), CASES.values(), ids=CASES)
def test_rows(
    tmp_path: Path, before: str, after: str, rows: tuple[int, int, int, int], unmatched: tuple[int, int]
) -> None:
    found = difference(delivery(tmp_path, before), delivery(tmp_path, after))
    assert (found.added, found.gone, found.same, found.changed) == rows
    assert found.unmatched == unmatched
    assert found.columns == {"c": rows[3]}


def test_an_empty_key_and_an_emptied_cell(tmp_path: Path) -> None:
    earlier = read(tmp_path, "a,b,c\nx,y,1\n,y,2\n", KEYED)
    found = difference(earlier, read(tmp_path, "a,b,c\nx,y,\n,y,2\n", KEYED))
    assert (found.changed, found.unmatched, found.columns) == (1, (1, 1), {"c": 1})


ROWS = st.dictionaries(st.tuples(st.sampled_from("xyz"), st.sampled_from("pq")), st.sampled_from("12"), min_size=1)


@settings(deadline=None, max_examples=25)
@given(ROWS, ROWS)
def test_the_counts_add_up(tmp_path_factory: pytest.TempPathFactory, old: dict[str, str], new: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("deliveries")
    said = [" ".join("".join([*key, value]) for key, value in rows.items()) for rows in (old, new)]
    found = difference(*(delivery(folder, rows) for rows in said))
    kept = old.keys() & new.keys()
    assert (found.added, found.gone) == (len(new) - len(kept), len(old) - len(kept))
    assert found.changed == sum(old[key] != new[key] for key in kept)
    assert found.same + found.changed == len(kept)


def test_more_rows_than_are_held_at_once_are_counted_in_heaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{first}{second}1" for first in "abcdefgh" for second in "pqrs"]
    sides = [
        delivery(tmp_path, " ".join(side)) for side in ([*rows, "ap2"], [row.replace("q1", "q2") for row in rows[4:]])
    ]
    whole = difference(*sides)
    monkeypatch.setattr("intake.difference.AT_ONCE", 7)
    assert difference(*sides) == whole
    assert (whole.gone, whole.changed, whole.same, whole.unmatched) == (3, 7, 21, (2, 0))


def test_without_a_key_nothing_can_be_told(tmp_path: Path) -> None:
    extract = read(tmp_path, "a\n1\n", source("a"))
    with pytest.raises(WrongInput, match="which row of an earlier delivery"):
        difference(extract, extract)
    with pytest.raises(ValidationError, match="not read: b"):
        source("a", key=["b"])


def test_the_command_tells_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = tmp_path / "people.toml"
    columns = "".join(f'[[columns]]\nname = "{name}"\ntype = "text"\nrole = "payload"\n' for name in "abc")
    declared.write_text(f'id = "people"\ntitle = "People"\nowner = "town"\nkey = ["a"]\n{columns}')
    for name, last in (("old", "Kanarievogel"), ("new", "Vink")):
        pl.DataFrame({"a": ["1", "2"], "b": ["x", "y"], "c": ["z", last]}).write_csv(tmp_path / f"{name}.csv")
    call = ["check", str(tmp_path / "new.csv"), "--source", str(declared), "--out", str(tmp_path / "out")]
    assert main([*call, "--against", str(tmp_path / "old.csv")]) == 0
    assert "0 rows added, 0 gone, 1 changed, 1 the same" in capsys.readouterr().out
    written = (tmp_path / "out" / "quality.json").read_text()
    assert json.loads(written)["difference"]["changed"] == {"at_least": 0, "at_most": 18}, "b and c, of which few each"
    assert "Kanarievogel" not in written
    assert main([*call, "--against", str(tmp_path / "new.csv")]) == 0
    assert "the same file as the earlier delivery" in capsys.readouterr().out
