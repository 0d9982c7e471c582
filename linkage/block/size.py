"""How large a block is, known before anything is paired."""

from collections.abc import Sequence
from dataclasses import dataclass

from declare import WrongInput
from linkage.words import say


@dataclass(frozen=True, slots=True)
class BlockSize:
    """How many pairs a block gives, repeats between blocks included, and what was left out for being too large."""

    on: tuple[str, ...]
    pairs: int
    oversized: int
    """Values that would give more pairs than the limit: of these only records that lie near each other are compared."""
    left_out: int
    """Pairs of those, which are not compared unless another block brings them."""

    def __str__(self) -> str:
        capped = f"; {self.oversized:,} values capped, {self.left_out:,} pairs left out" if self.oversized else ""
        return f"{self.pairs:,} on {' + '.join(self.on)}{capped}"


def capped(sizes: Sequence[BlockSize]) -> tuple[str, ...]:
    """A sentence on the pairs that blocks left out, if they did."""
    values, pairs = sum(size.oversized for size in sizes), sum(size.left_out for size in sizes)
    return (say("values_capped", values=f"{values:,}", pairs=f"{pairs:,}"),) if values else ()


def refuse_too_many(sizes: Sequence[BlockSize], limit: int) -> None:
    """Raise `WrongInput` when the blocks together give more candidates than the limit."""
    total = sum(size.pairs for size in sizes)
    if total > limit:
        worst = max(sizes, key=lambda size: size.pairs)
        raise WrongInput(
            f"the blocks give {total:,} candidate pairs, more than {limit:,}",
            remedy=f"Make block {' + '.join(worst.on)} narrower: it alone gives {worst.pairs:,}. Or raise "
            "candidate_limit in the model.",
        )
