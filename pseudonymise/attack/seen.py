"""What the linkage unit sees of one field of a file: tokens, their counts, and filters; made by the real code."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pseudonymise.attack.plan import Setting
from pseudonymise.attack.population import Draw, Indices, Population
from pseudonymise.domain import Domain, SignedDomain
from pseudonymise.encode import encodings
from pseudonymise.harden import filtered, harden
from pseudonymise.keys import DomainKeys
from pseudonymise.keys.handle import SigningKey, StoredMaster
from pseudonymise.protected import bits
from pseudonymise.standardise import evidence, fields_of
from pseudonymise.token import tokens

Bits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """By token, the commonest first."""

    counts: Indices
    sounds: Indices | None
    """Number of the token of the sound; equal numbers are equal tokens."""
    filters: Bits | None
    """A column for each bit."""
    crowded: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Whether the token is of a group of names; nothing marks it, the attacker is taken to know."""
    token_of: Indices
    """By name of the population its token, -1 where it is not in the file: the truth, for scoring only."""


def see(population: Population, kind: str, draw: Draw, setting: Setting, rng: np.random.Generator) -> Seen:
    """The view of one file under fresh keys."""
    present = np.flatnonzero(draw.counts)
    names = population.names.gather(present)
    keys = fresh_keys(rng)
    fields = fields_of([("name", "given_names" if kind == "given_name" else kind, "name")])
    clear = evidence(names.alias("name").to_frame(), fields)
    coarse = harden(clear, fields, keys, setting.hardening)
    made = tokens(coarse, keys)
    table = made.select(pl.col("name").alias("token"), sound="name.sound")
    table = table.with_columns(count=pl.Series(draw.counts[present]), crowded=grouped(coarse["name"]))
    by_token = in_order(table)
    token_of = np.full(population.share.size, -1)
    token_of[present] = places(table["token"], by_token)
    columns = filtered(fields, setting.hardening)
    filters = _bits(encodings(clear[by_token["row"]].select(columns), frozenset(), keys), setting.flip, rng)
    return seen(by_token, token_of, filters if columns else None)


def grouped(coarse: pl.Series) -> pl.Series:
    """Which hardened texts stand for a group of names."""
    return coarse.str.contains("^[~=]").alias("crowded")


def in_order(table: pl.DataFrame) -> pl.DataFrame:
    """Columns of `table` by `token`, the commonest first: sums of `count`, and any other from its first row, `row`."""
    by_token = table.with_row_index("row").group_by("token").agg(pl.col("count").sum(), pl.exclude("count").first())
    return by_token.sort(["count", "token"], descending=True)


def places(tokens: pl.Series, by_token: pl.DataFrame) -> Indices:
    """Of each token its place in `by_token`."""
    numbered = by_token.select("token").with_row_index("number")
    found = tokens.alias("token").to_frame().join(numbered, on="token", how="left", maintain_order="left")["number"]
    return found.to_numpy().astype(np.int64)


def seen(by_token: pl.DataFrame, token_of: Indices, filters: Bits | None = None) -> Seen:
    """From the columns `count`, `crowded` and, where sounds have tokens, `sound`."""
    sounds = by_token["sound"].rank("dense").fill_null(0).to_numpy() if "sound" in by_token.columns else None
    return Seen(by_token["count"].to_numpy(), sounds, filters, by_token["crowded"].to_numpy(), token_of)


def fresh_keys(rng: np.random.Generator, name: str = "attacked") -> DomainKeys:
    """Keys of a domain that nobody keeps; a seed gives the same ones again, so that a bench can be repeated."""
    day = date(2000, 1, 1)
    agreed = Domain(
        id=name,
        title="-",
        purpose="-",
        grounds=("-",),
        parties={"-": ("supplier", "linkage-unit")},
        starts=day,
        until=day,
        hardening="none",
    )
    signed = SignedDomain(domain=agreed, recipient="", issuer="", signature="")
    return DomainKeys(StoredMaster(rng.bytes(32)), signed, signer=SigningKey(rng.bytes(32)))


def filters_of(names: pl.Series, rng: np.random.Generator) -> Bits:
    """Filters of the attacker's own making: it knows the scheme, not the key."""
    return _bits(encodings(names.alias("name").to_frame(), frozenset(), fresh_keys(rng)), 0.0, rng)


def _bits(filters: pl.DataFrame, flip: float, rng: np.random.Generator) -> Bits:
    if not filters.width:
        return np.zeros((0, 0), np.float32)
    words = np.ascontiguousarray(filters.select(bits("name")).fill_null(0).to_numpy()).astype("<u8")
    found = np.unpackbits(words.view(np.uint8), axis=1).astype(np.float32)
    return np.abs(found - (rng.random(found.shape) < flip)).astype(np.float32)
