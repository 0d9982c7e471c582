"""The shared dictionary of a room: every source column points to a concept with a definition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from declare import Declaration, WrongInput
from intake.source import Source


class Concept(Declaration):
    """What a column means. `title` is the term of the field, `definition` one or two sentences."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    definition: str = Field(min_length=1)


class Dictionary(Declaration):
    """dictionary.toml."""

    concepts: tuple[Concept, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [concept.id for concept in self.concepts]
        if twice := {each for each in ids if ids.count(each) > 1}:
            raise ValueError(f"a concept is defined twice: {', '.join(sorted(twice))}")
        return self

    def __contains__(self, concept: str) -> bool:
        return any(each.id == concept for each in self.concepts)


@dataclass(frozen=True, slots=True)
class Homonym:
    """One column name that means different things: source and concept, in the order of the sources."""

    name: str
    meanings: tuple[tuple[str, str], ...]


class UnknownConcept(WrongInput):
    def __init__(self, places: list[str]) -> None:
        super().__init__(
            f"columns without a concept of the dictionary: {', '.join(places)}",
            remedy="Point each to a concept, or define the concept in dictionary.toml.",
        )


def check_concepts(sources: Iterable[Source], dictionary: Dictionary) -> tuple[Homonym, ...]:
    """Column names that mean different things in different sources, by name.

    Raises `UnknownConcept` when a column names no concept, or one that is not defined.
    """
    meanings: dict[str, list[tuple[str, str]]] = {}
    unknown: list[str] = []
    for source in sources:
        for column in source.columns:
            if column.concept is None or column.concept not in dictionary:
                unknown.append(f"{source.id}.{column.name}")
            else:
                meanings.setdefault(column.name, []).append((source.id, column.concept))
    if unknown:
        raise UnknownConcept(unknown)
    found = {name: uses for name, uses in meanings.items() if len({concept for _, concept in uses}) > 1}
    return tuple(Homonym(name, tuple(uses)) for name, uses in sorted(found.items()))
