"""What an explanation says in words, from catalogues in English and Dutch."""

import math
from typing import Final

from linkage.words import Words

MOST_TIMES: Final = 1e9
"""Above this a factor is only said to be larger."""
_SAYS_NOTHING: Final = 0.07
"""log2; within five percent either way."""


def prior_sentence(weight: float, words: Words) -> str:
    """How many pairs there are to a match, from log2 odds."""
    return words.explain["prior"].format(pairs=_number(1 + 2.0 ** min(-weight, 100.0), words))


def step_sentences(field: str, level: str, weight: float, rarity: float, words: Words) -> tuple[str, ...]:
    """One sentence for the level, and one for a value rarer or commoner than most. Weights are log2 factors."""
    if level == "missing":
        return (words.explain["missing"].format(field=field),)
    key = _key(weight - rarity, "likelier", "less_likely") or "neither"
    said = words.explain[key].format(field=field, level=words.level(level), times=_times(weight - rarity, words))
    second = _key(rarity, "rare", "common")
    return (said, words.explain[second].format(times=_times(rarity, words))) if second else (said,)


def posterior_sentence(chance: float, words: Words) -> str:
    """Two decimals, and never a hundred percent for what is not certain."""
    percent = min(math.floor(chance * 10_000) / 100, 99.99)
    return words.explain["posterior"].format(chance=words.number(percent, 2))


def _key(weight: float, up: str, down: str) -> str | None:
    return None if abs(weight) < _SAYS_NOTHING else up if weight > 0 else down


def _times(weight: float, words: Words) -> str:
    return _number(2.0 ** min(abs(weight), 100.0), words)


def _number(value: float, words: Words) -> str:
    """Two significant digits."""
    if value > MOST_TIMES:
        return words.explain["above"]
    rounded = float(f"{value:.1e}")
    return words.number(rounded, 0 if rounded >= 10 or rounded.is_integer() else 1)
