"""Tokens against vectors made elsewhere, against a slow twin, and in another language."""

import _hashlib
import hmac
import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import Fault
from pseudonymise import token
from pseudonymise.binary import end_to_end, of_size
from pseudonymise.domain import SignedDomain
from pseudonymise.encode import encode_column
from pseudonymise.keys import DomainKeys, LeafKey, handle, openssl
from pseudonymise.keys.handle import SigningKey, StoredMaster
from pseudonymise.keys.openssl import hmac_sha256
from pseudonymise.token import record_tokens, token_column, tokens
from tests.pseudonymise.conftest import DELIVERY, domain

HERE = Path(__file__).parents[1]
TOKENS = json.loads((HERE / "vectors" / "tokens.json").read_text())
PAGE = (HERE.parent / "docs" / "token.md").read_text()
TEXTS = st.lists(st.none() | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12), max_size=20)


def keys_of(master: bytes, name: str = "canary", version: int = 1) -> DomainKeys:
    agreed = domain(id=name, version=version, until=date(2030, 1, 1))
    signed = SignedDomain(domain=agreed, recipient="", issuer="", signature="")
    return DomainKeys(StoredMaster(master), signed, signer=SigningKey(b"s" * 32))


def twin(values: list[str | None], secret: bytes) -> list[bytes | None]:
    """Slow and readable: one HMAC per row."""
    return [hmac.digest(secret, value.encode(), "sha256")[:16] if value else None for value in values]


@pytest.mark.parametrize("case", TOKENS["tests"], ids=lambda case: f"{case['id']} {case['flags'][0]}")
def test_vectors(case: dict[str, Any]) -> None:
    leaf = keys_of(bytes.fromhex(case["master"]), case["domain"], case["version"]).leaf(case["purpose"], case["field"])
    made = token_column(pl.Series([case["text"]]), leaf)[0]
    assert (made and made.hex()) == case["token"]


def test_vectors_share_no_token() -> None:
    found = [case["token"] for case in TOKENS["tests"] if case["token"]]
    assert len(found) == len(set(found)) + 1  # case 10 is case 1 again, as the neighbour of case 9


@pytest.mark.parametrize("many", [1, 10**9], ids=["by OpenSSL at once", "one by one"])
@settings(deadline=None)
@given(values=TEXTS)
def test_twin(values: list[str | None], many: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(handle, "pays", lambda count: count >= many)
        made = token_column(pl.Series("surname", values, dtype=pl.String), LeafKey(b"k" * 32))
    assert made.to_list() == twin(values, b"k" * 32)
    assert made.name == "surname"
    assert made.dtype == pl.Binary


@settings(deadline=None)
@given(TEXTS)
def test_two_domains_versions_and_fields_share_no_token(values: list[str | None]) -> None:
    texts = pl.Series(values, dtype=pl.String)
    master = b"m" * 32
    leaves = [
        keys_of(master).leaf("token", "surname"),
        keys_of(master, "other").leaf("token", "surname"),
        keys_of(master, version=2).leaf("token", "surname"),
        keys_of(master).leaf("token", "given_name"),
        keys_of(master).leaf("encoding", "surname"),
    ]
    made = [set(token_column(texts, leaf).drop_nulls()) for leaf in leaves]
    assert len(set.union(*made)) == sum(len(one) for one in made)


def test_columns_of_one_group_compare() -> None:
    evidence = pl.DataFrame(
        {"surname": ["berg", "bakker"], "surname.other": ["bakker", None], "surname.sound": ["berg", "b"]}
    )
    made = tokens(evidence, keys_of(b"m" * 32))
    assert made.columns == evidence.columns
    assert made["surname"][1] == made["surname.other"][0]
    assert made["surname"][0] != made["surname.sound"][0]


def test_record_tokens_name_delivery_and_row() -> None:
    leaf = keys_of(bytes(range(32))).leaf("record", "")
    rows = pl.Series("row", [7, 8], dtype=pl.UInt32)
    made = record_tokens(DELIVERY, rows, leaf)
    assert made[0].hex() == "a1c0ea99b41191e6b396fb26806dbead"
    assert made.n_unique() == 2
    assert not set(made) & set(record_tokens("00" * 32, rows, leaf))


COLLIDING = {"all differ": pl.Series.hash, "by length": lambda values: values.str.len_bytes().cast(pl.UInt64)}


@pytest.mark.parametrize("hashed", COLLIDING.values(), ids=COLLIDING)
@settings(deadline=None)
@given(values=TEXTS)
def test_a_dictionary_whatever_the_hashes(hashed: Callable[[pl.Series], pl.Series], values: list[str | None]) -> None:
    column = pl.Series("surname", values, dtype=pl.String)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(token, "_hashes", hashed)
        places, distinct = token.dictionary(column)
    assert distinct.to_list() == list(dict.fromkeys(value for value in values if value is not None))
    assert [None if place is None else distinct[place] for place in places] == values


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=100), st.lists(st.binary(max_size=150), min_size=1), st.integers(1, 32))
def test_openssl_makes_the_same_macs(secret: bytes, messages: list[bytes], size: int) -> None:
    found = hmac_sha256(secret, *end_to_end(pl.Series(messages, dtype=pl.Binary)), size)
    assert found is not None
    assert of_size(found, size).to_list() == [hmac.digest(secret, each, "sha256")[:size] for each in messages]


