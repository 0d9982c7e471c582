"""Orphaned addresses: in no register, or only as withdrawn."""

from hashlib import blake2b

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import Refusal, WrongInput
from linkage.orphan import Found, Orphans, orphans
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable

IN_USE, GONE = "in use", "withdrawn"
PLACES = ["a", "b", "c", "d"]


def table(
    source: str, addresses: list[str | None], status: list[str | None] | None = None, key: str = "k"
) -> ProtectedTable:
    tokens = [None if one is None else blake2b(one.encode(), digest_size=16).digest() for one in addresses]
    columns = {"row": range(1, len(tokens) + 1), "record": [b"r"] * len(tokens), "address": tokens}
    frame = pl.DataFrame(columns, schema={"row": pl.UInt32, "record": pl.Binary, "address": pl.Binary})
    if status is not None:
        frame = frame.with_columns(pl.Series("payload.status", status, dtype=pl.String))
    return ProtectedTable(source, "person", False, "d", {"address": "address"}, key, frame, _PSEUDONYMISE)


def found(used: list[str | None], known: dict[str, list[str | None]]) -> Orphans:
    entries = [(place, state) for place, states in known.items() for state in states]
    register = table("addresses", [place for place, _ in entries], [state for _, state in entries])
    return orphans(table("residents", used), register, ["address"], "status", [GONE])


CASES = {
    "all there": (["a", "b", "b"], {"a": [IN_USE], "b": [IN_USE]}, (3, 2, 0, 0, 0, 0)),
    "one nowhere, used twice": (["a", "x", "x"], {"a": [IN_USE]}, (3, 2, 2, 1, 0, 0)),
    "withdrawn but used": (["a", "b"], {"a": [IN_USE], "b": [GONE]}, (2, 2, 0, 0, 1, 1)),
    "withdrawn under one number, in use under another": (["a"], {"a": [GONE, IN_USE]}, (1, 1, 0, 0, 0, 0)),
    "withdrawn under both numbers": (["a"], {"a": [GONE, GONE]}, (1, 1, 0, 0, 1, 1)),
    "withdrawn and unused is not told": (["a"], {"a": [IN_USE], "b": [GONE]}, (1, 1, 0, 0, 0, 0)),
    "a status nobody filled in is not withdrawn": (["a"], {"a": [None]}, (1, 1, 0, 0, 0, 0)),
    "no address, no judgement": ([None, "a"], {"a": [IN_USE]}, (1, 1, 0, 0, 0, 0)),
    "no records": ([], {"a": [IN_USE]}, (0, 0, 0, 0, 0, 0)),
    "an empty register": (["a"], {}, (1, 1, 1, 1, 0, 0)),
}


@pytest.mark.parametrize(("used", "known", "counts"), CASES.values(), ids=CASES)
def test_orphans(used: list[str | None], known: dict[str, list[str | None]], counts: tuple[int, ...]) -> None:
    seen = found(used, known)
    assert (
        seen.filled, seen.addresses, seen.nowhere.records, seen.nowhere.addresses, seen.withdrawn.records,
        seen.withdrawn.addresses,
    ) == counts  # fmt: skip


@given(
    st.lists(st.sampled_from([*PLACES, None])),
    st.dictionaries(st.sampled_from(PLACES), st.lists(st.sampled_from([IN_USE, GONE, None]), min_size=1)),
)
def test_a_slow_twin_counts_the_same(used: list[str | None], known: dict[str, list[str | None]]) -> None:
    lived = [one for one in used if one is not None]
    nowhere = [one for one in lived if one not in known]
    gone = [one for one in lived if one in known and all(state == GONE for state in known[one])]
    share = max(len(lived), 1)
    assert found(used, known) == Orphans(
        len(lived), len(set(lived)), Found(len(nowhere), len(set(nowhere)), len(nowhere) / share),
        Found(len(gone), len(set(gone)), len(gone) / share),
    )  # fmt: skip


@pytest.mark.parametrize("evidence", [["street"], ["address", "street"]])
def test_a_table_without_the_evidence_is_refused(evidence: list[str]) -> None:
    with pytest.raises(WrongInput, match="residents has no street"):
        orphans(table("residents", ["a"]), table("addresses", ["a"], [GONE]), evidence, "status", [GONE])


def test_a_register_without_the_status_is_refused() -> None:
    with pytest.raises(WrongInput, match="addresses has no status"):
        orphans(table("residents", ["a"]), table("addresses", ["a"]), ["address"], "status", [GONE])


def test_tokens_of_two_keys_are_never_compared() -> None:
    register = table("addresses", ["a"], [GONE], key="other")
    with pytest.raises(Refusal, match="different keys"):
        orphans(table("residents", ["a"]), register, ["address"], "status", [GONE])
