"""The pages of a review. A script of a few lines makes single keys work; without it buttons and access keys do."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from linkage.review.review import Review
from linkage.words import Language, words


def question_page(review: Review, number: int, language: Language, nonce: str) -> str:
    """One pair. Neither weight nor probability nor stratum is on it."""
    return _page("question", review, language, nonce, question=review.question(number))


def done_page(review: Review, language: Language, nonce: str) -> str:
    """All are labelled."""
    return _page("done", review, language, nonce, question=None)


def stopped_page(review: Review, language: Language, nonce: str) -> str:
    """The server stops after this."""
    return _page("stopped", review, language, nonce, question=None)


def _page(kind: str, review: Review, language: Language, nonce: str, **more: Any) -> str:
    template = _templates().get_template("review.html.jinja")
    return template.render(kind=kind, review=review, language=language, t=words(language).review, nonce=nonce, **more)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("linkage.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
