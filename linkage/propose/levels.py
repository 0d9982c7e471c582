"""Levels for what the library compares too coarsely: free text, days of events, amounts."""

from typing import Final

from linkage.compare.level import SAME, Level
from linkage.propose.fields import Fields

FREE_TEXT: Final = (
    SAME,
    Level(name="nearly the same", jaro_winkler=0.95),
    Level(name="three words", overlap=3),
    Level(name="very similar", jaro_winkler=0.88),
    Level(name="two words", overlap=2),
    Level(name="similar", jaro_winkler=0.8),
    Level(name="a word", overlap=1),
)
EVENT: Final = (
    SAME,
    *(Level(name=f"{days} days apart" if days > 1 else "a day apart", days=days) for days in (1, 2, 4, 8, 16, 32)),
    Level(name="two parts", equal=((".month_day",), (".year_day",))),
)
AMOUNT: Final = (SAME, *(Level(name=f"within {share:.0%}", ratio=share) for share in (0.01, 0.03, 0.06, 0.12)))


def levels(fields: Fields, name: str) -> tuple[Level, ...]:
    """Levels of a field, from best to worst; none where those of its kind will do."""
    pairs = [pair for pair in fields.pairs if pair.field == name]
    kind = fields.kind(name)
    if kind == "text" and all(pair.left.words and pair.right.words for pair in pairs):
        return FREE_TEXT
    if kind == "date" and not name.startswith("birth_date"):
        return EVENT
    return AMOUNT if kind == "number" else ()


WHY: Final = {
    FREE_TEXT: "Free text: words in common count, in any order.",
    EVENT: "No birth date: both sides may write an event down some days apart.",
    AMOUNT: "Amounts may differ a little.",
}
