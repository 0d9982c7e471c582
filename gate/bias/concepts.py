"""Concepts are compared as the dictionary's readers would: `Birth_country` is `birth-country`."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from declare import WrongInput

SCORES: Final = ("risk-score", "risk", "score", "ranking", "rank", "risk-class")
"""Concepts of columns that rank whatever they are used for."""
AGES: Final = ("age", "age-band", "birth-date", "birth-year")
_PLACE_AND_TIME: Final = (
    "province", "region", "municipality", "district", "neighbourhood", "year", "quarter", "month",
    "week", "day", "period",
)  # fmt: skip
"""Words that need no dictionary."""


class UnknownConcept(WrongInput):
    def __init__(self, column: str, concept: str, known: Collection[str]) -> None:
        nearest = get_close_matches(_plain(concept), sorted({_plain(each) for each in known}), n=1, cutoff=0.75)
        meant = f"Perhaps {nearest[0]} is meant. " if nearest else ""
        said = concept.strip() or "an empty one"
        super().__init__(
            f"{column} has a concept that neither the policy nor a dictionary knows: {said}",
            remedy=f"{meant}Define it in a dictionary and give that with --dictionary, or leave the concept out.",
        )


def check_known(columns: Iterable[tuple[str, str | None]], listed: Sequence[str], dictionary: Collection[str]) -> None:
    """Raises `UnknownConcept` for a column (name, concept) with a word that is in no list: rules would take it for
    harmless. `listed`: concepts of the policy. In a room every column is held against the dictionary before."""
    known = {*listed, *SCORES, *AGES, *_PLACE_AND_TIME, *dictionary}
    for name, concept in columns:
        if concept is not None and not among(concept, known):
            raise UnknownConcept(name, concept, known)


def among(concept: str | None, concepts: Iterable[str]) -> bool:
    """Whether a column's concept is on the list; a column without a concept is on no list."""
    return concept is not None and _plain(concept) in {_plain(listed) for listed in concepts}


def _plain(concept: str) -> str:
    return concept.strip().lower().replace("_", "-").replace(" ", "-")
