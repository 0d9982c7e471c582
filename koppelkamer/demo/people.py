"""The made-up persons: households at one address, ages, twins, names, nationalities and incomes."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from koppelkamer.demo import names
from koppelkamer.demo.chance import drawn, struck
from koppelkamer.demo.rates import INCOMES

DAY: Final = np.datetime64("2026-01-01")
"""Ages are counted on this day; nobody is born, settles or is reported later."""
YEAR: Final = 365.25
ADULT: Final = 18

GROUPS: Final = {
    names.GENERAL: 0.78, "turkish": 0.05, "moroccan": 0.05, "polish": 0.05,
    "surinamese": 0.03, "german": 0.02, "syrian": 0.02,
}  # fmt: skip
"""Share of the households by group of names."""
NATIONALITIES: Final = {
    "turkish": ("Turkse", 0.35), "moroccan": ("Marokkaanse", 0.30), "polish": ("Poolse", 0.85),
    "surinamese": ("Surinaamse", 0.10), "german": ("Burger van de Bondsrepubliek Duitsland", 0.80),
    "syrian": ("Syrische", 0.75),
}  # fmt: skip
"""Nationality some of a group hold, and which share of them; everybody else is Dutch."""
DUTCH: Final = "Nederlandse"
SECTORS: Final = {
    "zorg": 18, "handel": 17, "industrie": 12, "overheid": 12, "uitzend": 10,
    "bouw": 9, "horeca": 8, "vervoer": 8, "landbouw": 6,
}  # fmt: skip

_SIZES: Final = {"1": 0.38, "2": 0.33, "3": 0.12, "4": 0.12, "5": 0.05}
_COUPLE, _MARRIED, _SAME_SEX, _TWINS = 0.88, 0.7, 0.03, 0.03


def households(persons: int, rng: np.random.Generator) -> pl.DataFrame:
    """`person`, `household`, `place` (0 is the head), `adults` (1 or 2) for exactly `persons` persons."""
    sizes = drawn(_SIZES, persons, rng).cast(pl.Int64).to_numpy()
    couple = (rng.random(persons) < _COUPLE) & (sizes > 1)
    household = np.repeat(np.arange(persons), sizes)[:persons]
    place = np.arange(persons) - np.searchsorted(household, household)
    return pl.DataFrame(
        {"person": np.arange(persons), "household": household, "place": place, "adults": 1 + couple[household]}
    )


def people(members: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """The members of the households with everything true about them.

    Adds `born` (Date), `sex` (M or V), `group`, `prefix`, `surname`, `partner_prefix`, `partner_surname` (null when
    unmarried), `given_names`, `nickname`, `nationality` (code), `income` (euros a year; null for children and
    some adults), `sector`, `employer` (eight digits).
    """
    of_households = drawn(GROUPS, members["household"].n_unique(), rng)
    groups = of_households.gather(members["household"]).alias("group")
    table = members.with_columns(groups, _sexes(members, rng), _births(members, rng))
    table = _with_surnames(table, rng)
    table = table.with_columns(names.given_names(groups, table.get_column("sex"), rng))
    return table.with_columns(_nationalities(groups, rng), *_work(table, rng))


def age(born: pl.Expr) -> pl.Expr:
    """Years of age on `DAY`, with a fraction."""
    return (pl.lit(DAY).cast(pl.Date) - born).dt.total_days() / YEAR


def _sexes(members: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """M or V; most partners differ from the head."""
    man = rng.random(members.height) < 0.5
    heads = _head_of(members)
    partner = ((members["place"] == 1) & (members["adults"] == 2)).to_numpy()
    man = np.where(partner, man[heads] ^ (rng.random(members.height) >= _SAME_SEX), man)
    return pl.Series("sex", np.where(man, "M", "V"))


def _births(members: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """`born`: heads by the size of the household, partners near them, children a generation later, some twins."""
    count, heads = members.height, _head_of(members)
    place, adults = members["place"].to_numpy(), members["adults"].to_numpy()
    size = np.bincount(members["household"].to_numpy())[members["household"].to_numpy()]
    ages = np.where(size > 2, rng.uniform(27, 55, count), rng.uniform(20, 92, count))
    ages = np.where(place > 0, np.clip(ages[heads] + rng.normal(0, 3, count), 18, 100), ages)
    child = place >= adults
    ages = np.where(child, np.maximum(ages[heads] - rng.uniform(20, 36, count), rng.uniform(0.1, 8, count)), ages)
    twin = np.flatnonzero(child[1:] & child[:-1] & (place[1:] > 0) & (rng.random(count - 1) < _TWINS)) + 1
    ages[twin] = ages[twin - 1]
    return pl.Series("born", DAY - np.ceil(ages * YEAR).astype(np.int64)).cast(pl.Date)


def _with_surnames(table: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Adds surname and, for the married, the partner's; children bear the head's."""
    own = names.surnames(table["group"], rng)
    child, heads = table["place"] >= table["adults"], _head_of(table)
    own = own[np.where(child, heads, np.arange(table.height))]
    married = struck(table.height, _MARRIED, rng).gather(heads)
    other = np.where(table["place"] == 0, heads + 1, heads).clip(max=table.height - 1)
    paired = married & (table["adults"] == 2) & ~child & _same_household(table, other)
    partner = own[other].select(pl.all().name.prefix("partner_"))
    return table.with_columns(*own, *(pl.when(paired).then(column) for column in partner))


def _same_household(table: pl.DataFrame, other: npt.NDArray[np.int64]) -> pl.Series:
    return table["household"] == table["household"].gather(other)


def _head_of(members: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Row of the head of each member's household."""
    heads: npt.NDArray[np.int64] = np.arange(members.height) - members["place"].to_numpy()
    return heads


def _nationalities(groups: pl.Series, rng: np.random.Generator) -> pl.Series:
    table = pl.read_csv(names.DATA / "nationalities.csv", infer_schema=False)
    codes = dict(table.select("05.12 Omschrijving", "05.11 Nationaliteitscode").iter_rows())
    other = {group: codes[name] for group, (name, _) in NATIONALITIES.items()}
    shares = {group: share for group, (_, share) in NATIONALITIES.items()}
    foreign = struck(len(groups), groups.replace_strict(shares, default=0.0), rng)
    chosen = pl.when(foreign).then(groups.replace_strict(other, default=None)).otherwise(pl.lit(codes[DUTCH]))
    return pl.select(chosen.alias("nationality")).to_series()


def _work(table: pl.DataFrame, rng: np.random.Generator) -> list[pl.Series]:
    """`income` (rises until the fifties, lower when retired), `sector` and `employer`."""
    years = table.select(age(pl.col("born"))).to_series().to_numpy()
    middle = np.where(years > 67, 24_000, 22_000 + 900 * np.clip(years - 18, 0, 32))
    income = np.round(middle * np.exp(rng.normal(0, 0.55, table.height)), 2)
    employers = 99_000_000 + rng.zipf(1.3, table.height).clip(max=100_000)
    earns = (years >= ADULT) & struck(table.height, INCOMES.of_adults, rng).to_numpy()
    return [
        pl.select(pl.when(pl.Series(earns)).then(pl.Series(income)).alias("income")).to_series(),
        drawn(SECTORS, table.height, rng).alias("sector"),
        pl.Series("employer", employers).cast(pl.String),
    ]
