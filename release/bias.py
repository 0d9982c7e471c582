"""The bias run: joins protected attributes inside the room, and gives back rates, figures and counts by group alone.

It is a run of its own beside the draft: the attributes come to it by a ground of its own and go nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from gate.bias.facts import GroupRates, History, Population, Proxies, Sensitivity, Tally
from gate.subject import OutputColumn
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD
from register.declarations import Request
from register.output import Output
from release import proxies as telling
from release.groups import Tables, group_rates, selected
from release.plausibility import implausible, polluted
from release.population import population
from release.sensitivity import sensitivity


@dataclass(frozen=True, slots=True, repr=False)
class Questions:
    """What the bias run is allowed to read, and what it is asked."""

    aside: Tables = field(default_factory=dict)
    """Source → `row` and the protected attributes for which a ground is declared."""
    not_assessable: tuple[str, ...] = ()
    """Protected attributes that no source delivers."""
    without_ground: tuple[str, ...] = ()
    """Protected attributes that a source sets aside and that no ground lets the bias run read."""
    evidence: tuple[OutputColumn, ...] = ()
    """Columns that links rest on."""
    minimum_group: float = 30
    """Records below which a group says nothing, by the policy."""
    step: float | None = None
    """By how much thresholds are moved; None when the policy does not ask."""


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """What the gate's bias rules are shown; as in `gate.Subject`."""

    groups: GroupRates | None = None
    coverage: GroupRates | None = None
    selection: Tally | None = None
    implausible: Tally | None = None
    pollution: Tally | None = None
    population: Population | None = None
    proxies: Proxies | None = None
    sensitivity: Sensitivity | None = None
    history: History | None = None
    not_assessable: tuple[str, ...] = ()
    without_ground: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """By the names of the fields of a subject."""
        return {name: getattr(self, name) for name in self.__slots__}


def bias_run(linked: LinkedTable, request: Request, questions: Questions, concepts: Mapping[str, str]) -> Measured:
    """What can be measured of the request's output; what cannot is None. Raises `WrongInput` for a check's column."""
    output = request.output
    counted, asked = population(linked, output), population(linked, output.model_copy(update={"filters": ()}))
    aside = questions.aside
    groups = _rates(group_rates(linked, output, counted, aside))
    coverage = _rates(
        group_rates(linked, output, counted, _kept(linked, output)).drop("links", "wrong", "matches", "missed")
    )
    table = output.kind == "table"
    return Measured(
        groups=groups,
        coverage=coverage,
        selection=_tally(selected(linked, output, asked, counted, aside)),
        implausible=_tally(implausible(linked, output.implausible, aside)),
        pollution=_tally(polluted(linked, output, counted, aside)),
        population=_population(output, groups, coverage),
        proxies=_proxies(telling.proxies(linked, output, asked, aside, questions.minimum_group)),
        sensitivity=sensitivity(linked, output, questions.step) if questions.step and table else None,
        history=_history(output, concepts),
        not_assessable=questions.not_assessable,
        without_ground=questions.without_ground,
    )


def _kept(linked: LinkedTable, output: Output) -> Tables:
    """Source → `row` and its columns that the output describes by, or that a population is declared for."""
    named = [*output.described, *(one.column for one in output.filters)]
    named += [output.population.column] if output.population else []
    found: dict[str, list[str]] = {}
    for source, _, column in sorted({name.partition(".") for name in named}):
        if source in linked.payload and f"{PAYLOAD}{column}" in linked.payload[source].columns:
            found.setdefault(source, []).append(column)
    return {
        source: linked.payload[source].select("row", *(pl.col(f"{PAYLOAD}{name}").alias(name) for name in names))
        for source, names in found.items()
    }


def _population(output: Output, *known: GroupRates | None) -> Population | None:
    """The declared people, under each label by which the attribute is known."""
    declared = output.population
    if declared is None:
        return None
    labels = sorted(
        label
        for rates in known
        if rates is not None
        for label in rates.table["attribute"].unique()
        if label == declared.column or label.startswith(f"{declared.column} (")
    )
    rows = [(label, group, people) for label in labels for group, people in sorted(declared.people.items())]
    schema = {"attribute": pl.String, "group": pl.String, "people": pl.Int64}
    return Population(declared.source, pl.DataFrame(rows, schema=schema, orient="row"))


def _history(output: Output, concepts: Mapping[str, str]) -> History:
    own = {concept for name, concept in concepts.items() if name.startswith(f"{output.unit}.")}
    return History(tuple(sorted(own)), output.history)


def _rates(table: pl.DataFrame) -> GroupRates | None:
    return GroupRates(table) if table.height else None


def _tally(table: pl.DataFrame) -> Tally | None:
    return Tally(table) if table.height else None


def _proxies(table: pl.DataFrame) -> Proxies | None:
    return Proxies(table) if table.height else None
