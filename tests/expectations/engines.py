"""The same expectations asked of the Polars engine and of the pandas engine."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any, NoReturn

import pandas as pd
import polars as pl
import pytest

KEY = "pk_index"


FORBIDDEN = [
    *((pl.DataFrame, name) for name in ("to_pandas", "iter_rows", "rows", "map_rows", "iter_slices", "to_dicts")),
    *((pl.Series, name) for name in ("to_pandas", "map_elements", "__iter__")),
    (pl.LazyFrame, "map_batches"),
    (pl.Expr, "map_elements"),
]


@contextmanager
def rows_left_alone() -> Iterator[None]:
    """Within, taking rows one by one and giving frames to pandas raises."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("rows were taken one by one, or given to pandas")

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in FORBIDDEN:
            patch.setattr(owner, name, refuse)
        yield


def answers(
    engine: str,
    frame: pl.DataFrame | pl.LazyFrame | pd.DataFrame,
    wanted: Sequence[Any],
    form: str = "COMPLETE",
    **more: Any,
) -> list[dict[str, Any]]:
    """One answer per expectation, in order; `raised` where it could not be evaluated."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    import expectations.checks.eleven_test
    import expectations.engine.datasource  # noqa: F401 - registers itself

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = getattr(context.data_sources, f"add_{engine}")("source")
    batch = source.add_dataframe_asset("asset").add_batch_definition_whole_dataframe("all")
    data = frame.lazy().collect().to_pandas() if engine == "pandas" and not isinstance(frame, pd.DataFrame) else frame
    placed = [each.copy(update={"meta": {"place": place}}) for place, each in enumerate(wanted)]
    results = (
        batch.get_batch({"dataframe": data})
        .validate(gx.ExpectationSuite("suite", expectations=placed), result_format={"result_format": form} | more)
        .results
    )
    by_place = {result.expectation_config.meta["place"]: result for result in results}
    return [_answer(by_place[place]) for place in range(len(wanted))]


def _answer(result: Any) -> dict[str, Any]:
    raised = result.exception_info.get("raised_exception", True) if result.exception_info else False
    return {"raised": True} if raised else plain({"success": result.success, **result.result})


def plain(value: Any) -> Any:
    """Without the traces of numpy and pandas: NaN and NaT are null, a number is a number."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(each) for each in value]
    if value is pd.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None if math.isnan(value) else round(float(value), 9)
    return value
