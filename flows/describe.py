"""What the room declares, into the register in plain data, so that the console can show it without reading a source."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from declare import WrongInput
from expectations.dictionary import Dictionary
from intake.source import Check, Column, Derived, Source
from koppelkamer.room import Room
from linkage import Model
from register.declarations import Agreement

_ALLOWED: Final = {
    "expect_column_values_to_be_in_set": ("value_set",),
    "expect_column_values_to_be_between": ("min_value", "max_value"),
    "expect_column_values_to_match_regex": ("regex",),
}
"""Checks that say which values there may be, and the arguments that say it."""


def describe(room: Room) -> None:
    """Sources, models and agreements as declared now. A model or dictionary that cannot be read is left out here: it
    is refused where it is used, and stands in the way of nothing else."""
    from register import catalogue
    from register.models.described import Subject

    words = _dictionary(room)
    catalogue.describe(Subject.SOURCE, {name: of_source(each, words) for name, each in room.sources.items()})
    catalogue.describe(Subject.AGREEMENT, {name: of_agreement(each) for name, each in room.agreements.items()})
    with suppress(WrongInput):
        catalogue.describe(Subject.MODEL, {name: of_model(each) for name, each in room.models.items()})


def of_source(source: Source, words: Dictionary | None) -> dict[str, Any]:
    """Its own settings and `columns`: declared ones, then those derived from them."""
    origins = {column.name: column for column in source.columns}
    columns = [_column(column, words) for column in source.columns]
    columns += [_derived(each, origins[each.origin], words) for each in source.derived]
    return {
        "entity": source.entity,
        "once": source.once,
        "period": source.period or "",
        "retention_days": source.retention_days,
        "form": source.delivery.form,
        "columns": columns,
    }


def of_model(model: Model) -> dict[str, Any]:
    return {"left": model.left, "right": model.right}


def of_agreement(agreement: Agreement) -> dict[str, Any]:
    """`minimisation`: what a purpose may use of a source, where that is less than all."""
    return {"minimisation": [each.model_dump(mode="json", by_alias=True) for each in agreement.minimisation]}


def _dictionary(room: Room) -> Dictionary | None:
    with suppress(WrongInput):
        return room.dictionary
    return None


def _column(column: Column, words: Dictionary | None) -> dict[str, Any]:
    told = {"name": column.name, "type": column.type, "role": column.role, "required": column.required}
    return told | _meaning(column, words) | {"allowed": _allowed(column.checks)}


def _derived(derived: Derived, origin: Column, words: Dictionary | None) -> dict[str, Any]:
    told = {"name": derived.name, "type": origin.type, "role": derived.role, "required": False}
    steps = {"from": origin.name, "coarsen": derived.coarsen, "edges": list(derived.edges)}
    return told | _meaning(origin, words) | {"allowed": {}} | steps


def _meaning(column: Column, words: Dictionary | None) -> dict[str, Any]:
    if words is None or column.concept is None or column.concept not in words:
        return {"concept": "", "definition": "", "asked_of": ""}
    concept = words[column.concept]
    return {"concept": concept.title, "definition": concept.definition, "asked_of": concept.owner}


def _allowed(checks: Iterable[Check]) -> dict[str, Any]:
    return {
        name: check.arguments[name]
        for check in checks
        for name in _ALLOWED.get(check.expectation, ())
        if name in check.arguments
    }
