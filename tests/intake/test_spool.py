"""A file read in blocks, its rows kept on disk: the same as the whole file at once, and nobody can read the disk."""

import copy
import csv
import pickle
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from intake import Extract, Source, read_extract
from intake.spool import Spool, spooled
from tests.intake.sources import source
from tests.intake.test_files import READ, REFUSED, SET_APART

AB = source("a", "b")


def in_blocks(path: Path, declared: Source, block: int) -> Extract:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.read.BLOCK", block)
        return read_extract(declared, path)


@pytest.mark.parametrize("block", [2, 3, 7, 64])
@pytest.mark.parametrize(("declared", "content"), [case[:2] for case in READ.values()][:-1], ids=list(READ)[:-1])
def test_the_size_of_a_block_changes_nothing(tmp_path: Path, declared: Source, content: bytes, block: int) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(content)
    whole, pieces = read_extract(declared, path), in_blocks(path, declared, block)
    assert pieces.table.equals(whole.table)
    assert (pieces.delivery, pieces.rows_in) == (whole.delivery, whole.rows_in)


@pytest.mark.parametrize("content", [case[0] for case in SET_APART.values()], ids=SET_APART)
def test_rows_set_apart_are_counted_through(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(content)
    whole, pieces = read_extract(AB, path), in_blocks(path, AB, 3)
    assert pieces.quarantine.entries.equals(whole.quarantine.entries)
    assert pieces.table.equals(whole.table)


@pytest.mark.parametrize("block", [2, 5])
@pytest.mark.parametrize(("declared", "content", "says"), REFUSED.values(), ids=REFUSED)
def test_refused_with_the_same_words(tmp_path: Path, declared: Source, content: bytes, says: str, block: int) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(content)
    with pytest.raises(WrongInput) as refusal:
        in_blocks(path, declared, block)
    assert says in refusal.value.message


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from('ab,"\n\ré'), max_size=40), st.integers(1, 9))
def test_a_jumble_in_blocks_is_read_or_refused_as_it_is_whole(body: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pathlib.Path.open", lambda *_: _Bytes(b"a,b\n" + body.encode()))
        found = [_said(block), _said(4096)]
    assert found[0] == found[1]


class _Bytes:
    """A file that is only in memory: hypothesis reads thousands."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> "_Bytes":
        return self

    def __exit__(self, *_: object) -> None: ...

    def read(self, size: int) -> bytes:
        head, self._content = self._content[:size], self._content[size:]
        return head


def _said(block: int) -> object:
    try:
        extract = in_blocks(Path("delivery.csv"), AB, block)
    except WrongInput as refusal:
        return refusal.message
    return extract.table.rows(), extract.quarantine.entries.rows()


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "delivery.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("a", "b"), *((f"Kanariepiet {row}", row) for row in range(1, 2001))])
    return path


def test_rows_on_disk_are_the_rows_of_the_file(
    long_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.read.BLOCK", 4096)
    whole = read_extract(AB, long_file).table
    (tmp_path / "spool").mkdir()
    extract = read_extract(AB, long_file, Spool(tmp_path / "spool", held=8000))
    files = list((tmp_path / "spool").iterdir())
    assert len(extract.parts) > len(files) > 3
    assert extract.table.equals(whole)
    assert (
        extract.frame.with_row_index("at")
        .filter(pl.col("at") + 1 != pl.col("row"))
        .collect(engine="streaming")
        .is_empty()
    )
    assert not [path for path in files if b"Kanariepiet" in path.read_bytes()]
    assert "Kanariepiet" not in repr(extract) + repr(Spool(tmp_path))


@pytest.mark.parametrize("away", [pickle.dumps, copy.copy, copy.deepcopy])
def test_the_key_of_a_spool_stays_in_its_process(tmp_path: Path, away: Callable[[Spool], object]) -> None:
    with pytest.raises(TypeError, match="stays in its process"):
        away(Spool(tmp_path))


def test_nothing_stays_on_disk(long_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), spooled(tmp_path / "out" / "delivery") as spool:
        kept = Spool(spool._folder, held=0).keep(pl.DataFrame({"row": [1]}))
        assert kept.collect().height == 1
        raise ZeroDivisionError
    assert list((tmp_path / "out").iterdir()) == []
