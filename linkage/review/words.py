"""What the review page says, in English and Dutch, and the keys that answer it."""

from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["en", "nl"]


@dataclass(frozen=True, slots=True)
class Words:
    """Texts with places for `number`, `labelled` and `size`. Keys are single letters."""

    title: str
    question: str
    field: str
    one: str
    other: str
    empty: str
    match: str
    match_key: str
    different: str
    different_key: str
    unsure: str
    unsure_key: str
    back: str
    back_key: str
    now: str
    progress: str
    by_keyboard: str
    premises: str
    done: str
    done_more: str
    stop: str
    stopped: str
    stopped_more: str


EN: Final = Words(
    title="Review of pairs",
    question="Do these two records belong together?",
    field="field",
    one="one record",
    other="the other record",
    empty="empty",
    match="Yes",
    match_key="y",
    different="No",
    different_key="n",
    unsure="Unsure",
    unsure_key="u",
    back="Back",
    back_key="b",
    now="Your answer now",
    progress="Pair {number} of {size}; {labelled} labelled",
    by_keyboard="Answer by keyboard: the letter on the button. Each answer is kept at once.",
    premises="This page shows values of records. It works on this machine only.",
    done="All {size} pairs are labelled.",
    done_more="You can still go back and change an answer, or stop.",
    stop="Stop",
    stopped="Stopped: {labelled} of {size} pairs are labelled.",
    stopped_more="You can close this page. The same command goes on where you were.",
)

NL: Final = Words(
    title="Paren beoordelen",
    question="Horen deze twee records bij elkaar?",
    field="veld",
    one="het ene record",
    other="het andere record",
    empty="leeg",
    match="Ja",
    match_key="j",
    different="Nee",
    different_key="n",
    unsure="Onzeker",
    unsure_key="o",
    back="Terug",
    back_key="t",
    now="Uw antwoord nu",
    progress="Paar {number} van {size}; {labelled} beoordeeld",
    by_keyboard="Antwoord met het toetsenbord: de letter op de knop. Elk antwoord wordt meteen bewaard.",
    premises="Deze pagina toont waarden van records. Zij werkt alleen op deze machine.",
    done="Alle {size} paren zijn beoordeeld.",
    done_more="U kunt nog teruggaan en een antwoord wijzigen, of stoppen.",
    stop="Stoppen",
    stopped="Gestopt: {labelled} van {size} paren zijn beoordeeld.",
    stopped_more="U kunt deze pagina sluiten. Met dezelfde opdracht gaat u verder waar u was.",
)

LANGUAGES: Final[dict[Language, Words]] = {"en": EN, "nl": NL}
