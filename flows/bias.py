"""What the bias run of a request may read, and what it is asked: by the agreement's grounds and the room's policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from flows.deliveries import aside_table
from flows.keyring import Keyring
from gate import OutputColumn, SignedPolicy
from intake import Source
from koppelkamer.room import Room
from linkage import FittedModel
from pseudonymise.protected import ProtectedTable
from register.declarations import Request
from release.bias import Questions


@dataclass(frozen=True, slots=True, repr=False)
class Inputs:
    """What one run works on, read once: what is registered is what is used."""

    request: Request
    models: Sequence[FittedModel]
    deliveries: Mapping[str, str]
    """Source → digest of its delivery."""
    policy: SignedPolicy


def questions_of(
    room: Room, keyring: Keyring, inputs: Inputs, tables: Mapping[str, ProtectedTable] | None = None
) -> Questions:
    """Protected attributes are decrypted only where the agreement declares a ground for the bias run; of the rows in
    `tables` and no others, where these are given."""
    policy, concepts = inputs.policy.policy, concepts_of(room)
    aside = {source: _aside_names(room.source(source)) for source in inputs.deliveries}
    may = {source: names & _with_ground(room, inputs.request, source) for source, names in aside.items()}
    protected = policy.protected.concepts
    set_aside = {_concept(concepts, source, name) for source, names in aside.items() for name in names}
    readable = {_concept(concepts, source, name) for source, names in may.items() for name in names}
    step = policy.thresholds.threshold_step
    return Questions(
        aside={
            source: _of_these(_read(room, keyring, inputs, source, names), source, tables)
            for source, names in may.items()
            if names
        },
        not_assessable=tuple(ground for ground in protected if ground not in set_aside),
        without_ground=tuple(sorted(set_aside - readable)),
        evidence=_evidence(room, inputs, concepts),
        minimum_group=policy.thresholds.minimum_group.value,
        step=step.value if step and "B10" in policy.rules else None,
    )


def concepts_of(room: Room) -> Mapping[str, str]:
    """`source.column` → concept, a derived column having the concept of its origin."""
    found: dict[str, str] = {}
    for source in room.sources.values():
        declared = {column.name: column.concept for column in source.columns if column.concept}
        derived = {each.name: declared[each.origin] for each in source.derived if each.origin in declared}
        found |= {f"{source.id}.{name}": concept for name, concept in (declared | derived).items()}
    return found


def _aside_names(source: Source) -> set[str]:
    declared = {column.name for column in source.with_role("aside")}
    return declared | {each.name for each in source.derived if each.role == "aside"}


def _with_ground(room: Room, request: Request, source: str) -> set[str]:
    grounds = room.agreement(request.agreement).bias
    return {name for ground in grounds if ground.source == source for name in ground.columns}


def _concept(concepts: Mapping[str, str], source: str, name: str) -> str:
    """An attribute without a concept goes by its own name."""
    return concepts.get(f"{source}.{name}", f"{source}.{name}")


def _read(room: Room, keyring: Keyring, inputs: Inputs, source: str, names: set[str]) -> pl.DataFrame:
    return aside_table(room, keyring, source, inputs.deliveries[source]).table.select("row", *sorted(names))


def _of_these(attributes: pl.DataFrame, source: str, tables: Mapping[str, ProtectedTable] | None) -> pl.DataFrame:
    """What is left out of a source is left out here too: nobody counts it as missed."""
    return attributes if tables is None else attributes.join(tables[source].table.select("row"), on="row", how="semi")


def _evidence(room: Room, inputs: Inputs, concepts: Mapping[str, str]) -> tuple[OutputColumn, ...]:
    """Columns that the models compare, in the order of their names."""
    named = {
        (source, column.name)
        for fitted in inputs.models
        for source in (fitted.model.left, fitted.model.right)
        for column in room.source(source).with_role("identify")
        if column.field in {comparison.field for comparison in fitted.model.comparisons}
    }
    return tuple(
        OutputColumn(f"{source}.{name}", concepts.get(f"{source}.{name}"), "evidence") for source, name in sorted(named)
    )
