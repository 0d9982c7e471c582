"""What columns mean that a model or a cross-check holds beside each other: those that differ in meaning never meet."""

from collections.abc import Iterator

from expectations.dictionary import check_columns, check_field
from koppelkamer.room import Room
from linkage import Model
from linkage.contradiction import Agreed


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


def _fields(model: Model) -> Iterator[str]:
    """Of comparisons and blocks: evidence is named field or field.part."""
    yield from (comparison.field for comparison in model.comparisons)
    yield from (block.alike for block in model.blocks if block.alike)
    named = [part for block in model.blocks for part in (*block.on, *block.sorted_by)]
    named += [part for rule in (model.prior.rules if model.prior else ()) for part in rule]
    yield from (part.split(".")[0] for part in named)
