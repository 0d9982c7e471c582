import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import Fault, WrongInput
from pseudonymise.keys import DomainKeys, FileKeyStore, LeafKey, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.vault import ASIDE, RECORDS, Unreadable, Vault, clear_columns
from tests.pseudonymise.conftest import DAY, extract

COLUMNS = st.dictionaries(
    st.text(alphabet="abc.é ", min_size=1, max_size=6),
    st.sampled_from([[1, 2, None], [1.5, None, 0.0], ["geheim", "", None], [b"\x00", b"", None], [True, None, False]]),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=40)
@given(COLUMNS)
def test_round_trip(room: RoomKeys, columns: dict[str, list[object]]) -> None:
    table = pl.DataFrame(columns)
    vault = Vault(room)
    assert vault.from_bytes(vault.to_bytes(table, "here"), "here").equals(table)


def test_a_file_with_more_rows_than_said_is_not_read(room: RoomKeys) -> None:
    content = Vault(room).to_bytes(pl.DataFrame({"a": [1, 1, 1]}), "here")
    with pytest.raises(Unreadable):
        Vault(room).from_bytes(content, "here", rows=2)
    assert Vault(room).from_bytes(content, "here", rows=3).height == 3


def test_nothing_is_in_clear(room: RoomKeys, tmp_path: Path) -> None:
    table = pl.DataFrame({f"canary{n}": [f"canary-value-{n}-{row}" for row in range(1000)] for n in range(3)})
    Vault(room).write(table, tmp_path / "t.parquet", "here")
    content = (tmp_path / "t.parquet").read_bytes()
    assert content[:4] == content[-4:] == b"PARE"  # the format's mark for an encrypted footer
    assert b"canary" not in content
    assert (tmp_path / "t.parquet").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def written(columns: dict[str, bool]) -> bytes:
    """A file under the room's own footer key whose columns have a key of their own or not."""
    leaf, bound = LEAF
    keys = {name: leaf.column_key(name) for name, has_key in columns.items() if has_key}
    properties = pl.ParquetEncryptionProperties(footer_key=leaf.footer_key(), column_keys=keys, aad_prefix=bound)
    buffer = io.BytesIO()
    pl.DataFrame({name: [1, 2] for name in columns}).write_parquet(buffer, encryption=properties)
    return buffer.getvalue()


LEAF = (LeafKey(b"k" * 32), b"here")
CLEAR = {
    "none": ({"a": True, "b": True}, []),
    "the last": ({"a": True, "b": False}, ["b"]),
    "the first": ({"a": False, "b": True}, ["a"]),
}


@pytest.mark.parametrize(("columns", "clear"), CLEAR.values(), ids=CLEAR)
def test_a_column_without_a_key_is_found(columns: dict[str, bool], clear: list[str]) -> None:
    assert clear_columns(io.BytesIO(written(columns)), *LEAF) == clear


