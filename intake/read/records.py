"""Where records end and quotes stand, found apart from the CSV parser: the control total for rows in."""

import numpy as np
from numpy.typing import NDArray

_LF, _CR = 0x0A, 0x0D

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]


def quote_offsets(content: Bytes, quote: str) -> Offsets:
    """Offsets of all quote characters; none when the format has no quoting."""
    return np.flatnonzero(content == ord(quote)) if quote else np.empty(0, np.int64)


def structural(content: Bytes, quotes: Offsets, separator: str) -> Offsets:
    """The quotes that open, close or are doubled: those beside a separator, line end, file end or another quote.

    The others stand in the middle of a text, as in 5" pipe; outside quotes every parser takes them literally.
    """
    return quotes[~_amid_text(content, quotes, separator)]


def _amid_text(content: Bytes, quotes: Offsets, separator: str) -> NDArray[np.bool_]:
    edges = _edges(content, quotes, separator)
    before = edges[content[np.maximum(quotes - 1, 0)]] | (quotes == 0)
    after = edges[content[np.minimum(quotes + 1, content.size - 1)]] | (quotes == content.size - 1)
    amid: NDArray[np.bool_] = ~(before | after)
    return amid


def _edges(content: Bytes, quotes: Offsets, separator: str) -> NDArray[np.bool_]:
    """By byte: whether it may stand outside next to a quote."""
    edges = np.zeros(256, dtype=np.bool_)
    edges[[_LF, _CR, ord(separator), *content[quotes[:1]]]] = True
    return edges


def record_ends(content: Bytes, quotes: Offsets) -> Offsets:
    """Offsets of the line ends outside quotes, a last line without one included."""
    ends = np.flatnonzero((content == _LF) | (content == _CR))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return np.append(outside, content.size)


def record_starts(ends: Offsets) -> Offsets:
    """Start of every record that is not an empty line. The empty line between CR and LF goes the same way."""
    starts = np.concatenate([[0], ends[:-1] + 1])
    return starts[ends > starts]


def misplaced_quote(content: Bytes, quotes: Offsets, separator: str) -> int | None:
    """Offset of the first quote that is neither structure nor plainly text, or of the last one when it is never closed.

    By RFC 4180 a quote opens a field directly after a separator or line end and closes it directly before one; a
    doubled quote inside a field looks like closing and opening at once. Parsers differ on anything else, and a quote
    opened by mistake swallows whole rows.
    """
    edges, structure = _edges(content, quotes, separator), structural(content, quotes, separator)
    opening, closing = structure[0::2], structure[1::2]
    before, after = opening[opening > 0], closing[closing < content.size - 1]
    literal = np.setdiff1d(quotes, structure, assume_unique=True)
    wrong = [
        before[~edges[content[before - 1]]],
        after[~edges[content[after + 1]]],
        literal[np.searchsorted(structure, literal) % 2 == 1],
        structure[-1:] if structure.size % 2 else structure[:0],
    ]
    found = np.concatenate(wrong)
    return int(found.min()) if found.size else None
