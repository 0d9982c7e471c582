"""Candidate pairs: those that agree on a block. A pair of several blocks comes once; the blocks it is in are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from declare import WrongInput
from linkage.compare.agreement import by_equality, with_similarity
from linkage.pairing import Pairing, codes

MOST_CANDIDATES = 500_000_000


@dataclass(frozen=True, slots=True)
class BlockSize:
    """How many pairs a block gives, repeats between blocks included, and what was left out for being too large."""

    on: tuple[str, ...]
    pairs: int
    oversized: int
    """Values whose block is larger than the limit."""
    left_out: int
    """Pairs of those, which are not compared unless another block brings them."""


@dataclass(frozen=True, slots=True, repr=False)
class Blocks:
    """Codes of each block's key by position, null where evidence is missing or the block is oversized."""

    left: pl.DataFrame
    right: pl.DataFrame
    sizes: tuple[BlockSize, ...]


def block(pairing: Pairing) -> Blocks:
    """Keys and sizes; nothing is paired yet. Raises `WrongInput` when there would be too many candidates."""
    found: tuple[list[pl.Series], list[pl.Series]] = ([], [])
    sizes = []
    for number, declared in enumerate(pairing.model.blocks):
        left, right = _keys(pairing.left_codes, pairing.right_codes, declared.on)
        counts = _counts(left, right, dedupe=pairing.model.dedupe)
        oversized = counts.filter(pl.col("pairs") > pairing.model.block_limit)
        sizes.append(_size(declared.on, counts, oversized))
        for side, key in zip(found, (left, right), strict=True):
            side.append(_without(key, oversized["key"]).alias(f"block {number}"))
    _refuse_too_many(sizes)
    return Blocks(pl.DataFrame(found[0]), pl.DataFrame(found[1]), tuple(sizes))


def candidates(pairing: Pairing, blocks: Blocks) -> pl.DataFrame:
    """Every candidate pair once, in order of block, then left position.

    Columns: `l`, `r` positions (UInt32; l < r when double records are sought), `blocks` (UInt32, bit k for block k),
    then for each field its level number, `level <field>` (UInt8).
    """
    left = _side(pairing.left_codes, blocks.left, "l")
    right = _side(pairing.right_codes, blocks.right, "r")
    found = pl.concat([_pairs_of_block(left, right, number, pairing) for number in range(blocks.left.width)]).collect()
    return with_levels(found, pairing)


def with_levels(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs with their levels from codes, bettered by similarity."""
    return pairs.with_columns([with_similarity(pairs, pairing, field) for field in pairing.fields])


def _pairs_of_block(left: pl.LazyFrame, right: pl.LazyFrame, number: int, pairing: Pairing) -> pl.LazyFrame:
    """Pairs that agree on this block and on none before it."""
    key = f"block {number}"
    pairs = left.join(
        right, left_on=f"l:{key}", right_on=f"r:{key}", how="inner", coalesce=False, maintain_order="left_right"
    )
    if pairing.model.dedupe:
        pairs = pairs.filter(pl.col("l") < pl.col("r"))
    for earlier in range(number):
        pairs = pairs.filter(~_agree(earlier))
    mask = pl.sum_horizontal(_agree(other).cast(pl.UInt32) * (1 << other) for other in range(len(pairing.model.blocks)))
    return pairs.select("l", "r", mask.cast(pl.UInt32).alias("blocks"), *map(by_equality, pairing.fields))


def _agree(number: int) -> pl.Expr:
    return (pl.col(f"l:block {number}") == pl.col(f"r:block {number}")).fill_null(value=False)


def _side(evidence: pl.DataFrame, keys: pl.DataFrame, side: str) -> pl.LazyFrame:
    both = pl.concat([evidence, keys], how="horizontal").rename(lambda column: f"{side}:{column}")
    return both.with_row_index(side).lazy()


def _keys(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str]) -> tuple[pl.Series, pl.Series]:
    """One code for all parts of a key together."""
    sides = (left[on[0]], right[on[0]])
    for part in on[1:]:
        # two codes of 32 bits side by side in one of 64, then a new dictionary
        wide = [
            (code.cast(pl.UInt64) * (1 << 32) + table[part]).to_frame("key")
            for code, table in zip(sides, (left, right), strict=True)
        ]
        left_keys, right_keys = codes(wide[0], wide[1], ["key"])
        sides = (left_keys["key"], right_keys["key"])
    return sides


def _counts(left: pl.Series, right: pl.Series, *, dedupe: bool) -> pl.DataFrame:
    """Columns `key`, `pairs`."""
    one, two = (
        side.alias("key").drop_nulls().value_counts(name="records").with_columns(pl.col("records").cast(pl.UInt64))
        for side in (left, right)
    )
    if dedupe:
        return one.select("key", pairs=pl.col("records") * (pl.col("records") - 1) // 2)
    joined = one.join(two, on="key", suffix=" right")
    return joined.select("key", pairs=pl.col("records") * pl.col("records right"))


def _size(on: tuple[str, ...], counts: pl.DataFrame, oversized: pl.DataFrame) -> BlockSize:
    left_out = int(oversized["pairs"].sum())
    return BlockSize(on, int(counts["pairs"].sum()) - left_out, oversized.height, left_out)


def _without(key: pl.Series, oversized: pl.Series) -> pl.Series:
    if oversized.is_empty():
        return key
    return key.to_frame("key").select(pl.when(~pl.col("key").is_in(oversized.implode())).then("key")).to_series()


def _refuse_too_many(sizes: Sequence[BlockSize]) -> None:
    total = sum(size.pairs for size in sizes)
    if total > MOST_CANDIDATES:
        worst = max(sizes, key=lambda size: size.pairs)
        raise WrongInput(
            f"the blocks give {total:,} candidate pairs, more than {MOST_CANDIDATES:,}",
            remedy=f"Make block {' + '.join(worst.on)} narrower: it alone gives {worst.pairs:,}.",
        )