def without_a_key(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the Parquet library leaves column b in clear."""
    before = pl.ParquetEncryptionProperties

    def forgetful(*, column_keys: dict[str, bytes], **others: Any) -> pl.ParquetEncryptionProperties:
        return before(column_keys={name: key for name, key in column_keys.items() if name != "b"}, **others)

    monkeypatch.setattr(pl, "ParquetEncryptionProperties", forgetful)


def test_a_column_in_clear_is_not_written(room: RoomKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_key(Vault(room), monkeypatch)
    with pytest.raises(Fault, match="column b"):
        Vault(room).write(pl.DataFrame({"a": [1], "b": [2]}), tmp_path / "t.parquet", "here")
    assert list(tmp_path.iterdir()) == []


def test_a_column_in_clear_is_not_read(room: RoomKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the keys could write such a file with a program of their own."""
    table, vault = pl.DataFrame({"a": [1], "b": [2]}), Vault(room)
    with monkeypatch.context() as patch:
        without_a_key(vault, patch)
        patch.setattr("pseudonymise.vault.clear_columns", lambda *_: [])
        content = vault.to_bytes(table, "here")
    with pytest.raises(Unreadable):
        vault.from_bytes(content, "here")
    assert vault.from_bytes(vault.to_bytes(table, "here"), "here").equals(table)


def spliced(one: bytes, other: bytes) -> bytes:
    """The first half of a file in front of the second half of another."""
    middle = len(one) // 2
    return one[:middle] + other[middle:]


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


ROWS = pl.DataFrame({"a": range(2000), "b": [f"value {row}" for row in range(2000)]})


def of_room(store: FileKeyStore) -> RoomKeys:
    return store.room("reports", day=DAY)


Keys = Callable[[FileKeyStore], RoomKeys | DomainKeys]

OPENED_WRONGLY: dict[str, tuple[Keys, str, str, Callable[[bytes, bytes], bytes]]] = {
    "swapped with another place's": (of_room, RECORDS, "there", lambda own, _: own),
    "swapped with another shelf's": (of_room, ASIDE, "here", lambda own, _: own),
    "replayed from an earlier run": (of_room, RECORDS, "runs/2", lambda own, _: own),
    "of another version": (lambda store: store.room("reports", 2, day=DAY), RECORDS, "here", lambda own, _: own),
    "of another domain": (lambda store: store.room("other", day=DAY), RECORDS, "here", lambda own, _: own),
    "under the domain's keys": (lambda store: store.master("reports", day=DAY), RECORDS, "here", lambda own, _: own),
    "put together from two of one place": (of_room, RECORDS, "here", spliced),
    "another's footer": (of_room, RECORDS, "here", lambda own, other: own[:-600] + other[-600:]),
    "a flipped byte in a page": (of_room, RECORDS, "here", lambda own, _: flipped(own, 40)),
    "a flipped byte in the footer": (of_room, RECORDS, "here", lambda own, _: flipped(own, -30)),
    "truncated": (of_room, RECORDS, "here", lambda own, _: own[:-30]),
    "truncated to half": (of_room, RECORDS, "here", lambda own, _: own[: len(own) // 2]),
    "longer": (of_room, RECORDS, "here", lambda own, _: own + b"PARE"),
    "Parquet in clear": (of_room, RECORDS, "here", lambda own, _: in_clear(ROWS)),
    "not Parquet": (of_room, RECORDS, "here", lambda own, _: b"a,b\n1,2\n"),
    "empty": (of_room, RECORDS, "here", lambda own, _: b""),
}  # fmt: skip


def in_clear(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("keys", "shelf", "context", "harm"), OPENED_WRONGLY.values(), ids=OPENED_WRONGLY)
def test_a_table_opens_in_its_place_only(
    store: FileKeyStore, room: RoomKeys, keys: Keys, shelf: str, context: str, harm: Callable[[bytes, bytes], bytes]
) -> None:
    own, other = Vault(room).to_bytes(ROWS, "here"), Vault(room).to_bytes(ROWS.reverse(), "here")
    with pytest.raises(Unreadable) as caught:
        Vault(keys(store), shelf).from_bytes(harm(own, other), context)
    assert caught.value.exit_code == 1
    assert Vault(room).from_bytes(own, "here").equals(ROWS)


def test_the_keys_of_a_file_are_in_no_plan(room: RoomKeys) -> None:
    """What the vault gives back is data; a plan made of it holds no key, however it is passed on."""
    table = Vault(room).from_bytes(Vault(room).to_bytes(ROWS, "here"), "here")
    assert type(table) is pl.DataFrame
    leaf = room.leaf(f"vault {RECORDS}", "here")
    keys = [leaf.footer_key(), *(leaf.column_key(name) for name in table.columns)]
    plan = table.lazy().filter(pl.col("a") > 1)
    passed_on = pickle.dumps(plan) + plan.serialize() + plan.explain(optimized=False).encode()
    assert not any(form in passed_on for key in keys for form in (key, key.hex().encode()))


def test_a_missing_file(room: RoomKeys, tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="does not exist"):
        Vault(room).read(tmp_path / "none.parquet", "here")


def test_nested_columns_are_refused(room: RoomKeys, tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="nested"):
        Vault(room).write(pl.DataFrame({"a": [[1]]}), tmp_path / "t.parquet", "here")
    assert list(tmp_path.iterdir()) == []


def test_what_is_stored_reads_as_it_was(room: RoomKeys, store: FileKeyStore, tmp_path: Path) -> None:
    table = rekey(protect(extract(), store.master("reports", day=DAY)), room).table.table
    Vault(room).write(table, tmp_path / "t.parquet", "here")
    assert Vault(room).read(tmp_path / "t.parquet", "here").equals(table)
