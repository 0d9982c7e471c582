"""Locality-sensitive hashing: records whose values are alike fall into one bucket, in one band at least.

MinHash (Broder 1997) of the bigrams of text, or of the set bits of an encoding: bits drawn one by one (Durham 2012) are
mostly zeros that say nothing. With `bands` of `size` hashes each, values of Jaccard similarity s meet with chance
1 - (1 - s**size)**bands.
"""

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.comparable import Evidence
from linkage.model import Block
from linkage.pairing import Pairing
from pseudonymise.protected import bits

_PRIME_BITS = np.uint64(32)


def bands(pairing: Pairing, declared: Block) -> list[pl.Series]:
    """For both sides by position the buckets (List of UInt64) of the field named `alike`; null without a value.

    Raises `WrongInput` when a side has no such field, or no encoding of it.
    """
    name = str(declared.alike)
    found = []
    for side in (pairing.left, pairing.right):
        if name not in side.evidence:
            raise WrongInput(f"{side.name} has no linkage field {name}", remedy="Mend alike in the model's blocks.")
        evidence = side.evidence[name]
        hashes = _minhashes(evidence.distinct[name], declared) if side.clear else _first_bits(evidence, name, declared)
        found.append(evidence.each(_buckets(hashes, evidence.distinct[name], declared)))
    return found


def _minhashes(values: pl.Series, declared: Block) -> np.ndarray:
    """A row for each value, `bands` × `size` columns: the least hash of its bigrams, each column another hash."""
    padded = [f"\x02{value or ''}\x03" for value in values]
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    starts = np.cumsum([0, *map(len, padded)])[:-1]
    bigrams = (points[:-1] << np.uint64(21)) | points[1:]
    chance = np.random.default_rng(declared.bands * 1_000 + declared.size)
    factors = chance.integers(1 << 32, 1 << 63, size=declared.bands * declared.size, dtype=np.uint64) | np.uint64(1)
    hashes = np.empty((len(padded), factors.size), dtype=np.uint32)
    # The bigram that spans two values hashes to the largest number, so that it is never the least.
    spanning = np.zeros(bigrams.size, dtype=bool)
    spanning[starts[1:] - 1] = True
    for column, factor in enumerate(factors):
        hashed = ((bigrams * factor) >> _PRIME_BITS).astype(np.uint32)
        hashed[spanning] = np.iinfo(np.uint32).max
        hashes[:, column] = np.minimum.reduceat(hashed, starts) if starts.size else 0
    return hashes


def _first_bits(evidence: Evidence, name: str, declared: Block) -> np.ndarray:
    """A row for each encoding, `bands` × `size` columns: which set bit comes first, each column in another order."""
    words = [word for word in bits(name) if word in evidence.distinct]
    if not words:
        raise WrongInput(f"{name} has no encoding to find alike values by", remedy="Name a field of text or a name.")
    table = evidence.distinct.select(pl.col(words).fill_null(0)).to_numpy()
    chance = np.random.default_rng(declared.bands * 1_000 + declared.size)
    present = np.flatnonzero(table.any(axis=1))
    hashes = np.zeros((table.shape[0], declared.bands * declared.size), dtype=np.uint32)
    for column in range(hashes.shape[1]):
        waiting = present
        for rank, place in enumerate(chance.permutation(len(words) * 64)):
            found = ((table[waiting, place // 64] >> np.uint64(place % 64)) & np.uint64(1)).astype(bool)
            hashes[waiting[found], column] = rank
            waiting = waiting[~found]
            if not waiting.size:
                break
    return hashes


def _buckets(hashes: np.ndarray, values: pl.Series, declared: Block) -> pl.Series:
    """One number for the hashes of a band and the band itself."""
    columns = []
    for band in range(declared.bands):
        found = np.full(hashes.shape[0], band, dtype=np.uint64)
        for column in range(declared.size):
            found = (found * np.uint64(0x9E3779B97F4A7C15)) ^ hashes[:, band * declared.size + column].astype(np.uint64)
            found ^= found >> np.uint64(29)
        columns.append(pl.Series(str(band), found))
    every = pl.DataFrame(columns).select(pl.concat_list(pl.all()).alias("buckets")).to_series()
    return (
        pl.DataFrame({"buckets": every, "value": values})
        .select(pl.when(pl.col("value").is_not_null()).then("buckets"))
        .to_series()
    )
