"""Propose: a model from the data alone, with the reason and the cost of every choice in it."""

from linkage.propose.blocks import SuggestedBlock, Suggestion, block_report, suggest_blocks
from linkage.propose.proposal import Proposal, propose

__all__ = ["Proposal", "SuggestedBlock", "Suggestion", "block_report", "propose", "suggest_blocks"]
