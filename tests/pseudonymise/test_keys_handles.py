"""Handles show nothing and stay in their process."""

import copy
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import Refusal
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.keys.derive import framed
from pseudonymise.keys.handle import LeafKey, Mailbox, SealingKey, SigningKey, StoredMaster
from tests.pseudonymise.conftest import DAY

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
