"""What a purpose may use of each source, as its agreement says: rows and columns that linkage never sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from declare import Refusal, WrongInput
from flows.keyring import Keyring
from flows.restrictions import excluded, rules_for
from intake import Source
from koppelkamer.room import Room
from pseudonymise.minimise import LeftOut, Rule, age_floor, minimise, only, only_columns, within, without
from pseudonymise.protected import ProtectedTable
from register.declarations import Minimisation, Request


@dataclass(frozen=True, slots=True, repr=False)
class Minimised:
    """A source as a run may use it: the table, the rows it had before, and what each rule left out."""

    table: ProtectedTable
    rows: int
    left_out: tuple[LeftOut, ...] = ()
    columns: tuple[str, ...] | None = None
    """The only ones that may be asked for, where the agreement says so."""

    @property
    def asked(self) -> ProtectedTable:
        """The table without payload that may not be asked for."""
        return self.table if self.columns is None else only_columns(self.table, self.columns)


class ColumnsNotForPurpose(Refusal):
    def __init__(self, agreement: str, purpose: str, columns: list[str]) -> None:
        super().__init__(
            f"agreement {agreement} does not let {purpose} use {', '.join(columns)}",
            remedy="Leave these columns out of the request, or ask the parties to add them under [[minimisation]].",
        )


class NotKept(WrongInput):
    def __init__(self, agreement: str, source: str, column: str) -> None:
        super().__init__(
            f"the minimisation of {source} in agreement {agreement} names {column}, which that source does not keep",
            remedy="Name a column of the source with the role payload, or a derived one.",
        )


class WrongColumn(WrongInput):
    def __init__(self, agreement: str, source: str, column: str, wanted: str) -> None:
        super().__init__(
            f"the minimisation of {source} in agreement {agreement} reads {column}, which does not hold {wanted}",
            remedy="Name another column; an age floor on days or years of birth also says `on` which day.",
        )


def check_request(room: Room, request: Request) -> None:
    """Every column that `request` reads may be used for its purpose. Raises `ColumnsNotForPurpose`, and `NotKept` or
    `WrongColumn` where the agreement's rules do not fit the source."""
    agreement = room.agreement(request.agreement)
    refused = []
    for asked in request.sources:
        rules = agreement.minimises(request.purpose, asked.id)
        if rules is None:
            continue
        _check_rules(room.source(asked.id), agreement.id, rules)
        if rules.columns is not None:
            refused += [f"{asked.id}.{name}" for name in sorted(_read(room, request, asked.id) - set(rules.columns))]
    if refused:
        raise ColumnsNotForPurpose(agreement.id, request.purpose, refused)


def minimised(
    room: Room, keyring: Keyring, agreement: str, purpose: str, tables: Mapping[str, ProtectedTable]
) -> dict[str, Minimised]:
    """`tables` by source without who is restricted, and as `purpose` may use them.

    Raises as `flows.restrictions.excluded` and `pseudonymise.minimise.minimise`.
    """
    declared, tokens = room.agreement(agreement), excluded(room, keyring)
    return {
        name: _minimised(declared.minimises(purpose, name), table, rules_for(table, tokens))
        for name, table in tables.items()
    }


def _minimised(declared: Minimisation | None, table: ProtectedTable, restriction: list[Rule]) -> Minimised:
    rules = [*restriction, *(_rules(declared) if declared else ())]
    left, left_out = minimise(table, rules)
    return Minimised(left, table.table.height, left_out, declared.columns if declared else None)


def _rules(declared: Minimisation) -> list[Rule]:
    age, period = declared.age, declared.period
    found = [age_floor(age.column, age.least, age.on)] if age else []
    for persons in declared.persons:
        found.append(only(persons.column, persons.only) if persons.only else without(persons.column, persons.leave_out))
    return found + ([within(period.column, period.starts, period.until)] if period else [])


def _read(room: Room, request: Request, source: str) -> set[str]:
    """Payload of `source` that the request reads: what it lists, and what its output is held against."""
    listed = {name for asked in request.sources if asked.id == source for name in asked.columns}
    beside = request.output.population.column if request.output.population else ""
    owner, _, column = beside.partition(".")
    return listed | ({column} & _kept(room.source(source)).keys() if owner == source else set())


_AGES: Final = "ages, or bands of them"
_DAYS: Final = "days or years"
_HOLDS: Final = {_AGES: {"integer", "decimal", "age-band", "band"}, _DAYS: {"date", "year", "integer"}}


def _check_rules(source: Source, agreement: str, rules: Minimisation) -> None:
    kept = _kept(source)
    asked: list[tuple[str, str | None]] = [(each.column, None) for each in rules.persons]
    asked += [(name, None) for name in rules.columns or ()]
    asked += [(rules.age.column, _AGES if rules.age.on is None else _DAYS)] if rules.age else []
    asked += [(rules.period.column, _DAYS)] if rules.period else []
    for column, holds in asked:
        if column not in kept:
            raise NotKept(agreement, source.id, column)
        if holds is not None and kept[column] not in _HOLDS[holds]:
            raise WrongColumn(agreement, source.id, column, holds)


def _kept(source: Source) -> dict[str, str]:
    """Payload column → its type, or the way it was coarsened."""
    declared = {column.name: column.type for column in source.with_role("payload")}
    return declared | {each.name: each.coarsen for each in source.derived if each.role == "payload"}
