"""Rows of persons for tests, and the slow readable twin of all that is measured and searched in them."""

from collections.abc import Sequence
from itertools import product
from math import inf
from pathlib import Path

import polars as pl

from gate.microdata.declared import Microdata, Rows
from gate.microdata.hierarchy import levels
from gate.microdata.patterns import Limits, Node

COUNTS = Path(__file__).parents[2] / "benchmarks" / "data"


def adult() -> pl.DataFrame:
    """UCI Adult (B. Becker and R. Kohavi 1996, CC BY 4.0): 32,561 persons, five columns."""
    counts = pl.read_csv(COUNTS / "adult_counts.csv")
    return counts.select(pl.exclude("people").repeat_by("people")).explode(pl.all())


def declared(**columns: object) -> Microdata:
    return Microdata.model_validate({"columns": {name.replace("_", "-"): column for name, column in columns.items()}})


QUASI = {"role": "quasi-identifier"}
SENSITIVE = {"role": "sensitive"}
LEARNING = {
    "no degree": ["Preschool", "1st-4th", "5th-6th", "7th-8th", "9th", "10th", "11th", "12th"],
    "school": ["HS-grad", "Some-college", "Assoc-voc", "Assoc-acdm"],
    "university": ["Bachelors", "Masters", "Doctorate", "Prof-school"],
}
ORIGIN = {"White": ["White"], "other": ["Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"]}
TOGETHER = {"couple": ["Husband", "Wife"], "other": ["Own-child", "Not-in-family", "Unmarried", "Other-relative"]}
ADULT = declared(
    race={**QUASI, "groups": [ORIGIN]},
    sex=QUASI,
    relationship={**QUASI, "groups": [TOGETHER]},
    education={**QUASI, "groups": [LEARNING]},
    income_per_year=SENSITIVE,
)  # fmt: skip


def classes(table: pl.DataFrame, quasi: Sequence[str]) -> list[list[dict[str, object]]]:
    found: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in quasi), []).append(row)
    return list(found.values())


def distinct(rows: list[dict[str, object]], name: str) -> int:
    return len({row[name] for row in rows} - {None})


def distance(part: list[object], whole: list[object], *, ordered: bool) -> float:
    values = sorted(set(whole), key=lambda value: (value is not None, value))
    gaps = [part.count(value) / len(part) - whole.count(value) / len(whole) for value in values]
    if not ordered or len(values) == 1:
        return sum(abs(gap) for gap in gaps) / 2
    return sum(abs(sum(gaps[: place + 1])) for place in range(len(gaps))) / (len(values) - 1)


def furthest(table: pl.DataFrame, quasi: Sequence[str], name: str) -> float:
    whole, ordered = table[name].to_list(), table[name].dtype.is_numeric()
    every = ([row[name] for row in rows] for rows in classes(table, quasi))
    return max((distance(part, whole, ordered=ordered) for part in every), default=0.0)


def cheapest(rows: Rows, limits: Limits) -> float:
    """The least loss of all nodes, each looked at by itself."""
    quasi = rows.declared.of("quasi-identifier")
    steps = {name: levels(name, rows.table[name], rows.declared.columns[name]) for name in quasi}
    return min(_cost(rows, limits, steps, node) for node in product(*(range(each.width) for each in steps.values())))


def _cost(rows: Rows, limits: Limits, steps: dict[str, pl.DataFrame], node: Node) -> float:
    table, lost = rows.table, 0.0
    marked = table.with_row_index("place").to_dicts()
    for name, level in zip(steps, node, strict=True):
        label = dict(zip(steps[name]["0"], steps[name][str(level)], strict=True))
        alike = {value: sum(other == label[value] for other in label.values()) - 1 for value in label}
        for row in marked:
            row[f"cost {name}"] = alike[row[name]] / max(len(label) - 1, 1)
            row[name] = label[row[name]]
    coarse = pl.DataFrame(marked, infer_schema_length=None).with_columns(
        rows.table.select(rows.declared.of("sensitive"))
    )
    sensitive = rows.declared.of("sensitive")
    good = [
        each
        for each in classes(coarse, list(steps))
        if len(each) >= limits.size and all(distinct(each, name) >= (limits.diversity or 0) for name in sensitive)
    ]
    stays = [row["place"] for each in good for row in each]
    if table.height - len(stays) > limits.left_out * table.height:
        return inf
    left = coarse.filter(pl.col("place").is_in(stays))
    if any(furthest(left, list(steps), name) > (limits.closeness or 1) for name in sensitive):
        return inf
    lost = sum(sum(row[f"cost {name}"] for name in steps) / len(steps) for row in left.iter_rows(named=True))
    return (lost + table.height - len(stays)) / max(table.height, 1)
