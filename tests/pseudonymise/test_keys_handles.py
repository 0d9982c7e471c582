"""Handles show nothing and stay in their process."""

import copy
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import Refusal
from flows.keyring import Keyring
from koppelkamer.cli.commands import COMMANDS
from koppelkamer.room import Room, RoomDeclaration
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.keys.derive import framed
from pseudonymise.keys.handle import LeafKey, Mailbox, SealingKey, SigningKey, StoredMaster
from tests.pseudonymise.conftest import DAY
from tests.walls.test_types import ROOT

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


def test_no_command_takes_a_secret_in_its_call() -> None:
    """A process list shows every call: passphrases and PINs come from a private file or the keyboard."""
    secret = re.compile("pass|pin$|secret|(?<!public-)key")
    options = [option for command in COMMANDS for name, option in command.options.items() if secret.search(name)]
    valued = [option for option in options if option.get("action") != "store_true"]
    assert valued
    assert [option.get("type") for option in valued] == [Path] * len(valued)


def test_nothing_is_read_from_the_environment() -> None:
    """A process hands its environment on to every other it starts. What is set there, for libraries, is no secret."""
    reads = re.compile(r"environ(\.get|b?\[[^]]*\](?! = ))|getenv")
    rooms = ("pseudonymise", "koppelkamer", "flows", "declare", "register", "release", "gate", "audit", "console")
    modules = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert [path.name for path in modules if reads.search(path.read_text())] == []


def test_a_keyring_stays_in_its_process(store: FileKeyStore, tmp_path: Path) -> None:
    keyring = Keyring(Room(tmp_path, RoomDeclaration.model_construct(name="room")), store)
    assert repr(keyring) == "Keyring(room)"
    for give_away in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="stays in its process"):
            give_away(keyring)
