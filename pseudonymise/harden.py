"""Hardening: evidence of names is made coarser before tokens are taken of it, as far as the domain asks.

Whoever sees every token of a column knows how often each value occurs, and public counts tell how often each name does.
Measured by `koppelkamer attack` (docs/attack.md), three things undo names without a key: Bloom filters, whose
similarities are a map of the language also under noise; tokens of how a name sounds, which tell which names lie near
each other; and counts, which stand out for the commonest names. So hardened names have no filters, sounds come in
groups, and the commonest surnames travel in crowds: names that share a group share their one token.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Self

import polars as pl
from pydantic import Field as Limited

from declare import Declaration
from pseudonymise.domain import HardeningName
from pseudonymise.keys import DomainKeys, LeafKey
from pseudonymise.standardise import Field, Kind, encoded
from pseudonymise.standardise.field import PARTS
from pseudonymise.standardise.sound import sound
from pseudonymise.token import dictionary

VERSION: Final = "2"
GROUP: Final = "group"
"""Purpose of the keys that put sounds into groups."""
COMMON: Final = Path(__file__).with_name("common_surnames.txt")

READABLE: Final[frozenset[Kind]] = frozenset(("surname", "given_name", "full_name", "text", "date"))
"""Kinds whose values stand in public lists, so that filters of them can be read."""
NAMES: Final[frozenset[Kind]] = frozenset(("surname", "given_name", "full_name"))
_BETWEEN: Final = {".words": "|"}
"""What stands between the words of a full name; a space by default."""


class Hardening(Declaration):
    """What is left out of evidence. The values by default leave everything in."""

    filters: bool = True
    """Whether names, texts and dates have Bloom filters."""
    written: bool = True
    """Whether names with and without diacritics have different tokens."""
    sounds: int = Limited(default=0, ge=0)
    """Groups that sounds are in; 0: every sound is its own."""
    common: int = Limited(default=0, ge=0, le=200)
    """How many of the commonest surnames travel in crowds."""
    crowds: int = Limited(default=1, ge=1)
    """Groups these are in, with all that sound like them."""
    whole: bool = True
    """Whether other names have tokens of their own; if not, all names have that of their group of sounds."""


HARDENINGS: Final[Mapping[HardeningName, Hardening]] = {
    "none": Hardening(),
    "standard": Hardening(filters=False, written=False, sounds=128, common=32, crowds=16),
    "strict": Hardening(filters=False, written=False, sounds=512, whole=False),
}


def harden(found: pl.DataFrame, fields: Sequence[Field], keys: DomainKeys, hardening: Hardening) -> pl.DataFrame:
    """Evidence columns as before, with coarser texts in those of names, and in sounds of texts."""
    columns = {column.name: column for column in found.get_columns()}
    for field in fields:
        if field.kind in NAMES or field.kind == "text":
            grouping = Grouping.of(field.kind, keys.leaf(GROUP, field.name), hardening)
            own = {ending: columns[field.name + ending] for ending in PARTS[field.kind]}
            columns |= {field.name + ending: _coarse(ending, own, field.kind, grouping) for ending in own}
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])


def filtered(fields: Sequence[Field], hardening: Hardening) -> tuple[str, ...]:
    """Evidence columns that get a Bloom filter."""
    kept = fields if hardening.filters else [field for field in fields if field.kind not in READABLE]
    return encoded(kept)


class Grouping:
    """Sounds in groups under a key, so that nobody without it knows which sounds are together."""

    def __init__(self, key: LeafKey, hardening: Hardening, common: Sequence[str] = ()) -> None:
        self._key = key
        self.hardening = hardening
        self._common = tuple(common)
        self._crowded = _sounds_of(self._common)

    @classmethod
    def of(cls, kind: Kind, key: LeafKey, hardening: Hardening) -> Self:
        """Only where surnames are do the commonest of them travel in crowds."""
        has_surnames = kind in ("surname", "full_name")
        return cls(key, hardening, common_surnames()[: hardening.common] if has_surnames else ())

    def sounds(self, codes: pl.Series) -> pl.Series:
        """`codes`, or the group of each: `~` and a number for a crowd, `=` and a number for any other."""
        if not self.hardening.sounds:
            return codes
        places, distinct = dictionary(codes)
        macs = self._key.macs([code.encode() for code in distinct.to_list()], 8)
        groups = [self._group(mac, code in self._crowded) for mac, code in zip(macs, distinct.to_list(), strict=True)]
        return pl.Series(codes.name, groups, dtype=pl.String).gather(places)

    def names(self, names: pl.Series) -> pl.Series:
        """`names`, of which some are known only by the group of their sound."""
        hidden = names.is_in(self._common) if self.hardening.whole else names.is_not_null()
        heard = names.filter(hidden).alias("name").to_frame().select(sound(pl.col("name")).fill_null("")).to_series()
        return names.clone().scatter(hidden.arg_true(), self.sounds(heard))

    def words(self, texts: pl.Series, between: str) -> pl.Series:
        """`texts` of which each word became what it is as a name, so that a whole tells no more than its parts."""
        places, distinct = dictionary(texts)
        parts = distinct.str.split(between)
        every = parts.explode().unique()
        hardened = parts.list.eval(pl.element().replace(every, self.names(every)))
        # Words in order of the alphabet would stay in the order of what they were.
        ordered = hardened if between == " " else hardened.list.unique().list.sort()
        return ordered.list.join(between).gather(places)

    def _group(self, mac: bytes, crowded: bool) -> str:
        number = int.from_bytes(mac, "big")
        return f"~{number % self.hardening.crowds}" if crowded else f"={number % self.hardening.sounds}"


@cache
def common_surnames() -> tuple[str, ...]:
    """The commonest surnames of the Netherlands as evidence writes them, the first most often."""
    return tuple(COMMON.read_text(encoding="utf-8").split())


@cache
def _sounds_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(pl.Series("name", names, dtype=pl.String).to_frame().select(sound(pl.col("name"))).to_series())


def _coarse(ending: str, own: Mapping[str, pl.Series], kind: Kind, grouping: Grouping) -> pl.Series:
    """One piece of evidence of a field, of which `own` are all, by ending."""
    match ending:
        case ".written" if not grouping.hardening.written:
            return _coarse("", own, kind, grouping)
        case ".swapped" if kind == "full_name" and grouping.hardening.sounds:
            # Made anew: as standardised it would begin with a prefix, which tells the names of a crowd apart.
            return _coarse("", own, kind, grouping).str.replace(r"^(\S+) (\S+)$", "$2 $1")
        case ".sound":
            return grouping.sounds(own[ending])
        case _ if kind not in NAMES or ending == ".initial":
            return own[ending]
        case _ if kind == "full_name":
            return grouping.words(own[ending], _BETWEEN.get(ending, " "))
        case _:
            return grouping.names(own[ending])
