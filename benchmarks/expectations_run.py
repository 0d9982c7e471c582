"""`python -m benchmarks.expectations_run ENGINE TABLE ROWS OUT`: one suite on one engine, and what it cost.

A process does one engine, so that its peak memory is that of the engine with its table. Counts of what was found are
written too: both engines must find the same.
"""

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

FORM: Final = {"result_format": "SUMMARY"}


def suite() -> list[Any]:
    """16 expectations on 12 columns, of the kinds a delivery of a register is held to."""
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=1),
        gxe.ExpectColumnValuesToNotBeNull(column="record"),
        gxe.ExpectColumnValuesToBeUnique(column="record"),
        gxe.ExpectColumnValuesToMatchRegex(column="number", regex="^[0-9]{9}$"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="surname", min_value=1, max_value=30),
        gxe.ExpectColumnValuesToNotBeNull(column="forename", mostly=0.95),
        gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["M", "V", "X"]),
        gxe.ExpectColumnValuesToBeBetween(column="birth", min_value=date(1900, 1, 1), max_value=date(2024, 12, 31)),
        gxe.ExpectColumnValuesToMatchRegex(column="postcode", regex="^[1-9][0-9]{3} ?[A-Z]{2}$"),
        gxe.ExpectColumnValuesToBeBetween(column="house", min_value=1, max_value=99999),
        gxe.ExpectColumnValuesToNotBeInSet(column="municipality", value_set=["0000", "9999"]),
        gxe.ExpectColumnValuesToBeInSet(column="country", value_set=["6030", "5010", "6029", "7065"]),
        gxe.ExpectColumnMeanToBeBetween(column="income", min_value=10_000, max_value=90_000),
        gxe.ExpectColumnMaxToBeBetween(column="income", max_value=10_000_000),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="municipality", min_value=100, max_value=400),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="moved", column_B="birth", or_equal=True, ignore_row_if="either_value_is_missing"
        ),
    ]


def loaded(engine: str, table: Path, rows: int) -> Any:
    """The table as the engine takes it: lazy from the file, or in pandas with numpy or Arrow columns."""
    if engine == "polars":
        import polars as pl

        return pl.scan_parquet(table).head(rows)
    import pandas as pd

    if engine == "pandas on Arrow":
        return pd.read_parquet(table, dtype_backend="pyarrow").head(rows)
    return pd.read_parquet(table).head(rows)


def validated(engine: str, data: Any) -> dict[str, Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    import expectations.engine.datasource  # noqa: F401 - registers itself

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = getattr(context.data_sources, f"add_{engine.split(maxsplit=1)[0]}")("source")
    whole = source.add_dataframe_asset("asset").add_batch_definition_whole_dataframe("all")
    batch = whole.get_batch({"dataframe": data})
    started, clock = _spent(), time.perf_counter()
    results = batch.validate(gx.ExpectationSuite("suite", expectations=suite()), result_format=FORM).results
    return {
        "cpu_s": round(_spent() - started, 3),
        "wall_s": round(time.perf_counter() - clock, 3),
        "found": sorted(map(_found, results)),
    }


def _found(result: Any) -> str:
    told = {key: result.result.get(key) for key in ("observed_value", "unexpected_count", "missing_count")}
    about = {key: value for key, value in result.expectation_config.kwargs.items() if key.startswith("column")}
    observed = told["observed_value"]
    told["observed_value"] = None if observed is None else round(float(observed), 6)
    return json.dumps([result.expectation_config.type, about, bool(result.success), told])


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    """Most memory this program held, in MiB; a child's `ru_maxrss` begins with that of its parent, this does not."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    engine, table, rows, out = sys.argv[1:]
    data = loaded(engine, Path(table), int(rows))
    before = _spent()
    cost = validated(engine, data)
    cost["with_start_cpu_s"] = round(_spent() - before, 3)
    cost["peak_mib"] = round(peak(), 1)
    Path(out).write_text(json.dumps(cost), "utf-8")


if __name__ == "__main__":
    main()
