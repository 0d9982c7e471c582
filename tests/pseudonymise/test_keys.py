"""What both kinds of key stores do: one set of cases, told of each."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from declare import BadSignature, Refusal, WrongInput
from pseudonymise.domain import DomainNotOpen, NoSupplier
from pseudonymise.keys import DomainKeys, FileKeyStore, KeyStore, RoomKeys
from tests.pseudonymise.conftest import CHEAP, DAY, domain
from tests.pseudonymise.homes import Home


def same_leaf(one: DomainKeys | RoomKeys, other: DomainKeys | RoomKeys) -> bool:
    return one.leaf("token", "surname").macs([b"x"]) == other.leaf("token", "surname").macs([b"x"])


def test_opening_again_gives_the_same_keys(home: Home, own: KeyStore) -> None:
    again = home.open()
    assert same_leaf(own.master("reports", day=DAY), again.master("reports", day=DAY))
    assert same_leaf(own.room("reports", day=DAY), again.room("reports", day=DAY))
    assert own.recipient() == again.recipient()
    assert own.signer().public_key == again.signer().public_key
    assert again.sealer().unseal(own.sealer().seal(b"content", "place"), "place") == b"content"


def test_files_are_private(home: Home, own: KeyStore) -> None:
    files = [path for path in home.folder.parent.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    (home.folder / "keystore.json").chmod(0o644)
    with pytest.raises(Refusal, match="other users"):
        home.open()


def test_a_second_store_does_not_overwrite_the_first(home: Home, own: KeyStore) -> None:
    with pytest.raises(Refusal, match="already holds"):
        home.make()


def test_two_stores_share_no_key(home: Home, own: KeyStore, tmp_path: Path) -> None:
    """Nor a wrapping key: what one wrapped does not open in the folder of the other."""
    before, wrapped = own.master("reports", day=DAY), (home.folder / "domains" / "reports.v1.json").read_bytes()
    home.folder.rename(tmp_path / "before")
    if (tmp_path / "apart").exists():
        (tmp_path / "apart").rename(tmp_path / "apart before")
    other = home.make()
    other.add_domain(domain())
    assert not same_leaf(before, other.master("reports", day=DAY))
    (home.folder / "domains" / "reports.v1.json").write_bytes(wrapped)
    with pytest.raises(Refusal, match="was changed"):
        other.master("reports", day=DAY)


def changed(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


TAMPERED: dict[str, tuple[Callable[[dict[str, Any]], None], type[Refusal]]] = {
    "the end put off": (lambda entry: entry["signed"]["domain"].update(until="2030-12-31"), BadSignature),
    "a party added": (lambda entry: entry["signed"]["domain"]["parties"].update(insurer=["supplier"]), BadSignature),
    "a party given another role": (
        lambda entry: entry["signed"]["domain"]["parties"].update(bureau=["supplier", "recipient"]),
        BadSignature,
    ),
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
    own: KeyStore, change: Callable[[dict[str, Any]], None], refusal: type[Refusal]
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
def test_a_domain_opens_on_its_days_only(store: KeyStore, day: date, opens: bool) -> None:
    if opens:
        assert store.master("reports", day=day).signed.domain.id == "reports"
    else:
        with pytest.raises(DomainNotOpen) as caught:
            store.room("reports", day=day)
        assert caught.value.remedy


def test_an_unknown_domain_is_wrong_input(store: KeyStore) -> None:
    with pytest.raises(WrongInput, match="no key"):
        store.master("unknown", day=DAY)


def test_a_version_gets_its_keys_once(own: KeyStore) -> None:
    with pytest.raises(Refusal, match="already has its keys"):
        own.add_domain(domain())
    own.add_domain(domain(version=2))
    assert not same_leaf(own.master("reports", 1, day=DAY), own.master("reports", 2, day=DAY))


def test_domain_and_room_keys_differ(store: KeyStore) -> None:
    master, room = store.master("reports", day=DAY), store.room("reports", day=DAY)
    assert not same_leaf(master, room)
    assert room.accepts == master.key_id != room.key_id


def test_a_partner_gets_the_domain_key_only(own: KeyStore, tmp_path: Path) -> None:
    own.add_domain(domain(id="other"))
    own.export_domain("reports", 1, "van onze partner", tmp_path / "partner", work=CHEAP)
    partner = FileKeyStore.open(tmp_path / "partner", "van onze partner")
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


def test_only_a_supplier_gets_a_copy(own: KeyStore, tmp_path: Path) -> None:
    for other in ("bank", "bureau"):
        with pytest.raises(NoSupplier, match=f"{other} is no supplier"):
            own.export_domain("reports", 1, "van onze bankier", tmp_path / "partner", partner=other)
    assert not (tmp_path / "partner").exists()
    made = own.export_domain("reports", 1, "van onze partner", tmp_path / "partner", partner="town", work=CHEAP)
    assert own.sender("reports", 1, "town") == made.signer().public_key
    assert own.sender("reports", 1, "tax") is None


def test_a_changed_list_of_senders_is_found(own: KeyStore, tmp_path: Path) -> None:
    own.export_domain("reports", 1, "van onze partner", tmp_path / "partner", partner="town", work=CHEAP)
    changed(own.folder / "senders" / "reports.v1.json", lambda senders: senders["public_keys"].update(town="00" * 32))
    with pytest.raises(BadSignature):
        own.sender("reports", 1, "town")
