"""Great Expectations on one frame: what was asked in, counts and row numbers out, never a value."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from declare import WrongInput
from expectations.contract import Asked

KEY: Final = "row"
RESULT_FORMAT: Final = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [KEY],
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}
"""Complete in row numbers, empty of values: failing values would be stored in clear otherwise."""


class Unanswered(Exception):
    """A check gave no answer."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.rule)
        self.asked = asked


class UnknownCheck(WrongInput):
    def __init__(self, source: str, asked: Asked) -> None:
        super().__init__(
            f"{asked.expectation} on column {asked.column} of {source} is no expectation, or lacks an argument",
            remedy="Look up name and arguments in the gallery of Great Expectations.",
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One answer. `rows` are the data rows that failed; empty for a check of a whole column."""

    asked: Asked
    met: bool
    evaluated: int
    unexpected: int
    rows: tuple[int, ...]


def evaluate(
    frame: pl.LazyFrame, rows: int, asked: Sequence[Asked], source: str, *, one_by_one: bool = False
) -> tuple[Found, ...]:
    """Answers about a frame of so many rows, in the order asked. Raises `Unanswered` and `UnknownCheck`.

    `one_by_one` for a frame that may not fit in memory: Polars answers many questions in one pass by keeping what some
    have read and others have not. A pass for each reads its own columns only.
    """
    wanted = [_expectation(each, place, source) for place, each in enumerate(asked)]
    results = _results(frame, [[each] for each in wanted] if one_by_one else [wanted])
    by_place = {result.expectation_config.meta["place"]: result for result in results}
    return tuple(_found(by_place.get(place), each, rows) for place, each in enumerate(asked))


def _expectation(asked: Asked, place: int, source: str) -> Any:
    """The expectation with its place among those asked: results come back in another order."""
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    # They register themselves.
    from expectations.checks import contact, days, eleven_test, iban_check_digits, investigation, national_code  # noqa: F401

    try:
        kind = get_expectation_impl(asked.expectation)
        domain = {"column": asked.column} if "column" in kind.__fields__ else {}
        return kind(**domain, **asked.arguments, meta={"place": place})
    except (ExpectationNotFoundError, ValueError, TypeError):
        pass
    raise UnknownCheck(source, asked)


def _results(frame: pl.LazyFrame, suites: Sequence[Sequence[Any]]) -> list[Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    import expectations.engine.datasource  # noqa: F401 - registers itself

    with _silent():
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        source = context.data_sources.add_polars("delivery")
        try:
            batch = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")
            whole = batch.get_batch({"dataframe": frame})
            return [result for wanted in suites for result in _validated(whole, wanted)]
        finally:
            # Great Expectations remembers the last context for as long as the process lives, and with it the frame.
            context.data_sources.delete("delivery")


def _validated(batch: Any, wanted: Sequence[Any]) -> list[Any]:
    """The answers; of an expectation that Great Expectations itself stumbles over, none."""
    import great_expectations as gx

    try:
        suite = gx.ExpectationSuite("contract", expectations=list(wanted))
        return list(batch.validate(suite, result_format=RESULT_FORMAT).results)
    except Exception:  # what they raise is not agreed, and may hold a value
        answered = [_validated(batch, [each]) for each in wanted] if len(wanted) > 1 else []
    return [result for each in answered for result in each]


@contextmanager
def _silent() -> Iterator[None]:
    """It logs its temporary folders and, whole, what goes wrong in the data: whoever asks hears of it here."""
    loggers = [logging.getLogger(name) for name in ("great_expectations", "great_expectations.data_context.types.base")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _found(result: Any, asked: Asked, height: int) -> Found:
    if result is None or result.success is None or _raised(result.exception_info):
        raise Unanswered(asked)
    answer = result.result
    if "unexpected_count" not in answer or "element_count" not in answer:
        return Found(asked, bool(result.success), height, 0, ())
    listed = answer.get("unexpected_index_list") or []
    rows = tuple(listed[0][KEY]) if listed else ()
    # A count of rows that is missing or short would otherwise pass as "nothing found". A row condition chooses some.
    asked_of = answer["element_count"]
    all_asked = asked_of <= height if asked.arguments.get("row_condition") else asked_of == height
    if not all_asked or len(rows) != answer["unexpected_count"]:
        raise Unanswered(asked)
    return Found(asked, bool(result.success), asked_of - (answer.get("missing_count") or 0), len(rows), rows)


def _raised(exception_info: dict[str, Any] | None) -> bool:
    """Whether a metric or the expectation failed. The information has two shapes: one exception, or by metric."""
    if not exception_info:
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(not isinstance(each, dict) or each.get("raised_exception", True) for each in exception_info.values())
