"""The life of a key: pre-active, active, retired, destroyed; and that destroyed is destroyed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from declare import BadSignature, Refusal
from pseudonymise.keys import FileKeyStore, KeyDestroyed, KeyStore, NoSuchStep, NotActive
from pseudonymise.keys.state import STEPS, State
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.vault import Unreadable, Vault
from tests.pseudonymise.conftest import CHEAP, DAY, PASSPHRASE, domain, extract
from tests.pseudonymise.homes import Home
from tests.pseudonymise.test_keys import same_leaf

REASON = "the purpose is reached"
WAYS: dict[State, Callable[[KeyStore], object]] = {
    "pre-active": lambda store: store.add_domain(domain(version=2), state="pre-active"),
    "active": lambda store: store.activate("reports", 2),
    "retired": lambda store: store.retire("reports", 2),
    "destroyed": lambda store: store.destroy("reports", 2, reason=REASON, day=DAY),
}
"""How a key gets there."""
REACHED: dict[State, tuple[State, ...]] = {
    "pre-active": ("pre-active",),
    "active": ("pre-active", "active"),
    "retired": ("pre-active", "active", "retired"),
    "destroyed": ("pre-active", "active", "retired", "destroyed"),
}


def state(store: KeyStore, version: int) -> State:
    gone = {record.version for record in store.destructions()}
    return "destroyed" if version in gone else {one.domain.version: one.state for one in store.status()}[version]


@pytest.mark.parametrize("after", WAYS)
@pytest.mark.parametrize("before", WAYS)
def test_every_step_there_is_and_no_other(home: Home, before: State, after: State) -> None:
    store = home.make()
    for each in REACHED[before]:
        WAYS[each](store)
    if after in STEPS[before] or before == after == "destroyed":
        WAYS[after](store)
        assert state(home.open(), 2) == after
    else:
        with pytest.raises(Refusal) as caught:
            WAYS[after](store)
        assert isinstance(caught.value, NoSuchStep | KeyDestroyed) or "already has its keys" in caught.value.message
        assert state(home.open(), 2) == before


def test_one_version_takes_over_from_another(own: KeyStore) -> None:
    """Rotation: the next version is made and handed out while the one before it is in use."""
    own.add_domain(domain(version=2), state="pre-active")
    assert (own.versions("reports", "active"), own.versions("reports", "pre-active")) == ((1,), (2,))
    own.activate("reports", 2)
    assert (own.versions("reports", "active"), own.versions("reports", "retired")) == ((2,), (1,))


MADE: dict[str, Callable[[KeyStore, int], object]] = {
    "tokens": lambda store, version: protect(extract(), store.master("reports", version, day=DAY)),
    "stored tokens": lambda store, version: rekey(
        protect(extract(), store.master("reports", 3, day=DAY)), store.room("reports", version, day=DAY)
    ),
    "a file of the room": lambda store, version: Vault(store.room("reports", version, day=DAY)).to_bytes(
        pl.DataFrame({"a": [1]}), "here"
    ),
    "a file of a delivery": lambda store, version: Vault(store.master("reports", version, day=DAY)).to_bytes(
        pl.DataFrame({"a": [1]}), "here"
    ),
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_only_an_active_key_makes_something(home: Home, make: Callable[[KeyStore, int], object]) -> None:
    store = home.make()
    for version in (1, 3):
        store.add_domain(domain(version=version))
    store.add_domain(domain(version=2), state="pre-active")
    store.retire("reports", 1)
    for version in (1, 2):
        with pytest.raises(NotActive) as caught:
            make(store, version)
        assert caught.value.exit_code == 1
        assert f"reports version {version} is {state(store, version)}" in caught.value.message


def test_a_retired_key_still_opens(own: KeyStore) -> None:
    before = own.master("reports", day=DAY)
    made = Vault(own.room("reports", day=DAY)).to_bytes(pl.DataFrame({"a": [1]}), "here")
    own.retire("reports", 1)
    assert same_leaf(before, own.master("reports", day=DAY))
    own.add_domain(domain(version=2))
    earlier, now = own.room("reports", 1, day=DAY), own.room("reports", 2, day=DAY)
    assert Vault(now, earlier=[earlier]).from_bytes(made, "here").equals(pl.DataFrame({"a": [1]}))
    with pytest.raises(Unreadable):
        Vault(now).from_bytes(made, "here")


def test_a_retired_key_is_not_handed_out(own: KeyStore, tmp_path: Path) -> None:
    own.retire("reports", 1)
    with pytest.raises(NotActive):
        own.export_domain("reports", 1, "van onze partner", tmp_path / "partner", partner="town", work=CHEAP)
    assert not (tmp_path / "partner").exists()


def test_destroying_the_key_destroys_what_was_made_with_it(home: Home, own: KeyStore, tmp_path: Path) -> None:
    table = tmp_path / "table.parquet"
    Vault(own.room("reports", day=DAY)).write(pl.DataFrame({"a": [1]}), table, "here")
    record = own.destroy("reports", 1, reason=REASON, day=DAY)
    record.verify(own.signer().public_key)
    assert own.destructions() == (record,)
    assert not (home.folder / "domains" / "reports.v1.json").exists()
    for again in (own, home.open()):
        with pytest.raises(KeyDestroyed):
            again.room("reports", day=DAY)
    with pytest.raises(Refusal, match="already has its keys"):
        own.add_domain(domain())
    own.add_domain(domain(version=2))
    with pytest.raises(Unreadable):
        Vault(own.room("reports", 2, day=DAY)).read(table, "here")


@pytest.mark.parametrize("kind", ["domain", "room"])
def test_a_backup_of_the_folder_does_not_bring_a_destroyed_key_back(
    home: Home, own: KeyStore, tmp_path: Path, kind: str
) -> None:
    """Made before the destruction and put back whole, without the record of it. What else it holds still opens."""
    own.add_domain(domain(id="other"))
    other = own.room("other", day=DAY)
    shutil.copytree(home.folder, tmp_path / "backup")
    own.destroy("reports", 1, reason=REASON, day=DAY)
    shutil.rmtree(home.folder)
    shutil.copytree(tmp_path / "backup", home.folder)
    restored = home.open()
    assert restored.destructions() == ()
    with pytest.raises(KeyDestroyed):
        getattr(restored, {"domain": "master", "room": "room"}[kind])("reports", day=DAY)
    assert same_leaf(restored.room("other", day=DAY), other)


def test_a_copy_of_the_wrapping_file_is_what_brings_a_key_back(tmp_path: Path) -> None:
    """The limit of the file store, as docs/threats.md says: both halves restored, and the passphrase known."""
    wrapping, folder = tmp_path / "wrapping.json", tmp_path / "keys"
    own = FileKeyStore.create(folder, PASSPHRASE, wrapping=wrapping, work=CHEAP)
    own.add_domain(domain())
    before, copied = own.master("reports", day=DAY), wrapping.read_bytes()
    shutil.copytree(folder, tmp_path / "backup")
    own.destroy("reports", 1, reason=REASON, day=DAY)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    wrapping.write_bytes(copied)
    assert same_leaf(FileKeyStore.open(folder, PASSPHRASE, wrapping=wrapping).master("reports", day=DAY), before)


def test_a_changed_destruction_record_is_found(own: KeyStore) -> None:
    record = own.destroy("reports", 1, reason=REASON, day=DAY)
    with pytest.raises(BadSignature):
        record.model_copy(update={"reason": "another"}).verify(own.signer().public_key)
