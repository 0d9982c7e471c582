"""Where records end and quotes stand, found apart from the CSV parser: the control total for rows in."""

import numpy as np
from numpy.typing import NDArray

_LF, _CR = 0x0A, 0x0D

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]


def quote_offsets(content: Bytes, quote: str) -> Offsets:
    """Offsets of all quote characters; none when the format has no quoting."""
    return np.flatnonzero(content == ord(quote)) if quote else np.empty(0, np.int64)


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
    """Offset of the first quote that RFC 4180 does not allow, or of the last one when it is never closed.

    A quote opens a field directly after a separator or line end and closes it directly before one; a doubled quote
    inside a field looks like closing and opening at once. Parsers differ on anything else, and a quote opened by
    mistake swallows whole rows.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    allowed = [_LF, _CR, ord(separator), content[quotes[0]] if quotes.size else 0]
    before = opening[opening > 0]
    after = closing[closing < content.size - 1]
    wrong = np.concatenate(
        [before[~np.isin(content[before - 1], allowed)], after[~np.isin(content[after + 1], allowed)]]
    )
    if wrong.size:
        return int(wrong.min())
    return int(quotes[-1]) if quotes.size % 2 else None
