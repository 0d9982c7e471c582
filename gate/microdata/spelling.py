"""When two values of a sensitive column say the same: a reader is not fooled by capitals, spaces or marks."""

from typing import Final

import polars as pl

_NOTHING: Final = (
    r"(?:onbekend|onb|unknown|unk|n ?b|n ?v ?t|n ?n|n ?a|nan|nil|none|null|geen|leeg|missing|standaardwaarde|xxx+)"
)
_MISSING: Final = rf"^(?:{_NOTHING}(?: {_NOTHING})*)?$"
"""What stands where nothing is known, as everywhere in the product, and more; a single space may be any mark."""


def known(values: pl.Series) -> pl.Series:
    """By value what a reader takes it for: text without case, accents, invisible signs and spaces that differ. Null for
    what stands for no value: null, NaN, a text without any letter or digit, and words as `onbekend` or `n/a`."""
    if values.dtype.is_float():
        return values.fill_nan(None)
    if values.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return values
    text = values.cast(pl.String)
    distinct = text.unique().drop_nulls()
    return text.replace_strict(distinct, _plain(distinct), default=None, return_dtype=pl.String)


def _plain(values: pl.Series) -> pl.Series:
    seen = pl.col("value").str.normalize("NFKD").str.replace_all(r"[\p{M}\p{Cf}]+", "").str.to_lowercase()
    spaced = seen.str.replace_all(r"[\s\p{Cc}]+", " ").str.strip_chars()
    words = spaced.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    missing = words.str.contains(_MISSING)
    return pl.DataFrame({"value": values}).select(pl.when(~missing).then(spaced))["value"]
