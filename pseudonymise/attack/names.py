"""Attacks on the names of one field by somebody who sees everything the linkage unit sees, and has no key.

Each gives, for every token, the name (by number in the population) the attacker says it is, or -1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from scipy.special import gammaln

from pseudonymise.attack.matching import Likeness, Matrix, align, balanced, centred, likely
from pseudonymise.attack.pattern import bigrams_by_pattern
from pseudonymise.attack.plan import Plan, Setting
from pseudonymise.attack.population import Draw, Indices, Population
from pseudonymise.attack.seen import Bits, Seen, filters_of
from pseudonymise.harden import common_surnames
from pseudonymise.standardise.sound import sound

_WORST: Final = 30.0
"""Most that one count can speak against a name, in natural logarithms: the list may be of another year."""
_OWN_KEYS: Final = 6
"""Keys of its own with which the attacker learns how alike names come out."""
_NEIGHBOURS: Final = 40
_DOUBT: Final = 10.0
"""Log-likelihood lost where names that sound alike have tokens of different sounds: never, but for errors."""


@dataclass(frozen=True)
class Scene:
    """One file, what is seen of it, and what the attacker has."""

    population: Population
    draw: Draw
    seen: Seen
    setting: Setting
    plan: Plan
    rng: np.random.Generator
    sure: Mapping[int, int] = field(default_factory=dict)
    """Tokens whose name the attacker has from elsewhere, by place among `tokens`, and its place among `names`."""

    @cached_property
    def tokens(self) -> Indices:
        """Those worked on: the commonest that are not of a crowd."""
        return np.flatnonzero(~self.seen.crowded)[: self.names.size]

    @cached_property
    def names(self) -> Indices:
        """The commonest listed that are not in a crowd."""
        listed = self.draw.listed[~np.isin(self.draw.listed, self.crowd)]
        plain = np.count_nonzero(~self.seen.crowded)
        return listed[: min(self.plan.names, plain)]

    @cached_property
    def crowd(self) -> Indices:
        """Listed names that have no token of their own."""
        hardening = self.setting.hardening
        if not hardening.whole:
            return self.draw.listed
        hidden = self.population.names.is_in(common_surnames()[: hardening.common]).to_numpy()
        return self.draw.listed[hidden[self.draw.listed]] if self.plan.kind != "given_name" else self.draw.listed[:0]

    @cached_property
    def texts(self) -> pl.Series:
        return self.population.names.gather(self.names)

    @cached_property
    def by_count(self) -> Matrix:
        """Log-likelihood of each token's count under each name (Poisson), and of what is known for sure."""
        counts = self.seen.counts[self.tokens].astype(float)[:, None]
        expected = self.plan.persons * self.population.share[self.names][None, :]
        found = counts * np.log(np.maximum(expected, 1e-9)) - expected - gammaln(counts + 1)
        found = np.maximum(found, found.max(1, keepdims=True, initial=-np.inf) - _WORST)
        return self._sure(found).astype(np.float32)

    def nothing(self) -> Matrix:
        """As `by_count`, of an attacker who does not look at counts."""
        return self._sure(np.zeros((self.tokens.size, self.names.size))).astype(np.float32)

    def _sure(self, found: np.ndarray) -> np.ndarray:
        for token, name in self.sure.items():
            found[token, name] = found.max() + 1e4
        return found

    @cached_property
    def likenesses(self) -> list[Likeness]:
        return [one for one in (self._by_sound(), self._by_filter()) if one is not None]

    def _by_sound(self) -> Likeness | None:
        if self.seen.sounds is None:
            return None
        codes = self.texts.alias("name").to_frame().select(sound(pl.col("name")).rank("dense").fill_null(0)).to_series()
        seen, known = _equal(self.seen.sounds[self.tokens]), _equal(codes.to_numpy())
        groups = max(np.unique(self.seen.sounds).size, 2)
        return Likeness(seen, known, (_DOUBT + float(np.log(groups))) / 2)

    def _by_filter(self) -> Likeness | None:
        if self.seen.filters is None:
            return None
        seen = centred(dice(self.seen.filters[self.tokens], self.setting.flip))
        own = np.stack([dice(filters_of(self.texts, self.rng)) for _ in range(_OWN_KEYS)])
        known = centred(own.mean(axis=0))
        noise = max(float(seen.var() - known.var()), 0.002)
        return Likeness(seen, known, 1 / (2 * noise))

    def told(self, guesses: Indices) -> Indices:
        """For all tokens, from `guesses` (places among `names`) for those worked on; crowds get their commonest."""
        found = np.full(self.seen.counts.size, -1)
        found[self.tokens] = self.names[guesses]
        crowds = np.flatnonzero(self.seen.crowded)
        leaders = _leaders(self.population, self.crowd)[: crowds.size]
        found[crowds[: leaders.size]] = leaders
        return found


