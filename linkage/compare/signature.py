"""Signatures: from which letters two texts hold, how long they are and how they begin, an upper bound of how alike they
are. It costs a few instructions (`linkage.kernel.may_reach`), and most pairs need no closer look.
"""

import numpy as np
import polars as pl

Signatures = np.ndarray[tuple[int, int], np.dtype[np.uint64]]
"""Two words for each text: a bit for each letter it holds (several letters may share a bit); its first four letters and
its length. A text that is missing or empty is as unlike as can be."""

PREFIX = 4
"""Letters at the begin that Winkler (1990) rewards."""
LETTER = 12
"""Bits kept of each of these."""
LENGTH = PREFIX * LETTER
"""Place of the length, behind them."""
_LONGEST = (1 << 16) - 1


def signatures(texts: pl.Series) -> Signatures:
    """A row for each text."""
    known = texts.fill_null("")
    length = known.str.len_chars().to_numpy().astype(np.int64)
    points = _code_points(known)
    starts = np.cumsum(length) - length
    found = np.zeros((length.size, 2), dtype=np.uint64)
    filled = np.flatnonzero(length)
    if filled.size:
        found[filled, 0] = np.bitwise_or.reduceat(np.uint64(1) << (points & np.uint64(63)), starts[filled])
    found[:, 1] = np.minimum(length, _LONGEST).astype(np.uint64) << np.uint64(LENGTH)
    for place in range(PREFIX):
        long = np.flatnonzero(length > place)
        letter = points[starts[long] + place] & np.uint64((1 << LETTER) - 1)
        found[long, 1] |= letter << np.uint64(LETTER * place)
    return found


def _code_points(texts: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Of all texts, end to end."""
    joined = texts.str.join().item() or ""
    return np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
