"""What made-up persons are called and where they live: published name counts, invented places.

Given names and surnames are drawn apart from each other and from two countries, so that a whole name belongs to
nobody but by chance. Sources and licences: `data/README.md`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from benchmarks.sets import DATA
from pseudonymise.attack.population import SURNAMES

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

BEARERS: Final = 16_358_000
"""Inhabitants of the Netherlands on 1 January 2007, the year of the surname counts (Statistics Netherlands)."""

ACCENTED: Final = 0.08
"""Share of the bearers of a name with a vowel who write it with an accent. An assumption."""

_ACCENTS: Final = {"e": "é", "a": "á", "o": "ö", "i": "ï", "u": "ü"}

PERSONS_PER_POSTCODE: Final = 1_050
"""Records of one side in one postcode: an area, not a street. It sets how many candidates there are."""

POSTCODES_PER_CITY: Final = 12

_STEMS: Final = [
    "Aalder", "Beuken", "Berken", "Dennen", "Dorn", "Eiken", "Elzen", "Essen", "Gagel", "Gorse", "Haver", "Hazel",
    "Heester", "Hemel", "Iepen", "Klaver", "Kroos", "Larik", "Linden", "Lisse", "Meidoorn", "Mispel", "Olmen", "Pijl",
    "Populier", "Riet", "Rogge", "Sering", "Spelt", "Tarwe", "Varen", "Vlier", "Wede", "Wilgen", "Wolfs", "Zegge",
]  # fmt: skip
_ENDINGS: Final = [
    "akker", "berge", "broek", "bron", "dal", "dijke", "duin", "eind", "gaarde", "graaf", "haven", "heide", "hoek",
    "horst", "kamp", "kreek", "laar", "loo", "meer", "mond", "oever", "poort", "rade", "schans", "sluis", "stede",
    "terp", "tocht", "veen", "vliet", "voorde", "waard", "weide", "werf", "zicht", "zijl",
]  # fmt: skip
_LETTERS: Final = "ABCDEGHJKLMNPRSTVWXZ"

NICKNAMES: Final = {
    "Robert": "Bob", "William": "Bill", "James": "Jim", "John": "Jack", "Michael": "Mike", "Richard": "Dick",
    "Thomas": "Tom", "Charles": "Chuck", "Joseph": "Joe", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Steven": "Steve", "Edward": "Ted", "Kenneth": "Ken", "Donald": "Don", "Ronald": "Ron", "Timothy": "Tim",
    "Gregory": "Greg", "Lawrence": "Larry", "Margaret": "Peggy", "Elizabeth": "Betty", "Patricia": "Patty",
    "Barbara": "Babs", "Susan": "Sue", "Dorothy": "Dot", "Katherine": "Kate", "Catherine": "Cathy", "Deborah": "Deb",
    "Jennifer": "Jenny", "Rebecca": "Becky", "Victoria": "Vicky", "Alexander": "Alex", "Benjamin": "Ben",
    "Samuel": "Sam", "Nicholas": "Nick", "Christopher": "Chris", "Christine": "Tina", "Virginia": "Ginny",
    "Theresa": "Terry", "Pamela": "Pam", "Sandra": "Sandy", "Frances": "Fran", "Joshua": "Josh", "Andrew": "Drew",
}  # fmt: skip
"""Commonly known short forms; a name that is not here is cut to four letters."""


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names with the chance of each."""

    values: pl.Series
    cumulative: Floats

    def draw(self, rng: np.random.Generator, size: int) -> Indices:
        """Positions in `values`."""
        return np.searchsorted(self.cumulative, rng.random(size), side="right").astype(np.int64)


@cache
def given_names(sex: str) -> Names:
    """Given names of the United States census of 1990 for `F` or `M`."""
    table = pl.read_csv(DATA / "given_names.csv").filter(pl.col("sex") == sex)
    return _names(table.select("name", weight="percent"))


@cache
def surnames() -> Names:
    """Dutch surnames without prefixes: the counts of 2007 where published, the other inhabitants spread by a power law.

    The published list gives counts of the thousand most common names only. The others get, in an order shuffled once
    and for all, `count(1000th) × (rank / 1000) ** -0.93`, so that all names together have `BEARERS` bearers.
    """
    table = pl.read_parquet(SURNAMES)
    known, rest = table.filter(pl.col("count").is_not_null()), table.filter(pl.col("count").is_null())
    rank = np.random.default_rng(2007).permutation(rest.height) + 1
    least = float(known["count"].min())  # type: ignore[arg-type]  # a count, never a date
    tail = least * ((rank + known.height) / known.height) ** -0.93
    tail *= (BEARERS - int(known["count"].sum())) / tail.sum()
    weight = np.concatenate([known["count"].cast(pl.Float64).to_numpy(), np.minimum(tail, least)])
    return _names(pl.concat([known, rest]).select("name", weight=pl.Series(weight)))


def postcode(number: Indices) -> pl.Series:
    """Made-up codes in the Dutch form, all different below 3,600,000."""
    pairs = pl.Series([one + two for one in _LETTERS for two in _LETTERS])
    row, digits = np.divmod(number, 9000)
    letters = pairs.gather((row * 37 + digits * 7) % len(pairs))
    spread = (digits * 4177) % 9000 + 1000
    return (pl.Series(spread).cast(pl.String) + letters).alias("postcode")


def city(postcode_number: Indices) -> pl.Series:
    """Invented places; the postcode decides the city, a dependence on purpose."""
    number = postcode_number // POSTCODES_PER_CITY
    base = len(_STEMS) * len(_ENDINGS)
    # steps without a common divisor with the number of names, so that neighbours are not called alike
    mixed = (number * 497) % base
    round_ = number // base
    names = pl.Series([stem + ending for stem in _STEMS for ending in _ENDINGS])
    found = pl.select(
        pl.when(pl.lit(pl.Series(round_ > 0)))
        .then(names.gather(mixed) + pl.lit("-") + pl.Series(round_).cast(pl.String))
        .otherwise(names.gather(mixed))
    )
    return found.to_series().alias("city")


def nickname(names: pl.Expr) -> pl.Expr:
    """The known short form, else the first four letters."""
    return names.replace_strict(NICKNAMES, default=names.str.slice(0, 4))


def without_accents(text: pl.Expr) -> pl.Expr:
    """Letters with their marks taken away."""
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}+", "")


def _names(table: pl.DataFrame) -> Names:
    """Each name, and beside it the same name with an accent on its last vowel that can bear one."""
    accented = _accented(pl.col("name"))
    plain = pl.col("weight") * pl.when(accented == pl.col("name")).then(1.0).otherwise(1 - ACCENTED)
    both = pl.concat(
        [
            table.select("name", weight=plain),
            table.filter(accented != pl.col("name")).select(name=accented, weight=pl.col("weight") * ACCENTED),
        ]
    )
    summed = both.group_by("name", maintain_order=True).agg(pl.col("weight").sum())
    cumulative = np.cumsum(summed["weight"].to_numpy())
    return Names(summed["name"], cumulative / cumulative[-1])


def _accented(name: pl.Expr) -> pl.Expr:
    # the last such vowel that is not the first letter: René, Zoë
    parts = name.str.extract_groups(r"^(?P<start>.+)(?P<vowel>[eaoiu])(?P<end>[^eaoiu]*)$")
    vowel = parts.struct.field("vowel").replace(_ACCENTS)
    return pl.concat_str(parts.struct.field("start"), vowel, parts.struct.field("end")).fill_null(name)
