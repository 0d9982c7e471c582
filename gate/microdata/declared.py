"""How a file is declared to hold microdata: what each column is to a reader, and how it may be coarsened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from declare import Coarsening, Declaration, WrongInput, digest_frame

Role = Literal["quasi-identifier", "sensitive", "weight", "person", "other", "drop"]


class MicrodataColumn(Coarsening):
    """A column: what a reader may know of it, and the steps by which it may be coarsened.

    Every quasi-identifier has a last step besides, on which all its values are one.
    """

    role: Role
    """`quasi-identifier`: others may know it of a person; `sensitive`: they may not learn it; `weight`: how many
    persons of the population the row stands for; `person`: tells persons apart, never leaves; `other`: taken to be
    known to nobody and to harm nobody; `drop`: never leaves."""
    concept: str | None = None
    """The dictionary's concept, such as `age`."""
    use: Literal["breakdown", "selection", "ranking"] = "breakdown"
    necessity: str | None = None
    """Of an extract: why the recipient needs the column."""
    level: int = Field(default=0, ge=0)
    """Of an extract: the step on which the column leaves; 0 as it is."""
    keep: tuple[str, ...] = ()
    """Of an extract: only rows with one of these values leave."""

    @model_validator(mode="after")
    def _only_quasi_identifiers_are_coarsened(self) -> Self:
        if self.ways and self.role != "quasi-identifier":
            raise ValueError(f"{self.ways[0]} belong to a quasi-identifier; other columns leave as they are")
        return self


class Terms(Declaration):
    """Of rows under pseudonyms for one recipient. They are personal data: need and ground decide, not anonymity."""

    recipient: str = Field(min_length=2)
    """Who receives it, and nobody else."""
    address: str | None = Field(default=None, pattern=r"^age1[0-9a-z]+$")
    """The recipient's own; what leaves is sealed to it. A room knows those of its partners itself."""
    environment: str = Field(min_length=3)
    """The closed environment in which alone it is read."""
    ground: str = Field(min_length=3)
    """Law and article."""
    until: date
    """The last day on which the recipient has it."""
    dpia: str | None = None
    case_decision: str | None = None
    human_decision: str | None = None
    """As in a request: what a file that scores or ranks persons cannot do without."""


class Microdata(Declaration):
    """The columns of a file of rows about persons. A column that is not named is refused.

    Without `extract` the rows claim to be anonymous, and a row is a person.
    """

    extract: Terms | None = None
    columns: dict[str, MicrodataColumn] = Field(min_length=1)

    @model_validator(mode="after")
    def _roles_make_sense(self) -> Self:
        roles = [column.role for column in self.columns.values()]
        if "quasi-identifier" not in roles:
            raise ValueError("no column is a quasi-identifier; name what others may know of a person")
        if roles.count("weight") > 1 or roles.count("person") > 1:
            raise ValueError("weight and person are one column each")
        return self

    @model_validator(mode="after")
    def _anonymous_rows_are_coarsened_by_the_gate(self) -> Self:
        columns = self.columns.values()
        if self.extract is None and any(column.necessity or column.level or column.keep for column in columns):
            raise ValueError("necessity, level and keep belong to an extract; anonymous rows are coarsened by the gate")
        return self

    def of(self, *roles: Role) -> tuple[str, ...]:
        """Names of the columns with one of these roles."""
        return tuple(name for name, column in self.columns.items() if column.role in roles)

    @property
    def leaving(self) -> tuple[tuple[str, MicrodataColumn], ...]:
        return tuple((name, column) for name, column in self.columns.items() if column.role not in ("person", "drop"))

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns whose values are texts, also where they look like numbers."""
        return tuple(name for name, column in self.columns.items() if column.prefixes or column.groups)

    @property
    def seen(self) -> tuple[str, ...]:
        """Columns by which a reader of anonymous rows tells them apart: quasi-identifiers and the weight."""
        return self.of("quasi-identifier", "weight")

    @property
    def weight(self) -> str | None:
        return next(iter(self.of("weight")), None)


@dataclass(frozen=True, slots=True, repr=False)
class Rows:
    """Microdata with its declaration; a row is a person. Raises `WrongInput` when the one does not fit the other."""

    table: pl.DataFrame
    declared: Microdata
    taken_from: tuple[int, int] | None = None
    """Of an extract: how many rows and columns there were, where most of them were left out before."""
    coarsened: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of an extract: columns that were coarsened before → their level and the last one."""

    def __post_init__(self) -> None:
        names = set(self.declared.columns)
        if names != set(self.table.columns):
            strange = ", ".join(sorted(names ^ set(self.table.columns)))
            raise WrongInput(f"not both in the file and declared: {strange}", remedy="Give every column a role.")
        for name, kind in self.table.schema.items():
            if kind.is_nested() or kind in (pl.Object, pl.Binary):
                raise WrongInput(f"{name} holds no single readable values", remedy="Give it the role drop.")
        for name in self.declared.of("person"):
            once = self.declared.extract is not None or self.table[name].n_unique() == self.table.height
            if self.table[name].null_count() or not once:
                raise WrongInput(f"a person has several rows, or none, by {name}", remedy="Make one row per person.")
        if (weight := self.declared.weight) and not _weights(self.table[weight]):
            raise WrongInput(f"{weight} is no weight of 1 or more in every row", remedy="Mend it, or declare it other.")

    @property
    def contents(self) -> dict[str, Any]:
        """The pseudonyms of an extract are left out, for every room and every draw has others."""
        pseudonyms = self.declared.of("person") if self.declared.extract else ()
        taken = {} if self.taken_from is None else {"taken_from": list(self.taken_from)}
        before = {name: list(level) for name, level in self.coarsened.items()}
        told = {**taken, **({"coarsened": before} if before else {})}
        return {"table": digest_frame(self.table.drop(pseudonyms)), "declared": self.declared.digest, **told}


def _weights(values: pl.Series) -> bool:
    return values.dtype.is_numeric() and not values.null_count() and bool((values >= 1).all())
