"""The shared dictionary of a room: every source column points to a concept with a definition and an owner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from declare import Declaration, Refusal, WrongInput
from intake.source import Column, Source


class Concept(Declaration):
    """What a column means. `title` is the term of the field, `definition` one or two sentences."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    definition: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    """Id of the partner who says what the word means; others ask there."""
    beside: tuple[str, ...] = ()
    """Other concepts that columns of this one may be held beside although they mean something else, such as a surname
    beside the name in use. Whoever writes this down answers for it; without it they are never joined."""


class Dictionary(Declaration):
    """dictionary.toml."""

    concepts: tuple[Concept, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [concept.id for concept in self.concepts]
        if twice := {each for each in ids if ids.count(each) > 1}:
            raise ValueError(f"a concept is defined twice: {', '.join(sorted(twice))}")
        if unknown := {other for concept in self.concepts for other in concept.beside} - set(ids):
            raise ValueError(f"beside names concepts that are not defined: {', '.join(sorted(unknown))}")
        return self

    def __contains__(self, concept: str) -> bool:
        return any(each.id == concept for each in self.concepts)

    def __getitem__(self, concept: str) -> Concept:
        return next(each for each in self.concepts if each.id == concept)

    def joins(self, one: str, other: str) -> bool:
        """Whether columns of these concepts may be held beside each other."""
        return one == other or other in self[one].beside or one in self[other].beside


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


class ConceptsDiffer(Refusal):
    """Two columns would be joined that mean different things."""

    def __init__(self, who: str, one: tuple[Source, Column], other: tuple[Source, Column]) -> None:
        places = [f"{source.id}.{column.name} ({column.concept})" for source, column in (one, other)]
        super().__init__(
            f"{who} holds {places[0]} beside {places[1]}, which mean different things",
            remedy="Leave the field out, or, if they may be compared all the same, have the owner of one concept "
            "name the other under `beside` in dictionary.toml.",
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


def check_field(who: str, left: Source, right: Source, field: str, dictionary: Dictionary) -> None:
    """The columns of a linkage field mean the same in both sources.

    Columns of one type are compared with each other: a surname with a surname, a prefix with a prefix. Where the
    sources have no type in common, some column of each must agree. Raises `ConceptsDiffer`, `UnknownConcept`.
    """
    mine, others = ([(source, column) for column in _of_field(source, field)] for source in (left, right))
    pairs = [(one, other) for one in mine for other in others]
    if not pairs:
        return  # linkage itself refuses a field that a side lacks
    alike = [pair for pair in pairs if pair[0][1].type == pair[1][1].type]
    wrong = [pair for pair in alike or pairs if not _joins(*pair, dictionary)]
    if wrong and (alike or len(wrong) == len(pairs)):
        raise ConceptsDiffer(who, *wrong[0])


def check_columns(who: str, left: tuple[Source, str], right: tuple[Source, str], dictionary: Dictionary) -> None:
    """Two columns, of a source each, mean the same; a derived column means what its origin does.

    Raises `ConceptsDiffer`, `UnknownConcept`, and `WrongInput` for a column that is not declared.
    """
    one, other = ((source, _column(source, name)) for source, name in (left, right))
    if not _joins(one, other, dictionary):
        raise ConceptsDiffer(who, one, other)


def definitions(used: Mapping[str, Iterable[Column]], dictionary: Dictionary) -> dict[str, list[str]]:
    """Concept → the columns (`source.column`) that mean it, of those used, in the order of the dictionary.

    Raises `UnknownConcept`.
    """
    meant: dict[str, list[str]] = {}
    unknown: list[str] = []
    for source, columns in used.items():
        for column in columns:
            known = column.concept is not None and column.concept in dictionary
            (meant.setdefault(str(column.concept), []) if known else unknown).append(f"{source}.{column.name}")
    if unknown:
        raise UnknownConcept(unknown)
    return {concept.id: meant[concept.id] for concept in dictionary.concepts if concept.id in meant}


def _of_field(source: Source, field: str) -> list[Column]:
    return [column for column in source.with_role("identify") if column.field == field]


def _column(source: Source, name: str) -> Column:
    origins = {derived.name: derived.origin for derived in source.derived}
    found = next((column for column in source.columns if column.name == origins.get(name, name)), None)
    if found is None:
        raise WrongInput(f"{source.id} has no column {name}", remedy="Name a declared or derived column.")
    return found


def _joins(one: tuple[Source, Column], other: tuple[Source, Column], dictionary: Dictionary) -> bool:
    concepts = []
    for source, column in (one, other):
        if column.concept is None or column.concept not in dictionary:
            raise UnknownConcept([f"{source.id}.{column.name}"])
        concepts.append(column.concept)
    return dictionary.joins(*concepts)
