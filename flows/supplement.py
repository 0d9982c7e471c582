"""Corrected rows of a delivery that is stored, taken in without the rest of it.

What comes of it is a delivery of its own: the rows of the base, with the corrected ones in the place of those that were
set apart or had a cell emptied. The base stays as it is. A row that fails again changes nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from declare import Refusal
from flows.deliveries import INTAKE, context_of, folder_of, require_in_use
from flows.keyring import Keyring
from intake import Quarantine, Source
from koppelkamer.room import Room
from pseudonymise.aside import Protected
from pseudonymise.store import open_quarantine, stored_parts
from pseudonymise.supplement import (
    Pieces,
    numbered,
    require_unique,
    row_numbers,
    supplemented,
    supplemented_digest,
)

if TYPE_CHECKING:
    from register.models import Delivery

DECLARATION: Final = "declaration"
"""In intake.json: digest of the declaration that a delivery was made by."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What came in: rows of `base`, checked as any, and under their numbers there."""

    base: str
    delivery: str
    period: str | None
    quarantine: Quarantine
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Supplemented:
    """The delivery that a correction makes of `onto`, its base as it stood; counts and quarantine are of the whole."""

    delivery: str
    onto: str
    rows_in: int
    quarantine: Quarantine
    quality: tuple[dict[str, Any], ...]
    pieces: Pieces


def supplement(room: Room, keyring: Keyring, source: Source, correction: Correction) -> Supplemented:
    """Raises `NoSuchBase`, `Superseded`, `OtherBase`, `UnderAnotherKey`, `NotSetApart`, `NothingCorrected` and
    `Doubled`."""
    base = base_of(source, correction)
    onto = onto_of(base, correction)
    folder = folder_of(room, source.id, onto)
    facts = _facts(folder, source, keyring)
    context = context_of(room, folder)
    lost = open_quarantine(keyring.room_keys, folder, context)

    def before() -> Iterator[Protected]:
        return stored_parts(keyring.room_keys, folder, context)

    rows = row_numbers(correction.pieces())
    _require_set_apart(source, rows, correction, lost)
    if rows.is_empty():
        raise NothingCorrected(source.id)
    require_unique(source, before, correction.pieces)
    delivery, emptied = supplemented_digest(onto, correction.delivery), _emptied(lost)

    def after() -> Iterator[Protected]:
        return supplemented(before(), correction.pieces, delivery, emptied=emptied)

    quarantine = _left(lost, correction.quarantine, rows)
    return Supplemented(delivery, onto, facts["rows in"], quarantine, _judged(facts["quality"], quarantine), after)


def require_still(source: str, base: str, onto: str, made: str) -> None:
    """Raise `Overtaken` unless `made` follows `onto` in what became of `base`. In the transaction that records it."""
    stood = _stand(source, base)
    if stood[stood.index(made) - 1] != onto:
        raise Overtaken(source)


def base_of(source: Source, correction: Correction) -> "Delivery":
    """In the register. Raises `NoSuchBase`, `Superseded`, and `OtherBase` for another period."""
    from register.models import Delivery
    from register.runs import delivered

    base = Delivery.objects.filter(source=source.id, digest=correction.base, supplements=None).first()
    if base is None or base.state != "received":
        raise NoSuchBase(source.id)
    last = delivered(source.id, base.period).last()
    if last is None or last.pk != base.pk:
        raise Superseded(source.id)
    if (correction.period or "") != base.period:
        raise OtherBase(source.id, f"is about {base.period or 'no period'}, the corrected rows say otherwise")
    return base


def onto_of(base: "Delivery", correction: Correction) -> str:
    """Digest of what the rows are added to: the base as it stands, or as it stood when these very rows came in."""
    stood = _stand(base.source_id, base.digest)
    made = dict(zip(stood[1:], stood, strict=False))
    again = [onto for after, onto in made.items() if after == supplemented_digest(onto, correction.delivery)]
    return again[0] if again else stood[-1]


