import copy
import json
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import BadSignature, Refusal, WrongInput
from pseudonymise.domain import DomainNotOpen
from pseudonymise.keys import DomainKeys, FileKeyStore, KeyDestroyed, RoomKeys, WrongPassphrase
from pseudonymise.keys.derive import framed
from pseudonymise.keys.handle import LeafKey, Mailbox, SealingKey, SigningKey, StoredMaster
from pseudonymise.vault import Unreadable, Vault
from tests.pseudonymise.conftest import CHEAP, DAY, PASSPHRASE, domain, new_store


@pytest.fixture
def own(tmp_path: Path) -> FileKeyStore:
    made = new_store(tmp_path / "keys")
    made.add_domain(domain())
    return made


def same_leaf(one: DomainKeys | RoomKeys, other: DomainKeys | RoomKeys) -> bool:
    return one.leaf("token", "surname").macs([b"x"]) == other.leaf("token", "surname").macs([b"x"])


def test_opening_again_gives_the_same_keys(own: FileKeyStore) -> None:
    again = FileKeyStore.open(own.folder, PASSPHRASE)
    assert same_leaf(own.master("reports", day=DAY), again.master("reports", day=DAY))
    assert same_leaf(own.room("reports", day=DAY), again.room("reports", day=DAY))
    assert own.recipient() == again.recipient()
    assert own.signer().public_key == again.signer().public_key
    assert again.sealer().unseal(own.sealer().seal(b"content", "place"), "place") == b"content"


def test_the_passphrase_is_taken_in_nfc(tmp_path: Path) -> None:
    FileKeyStore.create(tmp_path / "keys", "cafe\u0301", work=CHEAP)
    assert FileKeyStore.open(tmp_path / "keys", "caf\u00e9").recipient().startswith("age1")


def test_files_are_private(own: FileKeyStore) -> None:
    files = [path for path in own.folder.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    (own.folder / "keystore.json").chmod(0o644)
    with pytest.raises(Refusal, match="other users"):
        FileKeyStore.open(own.folder, PASSPHRASE)


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


def test_a_second_store_does_not_overwrite_the_first(own: FileKeyStore) -> None:
    with pytest.raises(Refusal, match="already holds"):
        new_store(own.folder)


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


DAMAGED_HEADERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "salt that is no hexadecimal": lambda header: header.update(salt="xyz"),
    "work beyond all bounds": lambda header: header["work"].update(memory_kib=2**40),
    "work that Argon2 refuses": lambda header: header["work"].update(memory_kib=32, lanes=16),
    "no salt": lambda header: header.pop("salt"),
}


@pytest.mark.parametrize("change", DAMAGED_HEADERS.values(), ids=DAMAGED_HEADERS)
def test_a_damaged_header_is_refused(own: FileKeyStore, change: Callable[[dict[str, Any]], None]) -> None:
    changed(own.folder / "keystore.json", change)
    with pytest.raises(Refusal, match="damaged"):
        FileKeyStore.open(own.folder, PASSPHRASE)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(WrongInput, match="no readable key store"):
        FileKeyStore.open(tmp_path / "keys", PASSPHRASE)


def test_the_header_is_bound_to_the_secrets(own: FileKeyStore) -> None:
    changed(own.folder / "keystore.json", lambda header: header["work"].update(passes=2))
    with pytest.raises(WrongPassphrase):
        FileKeyStore.open(own.folder, PASSPHRASE)


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], type[Refusal]]] = {
    "the end put off": (lambda entry: entry["signed"]["domain"].update(until="2030-12-31"), BadSignature),
    "a party added": (lambda entry: entry["signed"]["domain"]["parties"].append("insurer"), BadSignature),
    "deliveries sent elsewhere": (lambda entry: entry["signed"].update(recipient="age1other"), BadSignature),
    "another room as issuer": (lambda entry: entry["signed"].update(issuer="00" * 32), BadSignature),
    "an unknown key": (lambda entry: entry.update(note="x"), Refusal),
    "the state turned over": (lambda entry: entry.update(state="retired"), Refusal),
    "a byte of the master": (lambda entry: entry["wrapped"].update(domain="00" * 60), Refusal),
    "the room's master for the domain's": (
        lambda entry: entry["wrapped"].update(domain=entry["wrapped"]["room"]),
        Refusal,
    ),
}


