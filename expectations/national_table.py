"""National tables of the population register: which codes hold on which day, and which code took over from which."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

import polars as pl

TableName = Literal[
    "nationality", "municipality", "country", "noble_title", "residence_title", "rni_participant", "custody"
]
TABLES: Final[tuple[TableName, ...]] = get_args(TableName)
UNKNOWN: Final = "0000"
"""The standard value: it says that nothing is known."""

_FOLDER: Final = Path(__file__).with_name("tables")
_ELEMENTS: Final = {"92.12": "successor", "99.98": "begins", "99.99": "ends"}
"""Elements of the Logisch Ontwerp BRP by what they are here; the first two columns are code and title."""


@cache
def national_table(name: TableName) -> pl.DataFrame:
    """Columns `code`, `title`, `successor`, `begins`, `ends`, all text; days as YYYY-MM-DD, null where not limited.

    On the day of `ends` the code no longer holds. Codes are unique; of two files the later one counts.
    """
    files = sorted(_FOLDER.glob(f"{name}*.csv"))
    rows = pl.concat([_read(file) for file in files]).unique("code", keep="last", maintain_order=True)
    return rows.with_columns(_day("begins"), _day("ends"))


def took_over(on: date) -> Mapping[str, str]:
    """Municipality code that has ended → the code that holds on that day, through as many mergers as it takes.

    A municipality that was divided has one code that took over, the largest part as the table has it.
    """
    table = national_table("municipality")
    ended = table.filter(pl.col("ends") <= on.isoformat())
    steps = dict(ended.drop_nulls("successor").select("code", "successor").iter_rows())
    return {code: _last(code, steps) for code in steps}


def _last(code: str, steps: Mapping[str, str]) -> str:
    passed = {code}
    while (code := steps.get(code, code)) not in passed:
        passed.add(code)
    return code


def _read(file: Path) -> pl.DataFrame:
    table = pl.read_csv(file, infer_schema=False)
    code, title = table.columns[:2]
    found = {_ELEMENTS[column[:5]]: column for column in table.columns if column[:5] in _ELEMENTS}
    empty = pl.lit(None, pl.String)
    more = [(pl.col(found[name]) if name in found else empty).alias(name) for name in _ELEMENTS.values()]
    cells = table.select(pl.col(code).alias("code"), pl.col(title).alias("title"), *more)
    return cells.with_columns(pl.all().replace("", None))


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
