"""A key store whose wrapping keys lie in a file under a passphrase."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from declare import Refusal, WrongInput
from pseudonymise.keys import FileKeyStore, NoWrappingKey, WrongPassphrase
from tests.pseudonymise.conftest import CHEAP, PASSPHRASE, domain, new_store
from tests.pseudonymise.test_keys import changed


@pytest.fixture
def own(tmp_path: Path) -> FileKeyStore:
    made = new_store(tmp_path / "keys")
    made.add_domain(domain())
    return made


def test_the_passphrase_is_taken_in_nfc(tmp_path: Path) -> None:
    FileKeyStore.create(tmp_path / "keys", "cafe\u0301 op de hoek", work=CHEAP)
    assert FileKeyStore.open(tmp_path / "keys", "caf\u00e9 op de hoek").recipient().startswith("age1")


OPENINGS: dict[str, tuple[str, str, type[Refusal], int]] = {
    "wrong passphrase": ("keys", "verkeerd", WrongPassphrase, 1),
    "empty passphrase": ("keys", "", WrongInput, 2),
    "no key store": ("elsewhere", PASSPHRASE, WrongInput, 2),
}


@pytest.mark.parametrize(("folder", "passphrase", "refusal", "code"), OPENINGS.values(), ids=OPENINGS)
def test_what_does_not_open(own: FileKeyStore, folder: str, passphrase: str, refusal: type[Refusal], code: int) -> None:
    with pytest.raises(refusal) as caught:
        FileKeyStore.open(own.folder.parent / folder, passphrase)
    assert caught.value.exit_code == code
    assert not passphrase or passphrase not in str(caught.value)


DAMAGED_HEADERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "salt that is no hexadecimal": lambda header: header.update(salt="xyz"),
    "work beyond all bounds": lambda header: header["work"].update(memory_kib=2**40),
    "work that Argon2 refuses": lambda header: header["work"].update(memory_kib=32, lanes=16),
    "no salt": lambda header: header.pop("salt"),
}


@pytest.mark.parametrize("change", DAMAGED_HEADERS.values(), ids=DAMAGED_HEADERS)
def test_a_damaged_header_is_refused(own: FileKeyStore, change: Callable[[dict[str, Any]], None]) -> None:
    changed(own.folder / "wrapping.json", change)
    with pytest.raises(Refusal, match="damaged"):
        FileKeyStore.open(own.folder, PASSPHRASE)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(WrongInput, match="no readable key store"):
        FileKeyStore.open(tmp_path / "keys", PASSPHRASE)


def test_the_header_is_bound_to_the_secrets(own: FileKeyStore) -> None:
    changed(own.folder / "wrapping.json", lambda header: header["work"].update(passes=2))
    with pytest.raises(WrongPassphrase):
        FileKeyStore.open(own.folder, PASSPHRASE)


def test_a_folder_without_its_wrapping_keys_does_not_open(tmp_path: Path) -> None:
    FileKeyStore.create(tmp_path / "keys", PASSPHRASE, wrapping=tmp_path / "apart.json", work=CHEAP)
    FileKeyStore.create(tmp_path / "other", PASSPHRASE, wrapping=tmp_path / "other.json", work=CHEAP)
    with pytest.raises(WrongInput, match=r"wrapping\.json is missing"):
        FileKeyStore.open(tmp_path / "keys", PASSPHRASE)
    with pytest.raises(NoWrappingKey):
        FileKeyStore.open(tmp_path / "keys", PASSPHRASE, wrapping=tmp_path / "other.json")


def test_two_processes_change_the_wrapping_keys(tmp_path: Path) -> None:
    """Each opened the file before the other wrote it: none brings back what was destroyed, or loses what was made."""
    first = new_store(tmp_path / "keys")
    first.add_domain(domain())
    second = FileKeyStore.open(first.folder, PASSPHRASE)
    first.destroy(domain().id, 1, reason="ended")
    second.add_domain(domain(version=2))
    first.add_domain(domain(version=3))
    again = FileKeyStore.open(first.folder, PASSPHRASE)
    assert [(one.domain.version, one.state) for one in again.status()] == [(2, "active"), (3, "active")]
    assert len(json.loads((again.folder / "wrapping.json").read_bytes())["keys"]) == 3  # the store's own, and two


def test_other_wrapping_keys_in_the_place_of_the_opened_ones(tmp_path: Path) -> None:
    own = new_store(tmp_path / "keys")
    other = (new_store(tmp_path / "other").folder / "wrapping.json").read_bytes()
    (own.folder / "wrapping.json").write_bytes(other)
    with pytest.raises(WrongPassphrase):
        own.add_domain(domain())
    assert (own.folder / "wrapping.json").read_bytes() == other


def test_wrapping_keys_are_never_written_over(tmp_path: Path) -> None:
    own = FileKeyStore.create(tmp_path / "keys", PASSPHRASE, wrapping=tmp_path / "apart.json", work=CHEAP)
    own.add_domain(domain())
    held = (tmp_path / "apart.json").read_bytes()
    with pytest.raises(Refusal, match="already holds wrapping keys"):
        FileKeyStore.create(tmp_path / "other", PASSPHRASE, wrapping=tmp_path / "apart.json", work=CHEAP)
    assert (tmp_path / "apart.json").read_bytes() == held
    assert FileKeyStore.open(own.folder, PASSPHRASE, wrapping=tmp_path / "apart.json").recipient() == own.recipient()


def test_a_store_that_was_begun_is_begun_again(tmp_path: Path) -> None:
    """Its folder never came to be; whose wrapping key it was, nobody knows, so it stays."""
    wrapping = tmp_path / "apart.json"
    before = FileKeyStore.create(tmp_path / "keys", PASSPHRASE, wrapping=wrapping, work=CHEAP)
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    with pytest.raises(WrongPassphrase):
        FileKeyStore.create(tmp_path / "keys", "een heel andere wachtzin", wrapping=wrapping, work=CHEAP)
    again = FileKeyStore.create(tmp_path / "keys", PASSPHRASE, wrapping=wrapping, work=CHEAP)
    assert again.recipient() != before.recipient()
    assert FileKeyStore.open(tmp_path / "elsewhere", PASSPHRASE, wrapping=wrapping).recipient() == before.recipient()


PASSPHRASES = {
    "one character": ("a", False),
    "fourteen": ("veertien teken", False),
    "fifteen, of which one is typed in two": ("cafe\u0301 veertien t", True),
    "fourteen, of which one is typed in two": ("cafe\u0301 veertien ", False),
}


@pytest.mark.parametrize(("passphrase", "long"), PASSPHRASES.values(), ids=PASSPHRASES)
def test_a_new_passphrase_is_long(tmp_path: Path, passphrase: str, long: bool) -> None:
    if long:
        FileKeyStore.create(tmp_path / "keys", passphrase, work=CHEAP)
    else:
        with pytest.raises(WrongInput, match="at least 15 characters") as caught:
            FileKeyStore.create(tmp_path / "keys", passphrase, work=CHEAP)
        assert "made at random" in caught.value.remedy
        assert not (tmp_path / "keys").exists()


def test_halves_of_broken_writes_go_with_the_key(tmp_path: Path) -> None:
    """A process killed while it wrote leaves a file that holds, wrapped, the key that is to go."""
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    half = own.folder / ".wrapping.json.0a1b2c3d.part"
    half.write_bytes((own.folder / "wrapping.json").read_bytes())
    entry = own.folder / "domains" / ".reports.v1.json.0a1b2c3d.part"
    entry.write_bytes(b"{}")
    own.destroy("reports", 1, reason="ended")
    assert not half.exists()
    assert not entry.exists()


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    (tmp_path / "keys" / "passphrase").write_text(PASSPHRASE)
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    folders = [path for path in (own.folder, *own.folder.rglob("*")) if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