@pytest.mark.parametrize(("change", "refusal"), TAMPERED.values(), ids=TAMPERED)
def test_a_changed_domain_does_not_open(
    own: FileKeyStore, change: Callable[[dict[str, Any]], None], refusal: type[Refusal]
) -> None:
    changed(own.folder / "domains" / "reports.v1.json", change)
    with pytest.raises(refusal):
        own.master("reports", day=DAY)


DAYS = {
    "before the first day": (date(2025, 12, 31), False),
    "the first day": (date(2026, 1, 1), True),
    "the last day": (date(2026, 12, 31), True),
    "after the last day": (date(2027, 1, 1), False),
}


@pytest.mark.parametrize(("day", "opens"), DAYS.values(), ids=DAYS)
def test_a_domain_opens_on_its_days_only(store: FileKeyStore, day: date, opens: bool) -> None:
    if opens:
        assert store.master("reports", day=day).signed.domain.id == "reports"
    else:
        with pytest.raises(DomainNotOpen) as caught:
            store.room("reports", day=day)
        assert caught.value.remedy


def test_an_unknown_domain_is_wrong_input(store: FileKeyStore) -> None:
    with pytest.raises(WrongInput, match="no key"):
        store.master("unknown", day=DAY)


def test_a_version_gets_its_keys_once(own: FileKeyStore) -> None:
    with pytest.raises(Refusal, match="already has its keys"):
        own.add_domain(domain())
    own.add_domain(domain(version=2))
    assert not same_leaf(own.master("reports", 1, day=DAY), own.master("reports", 2, day=DAY))


def test_domain_and_room_keys_differ(store: FileKeyStore) -> None:
    master, room = store.master("reports", day=DAY), store.room("reports", day=DAY)
    assert not same_leaf(master, room)
    assert room.accepts == master.key_id != room.key_id


def test_a_retired_key_still_opens(own: FileKeyStore) -> None:
    before = own.master("reports", day=DAY)
    own.retire("reports", 1)
    after = own.master("reports", day=DAY)
    assert (before.retired, after.retired, own.room("reports", day=DAY).retired) == (False, True, True)
    assert same_leaf(before, after)
    assert [status.state for status in own.status()] == ["retired"]


def test_destroying_the_key_destroys_what_was_made_with_it(own: FileKeyStore, tmp_path: Path) -> None:
    table, entry = tmp_path / "table.parquet", own.folder / "domains" / "reports.v1.json"
    Vault(own.room("reports", day=DAY)).write(pl.DataFrame({"a": [1]}), table, "here")
    backup = entry.read_bytes()
    record = own.destroy("reports", 1, reason="the purpose is reached", day=DAY)
    record.verify(own.signer().public_key)
    assert own.destructions() == (record,)
    assert not entry.exists()
    for again in (own, FileKeyStore.open(own.folder, PASSPHRASE)):
        with pytest.raises(KeyDestroyed):
            again.room("reports", day=DAY)
    with pytest.raises(Refusal, match="already has its keys"):
        own.add_domain(domain())
    entry.write_bytes(backup)
    with pytest.raises(KeyDestroyed):
        own.master("reports", day=DAY)
    assert not entry.exists()
    own.add_domain(domain(version=2))
    with pytest.raises(Unreadable):
        Vault(own.room("reports", 2, day=DAY)).read(table, "here")


def test_a_changed_destruction_record_is_found(own: FileKeyStore) -> None:
    record = own.destroy("reports", 1, reason="the purpose is reached", day=DAY)
    with pytest.raises(BadSignature):
        record.model_copy(update={"reason": "another"}).verify(own.signer().public_key)


