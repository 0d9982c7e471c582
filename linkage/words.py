"""What an explanation says in words, in English and Dutch. Levels are named as the model names them."""

import math
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "nl"]

MOST_TIMES: Final = 1e9
"""Above this a factor is only said to be larger."""
_SAYS_NOTHING: Final = 0.07
"""log2; within five percent either way."""


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences with places for `field`, `level`, `times`, `pairs` and `chance`."""

    prior: str
    likelier: str
    less_likely: str
    neither: str
    missing: str
    rare: str
    common: str
    posterior: str
    above: str
    separators: tuple[str, str]
    """Between thousands, and before decimals."""
    levels: dict[str, str]


EN: Final = Words(
    prior="Of all pairs, one in {pairs} is a match.",
    likelier="{field}: {level}. This makes a match {times} times as likely.",
    less_likely="{field}: {level}. This makes a match {times} times less likely.",
    neither="{field}: {level}. This hardly says anything.",
    missing="{field}: missing on one side at least. This says nothing.",
    rare="The value is rare: another {times} times.",
    common="The value is common: {times} times less.",
    posterior="Together: a match with a probability of {chance} %.",
    above="more than a billion",
    separators=(",", "."),
    levels={"same": "equal", "other": "different"},
)

NL: Final = Words(
    prior="Van alle paren is één op de {pairs} een match.",
    likelier="{field}: {level}. Dit maakt een match {times} keer zo waarschijnlijk.",
    less_likely="{field}: {level}. Dit maakt een match {times} keer minder waarschijnlijk.",
    neither="{field}: {level}. Dit zegt vrijwel niets.",
    missing="{field}: ontbreekt aan minstens één kant. Dit zegt niets.",
    rare="De waarde is zeldzaam: nog eens {times} keer.",
    common="De waarde komt veel voor: {times} keer minder.",
    posterior="Samen: een match met een kans van {chance} %.",
    above="meer dan een miljard",
    separators=(".", ","),
    levels={
        "same": "gelijk",
        "same but for accents": "gelijk op accenten na",
        "other": "verschillend",
        "missing": "ontbreekt",
        "partner's name": "de naam van de partner",
        "very similar": "sterk gelijkend",
        "similar": "gelijkend",
        "nickname": "roepnaam",
        "sounds alike": "klinkt gelijk",
        "initial of a name": "voorletter van een naam",
        "same initial": "gelijke voorletter",
        "given name and surname swapped": "voornaam en achternaam verwisseld",
        "surname, and nickname": "gelijke achternaam, en roepnaam",
        "surname and initial of a name": "gelijke achternaam, en voorletter van een naam",
        "surname and initial": "gelijke achternaam en voorletter",
        "two names": "twee namen gelijk",
        "surname": "gelijke achternaam",
        "given name": "gelijke voornaam",
        "day and month swapped": "dag en maand verwisseld",
        "two parts": "twee delen gelijk",
        "year of a part": "jaar van een onvolledige datum",
        "within a month": "binnen een maand",
        "year": "gelijk jaar",
        "postcode and number": "postcode en huisnummer gelijk",
        "postcode": "gelijke postcode",
        "same local part": "gelijk deel voor de apenstaart",
        "same subscriber number": "gelijk abonneenummer",
        "same account": "gelijke rekening",
        "within 1 %": "binnen 1 %",
        "within 10 %": "binnen 10 %",
        "within 100 metres": "binnen 100 meter",
        "within a kilometre": "binnen een kilometer",
        "within ten kilometres": "binnen tien kilometer",
        "half in common": "de helft gemeen",
        "one in common": "één gemeen",
    },
)

WORDS: Final[dict[Language, Words]] = {"en": EN, "nl": NL}


def prior_sentence(weight: float, words: Words) -> str:
    """How many pairs there are to a match, from log2 odds."""
    return words.prior.format(pairs=_number(1 + 2.0 ** min(-weight, 100.0), words))


def step_sentences(field: str, level: str, weight: float, rarity: float, words: Words) -> tuple[str, ...]:
    """One sentence for the level, and one for a value rarer or commoner than most. Weights are log2 factors."""
    if level == "missing":
        return (words.missing.format(field=field),)
    named = " + ".join(words.levels.get(part, part) for part in level.split(" + "))
    first = _template(weight - rarity, words.likelier, words.less_likely, words.neither)
    said = first.format(field=field, level=named, times=_times(weight - rarity, words))
    second = _template(rarity, words.rare, words.common, "")
    return (said, second.format(times=_times(rarity, words))) if second else (said,)


def posterior_sentence(chance: float, words: Words) -> str:
    """Two decimals, and never a hundred percent for what is not certain."""
    percent = min(math.floor(chance * 10_000) / 100, 99.99)
    return words.posterior.format(chance=f"{percent:.2f}".replace(".", words.separators[1]))


def _template(weight: float, up: str, down: str, level: str) -> str:
    return level if abs(weight) < _SAYS_NOTHING else up if weight > 0 else down


def _times(weight: float, words: Words) -> str:
    return _number(2.0 ** min(abs(weight), 100.0), words)


def _number(value: float, words: Words) -> str:
    """Two significant digits."""
    if value > MOST_TIMES:
        return words.above
    rounded = float(f"{value:.1e}")
    text = f"{rounded:,.1f}".removesuffix(".0") if rounded < 10 else f"{rounded:,.0f}"
    return text.translate(str.maketrans(",.", "".join(words.separators)))
