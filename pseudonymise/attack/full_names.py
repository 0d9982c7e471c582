"""Full names: tokens of their parts, and of the whole beside them, which must tell no more.

A file of people is drawn with the public counts of surnames and of given names, the two taken to be independent and
every given name in its base form. Surnames and given names are attacked as in fields of their own; then the whole, its
halves exchanged and its words are looked at for what tells the names of a crowd apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from pseudonymise.attack.names import Scene, combined
from pseudonymise.attack.plan import Plan, Setting
from pseudonymise.attack.population import Draw, Indices, Population, given_names
from pseudonymise.attack.seen import Seen, fresh_keys, grouped, in_order, places, seen
from pseudonymise.harden import harden
from pseudonymise.standardise import evidence, fields_of
from pseudonymise.token import tokens

SURNAME: Final = "name.surname"
GIVEN: Final = "name.base"
WHOLES: Final = ("name", "name.written", "name.swapped", "name.words")
_FAMILIAR: Final = 40
"""Given names, the commonest, whose bearers are many enough to show in which order the names of a crowd come."""
Shares = tuple[float, float]
"""Of the commonest names and of persons."""


@dataclass(frozen=True, slots=True)
class People:
    """A file of full names as somebody sees it who has no key."""

    surnames: Scene
    given_names: Scene
    pairs: pl.DataFrame
    """By distinct person: `surname` and `given` (numbers in the populations: the truth), `count`, `surname token` and
    `given token` (places among those seen), `whole` (equal for who has equal tokens of everything), `crowded`."""


def people(population: Population, plan: Plan, setting: Setting, overlap: float, rng: np.random.Generator) -> People:
    """Drawn, hardened and made into tokens under fresh keys."""
    given = given_names()
    draws = population.draw(plan.persons, overlap, rng), given.draw(plan.persons, overlap, rng)
    pairs = _pairs(*draws, rng)
    made = _tokens(pairs, population, given, setting, rng)
    surnames, by_surname = _part(made, SURNAME, pairs["surname"], population)
    others, by_given = _part(made, GIVEN, pairs["given"], given)
    pairs = pairs.with_columns(
        pl.Series("surname token", by_surname), pl.Series("given token", by_given), made["whole"],
        crowded=made[f"{SURNAME} crowded"],
    )  # fmt: skip
    # Were all names in the file, as many as this would bear them: more than the attacker would know.
    size = round(pairs["count"].sum() / given.share[draws[1].counts > 0].sum())
    alone = plan.model_copy(update={"kind": "given_name", "persons": size})
    return People(
        Scene(population, draws[0], surnames, setting, plan, rng),
        Scene(given, draws[1], others, setting, alone, rng),
        pairs,
    )


def read(found: People) -> Mapping[str, Shares]:
    """What is told rightly: surnames by everything seen (`combined`), those in crowds alone (`crowds`), given names,
    both (`whole_names`), and both when everybody is said to have the commonest (`guessing`)."""
    surnames, given = found.surnames, found.given_names
    told = found.pairs.with_columns(
        pl.Series("surname said", _surnames_said(found)),
        pl.Series("given said", combined(given)[found.pairs["given token"]]),
    )
    one, two = pl.col("surname said") == pl.col("surname"), pl.col("given said") == pl.col("given")
    guessed = (pl.col("surname") == surnames.draw.listed[0]) & (pl.col("given") == given.draw.listed[0])
    most = surnames.plan.names
    return {
        "combined": _score(told, ["surname"], one, most),
        "crowds": _score(told.filter("crowded"), ["surname"], one, most),
        "given_names": _score(told, ["given"], two, most),
        "whole_names": _score(told, ["surname", "given"], one & two, most),
        "guessing": _score(told, ["surname", "given"], guessed, most),
    }


def _pairs(surnames: Draw, given: Draw, rng: np.random.Generator) -> pl.DataFrame:
    persons = np.repeat(np.arange(surnames.counts.size), surnames.counts)
    first = rng.choice(given.counts.size, persons.size, p=given.counts / given.counts.sum())
    drawn = pl.DataFrame({"surname": persons, "given": first})
    return drawn.group_by("surname", "given", maintain_order=True).agg(count=pl.len().cast(pl.Int64))


def _tokens(
    pairs: pl.DataFrame, surnames: Population, given: Population, setting: Setting, rng: np.random.Generator
) -> pl.DataFrame:
    """Tokens of the parts and, by row, `count`, `whole`, and which parts stand for a group."""
    keys = fresh_keys(rng)
    fields = fields_of([("given", "given_names", "name"), ("surname", "surname", "name")])
    written = pairs.select(given=given.names.gather(pairs["given"]), surname=surnames.names.gather(pairs["surname"]))
    clear = evidence(written, fields)
    coarse = harden(clear, fields, keys, setting.hardening)
    coarse = coarse.with_columns(clear.select(WHOLES)) if setting.wholes else coarse
    made = tokens(coarse.select(*WHOLES, SURNAME, GIVEN, "name.sound"), keys)
    return made.select(SURNAME, GIVEN, "name.sound", whole=pl.struct(WHOLES).hash()).with_columns(
        pairs["count"], *(grouped(coarse[part]).alias(f"{part} crowded") for part in (SURNAME, GIVEN))
    )


def _part(made: pl.DataFrame, part: str, numbers: pl.Series, population: Population) -> tuple[Seen, Indices]:
    """What is seen of surnames or given names by themselves, and by row the place of its token."""
    sounds = {"sound": "name.sound"} if part == SURNAME else {}
    by_token = in_order(made.select("count", token=part, crowded=f"{part} crowded", **sounds))
    place = places(made[part], by_token)
    token_of = np.full(population.share.size, -1)
    token_of[numbers] = place
    return seen(by_token, token_of), place


def _surnames_said(found: People) -> Indices:
    """By row the surname: of its token, or by its whole where wholes tell more than their parts do."""
    pairs, crowd = found.pairs, found.surnames.crowd
    said = combined(found.surnames)[pairs["surname token"]]
    wholes = pairs.filter("crowded").group_by("surname token", "given token", "whole").agg(pl.col("count").sum())
    if not wholes.select("surname token", "given token").is_duplicated().any():
        return said
    # The n-th commonest whole that a crowd has with each given name is of the n-th commonest name in that crowd.
    cell = ["surname token", "given token"]
    ranked = wholes.sort("count", descending=True).with_columns(member=pl.int_range(pl.len()).over(cell))
    familiar = ranked.filter(pl.col("given token") < _FAMILIAR)
    members = familiar.group_by("surname token", "member").agg(pl.col("count").sum()).sort("count", descending=True)
    named = members.head(crowd.size).with_columns(told=pl.Series(crowd[: members.height]))
    by_whole = ranked.join(named, on=["surname token", "member"]).select(*cell, "whole", "told")
    told = pairs.join(by_whole, on=[*cell, "whole"], how="left", maintain_order="left")["told"]
    return np.where(pairs["crowded"] & told.is_not_null(), told.fill_null(0), said)


def _score(told: pl.DataFrame, name: list[str], right: pl.Expr, most: int) -> Shares:
    """Of the commonest names, those told for more than half of their bearers; and of persons."""
    bearers = told.group_by(name).agg(pl.col("count").sum(), right=pl.col("count").filter(right).sum())
    commonest = bearers.sort("count", *name, descending=True).head(most)
    right_names = np.mean(2 * commonest["right"].to_numpy() > commonest["count"].to_numpy()) if commonest.height else 0
    persons = np.average(bearers["right"] / bearers["count"], weights=bearers["count"]) if bearers.height else 0
    return float(right_names), float(persons)
