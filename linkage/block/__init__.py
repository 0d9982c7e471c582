"""Blocking: which pairs are compared at all, how many these are, and where a block was too large."""

from linkage.block.blocks import Blocks, block
from linkage.block.candidates import candidates, chunks, pairs_between
from linkage.block.size import BlockSize, capped

__all__ = ["BlockSize", "Blocks", "block", "candidates", "capped", "chunks", "pairs_between"]
