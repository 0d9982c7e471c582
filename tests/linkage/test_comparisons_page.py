"""docs/comparisons.md names every kind with its types, evidence and levels, and everything that can be measured."""

from pathlib import Path

import pytest

from linkage import Level
from linkage.compare.condition import CONDITIONS
from linkage.compare.level import MEASURED
from linkage.compare.library import LIBRARY, conditions_of
from pseudonymise.standardise.field import CLEAR_KINDS, KINDS, PARTS

PAGE = (Path(__file__).parents[2] / "docs" / "comparisons.md").read_text(encoding="utf-8")


def kind_row(kind: str) -> str:
    types = ", ".join(f"`{name}`" for name, of in KINDS.items() if of == kind)
    parts = ", ".join(f"`{ending}`" for ending in PARTS[kind] if ending) or "–"
    return f"| {kind} | {types} | {parts} | {'; '.join(map(level_words, LIBRARY[kind]))} |"


def level_words(level: Level) -> str:
    limits = [f"{name} {limit:g}" for name, limit in level.limits.items()]
    return f"{level.name} ({', '.join(limits)})" if limits else level.name


@pytest.mark.parametrize("kind", PARTS)
def test_every_kind_stands_on_the_page_as_it_is(kind):
    assert kind_row(kind) in PAGE


@pytest.mark.parametrize("name", MEASURED)
def test_everything_measured_stands_on_the_page(name):
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    kinds = [kind for kind in PARTS if name in conditions_of(kind)]
    others = f"all but {', '.join(kind for kind in PARTS if kind in CLEAR_KINDS)}"
    said = {"dice": "encoded ones"}.get(name, others if set(kinds) == set(PARTS) - CLEAR_KINDS else ", ".join(kinds))
    assert row.endswith(f"| {said} |")


def test_the_page_names_what_needs_clear_text():
    assert ", ".join(kind for kind in PARTS if kind in CLEAR_KINDS) in PAGE
    assert set(Level.model_fields) - {"name", *CONDITIONS} <= {word.strip("`,.") for word in PAGE.split()}
