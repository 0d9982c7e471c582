"""Encodings: one Bloom filter of 512 bits per field, made of keyed bigrams, so that similar values share bits.

Schnell, Bachteler and Reiher (2009), doi:10.1186/1472-6947-9-41, with ten independent positions per bigram from one
HMAC in place of their double hashing, which Niedermeyer et al. (2014), doi:10.29012/jpc.v6i2.640, broke.

Known attacks: whoever sees many encodings of one field, and knows how often its values occur, can line up the graph of
similarities with a public list of names and read common names back without the key. Encodings therefore stay encrypted
at rest, go no further than linkage, and are deleted when the source's retention ends.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pseudonymise.keys import DomainKeys, LeafKey
from pseudonymise.protected import WORDS, bits
from pseudonymise.standardise import token_group
from pseudonymise.token import by_value, dictionary

ENCODING: Final = "encoding"
BITS: Final = 64 * WORDS
POSITIONS: Final = 10
"""Bits set per bigram."""
EDGE: Final = "_"
"""Stands before the first and after the last character."""
VERSION: Final = "1"
_AT_ONCE: Final = 100_000
"""Distinct values cut into bigrams together; bounds the memory to about 100 MB."""
_IN_CACHE: Final = 4_000
"""Filters joined together: they stay in a processor's cache of half a megabyte."""

Codes = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint64]


def encodings(evidence: pl.DataFrame, dates: frozenset[str], keys: DomainKeys) -> pl.DataFrame:
    """Eight UInt64 columns `bits(name)` for every column; in those named in `dates` a bigram counts with its place."""
    found = []
    for column in evidence.get_columns():
        key = keys.leaf(ENCODING, token_group(column.name))
        found.append(encode_column(column, key, placed=column.name in dates))
    return pl.concat([pl.DataFrame(), *found], how="horizontal")


def encode_column(values: pl.Series, key: LeafKey, *, placed: bool) -> pl.DataFrame:
    """The filters of one column; all eight words are null where the value is null or empty."""
    places, distinct = dictionary(values)
    texts = distinct.str.replace_all("-", "", literal=True) if placed else distinct
    parts = [_filters(texts.slice(start, _AT_ONCE), key, placed) for start in range(0, texts.len(), _AT_ONCE)]
    words = np.concatenate([np.zeros((0, WORDS), np.uint64), *parts])
    known = pl.select(pl.when(texts != "").then(pl.int_range(texts.len()))).to_series()
    rows = places if known.null_count() == 0 else known.gather(places)
    return pl.DataFrame([pl.Series(name, words[:, word]).gather(rows) for word, name in enumerate(bits(values.name))])


def bigram_message(bigram: str, place: int = 0) -> bytes:
    """What the HMAC of a bigram is taken of: its place from 1 (one byte, 0 where places do not count), then UTF-8."""
    return bytes([min(place, 255)]) + bigram.encode()


def bigram_masks(macs: Sequence[bytes]) -> Masks:
    """A row of eight words per HMAC: each two bytes, modulo 512, are the position of a bit that is set."""
    positions = np.frombuffer(b"".join(macs), ">u2").reshape(-1, POSITIONS).astype(np.uint64) % BITS
    masks = np.zeros((len(macs), WORDS), np.uint64)
    for column in positions.T:
        masks[np.arange(len(macs)), column // 64] |= np.uint64(1) << column % 64
    return masks


def _filters(texts: pl.Series, key: LeafKey, placed: bool) -> Masks:
    """One row of eight words per text: the masks of its bigrams, joined by OR."""
    lengths = texts.str.len_chars().to_numpy().astype(np.int64) + 2 * len(EDGE)
    starts = np.cumsum(lengths) - lengths
    # Side by side with their edges; the pair of edges between two texts is of neither, and nobody's filter takes it up.
    side_by_side = EDGE + texts.str.join(EDGE + EDGE).item() + EDGE
    characters = np.frombuffer(side_by_side.encode("utf-32-le"), np.uint32)
    codes = characters[:-1].astype(np.int64) << 21 | characters[1:]
    if placed:
        codes |= np.minimum(np.arange(codes.size) - np.repeat(starts, lengths)[:-1] + 1, 255) << 42
    which, distinct = by_value(pl.Series(codes))
    messages = [bigram_message(chr(code >> 21 & 0x1FFFFF) + chr(code & 0x1FFFFF), code >> 42) for code in distinct]
    return _joined(bigram_masks(key.macs(messages, 2 * POSITIONS)), which.to_numpy(), starts, lengths - 1)


def _joined(masks: Masks, which: Codes, starts: Codes, counts: Codes) -> Masks:
    """For every text the OR of the masks of its `counts` bigrams, a bigram of many texts at a time.

    The longest texts go first, so that those which have a next bigram stand together.
    """
    found = np.zeros((counts.size, WORDS), np.uint64)
    order = np.argsort(-counts, kind="stable")
    for texts in np.split(order, range(_IN_CACHE, order.size, _IN_CACHE)):
        words, begins, lengths = np.zeros((texts.size, WORDS), np.uint64), starts[texts], counts[texts]
        for place in range(lengths.max(initial=0)):
            going = np.count_nonzero(lengths > place)
            words[:going] |= masks.take(which[begins[:going] + place], axis=0)
        found[texts] = words
    return found
