"""Where to look for tables that answer many needs at once: random directions among what is still open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gate.disclosure.facts import Facts, amount_room, count_room
from gate.disclosure.moves import Bools, Floats
from gate.disclosure.witnesses import Reader, Witnesses


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """Look for the table with the greatest sum of `wish` × move, no cell further than `up` and `down`."""

    reader: Reader
    wish: Floats
    up: Floats
    down: Floats
    open: int
    """Number of needs that are open as yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is known as yet."""

    facts: Facts
    found: Witnesses
    hidden: Bools
    chance: np.random.Generator


Ask = Callable[[Look], Glimpse | None]


def wide(look: Look) -> Glimpse | None:
    """Many unsafe counts as far up as they need to reach."""
    narrow = look.found.narrow()
    up, down = count_room(look.facts, insider=False)
    up = np.where(look.facts.low, look.facts.needs.count_interval_width, up)
    return _glimpse("outsider", look.chance.uniform(0.1, 1.0, len(narrow)) * narrow, up, down, int(narrow.sum()))


def blurred(look: Look) -> Glimpse | None:
    """Many hidden counts by one, up or down, for a reader who knows the threshold."""
    fixed = look.found.fixed(look.hidden, "insider")
    up, down = count_room(look.facts, insider=True)
    up, down = (np.where(fixed, np.minimum(room, 1.0), room) for room in (up, down))
    return _glimpse("insider", look.chance.uniform(-1.0, 1.0, len(fixed)) * fixed, up, down, int(fixed.sum()))


def apart(look: Look) -> Glimpse | None:
    """The same while some cells with one person stay as they are; first all of them."""
    told = look.found.told_apart()
    still = look.chance.random(len(look.facts.lone)) < look.chance.choice([0.5, 0.9, 1.0])
    wanted = told[still].any(axis=0)
    up, down = count_room(look.facts, insider=True)
    up, down = (np.where(wanted, np.minimum(room, 1.0), room) for room in (up, down))
    up[look.facts.lone[still]] = down[look.facts.lone[still]] = 0.0
    return _glimpse("insider", look.chance.uniform(-1.0, 1.0, len(wanted)) * wanted, up, down, int(told.sum()))


def near(look: Look) -> Glimpse | None:
    """Many unsafe amounts up by their level, in the eyes of contributors to all other cells."""
    too_near = np.zeros_like(look.hidden)
    for cell in np.flatnonzero(look.facts.unsafe & look.hidden):
        too_near[cell] = look.found.seen_through(int(cell), look.hidden).any()
    too_near |= look.found.too_near()
    up, down = amount_room(look.facts)
    up = np.where(look.facts.unsafe, np.minimum(up, look.facts.least), up)
    if not look.facts.signed:
        down = np.maximum(np.minimum(down, look.facts.value - look.facts.first), 0.0)
    still = look.facts.lone[look.chance.random(len(look.facts.lone)) < look.chance.choice([0.5, 0.9, 1.0])]
    up[still] = down[still] = 0.0
    wish = look.chance.uniform(0.1, 1.0, len(too_near)) * too_near / np.maximum(look.facts.least, look.facts.some)
    return _glimpse("amount", wish, up, down, int(too_near.sum()))


def vague(look: Look) -> Glimpse | None:
    """Many hidden amounts a little, up or down."""
    fixed = look.found.fixed(look.hidden, "amount")
    up, down = (np.where(fixed, np.minimum(room, look.facts.some), room) for room in amount_room(look.facts))
    wish = look.chance.uniform(-1.0, 1.0, len(fixed)) * fixed / look.facts.some
    return _glimpse("amount", wish, up, down, int(fixed.sum()))


COUNTS: Final[tuple[Ask, ...]] = (wide, blurred, apart)
AMOUNTS: Final[tuple[Ask, ...]] = (near, vague)


def _glimpse(reader: Reader, wish: Floats, up: Floats, down: Floats, left: int) -> Glimpse | None:
    return Glimpse(reader, wish, up, down, left) if left else None
