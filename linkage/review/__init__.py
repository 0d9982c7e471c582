"""Clerical review: people label a stratified sample of pairs, blind, in a page on their own machine."""

from linkage.review.review import Question, Review
from linkage.review.server import ReviewServer
from linkage.words import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language", "Question", "Review", "ReviewServer"]
