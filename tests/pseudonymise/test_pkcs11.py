"""What holds of the hardware module only: its keys stay in it, and it says in words what is wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from declare import Fault, Refusal, WrongInput
from pseudonymise.keys import NoWrappingKey, WrongPassphrase
from pseudonymise.keys.pkcs11 import Pkcs11Keys, Pkcs11KeyStore, Token
from tests.pseudonymise.conftest import DAY, domain
from tests.pseudonymise.softhsm import PIN


@pytest.fixture
def keys(tokens: list[Token]) -> Iterator[Pkcs11Keys]:
    """Of the second token, which no store uses; logged out afterwards."""
    opened = Pkcs11Keys(tokens[1], PIN)
    yield opened
    opened.close()


def objects(token: Token) -> list[Any]:
    """Handles on every secret key in `token`, taken past our code. Somebody is logged in already."""
    import pkcs11

    session = pkcs11.lib(str(token.library)).get_token(token_label=token.label).open(rw=True)
    return list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}))


def test_a_wrapping_key_never_leaves_the_token(tokens: list[Token], keys: Pkcs11Keys) -> None:
    import pkcs11

    keys.make("stays")
    (made,) = [key for key in objects(tokens[1]) if key.label == "stays"]
    attributes = ("SENSITIVE", "ALWAYS_SENSITIVE", "NEVER_EXTRACTABLE", "LOCAL", "TOKEN", "PRIVATE", "EXTRACTABLE")
    assert [made[pkcs11.Attribute[name]] for name in attributes] == [True] * 6 + [False]
    with pytest.raises(pkcs11.AttributeSensitive):
        made[pkcs11.Attribute.VALUE]
    keys.destroy("stays")
    assert "stays" not in [key.label for key in objects(tokens[1])]


def test_a_version_takes_its_key_out_of_the_token_when_it_goes(tokens: list[Token], tmp_path: Path) -> None:
    store = Pkcs11KeyStore.create(tmp_path / "keys", tokens[0], PIN)
    before = {key.label for key in objects(tokens[0])}
    store.add_domain(domain())
    (made,) = {key.label for key in objects(tokens[0])} - before
    assert made.endswith("/reports.v1")
    store.destroy("reports", 1, reason="the purpose is reached", day=DAY)
    assert {key.label for key in objects(tokens[0])} == before


def test_a_folder_is_worth_nothing_beside_another_token(tokens: list[Token], keys: Pkcs11Keys, tmp_path: Path) -> None:
    Pkcs11KeyStore.create(tmp_path / "keys", tokens[0], PIN)
    shutil.copytree(tmp_path / "keys", tmp_path / "stolen")
    with pytest.raises(NoWrappingKey):
        Pkcs11KeyStore.open(tmp_path / "stolen", tokens[1], PIN)


def test_a_box_opens_as_it_was_made_only(keys: Pkcs11Keys) -> None:
    keys.make("boxes")
    box = keys.wrap("boxes", b"master", b"bound to")
    assert keys.unwrap("boxes", box, b"bound to") == b"master"
    assert keys.wrap("boxes", b"master", b"bound to") != box
    for changed, bound in ((box, b"elsewhere"), (box[:-1], b"bound to"), (box[:8], b"bound to"), (b"", b"")):
        with pytest.raises(InvalidTag):
            keys.unwrap("boxes", changed, bound)
    with pytest.raises(Refusal, match="already"):
        keys.make("boxes")
    keys.destroy("boxes")
    keys.destroy("boxes")
    with pytest.raises(NoWrappingKey):
        keys.unwrap("boxes", box, b"bound to")


def test_what_does_not_open(tokens: list[Token]) -> None:
    token = tokens[2]
    for pin in ("0000", ""):
        with pytest.raises(WrongPassphrase, match="token third refused the PIN") as caught:
            Pkcs11Keys(token, pin)
        assert caught.value.exit_code == 1
    for absent in (Token(token.library, "vierde"), Token(Path("nergens.so"), token.label)):
        with pytest.raises(WrongInput, match="gives no token"):
            Pkcs11Keys(absent, PIN)


def test_a_module_that_refuses_is_a_fault(tokens: list[Token], keys: Pkcs11Keys) -> None:
    """Here it is asked for an AES key of eight bits."""
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Fault, match="token second did not do what was asked"):
        patched.setattr("pseudonymise.keys.pkcs11.KEY_BITS", 8)
        keys.make("short")