def frequency(scene: Scene) -> Indices:
    """Counts against public counts, nothing else: the likeliest name for each token, or all in order of count."""
    in_order = scene.told(np.arange(scene.names.size))
    # The attacker is taken to know whether its list is that of the file; the order is best only then.
    if scene.draw.counts[scene.names].all():
        return in_order
    return scene.told(scene.by_count.argmax(1)) if scene.names.size else in_order


def graph(scene: Scene) -> Indices:
    """Likeness alone: who resembles whom among the tokens, laid over who resembles whom among the names."""
    return scene.told(align(scene.nothing(), scene.likenesses, [_by_profile(scene)]))


def combined(scene: Scene) -> Indices:
    """Everything at once: counts, tokens of sounds, filters; begun from counts and from likeness."""
    starts = [likely(scene.by_count)] if scene.names.size else [scene.nothing()]
    if scene.seen.filters is not None:
        starts.append(_by_profile(scene))
    return scene.told(align(scene.by_count, scene.likenesses, starts))


def known_pairs(scene: Scene) -> Indices:
    """`combined`, by an attacker who has some names to begin with."""
    common = np.intersect1d(scene.seen.token_of[scene.names], scene.tokens)
    chosen = scene.rng.permutation(common)[: scene.plan.known]
    place = {token: number for number, token in enumerate(scene.tokens.tolist())}
    sure = {
        place[token]: number
        for number, token in enumerate(scene.seen.token_of[scene.names].tolist())
        if token in set(chosen.tolist())
    }
    told = Scene(scene.population, scene.draw, scene.seen, scene.setting, scene.plan, scene.rng, sure)
    return combined(told)


def pattern_mining(scene: Scene) -> Indices:
    """Bits that come and go together are of one bigram; frequent ones are told by public counts, then names by them."""
    if scene.seen.filters is None:
        return np.full(scene.seen.counts.size, -1)
    counts = scene.seen.counts[scene.tokens].astype(np.float32)
    expected = (scene.plan.persons * scene.population.share[scene.names]).astype(np.float32)
    likeness = bigrams_by_pattern(scene.seen.filters[scene.tokens], counts, scene.texts.to_list(), expected)
    return scene.told(align(likeness, [], [balanced(likeness - likeness.min())]))


ATTACKS: Final[Mapping[str, Callable[[Scene], Indices]]] = {
    "frequency": frequency,
    "graph": graph,
    "pattern": pattern_mining,
    "known": known_pairs,
    "combined": combined,
}


def dice(filters: Bits, flip: float = 0.0) -> Matrix:
    """Dice coefficient of every two; where bits were turned with chance `flip`, what it would have been, on average."""
    size, ones = filters.shape[1], filters.sum(1)
    both = filters @ filters.T
    sums = ones[:, None] + ones[None, :]
    both = (both - flip * sums + flip**2 * size) / (1 - 2 * flip) ** 2
    found = 2 * both / np.maximum((sums - 2 * flip * size) / (1 - 2 * flip), 1)
    np.fill_diagonal(found, 0)
    return np.asarray(found, np.float32)


def _equal(codes: np.ndarray) -> Matrix:
    found = (codes[:, None] == codes[None, :]).astype(np.float32)
    np.fill_diagonal(found, 0)
    return np.asarray(found, np.float32)


def _by_profile(scene: Scene) -> Matrix:
    """A start: tokens and names whose nearest neighbours are about as near."""
    if not scene.names.size:
        return scene.nothing()
    one = scene.likenesses[-1]
    seen, known = (-np.sort(-each, axis=1)[:, :_NEIGHBOURS] for each in (one.seen, one.known))
    apart = ((seen**2).sum(1)[:, None] + (known**2).sum(1)[None, :] - 2 * seen @ known.T) / _NEIGHBOURS
    return balanced(np.exp(-apart / (2 * max(float(np.median(apart.min(1))), 1e-9))))


def _leaders(population: Population, crowd: Indices) -> Indices:
    """The commonest name of each sound, those of the commonest sounds first."""
    table = pl.DataFrame({"name": population.names.gather(crowd), "number": crowd, "share": population.share[crowd]})
    heard = table.with_columns(heard=sound(pl.col("name")).fill_null(""))
    groups = heard.group_by("heard").agg(pl.col("share").sum(), pl.col("number").sort_by("share").last())
    return groups.sort("share", descending=True)["number"].to_numpy()
