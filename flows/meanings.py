"""What columns mean that a model or a cross-check holds beside each other: those that differ in meaning never meet."""

from collections.abc import Iterator
from typing import Any

from expectations.dictionary import Homonym, check_columns, check_concepts, check_field, definitions
from intake import Source
from intake.source import Column
from koppelkamer.room import Room
from linkage import Model
from linkage.contradiction import Agreed
from register.declarations import Request


def check_model(room: Room, model: Model) -> None:
    """Every field the model reads means the same in both its sources. Raises `ConceptsDiffer` or `UnknownConcept`."""
    left, right = room.source(model.left), room.source(model.right)
    for field in sorted(set(_fields(model))):
        check_field(f"model {model.id}", left, right, field, room.dictionary)


def check_agreed(room: Room, check: str, model: Model, agreed: Agreed) -> None:
    """What a cross-check holds beside each other means the same. Raises as `check_model`, and `WrongInput`."""
    left, right, who = room.source(model.left), room.source(model.right), f"cross-check {check}"
    if agreed.field is not None:
        check_field(who, left, right, agreed.field, room.dictionary)
    if agreed.left is not None and agreed.right is not None:
        check_columns(who, (left, agreed.left), (right, agreed.right), room.dictionary)


def check_places(room: Room, check: str, source: str, addresses: str, field: str) -> None:
    """An address means the same in a source and in that of addresses. Raises as `check_model`."""
    check_field(f"cross-check {check}", room.source(source), room.source(addresses), field, room.dictionary)


def words_of(room: Room, request: Request) -> dict[str, dict[str, Any]]:
    """The words a request rests on, those of what it links by among them: concept → `title`, `definition`, `owner` (the
    partner's id) and `columns` (`source.column`), in the order of the dictionary. Raises `UnknownConcept`."""
    models = [room.model(name) for name in request.models]
    used: dict[str, list[Column]] = {}
    for asked in request.sources:
        source = room.source(asked.id)
        fields = {field for model in models if source.id in (model.left, model.right) for field in _fields(model)}
        used[source.id] = _used(source, set(asked.columns), fields)
    found = definitions(used, room.dictionary)
    return {concept: _told(room, concept, columns) for concept, columns in found.items()}


def homonyms_of(room: Room, request: Request) -> tuple[Homonym, ...]:
    """Columns of its sources that bear one name and mean different things. Raises `UnknownConcept`."""
    return check_concepts((room.source(asked.id) for asked in request.sources), room.dictionary)


def _used(source: Source, asked: set[str], fields: set[str]) -> list[Column]:
    """Columns that are asked for, or that derived ones are made of, and those that are linked by."""
    origins = {derived.name: derived.origin for derived in source.derived}
    wanted = {origins.get(name, name) for name in asked}
    return [
        column
        for column in source.columns
        if column.name in wanted or (column.role == "identify" and column.field in fields)
    ]


def _told(room: Room, concept: str, columns: list[str]) -> dict[str, Any]:
    meant = room.dictionary[concept]
    return {"title": meant.title, "definition": meant.definition, "owner": meant.owner, "columns": columns}


def _fields(model: Model) -> Iterator[str]:
    """Of comparisons and blocks: evidence is named field or field.part."""
    yield from (comparison.field for comparison in model.comparisons)
    yield from (block.alike for block in model.blocks if block.alike)
    named = [part for block in model.blocks for part in (*block.on, *block.sorted_by)]
    named += [part for rule in (model.prior.rules if model.prior else ()) for part in rule]
    yield from (part.split(".")[0] for part in named)