def _stand(source: str, base: str) -> list[str]:
    """Digests of the base and of what each supplement made of it, in order."""
    from register.models import Delivery

    later = Delivery.objects.filter(source=source, supplements__digest=base).order_by("received_at", "pk")
    return [base, *later.values_list("digest", flat=True)]


def _facts(folder: Path, source: Source, keyring: Keyring) -> dict[str, Any]:
    require_in_use(folder, source.id, keyring.room_keys)
    try:
        facts: dict[str, Any] = json.loads((folder / INTAKE).read_bytes())
    except (OSError, ValueError):
        raise NoSuchBase(source.id) from None
    if facts.get(DECLARATION) != source.digest:
        raise OtherBase(source.id, "was made by another declaration of the source")
    return facts


def _require_set_apart(source: Source, kept: pl.Series, correction: Correction, lost: Quarantine) -> None:
    """Every row was set apart in the base or lost a cell there, and still waits for its correction."""
    entries = correction.quarantine.entries.get_column("row")
    strange = pl.concat([kept, entries]).unique().sort()
    strange = strange.filter(~strange.is_in(lost.correctable.implode()))
    if strange.len() or kept.is_duplicated().any():
        raise NotSetApart(source.id, strange.to_list())


def _emptied(lost: Quarantine) -> list[str]:
    return lost.entries.filter(pl.col("scope") == "refused").get_column("column").drop_nulls().unique().to_list()


def _left(lost: Quarantine, again: Quarantine, kept: pl.Series) -> Quarantine:
    """What is set apart of the whole: of a corrected row that is kept what was found in it now, of others as before."""
    replaced = pl.col("row").is_in(kept.implode())
    now = again.entries.filter(replaced & (pl.col("scope") != "row"))
    return Quarantine(pl.concat([lost.entries.filter(~replaced), now]))


def _judged(quality: Sequence[Mapping[str, Any]], left: Quarantine) -> tuple[dict[str, Any], ...]:
    """The base's checks, as they stand with what is still set apart; of those that cost nothing no row is known."""
    lost = {(column, rule): count for _, column, rule, count in left.counts().iter_rows()}
    named = Counter((each["column"], each["rule"]) for each in quality)

    def now(each: Mapping[str, Any]) -> dict[str, Any]:
        place = (each["column"], each["rule"])
        enough = each["outcome"] == "met" and each["unexpected"]
        if each["consequence"] not in ("row", "cell") or named[place] > 1 or (enough and place not in lost):
            return dict(each)
        count = lost.get(place, 0)
        return {**each, "unexpected": count, "outcome": "failed" if count else "met"}

    return tuple(map(now, quality))


class NoSuchBase(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"these are corrected rows of a delivery of {source} that this room does not hold",
            remedy="Name the delivery whose quarantine they come from, by the digest that `encode` printed.",
        )


class Superseded(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"a later delivery of {source} has taken the place of the one that these rows correct",
            remedy="Correct the rows of the later delivery, from its own quarantine.",
        )


class OtherBase(Refusal):
    def __init__(self, source: str, why: str) -> None:
        super().__init__(
            f"the delivery of {source} that these rows correct {why}",
            remedy="Make the corrected rows by the same declaration and for the same period as the delivery.",
        )


class NotSetApart(Refusal):
    def __init__(self, source: str, rows: Sequence[int]) -> None:
        super().__init__(
            f"these rows of {source} wait for no correction: {numbered(rows) or 'some that stand there twice'}; "
            "nothing was changed",
            remedy="Deliver only rows that were set apart and were not corrected since; leave the others out.",
        )


class NothingCorrected(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"every one of these corrected rows of {source} fails again; nothing was changed",
            remedy="Look at the reasons in their own quarantine, and correct them once more.",
        )


class Overtaken(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"other corrected rows of the same delivery of {source} came in meanwhile; nothing was changed",
            remedy="Receive the file again.",
        )
