"""Chances of a trained Splink model: m and u by level, as they were estimated there."""

from collections.abc import Sequence

from linkage.compare.level import OTHER, Level
from linkage.splink.note import Note
from linkage.splink.settings import SplinkComparison

Chances = dict[str, float]

_ROUNDED = 0.01
"""How far chances may be from a sum of 1 before it is told."""
_NOT_EXACT = 0.05
"""Chance that Splink gives, before training, to all levels but the exact one, in equal parts."""


def chances(
    comparison: SplinkComparison, levels: Sequence[Level], *, whole: bool, where: str, notes: list[Note]
) -> tuple[Chances, Chances]:
    """m and u by name of the level, each with a sum of 1; empty where they are left to training.

    They hold only when every level was carried over: pairs of a level that is not here fall to another.
    """
    found = []
    for name in ("m", "u"):
        given = [
            getattr(level, f"{name}_probability") for level in comparison.comparison_levels if not level.is_null_level
        ]
        whole = whole and len(given) == len(levels) + 1
        trained = [isinstance(value, int | float) and 0 <= value <= 1 for value in given]
        known = given if all(trained) else _with_starting_m(given, trained) if name == "m" else None
        if known and not whole:
            notes.append(Note(where, f"its {name} is left to training, for not all levels were carried over", False))
        elif known is None and any(trained):
            notes.append(Note(where, f"its {name} is left to training, for some levels have none", False))
        elif known and not all(trained):
            notes.append(Note(where, "levels that were never observed keep the m that Splink starts from", True))
        if known and whole and abs(sum(known) - 1) > _ROUNDED:
            notes.append(Note(where, f"its {name} adds up to {sum(known):.3g}, so all are scaled to a sum of 1", True))
        found.append(_summing_to_one(known, levels) if known and whole else {})
    return found[0], found[1]


def _with_starting_m(given: Sequence[float | None], trained: Sequence[bool]) -> list[float] | None:
    """As Splink does when it predicts: a level without m has the one it started from."""
    if not any(trained):
        return None
    start = _NOT_EXACT / (len(given) - 1)
    return [value if known and value is not None else start for value, known in zip(given, trained, strict=True)]


def _summing_to_one(given: Sequence[float], levels: Sequence[Level]) -> Chances:
    names = [*(level.name for level in levels), OTHER]
    held = [min(max(value, 1e-12), 1 - 1e-12) for value in given]
    return {name: value / sum(held) for name, value in zip(names, held, strict=True)}
