"""Encodings: one Bloom filter of 512 bits per field, made of keyed bigrams, so that similar values share bits.

Schnell, Bachteler and Reiher (2009), doi:10.1186/1472-6947-9-41, with ten independent positions per bigram from one
HMAC in place of their double hashing, which Niedermeyer et al. (2014), doi:10.29012/jpc.v6i2.640, broke.

Known attacks: whoever sees many encodings of one field, and knows how often its values occur, can line up the graph of
similarities with a public list of names and read common names back without the key. Encodings therefore stay encrypted
at rest, go no further than linkage, and are deleted when the source's retention ends.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pseudonymise.keys import DomainKeys, LeafKey
from pseudonymise.protected import WORDS, bits
from pseudonymise.standardise import token_group
from pseudonymise.token import dictionary

ENCODING: Final = "encoding"
BITS: Final = 64 * WORDS
POSITIONS: Final = 10
"""Bits set per bigram."""
EDGE: Final = "_"
"""Stands before the first and after the last character."""
VERSION: Final = "1"
_AT_ONCE: Final = 50_000
"""Distinct values encoded together; bounds the memory to about 50 MB."""

Codes = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint64]


def encodings(evidence: pl.DataFrame, dates: frozenset[str], keys: DomainKeys) -> pl.DataFrame:
    """Eight UInt64 columns `bits(name)` for every column; in those named in `dates` a bigram counts with its place."""
    found = []
    for column in evidence.get_columns():
        key = keys.leaf(ENCODING, token_group(column.name))
        found.append(encode_column(column, key, placed=column.name in dates))
    return pl.concat(found, how="horizontal")


def encode_column(values: pl.Series, key: LeafKey, *, placed: bool) -> pl.DataFrame:
    """The filters of one column; all eight words are null where the value is null or empty."""
    places, distinct = dictionary(values)
    texts = distinct.str.replace_all("-", "", literal=True) if placed else distinct
    parts = [_filters(texts.slice(start, _AT_ONCE), key, placed) for start in range(0, texts.len(), _AT_ONCE)]
    words = np.concatenate([np.zeros((0, WORDS), np.uint64), *parts])
    known = (texts != "").gather(places)
    columns = [pl.Series(name, words[:, word]).gather(places) for word, name in enumerate(bits(values.name))]
    return pl.DataFrame(columns).select(pl.when(known).then(pl.all()))


def bigram_message(bigram: str, place: int = 0) -> bytes:
    """What the HMAC of a bigram is taken of: its place from 1 (one byte, 0 where places do not count), then UTF-8."""
    return bytes([min(place, 255)]) + bigram.encode()


def bigram_mask(mac: bytes) -> list[int]:
    """Eight words with the bigram's bits set: each two bytes of the HMAC, modulo 512, are a position."""
    words = [0] * WORDS
    for start in range(0, 2 * POSITIONS, 2):
        position = int.from_bytes(mac[start : start + 2], "big") % BITS
        words[position // 64] |= 1 << position % 64
    return words


def _filters(texts: pl.Series, key: LeafKey, placed: bool) -> Masks:
    """One row of eight words per text: the masks of its bigrams, joined by OR."""
    padded = EDGE + texts + EDGE
    characters = np.frombuffer("".join(padded.to_list()).encode("utf-32-le"), np.uint32).astype(np.int64)
    lengths = padded.str.len_chars().to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    # A pair that begins on the last character of a text runs into the next text: left out.
    first = np.delete(np.arange(characters.size), starts + lengths - 1)
    place = first - np.repeat(starts, lengths - 1) + 1 if placed else np.zeros_like(first)
    table, which = _table(characters[first], characters[first + 1], place, key)
    return np.bitwise_or.reduceat(table[which], starts - np.arange(starts.size), axis=0)


def _table(left: Codes, right: Codes, place: Codes, key: LeafKey) -> tuple[Masks, Codes]:
    """Masks of the distinct bigrams, and for every bigram its row among them."""
    codes = (np.minimum(place, 255) << 42) | (left << 21) | right
    distinct, which = np.unique(codes, return_inverse=True)
    messages = [
        bigram_message(chr(code >> 21 & 0x1FFFFF) + chr(code & 0x1FFFFF), code >> 42) for code in distinct.tolist()
    ]
    masks = [bigram_mask(mac) for mac in key.macs(messages, 2 * POSITIONS)]
    return np.array(masks, np.uint64).reshape(-1, WORDS), which
