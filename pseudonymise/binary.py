"""A Binary column as bytes end to end, and back."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


def end_to_end(values: pl.Series) -> tuple[Bytes, Offsets]:
    """All bytes of a Binary column, and where each value begins, with the end of the last; a null has none."""
    array = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = array.buffers()
    begins = np.frombuffer(offsets, np.int64, values.len() + 1, 8 * array.offset)
    return np.frombuffer(content or b"", np.uint8), begins


def of_size(content: Bytes, size: int) -> pl.Series:
    """A Binary column of values that all have `size` bytes."""
    count = content.size // size
    begins = pa.py_buffer(np.arange(0, size * count + 1, size, dtype=np.int64))
    array = pa.LargeBinaryArray.from_buffers(pa.large_binary(), count, [None, begins, pa.py_buffer(content)])
    return pl.Series(array, dtype=pl.Binary)
