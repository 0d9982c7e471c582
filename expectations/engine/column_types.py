"""Expectations about the type of a column. Great Expectations decides these per engine, inside the expectation: here
theirs is asked for every engine but this one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
from great_expectations.exceptions import ExecutionEngineError
from great_expectations.expectations.core import (
    ExpectColumnTypeToBe,
    ExpectColumnValuesToBeInTypeList,
    ExpectColumnValuesToBeOfType,
)

from expectations.engine.execution import PolarsExecutionEngine

_OBJECTS: Final = (pl.String, pl.Date, pl.Time, pl.Decimal, pl.Binary, pl.List, pl.Struct, pl.Object, pl.Null)
"""What numpy has no type for, and pandas holds as objects."""
_FOREIGN: Final[Mapping[str, tuple[type[pl.DataType], ...]]] = {
    **dict.fromkeys(("int", "long", "int_"), (pl.Int64,)),
    **dict.fromkeys(("float", "double", "float_"), (pl.Float64,)),
    **dict.fromkeys(("bool", "bool_"), (pl.Boolean,)),
    **dict.fromkeys(("str", "str_", "string", "string_types"), (pl.String,)),
    **dict.fromkeys(("datetime", "datetime64", "Timestamp"), (pl.Datetime,)),
    **dict.fromkeys(("timedelta", "timedelta64", "Timedelta"), (pl.Duration,)),
    **dict.fromkeys(("object", "object_", "O"), _OBJECTS),
    "date": (pl.Date,),
    "time": (pl.Time,),
    "bytes": (pl.Binary,),
    "list": (pl.List,),
    "dict": (pl.Struct,),
    "category": (pl.Categorical, pl.Enum),
    "none": (pl.Null,),
}
"""Names of Python, numpy and pandas."""


def is_of(dtype: pl.DataType, names: Sequence[str]) -> bool:
    """Whether one of the names is that of the type. Raises `ValueError` where none of them names a type."""
    if str(dtype) in names:
        return True
    known = [each for name in names for each in _named(name)]
    if not known:
        raise ValueError("no known type is named")
    return any(dtype == each for each in known)


def _named(name: str) -> tuple[Any, ...]:
    """Types of a name: one of Polars, of Python, numpy or pandas, or a number of numpy with its size (`int32`)."""
    own = getattr(pl, name, None) or getattr(pl, name.title().replace("Ui", "UI"), None)
    if isinstance(own, type) and issubclass(own, pl.DataType) and name not in _FOREIGN:
        return (own,)
    if name.startswith("datetime64[") and name.endswith("]"):
        return (pl.Datetime(name[11:-1]),)  # type: ignore[arg-type]  # an unknown unit raises
    return _FOREIGN.get(name, ())


def _type_of(column: str, metrics: Mapping[str, Any]) -> pl.DataType:
    for each in metrics["table.column_types"]:
        if each["name"] == column:
            dtype: pl.DataType = each["type"]
            return dtype
    raise ExecutionEngineError(f"the batch has no column {column}")


def _answer(dtype: pl.DataType, names: str | Sequence[str] | None) -> dict[str, Any]:
    asked = [names] if isinstance(names, str) else names
    return {"success": asked is None or is_of(dtype, asked), "result": {"observed_value": str(dtype)}}


def _decide_here(expectation: type[Any], argument: str) -> None:
    theirs = expectation._validate

    def validate(
        self: Any, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> Any:
        if not isinstance(execution_engine, PolarsExecutionEngine):
            return theirs(self, metrics, runtime_configuration, execution_engine)
        asked = self.configuration.kwargs
        return _answer(_type_of(asked["column"], metrics), asked.get(argument))

    expectation._validate = validate


_decide_here(ExpectColumnTypeToBe, "type_")
_decide_here(ExpectColumnValuesToBeOfType, "type_")
_decide_here(ExpectColumnValuesToBeInTypeList, "type_list")