def test_a_partner_gets_the_domain_key_only(own: FileKeyStore, tmp_path: Path) -> None:
    own.add_domain(domain(id="other"))
    own.export_domain("reports", 1, "van de partner", tmp_path / "partner")
    partner = FileKeyStore.open(tmp_path / "partner", "van de partner")
    copied = partner.master("reports", day=DAY)
    assert same_leaf(copied, own.master("reports", day=DAY))
    assert copied.signed.recipient == own.recipient() != partner.recipient()
    assert copied.signed.issuer == own.signer().public_key.hex() != partner.signer().public_key.hex()
    with pytest.raises(WrongInput):
        partner.master("other", day=DAY)
    with pytest.raises(Refusal, match="partner's copy"):
        partner.room("reports", day=DAY)
    assert [status.partner_copy for status in partner.status()] == [True]
    with pytest.raises(DomainNotOpen):
        partner.master("reports", day=date(2027, 1, 1))


def test_only_a_party_gets_a_copy(own: FileKeyStore, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no party"):
        own.export_domain("reports", 1, "van de bank", tmp_path / "partner", partner="bank")
    assert not (tmp_path / "partner").exists()
    made = own.export_domain("reports", 1, "van de partner", tmp_path / "partner", partner="town")
    assert own.sender("reports", 1, "town") == made.signer().public_key
    assert own.sender("reports", 1, "tax") is None


def test_a_changed_list_of_senders_is_found(own: FileKeyStore, tmp_path: Path) -> None:
    own.export_domain("reports", 1, "van de partner", tmp_path / "partner", partner="town")
    changed(own.folder / "senders" / "reports.v1.json", lambda senders: senders["public_keys"].update(town="00" * 32))
    with pytest.raises(BadSignature):
        own.sender("reports", 1, "town")


SEALED = {
    "another context": lambda sealed: (sealed, "elsewhere"),
    "a byte flipped": lambda sealed: (sealed[:-1] + bytes([sealed[-1] ^ 1]), "here"),
    "too short": lambda sealed: (sealed[:5], "here"),
}


@pytest.mark.parametrize("change", SEALED.values(), ids=SEALED)
def test_a_sealed_value_opens_in_its_place_only(
    store: FileKeyStore, change: Callable[[bytes], tuple[bytes, str]]
) -> None:
    sealed = store.sealer().seal(b"secret", "here")
    with pytest.raises(Refusal, match="does not open"):
        store.sealer().unseal(*change(sealed))


SECRET = b"\x07canary-canary-canary-canary-can\x07"
IDENTITY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
HANDLES = {
    "leaf key": lambda store: LeafKey(SECRET),
    "master": lambda store: StoredMaster(SECRET),
    "domain keys": lambda store: DomainKeys(
        StoredMaster(SECRET), store.master("reports", day=DAY).signed, signer=store.signer()
    ),
    "room keys": lambda store: RoomKeys(StoredMaster(SECRET), store.master("reports", day=DAY).signed, accepts="00"),
    "signing key": lambda store: SigningKey(SECRET[:32]),
    "sealing key": lambda store: SealingKey(SECRET[:32]),
    "mailbox": lambda store: Mailbox(IDENTITY),
    "key store": lambda store: store,
}


@pytest.mark.parametrize("make", HANDLES.values(), ids=HANDLES)
def test_handles_do_not_show_or_give_away_their_key(
    store: FileKeyStore, make: Callable[[FileKeyStore], object]
) -> None:
    handle = make(store)
    shown = f"{handle!r} {handle} {[handle]} {handle!a}"
    assert not any(form in shown for form in ("canary", SECRET.hex(), "AGE-SECRET", "\\x"))
    assert not hasattr(handle, "__dict__")
    for give_away in (pickle.dumps, copy.copy, copy.deepcopy, lambda one: one.__getstate__()):
        with pytest.raises(TypeError, match="stays in its process"):
            give_away(handle)


@given(st.lists(st.text(), max_size=5), st.lists(st.text(), max_size=5))
def test_framing_has_no_twins(one: list[str], other: list[str]) -> None:
    assert (framed(*one) == framed(*other)) == (one == other)


def test_names_of_keys_are_no_keys(store: FileKeyStore) -> None:
    ids = {handle.key_id for handle in (store.master("reports", day=DAY), store.room("reports", day=DAY))}
    assert all(len(name) == 16 for name in ids)
    assert len({*ids, store.signer().key_id, store.master("reports", 2, day=DAY).key_id}) == 4
