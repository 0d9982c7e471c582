"""docs/linkage.md names every key of a model file with its default, and modules that are there."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from linkage.model import Block, Clustering, Comparison, FileField, Files, Model, Prior

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "linkage.md").read_text(encoding="utf-8")

TABLES: dict[str, type[BaseModel]] = {
    "": Model, "blocks.": Block, "comparisons.": Comparison, "fields.": FileField, "prior.": Prior, "file.": Files,
    "clusters.": Clustering,
}  # fmt: skip
OF_THE_FILE = ("blocks", "comparisons", "fields", "prior", "file", "clusters")
"""Tables of the file, whose keys are told one by one."""


def keys() -> dict[str, str]:
    """Key → default as JSON; a dash where there is none to speak of."""
    return {
        prefix + name: json.dumps(field.default) if isinstance(field.default, str | int | float) else "–"
        for prefix, table in TABLES.items()
        for name, field in table.model_fields.items()
        if prefix or name not in OF_THE_FILE
    }


def rows() -> dict[str, str]:
    """Key → default as it stands in the table; several keys of a row have their defaults in order, or one for all."""
    found = {}
    for keys, defaults in re.findall(r"^\| (`[^|]*`) \| (.*?) \| .* \|$", PAGE.replace(r"\|", "¦"), flags=re.MULTILINE):
        names = re.findall("`([^`]+)`", keys)
        told = re.split(r", (?=\S)", defaults) if defaults != "–" else ["–"] * len(names)
        found |= dict(zip(names, (each.replace("¦", "|") for each in told), strict=True))
    return found


def test_every_key_stands_on_the_page_with_its_default():
    assert rows() == keys()


@pytest.mark.parametrize("name", re.findall(r"`((?:linkage/)?\w+(?:\.py|/))`", PAGE))
def test_modules_that_are_named_are_there(name):
    assert (ROOT / "linkage" / name.removeprefix("linkage/")).exists()
