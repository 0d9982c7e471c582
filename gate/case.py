"""What every rule is given, and what a rule is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import ClassVar, Protocol, Self, runtime_checkable

import polars as pl

from gate.disclosure.needs import Audit
from gate.finding import Finding
from gate.microdata.anonymise import Anonymised
from gate.microdata.extract import Extracted
from gate.perturb.perturbed import Perturbed
from gate.subject import Parents, Subject


@dataclass(frozen=True, slots=True, repr=False)
class Masked:
    """A table after cells were hidden. All series and frames have one row per cell, in the same order."""

    dimensions: tuple[str, ...]
    truth: pl.DataFrame
    """The checked cells, as in `gate.disclosure.cells.checked`."""
    unsafe: Mapping[str, pl.Series]
    """Rule id → cells that rule wants hidden."""
    level: pl.Series | None
    """How far the upper bound of a primary cell must lie above its value, in units of the magnitude; else null."""
    safe: pl.DataFrame
    """What would leave: dimensions and published measures, all measures of a hidden cell null."""

    parents: Parents = field(default_factory=dict)
    """As in `gate.Cells`."""

    @property
    def hidden(self) -> pl.Series:
        return self.safe["people"].is_null()

    @property
    def primary(self) -> pl.Series:
        """Cells that at least one rule wants hidden."""
        nothing = pl.repeat(False, self.truth.height, eager=True)
        return reduce(lambda found, cells: found | cells, self.unsafe.values(), nothing)

    def hiding(self, hidden: pl.Series) -> Self:
        """The same, with all measures of the `hidden` cells null."""
        measures = [name for name in self.safe.columns if name not in self.dimensions]
        return replace(
            self, safe=self.safe.with_columns(pl.when(~hidden).then(pl.col(name)).alias(name) for name in measures)
        )


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """A subject; when it has a table, that table after hiding and what the auditor found in it; when it has anonymous
    rows, these after coarsening.

    Rules look at the true counts of `table`. Where the policy declares a perturbation, `perturbed` is what leaves.
    `by_threshold`: the table as it would be if D01 alone hid cells, of which `table` hides no fewer. What is judged by
    it stays wrong whatever other rules hide.
    """

    subject: Subject
    table: Masked | None = None
    audit: Audit = field(default_factory=Audit)
    perturbed: Perturbed | None = None
    by_threshold: Masked | None = None
    by_dominance: Masked | None = None
    """The same if D01 to D04 alone hid cells, for what is judged of amounts."""
    rows: Anonymised | None = None
    extract: Extracted | None = None

    def leaving(self, name: str) -> pl.Series:
        """What a column of an extract holds as it would leave, each value once, as text; nothing elsewhere."""
        if self.extract is None or name not in self.extract.safe.columns:
            return pl.Series(name, dtype=pl.String)
        return self.extract.safe[name].cast(pl.String).drop_nulls().unique().sort()

    @property
    def judged(self) -> Masked | None:
        """What rules look at that find fault with what is shown."""
        return self.by_threshold or self.table


class Rule(Protocol):
    """A frozen value with a number that is never reused, its limits as fields, and the answer to one question.

    The docstring is its one-sentence name. Each limit is a field named as in the policy.
    """

    id: ClassVar[str]
    source: ClassVar[str]
    """The paper, standard or law the rule comes from."""
    outcomes: ClassVar[str]
    """When it hides, warns, fails or cannot be assessed."""
    remedy: ClassVar[str]

    def check(self, case: Case) -> tuple[Finding, ...]:
        """At least one finding; what cannot be evaluated is NOT ASSESSABLE. Anything unforeseen raises."""


@runtime_checkable
class CellRule(Protocol):
    """A rule that wants cells hidden."""

    id: ClassVar[str]
    remedy: ClassVar[str]
    needs: ClassVar[str]
    """The measure it looks at: `people` or `value`."""

    def unsafe(self) -> pl.Expr:
        """Boolean over the checked cells; never null."""

    def level(self) -> pl.Expr | None:
        """How far above its value the upper bound of a hidden cell must stay; None when the rule is about people."""
