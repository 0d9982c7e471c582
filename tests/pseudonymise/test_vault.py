import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import Fault, WrongInput
from pseudonymise.keys import FileKeyStore, RoomKeys
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.vault import ASIDE, Unreadable, Vault, require_no_clear_column
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


def test_nothing_is_in_clear(room: RoomKeys, tmp_path: Path) -> None:
    table = pl.DataFrame({f"canary{n}": [f"canary-value-{n}-{row}" for row in range(1000)] for n in range(3)})
    Vault(room).write(table, tmp_path / "t.parquet", "here")
    content = (tmp_path / "t.parquet").read_bytes()
    assert content[:4] == content[-4:] == b"PARE"  # the format's mark for an encrypted footer
    assert b"canary" not in content
    assert (tmp_path / "t.parquet").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_a_column_without_a_key_is_found() -> None:
    footer = b"f" * 32
    properties = pl.ParquetEncryptionProperties(footer_key=footer, column_keys={"a": b"k" * 32})
    buffer = io.BytesIO()
    pl.DataFrame({"a": [1], "b": [2]}).write_parquet(buffer, encryption=properties)
    with pytest.raises(Fault, match="column b"):
        require_no_clear_column(buffer, pl.ParquetDecryptionProperties(footer_key=footer))


OPENED_WRONGLY: dict[str, Callable[[FileKeyStore, bytes], tuple[Vault, bytes, str]]] = {
    "another context": lambda store, content: (Vault(store.room("reports", day=DAY)), content, "there"),
    "another shelf": lambda store, content: (Vault(store.room("reports", day=DAY), ASIDE), content, "here"),
    "another version": lambda store, content: (Vault(store.room("reports", 2, day=DAY)), content, "here"),
    "another domain": lambda store, content: (Vault(store.room("other", day=DAY)), content, "here"),
    "the domain's keys": lambda store, content: (Vault(store.master("reports", day=DAY)), content, "here"),
    "a flipped byte in a page": lambda store, content: (
        Vault(store.room("reports", day=DAY)),
        content[:10] + bytes([content[10] ^ 1]) + content[11:],
        "here",
    ),
    "cut off": lambda store, content: (Vault(store.room("reports", day=DAY)), content[:-30], "here"),
    "not Parquet": lambda store, content: (Vault(store.room("reports", day=DAY)), b"a,b\n1,2\n", "here"),
    "empty": lambda store, content: (Vault(store.room("reports", day=DAY)), b"", "here"),
}


@pytest.mark.parametrize("wrong", OPENED_WRONGLY.values(), ids=OPENED_WRONGLY)
def test_a_table_opens_in_its_place_only(
    store: FileKeyStore, room: RoomKeys, wrong: Callable[[FileKeyStore, bytes], tuple[Vault, bytes, str]]
) -> None:
    vault, content, context = wrong(store, Vault(room).to_bytes(pl.DataFrame({"a": [1], "b": ["x"]}), "here"))
    with pytest.raises(Unreadable) as caught:
        vault.from_bytes(content, context)
    assert caught.value.exit_code == 1


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