def test_when_it_pays_to_start_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pseudonymise.keys.compiled", raising=False)
    assert [openssl.pays(count) for count in (0, 1_000, 499_999, 500_000)] == [False, False, False, True]
    monkeypatch.setitem(sys.modules, "pseudonymise.keys.compiled", openssl)
    assert [openssl.pays(count) for count in (0, 999, 1_000)] == [False, False, True]


@pytest.mark.parametrize("library", ["not there", "without HMAC"])
def test_out_of_reach_of_openssl_tokens_are_the_same(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "pays", lambda _: True)
    monkeypatch.setattr(_hashlib, "__file__", {"not there": "/nowhere.so", "without HMAC": math.__file__}[library])
    openssl._library.cache_clear()
    made = token_column(pl.Series(["jansen", None, ""]), LeafKey(b"k" * 32))
    assert openssl._library() is None
    openssl._library.cache_clear()
    assert made.to_list() == twin(["jansen", None, ""], b"k" * 32)


def test_a_library_that_miscalculates_makes_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "pays", lambda _: True)
    monkeypatch.setattr(handle, "hmac_sha256", lambda *_: np.zeros(32, np.uint8))
    with pytest.raises(Fault, match="wrong HMAC"):
        token_column(pl.Series(["jansen", "bakker"]), LeafKey(b"k" * 32))


@given(st.lists(st.binary(min_size=3, max_size=3)), st.integers(0, 3))
def test_a_column_end_to_end_and_back(values: list[bytes], begin: int) -> None:
    column = pl.concat([pl.Series(values, dtype=pl.Binary)] * 2, rechunk=False).slice(begin)
    content, begins = end_to_end(column)
    assert begins.tolist() == [3 * row + begins[0] for row in range(column.len() + 1)]
    assert of_size(content[begins[0] : begins[-1]], 3).equals(column)


def test_no_plan_holds_a_key() -> None:
    secret = b"canary-key-canary-key-canary-key"
    values = pl.Series("surname", ["jansen", None])
    frame = pl.concat(
        [
            token_column(values, LeafKey(secret)).to_frame("token"),
            encode_column(values, LeafKey(secret), placed=False),
        ],
        how="horizontal",
    )
    plan = frame.lazy().filter(pl.col("token").is_not_null())
    shown = plan.serialize() + plan.explain().encode()
    assert not any(form in shown for form in (secret, b"canary", secret.hex().encode(), b"jansen"))


def test_the_page_shows_what_the_code_makes() -> None:
    for field, text in re.findall(r"^(surname|birth_date|bsn) +(\S+)$", PAGE, re.MULTILINE):
        leaf = keys_of(bytes(range(32))).leaf("token", field)
        assert f"token          {token_column(pl.Series([text]), leaf)[0].hex()}" in PAGE
    words = encode_column(
        pl.Series("surname", ["jansen"]), keys_of(bytes(range(32))).leaf("encoding", "surname"), placed=False
    )
    assert "jansen           " + " ".join(f"{word:016x}" for word in words.row(0)) in PAGE


def test_the_page_in_another_language() -> None:
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("Perl is not installed")
    program = re.findall(r"```perl\n(.*?)```", PAGE, re.DOTALL)[0]
    shown = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0]
    printed = subprocess.run([perl, "-e", program], capture_output=True, text=True, check=True).stdout
    assert printed == shown
