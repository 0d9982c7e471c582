"""The record of a destruction speaks of one version, and reading deletes nothing."""

import shutil
from pathlib import Path

import pytest

from declare import Refusal
from pseudonymise.keys import Destruction, KeyDestroyed, KeyStore
from tests.pseudonymise.conftest import DAY, domain
from tests.pseudonymise.homes import Home
from tests.pseudonymise.test_keys import same_leaf
from tests.pseudonymise.test_keys_states import REASON


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def written(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_record_under_another_name_destroys_nothing(home: Home, own: KeyStore) -> None:
    """Whoever may write in the folder copies the record of version 1 to the name of version 2."""
    own.add_domain(domain(version=2))
    before = own.master("reports", 2, day=DAY)
    own.destroy("reports", 1, reason=REASON, day=DAY)
    copied = home.folder / "destroyed" / "reports.v2.json"
    shutil.copy(home.folder / "destroyed" / "reports.v1.json", copied)
    held = snapshot(home.folder.parent)
    for ask in (
        lambda: own.master("reports", 2, day=DAY),
        own.status,
        own.destructions,
        lambda: own.retire("reports", 2),
    ):
        with pytest.raises(Refusal, match=r"reports\.v2\.json is about reports version 1"):
            ask()
    assert snapshot(home.folder.parent) == held
    copied.unlink()
    assert same_leaf(home.open().master("reports", 2, day=DAY), before)


def test_a_list_of_senders_under_another_name_gives_no_right(home: Home, own: KeyStore, tmp_path: Path) -> None:
    own.add_domain(domain(version=2))
    own.export_domain("reports", 1, "van onze partner", tmp_path / "partner", partner="town")
    shutil.copy(home.folder / "senders" / "reports.v1.json", home.folder / "senders" / "reports.v2.json")
    with pytest.raises(Refusal, match=r"reports\.v2\.json is about reports version 1"):
        own.sender("reports", 2, "town")


def test_a_key_under_another_name_is_not_listed(home: Home, own: KeyStore) -> None:
    domains = home.folder / "domains"
    shutil.copy(domains / "reports.v1.json", domains / "reports.v2.json")
    with pytest.raises(Refusal, match=r"reports\.v2\.json is about reports version 1"):
        own.status()


def test_reading_a_destroyed_key_writes_nothing(home: Home, own: KeyStore) -> None:
    """Also where an entry was put back: it is refused and stays, until somebody destroys again."""
    entry = home.folder / "domains" / "reports.v1.json"
    backup = entry.read_bytes()
    own.destroy("reports", 1, reason=REASON, day=DAY)
    entry.write_bytes(backup)
    entry.chmod(0o600)
    held = snapshot(home.folder.parent)
    for store in (own, home.open()):
        with pytest.raises(KeyDestroyed):
            store.master("reports", day=DAY)
        assert [one.state for one in store.status()] == ["destroyed"]
    assert snapshot(home.folder.parent) == held
    own.destroy("reports", 1, reason="again", day=DAY)
    assert not entry.exists()
    assert [record.reason for record in own.destructions()] == [REASON]


def test_destroying_again_changes_nothing(home: Home, own: KeyStore) -> None:
    record = own.destroy("reports", 1, reason=REASON, day=DAY)
    held = written(home.folder.parent)
    assert home.open().destroy("reports", 1, reason="another", day=DAY) == record
    assert written(home.folder.parent) == held


def test_a_destruction_is_announced_before_anything_is_touched(home: Home, own: KeyStore) -> None:
    held, heard = snapshot(home.folder.parent), []

    def announced(record: Destruction) -> None:
        heard.append(record)
        raise RuntimeError("the log cannot be written")

    with pytest.raises(RuntimeError):
        own.destroy("reports", 1, reason=REASON, day=DAY, first=announced)
    assert snapshot(home.folder.parent) == held
    assert heard == [own.destroy("reports", 1, reason=REASON, day=DAY)]


def test_a_process_that_opened_before_brings_nothing_back(home: Home, own: KeyStore) -> None:
    own.add_domain(domain(version=2), state="pre-active")
    stale = home.open()
    own.destroy("reports", 1, reason=REASON, day=DAY)
    for step in (stale.retire, lambda *_: stale.master("reports", day=DAY), stale.activate):
        with pytest.raises(KeyDestroyed):
            step("reports", 1)
    with pytest.raises(Refusal, match="already has its keys"):
        stale.add_domain(domain())
    stale.activate("reports", 2)
    again = home.open()
    assert [(one.domain.version, one.state) for one in again.status()] == [(2, "active")]
    (home.folder / "destroyed" / "reports.v1.json").unlink()
    with pytest.raises(Refusal, match="has no key"):
        again.master("reports", day=DAY)
