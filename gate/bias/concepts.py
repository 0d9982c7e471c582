"""Concepts are compared as the dictionary's readers would: `Birth_country` is `birth-country`."""

from collections.abc import Iterable


def among(concept: str | None, concepts: Iterable[str]) -> bool:
    """Whether a column's concept is on the list; a column without a concept is on no list."""
    return concept is not None and _plain(concept) in {_plain(listed) for listed in concepts}


def _plain(concept: str) -> str:
    return concept.strip().lower().replace("_", "-").replace(" ", "-")
