"""Encodings against a slow twin that follows docs/token.md word by word."""

import hmac

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymise import encode
from pseudonymise.encode import encode_column, encodings
from pseudonymise.keys import DomainKeys, LeafKey
from pseudonymise.protected import bits

SECRET = b"e" * 32
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
DATES = st.dates().map(str)


def twin(value: str | None, placed: bool) -> tuple[int | None, ...]:
    """Slow and readable: one HMAC per bigram of every row."""
    if not value:
        return (None,) * 8
    text = value.replace("-", "") if placed else value
    padded = f"_{text}_"
    filter_bits = 0
    for place in range(len(padded) - 1):
        message = bytes([min(place + 1, 255) if placed else 0]) + padded[place : place + 2].encode()
        mac = hmac.digest(SECRET, message, "sha256")
        for number in range(10):
            filter_bits |= 1 << int.from_bytes(mac[2 * number : 2 * number + 2], "big") % 512
    return tuple(filter_bits >> 64 * word & 0xFFFF_FFFF_FFFF_FFFF for word in range(8))


def dice(left: str, right: str, placed: bool) -> float:
    frame = encode_column(pl.Series("f", [left, right]), LeafKey(SECRET), placed=placed)
    one, other = frame.rows()
    shared: int = sum((a & b).bit_count() for a, b in zip(one, other, strict=True))
    total: int = sum(word.bit_count() for word in (*one, *other))
    return 2 * shared / total


@settings(deadline=None)
@given(st.lists(st.none() | TEXT, max_size=15))
def test_twin(values: list[str | None]) -> None:
    made = encode_column(pl.Series("f", values, dtype=pl.String), LeafKey(SECRET), placed=False)
    assert made.rows() == [twin(value, False) for value in values]
    assert made.schema == dict.fromkeys(bits("f"), pl.UInt64)


@settings(deadline=None)
@given(st.lists(st.none() | DATES, max_size=15))
def test_twin_for_dates(values: list[str | None]) -> None:
    made = encode_column(pl.Series("f", values, dtype=pl.String), LeafKey(SECRET), placed=True)
    assert made.rows() == [twin(value, True) for value in values]


@settings(deadline=None)
@given(st.lists(st.none() | TEXT, max_size=15), st.integers(1, 4), st.integers(1, 3), st.booleans())
def test_pieces_give_the_same(values: list[str | None], at_once: int, in_cache: int, placed: bool) -> None:
    column = pl.Series("f", values, dtype=pl.String)
    whole = encode_column(column, LeafKey(SECRET), placed=placed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(encode, "_AT_ONCE", at_once)
        patched.setattr(encode, "_IN_CACHE", in_cache)
        assert encode_column(column, LeafKey(SECRET), placed=placed).equals(whole)


def test_a_long_text_among_short_ones() -> None:
    """Places beyond 255 count as 255, for they take one byte."""
    values = ["a", "ab" * 150, "é" * 300, "b"]
    made = encode_column(pl.Series("f", values), LeafKey(SECRET), placed=True)
    assert made.rows() == [twin(value, True) for value in values]


PAIRS = {
    "the same": ("jansen", "jansen", False, 1.0, 1.0),
    "one letter": ("jansen", "janssen", False, 0.8, 0.99),
    "a stranger": ("jansen", "bouwmeester", False, 0.0, 0.45),
    "one digit of a date": ("1980-02-03", "1980-02-08", True, 0.7, 0.95),
    "the same digits elsewhere": ("1980-02-03", "0302-80-19", True, 0.0, 0.45),
}


@pytest.mark.parametrize(("left", "right", "placed", "least", "most"), PAIRS.values(), ids=PAIRS)
def test_similar_values_share_bits(left: str, right: str, placed: bool, least: float, most: float) -> None:
    assert least <= dice(left, right, placed) <= most


def test_fields_have_keys_of_their_own(keys: DomainKeys) -> None:
    evidence = pl.DataFrame({"surname": ["anna"], "given_name": ["anna"], "birth_date": ["anna"]})
    made = encodings(evidence, frozenset(["birth_date"]), keys)
    filters = [made.select(bits(name)).row(0) for name in evidence.columns]
    assert len(set(filters)) == 3
