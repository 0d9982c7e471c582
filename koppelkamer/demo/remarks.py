"""Free text of inspectors; a few write down what does not belong there."""

from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo.chance import some, struck
from koppelkamer.demo.rates import REPORTS

SENTENCES: Final = (
    "Geen bijzonderheden.",
    "Contact gehad met de verhuurder, afspraken gemaakt.",
    "Loonstroken kloppen niet met de gewerkte uren.",
    "Meer bewoners aangetroffen dan gemeld.",
    "Betrokkene sprak geen Nederlands, tolk gebeld.",
    "Werkgever belooft na te betalen.",
    "Tweede bezoek nodig.",
    "Rookmelders ontbreken op de bovenste verdieping.",
    "Paspoort werd door de werkgever bewaard en is teruggegeven.",
    "Melding via de buurt.",
    "Huur wordt contant betaald.",
    "Overgedragen aan de gemeente.",
    "Geen arbeidsovereenkomst aanwezig.",
    "Woning is gesplitst zonder vergunning.",
    "Betrokkene wil niet dat de werkgever dit hoort.",
)
WITH_BSN: Final = "Gegevens gecontroleerd, BSN {}."
WITH_TELEPHONE: Final = "Terugbellen op {}."


def remarks(numbers: pl.Series, rng: np.random.Generator) -> pl.Series:
    """A sentence for most rows, null for the others; some sentences hold the row's BSN or a telephone number."""
    count = len(numbers)
    sentences = pl.Series(SENTENCES).gather(rng.integers(0, len(SENTENCES), count))
    # 06-00… is not given out to subscribers.
    telephones = [f"06-00{number:06d}" for number in rng.integers(0, 1_000_000, count)]
    leaking, by_telephone = some(count, REPORTS.identifier_in_remark * REPORTS.remark, rng), struck(count, 0.5, rng)
    telephone, number = pl.format(WITH_TELEPHONE, pl.Series(telephones)), pl.format(WITH_BSN, numbers)
    leaks = pl.when(by_telephone).then(telephone).otherwise(number)
    plain = pl.when(struck(count, REPORTS.remark, rng)).then(sentences)
    return pl.select(pl.when(leaking).then(leaks).otherwise(plain)).to_series()
