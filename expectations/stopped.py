"""A delivery of which nothing is kept: what stopped it, and what is known of it all the same."""

from typing import Any, Final, Literal

from declare import Refusal
from expectations.contract import Asked
from intake.extract import Extract
from intake.quarantine import Quarantine

Why = Literal["failed", "not-evaluated", "nothing-kept"]
Quality = tuple[dict[str, Any], ...]

_LACKING: Final = "no-row-kept"


class Stopped(Refusal):
    """`column` and `rule` are of the check that stopped it, and `why` says how. `quality` is as in `ValidatedExtract`,
    of all that was answered; `quarantine` too, with scope `stop` for the rows for which it was refused."""

    why: Why = "failed"

    def __init__(self, extract: Extract, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.source, self.delivery, self.rows_in = extract.source, extract.delivery, extract.rows_in
        self.column: str | None = None
        self.rule: str = _LACKING
        self.quality: Quality = ()
        self.quarantine: Quarantine = extract.quarantine


class ContractBroken(Stopped):
    """A check of a whole column failed, so that no single row can be set apart for it; or one that stops a delivery."""

    def __init__(self, extract: Extract, asked: Asked, how: str, quality: Quality, quarantine: Quarantine) -> None:
        super().__init__(
            extract,
            f"column {asked.column} of {extract.source.id} fails {asked.rule} {how}; nothing was kept",
            "Ask the supplier about the delivery, or declare the check with severity warn.",
        )
        self.column, self.rule = asked.column, asked.rule
        self.quality, self.quarantine = quality, quarantine


class NotEvaluated(Stopped):
    """A check gave no answer. That is not a pass."""

    why = "not-evaluated"

    def __init__(self, extract: Extract, asked: Asked) -> None:
        name = f"{asked.expectation} on column {asked.column} of {extract.source.id}"
        super().__init__(
            extract,
            f"{name} could not be evaluated; nothing was validated",
            "Mend the check: columns that are there, patterns without lookaround, bounds and values of the column's "
            "type.",
        )
        self.column, self.rule = asked.column, asked.rule


class NothingKept(Stopped):
    """Every row was set apart. Taken in, it would take the place of the delivery before it with nothing."""

    why = "nothing-kept"

    def __init__(self, extract: Extract, quality: Quality, quarantine: Quarantine) -> None:
        super().__init__(
            extract,
            f"none of the {extract.rows_in:,} rows of {extract.source.id} can be kept; nothing was taken in",
            "Look at the reasons: where all rows lack the same, the file or its declaration is another than agreed.",
        )
        self.quality, self.quarantine = quality, quarantine
