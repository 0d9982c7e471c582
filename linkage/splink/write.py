"""An imported model as commented TOML: what was told stands where it matters, and everything can be changed."""

import json
from collections.abc import Iterable
from typing import Any

from linkage.splink.read import Imported

_HEAD = """\
# Read from a model of Splink. Values are folded here (case, accents, marks), names are read as names, and placeholders
# such as 1900-01-01 are missing, so that on other text than plain ASCII the same chances may weigh a pair otherwise.
# Chances (m, u) and the prior are Splink's own and stay as they are; leave them out, and training estimates them.
# Where each record has one partner at most, say so: one_to_one = "one-to-one"."""
_ORDER = ("id", "left", "right", "threshold", "one_to_one")


def as_toml(imported: Imported) -> str:
    """The model as `declare.load` reads it."""
    model = imported.model.model_dump(mode="json", exclude_defaults=True)
    why = {column.name: column for column in imported.columns}
    lines = [_HEAD, *_notes(imported), "", *_keys({name: model[name] for name in _ORDER if name in model})]
    for name in ("prior", "file"):
        if model.get(name):
            lines += ["", f"[{name}]", *_keys(model[name])]
    for field in model["fields"]:
        lines += ["", f"# {why[field['column']].why}", "[[fields]]", *_keys(field)]
    for block in model["blocks"]:
        lines += ["", "[[blocks]]", *_keys(block)]
    for comparison in model["comparisons"]:
        lines += ["", "[[comparisons]]", *_keys(comparison)]
    return "\n".join(lines) + "\n"


def _notes(imported: Imported) -> Iterable[str]:
    for kept, title in ((False, "Not carried over:"), (True, "Carried over, but not quite the same:")):
        told = [str(note) for note in imported.notes if note.kept == kept]
        if told:
            yield from ("#", f"# {title}", *(f"# - {' '.join(line.split())}" for line in told))


def _keys(values: dict[str, Any]) -> Iterable[str]:
    for name, value in values.items():
        if name == "levels":
            yield from ("levels = [", *(f"    {_value(level)}," for level in value), "]")
        else:
            yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    """Text, numbers and lists are written in TOML as in JSON; tables are not."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else json.dumps(name, ensure_ascii=False)
