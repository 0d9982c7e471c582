"""A table cannot skip a room: each type on the way is made in one room, and cannot be made by a plain call."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "koppelkamer", "declare", "intake", "expectations", "pseudonymise", "linkage", "gate", "audit", "register",
    "release", "console", "flows",
)  # fmt: skip

MADE_IN = {
    "Extract": ("intake",),
    "ValidatedExtract": ("expectations",),
    "ProtectedTable": ("pseudonymise",),
    "LinkedTable": ("linkage",),
    "SignedPolicy": ("gate/policy.py",),
    "Permit": ("release/permit.py",),
}


@cache
def _calls() -> dict[str, set[str]]:
    """By the name that is called, as in `name(...)`: the files of the product that do so."""
    found: dict[str, set[str]] = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.setdefault(node.func.id, set()).add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(("name", "places"), MADE_IN.items(), ids=MADE_IN)
def test_each_type_is_made_in_its_own_room(name: str, places: tuple[str, ...]) -> None:
    calls = _calls().get(name, set())
    assert calls, f"nobody makes a {name}"
    assert {call for call in calls if not call.startswith(places)} == set()


def test_a_type_is_not_made_by_a_plain_call() -> None:
    from expectations.validated import ValidatedExtract
    from gate.policy import SignedPolicy
    from intake.extract import Extract
    from linkage import LinkedTable
    from pseudonymise.protected import ProtectedTable
    from release.permit import Permit

    for kind in (Extract, ValidatedExtract, ProtectedTable, LinkedTable, SignedPolicy, Permit):
        fields = {name for name in kind.__dataclass_fields__ if name != "_made_by"}
        with pytest.raises(TypeError, match="made by"):
            kind(**dict.fromkeys(fields))  # type: ignore[arg-type]  # deliberately wrong
