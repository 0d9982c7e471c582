"""Row conditions as expressions: `Column(…)` objects, and the text that `pandas.DataFrame.query` takes.

An empty cell answers no comparison but `!=`, as with the pandas engine, so no condition is ever null.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from functools import reduce
from itertools import pairwise
from typing import Any, Final

import polars as pl
from great_expectations.exceptions import ExecutionEngineError
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    OrCondition,
    PassThroughCondition,
    deserialize_row_condition,
)

from expectations.engine.values import bound, comparable

_COMPARE: Final[Mapping[str, Callable[[Any, Any], pl.Expr]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPERATORS: Final = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "IN",
    ast.NotIn: "NOT_IN",
}
_ARITHMETIC: Final = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
_TOKEN: Final = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|`([^`]+)`|([&|])""")
"""A literal, which is kept; a quoted column name; an operator that `query` reads as a word."""


def row_filter(condition: Any, schema: pl.Schema) -> pl.Expr:
    """True for the rows the condition keeps. Raises where it is not understood: no row is kept or left by guessing."""
    if isinstance(condition, Mapping):
        condition = deserialize_row_condition(condition)
    match condition:
        case ComparisonCondition():
            return _compared(condition.column.name, str(condition.operator), condition.parameter, schema)
        case NullityCondition():
            column = _column(condition.column.name, schema)
            return column.is_null() if condition.is_null else column.is_not_null()
        case AndCondition():
            return pl.all_horizontal([row_filter(each, schema) for each in condition.conditions])
        case OrCondition():
            return pl.any_horizontal([row_filter(each, schema) for each in condition.conditions])
        case PassThroughCondition(pass_through_filter=str() as text) | (str() as text):
            return _query(text, schema)
    raise _not_understood(type(condition).__name__ if isinstance(condition, Condition) else "the condition")


def _not_understood(what: str) -> ExecutionEngineError:
    return ExecutionEngineError(f"the row condition cannot be evaluated: {what} is not understood")


def _column(name: str, schema: pl.Schema) -> pl.Expr:
    if name not in schema:
        raise ExecutionEngineError(f"the row condition names a column the batch lacks: {name}")
    return pl.col(name)


def _compared(name: str, sign: str, value: Any, schema: pl.Schema) -> pl.Expr:
    """A column next to a value, in the type of the column: what no cell can hold equals none."""
    column, dtype = _column(name, schema), schema[name]
    if sign in ("IN", "NOT_IN"):
        found = column.is_in(comparable(value, dtype).implode()).fill_null(value=False)
        return found if sign == "IN" else ~found
    if sign in ("==", "!="):
        fitted = _equal(dtype, value)
        return _settled(sign, pl.lit(value=None) if fitted is None else _COMPARE[sign](column, fitted))
    return _settled(sign, _COMPARE[sign](column, bound(value, dtype)))


def _equal(dtype: pl.DataType, value: Any) -> Any:
    fitted = comparable([value], dtype)
    return None if fitted.is_empty() else fitted.item()


def _settled(sign: str, answer: pl.Expr) -> pl.Expr:
    return answer.fill_null(value=sign == "!=")


def _query(text: str, schema: pl.Schema) -> pl.Expr:
    """The part of `query` that has one meaning everywhere: columns, literals, comparisons, `and`, `or`, `not`, `in`,
    arithmetic, and tests for missing values."""
    names: dict[str, str] = {}

    def plain(found: re.Match[str]) -> str:
        literal, name, sign = found.groups()
        if name:
            names[key := f"_quoted_{len(names)}"] = name
            return key
        return literal or {"&": " and ", "|": " or "}[sign]

    try:
        tree = ast.parse(_TOKEN.sub(plain, text).strip(), mode="eval").body
    except SyntaxError:
        raise _not_understood("its text") from None
    answer = _Query(schema, names).value(tree)
    if not isinstance(answer, pl.Expr):
        raise _not_understood("a condition without columns")
    return answer


class _Query:
    """Evaluates a syntax tree to an expression, a literal or a list of literals."""

    def __init__(self, schema: pl.Schema, quoted: Mapping[str, str]) -> None:
        self.schema, self.quoted = schema, quoted

    def value(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return _column(self.quoted.get(name, name), self.schema)
            case ast.List(elts=members) | ast.Tuple(elts=members):
                return [self._literal(each) for each in members]
            case ast.BoolOp(op=sign, values=parts):
                joined = pl.all_horizontal if isinstance(sign, ast.And) else pl.any_horizontal
                return joined([self._condition(each) for each in parts])
            case ast.Compare():
                return self._comparison(node)
        return self._calculated(node)

    def _calculated(self, node: ast.AST) -> Any:
        match node:
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=part):
                return ~self._condition(part)
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return -self.value(part)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
                return _ARITHMETIC[type(sign)](self.value(left), self.value(right))
            case ast.Call(func=ast.Attribute(value=part, attr="isnull" | "isna"), args=[], keywords=[]):
                return self._condition(part).is_null()
            case ast.Call(func=ast.Attribute(value=part, attr="notnull" | "notna"), args=[], keywords=[]):
                return self._condition(part).is_not_null()
        raise _not_understood(type(node).__name__)

    def _condition(self, node: ast.AST) -> pl.Expr:
        answer = self.value(node)
        if not isinstance(answer, pl.Expr):
            raise _not_understood("a literal for a condition")
        return answer

    def _literal(self, node: ast.AST) -> Any:
        answer = self.value(node)
        if isinstance(answer, (pl.Expr, list)):
            raise _not_understood("a list of columns")
        return answer

    def _comparison(self, node: ast.Compare) -> pl.Expr:
        pairs = pairwise([node.left, *node.comparators])
        signs = [_OPERATORS.get(type(each)) for each in node.ops]
        return reduce(operator.and_, (self._pair(*pair, sign) for pair, sign in zip(pairs, signs, strict=True)))

    def _pair(self, left: ast.AST, right: ast.AST, sign: str | None) -> pl.Expr:
        if sign is None:
            raise _not_understood("a comparison")
        one, other = self.value(left), self.value(right)
        if isinstance(left, ast.Name) and not isinstance(other, pl.Expr):
            member = {"==": "IN", "!=": "NOT_IN"}.get(sign, sign) if isinstance(other, list) else sign
            return _compared(self.quoted.get(left.id, left.id), member, other, self.schema)
        if isinstance(right, ast.Name) and not isinstance(one, (pl.Expr, list)):
            return self._pair(right, left, _MIRRORED.get(sign, sign))
        sides = {type(one), type(other)}
        if sign not in _COMPARE or list in sides or pl.Expr not in sides:
            raise _not_understood("a comparison")
        return _settled(sign, _COMPARE[sign](one, other))
