"""Blocks of a model, ready to be paired: their runs, their sizes, and which pairs of them come from elsewhere too."""

from dataclasses import dataclass, replace

import numpy as np

from linkage.block.keys import entries, order, scalar
from linkage.block.runs import Capped, Entries, NoOrder, Records, Runs, runs
from linkage.block.size import BlockSize, refuse_too_many
from linkage.model import Block
from linkage.pairing import Pairing


@dataclass(frozen=True, slots=True, repr=False)
class Blocks:
    runs: tuple[Runs, ...]
    keys: tuple[tuple[Records, Records] | None, ...]
    """Keys by position, left and right, of a block in which just those records meet that have one key: 0 for none, and
    where the block was too large to be taken whole. None for other kinds of blocks."""
    sizes: tuple[BlockSize, ...]

    @property
    def repeats(self) -> bool:
        """Whether a pair may come more than once."""
        return any(keys is None for keys in self.keys) or any(size.oversized for size in self.sizes)

    def of(self, chosen: np.ndarray) -> "Blocks":
        """The same of the chosen left records only (a truth for each)."""
        return replace(self, runs=tuple(one.of(chosen) for one in self.runs))

    def pairs(self, height: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Pairs of each left record over all blocks, repeats included."""
        return np.asarray(np.sum([one.per_record(height) for one in self.runs], axis=0, dtype=np.int64))


def block(pairing: Pairing) -> Blocks:
    """Runs and sizes; nothing is paired yet. Raises `WrongInput` when there would be too many candidates."""
    found = [_block(pairing, declared) for declared in pairing.model.blocks]
    sizes = tuple(size for _, _, size in found)
    refuse_too_many(sizes, pairing.model.candidate_limit)
    return Blocks(tuple(one for one, _, _ in found), tuple(keys for _, keys, _ in found), sizes)


def _block(pairing: Pairing, declared: Block) -> tuple[Runs, tuple[Records, Records] | None, BlockSize]:
    left, right = entries(pairing, declared)
    capped = _runs(pairing, declared, left, right)
    given, left_out = int(capped.runs.length.sum()), capped.left_out
    if pairing.model.dedupe:
        # every pair came both ways round, and each record with itself
        given, left_out = (given - capped.runs.left.size) // 2, left_out // 2
    size = BlockSize(_title(declared), given, 0 if declared.sorted_by else capped.keys.size, left_out)
    if not scalar(pairing, declared):
        return capped.runs, None, size
    exact = tuple(np.where(np.isin(side.key, capped.keys), 0, side.key).astype(np.uint32) for side in (left, right))
    return capped.runs, (exact[0], exact[1]), size


def _runs(pairing: Pairing, declared: Block, left: Entries, right: Entries) -> Capped:
    most, halved = pairing.model.block_limit, pairing.model.dedupe
    if declared.sorted_by:
        sides = _ordered(pairing, declared.sorted_by, left, right)
        return runs(*sides, most=most, window=declared.window, halved=halved)
    try:
        return runs(left, right, most=most, window=None, halved=halved)
    except NoOrder:
        sides = _ordered(pairing, (), left, right)
        return runs(*sides, most=most, window=None, halved=halved)


def _ordered(pairing: Pairing, columns: tuple[str, ...], left: Entries, right: Entries) -> tuple[Entries, Entries]:
    # Records that are alike in these stand in the order of all that is compared, not in that of the file.
    ranks = order(pairing, tuple(dict.fromkeys((*columns, *(field.name for field in pairing.fields)))))
    one, two = (replace(side, order=rank[side.record]) for side, rank in zip((left, right), ranks, strict=True))
    return one, two


def _title(declared: Block) -> tuple[str, ...]:
    near = (f"near by {', '.join(declared.sorted_by)}",) if declared.sorted_by else ()
    alike = (f"{declared.alike} alike",) if declared.alike else ()
    return (*declared.on, *near, *alike)
