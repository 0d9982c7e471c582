"""The bench: every attack on a plan's setting, over seeds and overlaps, with controls that must be broken."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, Self

import numpy as np
from scipy import stats

from declare import Declaration, Refusal
from pseudonymise import encode, harden, standardise
from pseudonymise.attack.full_names import Shares, people, read
from pseudonymise.attack.names import ATTACKS, Scene
from pseudonymise.attack.others import OTHERS, SHOWN, dictionary_unkeyed
from pseudonymise.attack.plan import Plan, Setting
from pseudonymise.attack.population import Indices, Population
from pseudonymise.attack.seen import see
from pseudonymise.harden import HARDENINGS, Hardening

Progress = Callable[[str], None]

VERSIONS: Final = {"standardisation": standardise.VERSION, "encoding": encode.VERSION, "hardening": harden.VERSION}
UNHARDENED: Final = Setting(title="none", hardening=Hardening())
BARE: Final = Setting(title="bare", hardening=Hardening(filters=False))
KEPT: Final = Setting(title="kept", hardening=HARDENINGS["standard"], wholes=True)
CURVE: Final = (1.0, 0.8)
"""Overlaps at which the settings of the curve are attacked, by everything together."""
_TIMES_GUESSING: Final = 3.0
"""How much better than guessing counts alone must do on bare tokens for the bench to be trusted."""

_TOLD_BY_WHOLES: Final = 0.1
"""Share of the bearers of surnames in crowds that must be told where wholes are left as they are."""
_NOT_JUDGED: Final = ("guessing", "known", "given_names", "crowds")
"""What needs help from outside, given names, of which nothing is promised, and parts of what is judged whole."""


class Figure(Declaration):
    """Mean over seeds with its interval of 95 % (Student's t)."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        mean = float(np.mean(values))
        spread = float(stats.sem(values)) * float(stats.t.ppf(0.975, len(values) - 1)) if len(values) > 1 else 0.0
        return cls(mean=mean, low=max(mean - spread, 0.0), high=min(mean + spread, 1.0))


class Outcome(Declaration):
    """What one attack got of one setting at one overlap."""

    setting: str
    overlap: float
    attack: str
    """One of `names.ATTACKS`, or `guessing`: everybody is said to have the commonest name. Of full names what
    `full_names.read` tells."""
    names: Figure
    """Share of the commonest distinct names of the file that is named rightly."""
    persons: Figure
    """Share of its people."""


class Control(Declaration):
    """Something known to be weak, which the bench must break."""

    name: str
    share: float
    needed: float

    @property
    def broken(self) -> bool:
        return self.share >= self.needed


class Judged(Declaration):
    """One promise: the upper end of the interval is held against the limit."""

    what: str
    figure: Figure
    limit: float

    @property
    def holds(self) -> bool:
        return self.figure.high <= self.limit


class Result(Declaration):
    """Everything the page shows."""

    plan: Plan
    day: date
    versions: dict[str, str]
    """Of what was attacked, as the contract has them."""
    outcomes: tuple[Outcome, ...]
    controls: tuple[Control, ...]
    others: dict[str, float]
    """By name of `others.OTHERS` and `others.SHOWN`: the share it got."""
    judged: tuple[Judged, ...]

    @property
    def holds(self) -> bool:
        return all(one.holds for one in self.judged) and self.gives_nothing

    @property
    def gives_nothing(self) -> bool:
        """Whether the attacks that must come away empty-handed did."""
        return all(self.others.get(name, 1.0) <= most for name, (_, most) in OTHERS.items())

    @property
    def worst(self) -> float:
        """The largest upper end of what the setting of the plan gives away, of names or of persons."""
        return max(one.figure.high for one in self.judged)

    def at(self, setting: str, overlap: float) -> list[Outcome]:
        return [one for one in self.outcomes if (one.setting, one.overlap) == (setting, overlap)]


class BenchFaulty(Refusal):
    """A control was not broken, so what else the bench says means nothing."""

    def __init__(self, control: Control) -> None:
        super().__init__(
            f"the bench does not break what is known to be weak: {control.name} gave {control.share:.3f}, "
            f"at least {control.needed:.3f} was to be expected",
            remedy="Let the plan have more persons or names; if that does not help, the bench is at fault.",
        )


def run(plan: Plan, population: Population, progress: Progress = lambda _: None) -> Result:
    """Attack the setting of the plan, those of its curve, and the controls. Raises `BenchFaulty`."""
    controls = tuple(_controls(plan, population, progress))
    for control in controls:
        if not control.broken:
            raise BenchFaulty(control)
    tried = [(plan.setting, overlap, tuple(ATTACKS)) for overlap in plan.overlaps]
    tried += [
        (setting, overlap, ("combined",)) for setting in plan.curve for overlap in CURVE if overlap in plan.overlaps
    ]
    outcomes = [one for each in tried for one in attacked(plan, population, *each, progress)]
    rng = np.random.default_rng([plan.seeds, 0])
    names = population.names.head(plan.names)
    others = {name: attack(names, rng) for name, (attack, _) in OTHERS.items()}
    others |= {name: attack(names, rng) for name, attack in SHOWN.items()}
    return Result(
        plan=plan,
        day=datetime.now(UTC).date(),
        versions=VERSIONS,
        outcomes=tuple(outcomes),
        controls=controls,
        others=others,
        judged=_judged(plan, outcomes),
    )


def attacked(
    plan: Plan, population: Population, setting: Setting, overlap: float, attacks: Iterable[str], progress: Progress
) -> list[Outcome]:
    """One setting at one overlap, by each of the attacks and by guessing."""
    found = []
    for seed in range(plan.seeds):
        progress(f"{setting.title}, overlap {overlap:.0%}, seed {seed + 1} of {plan.seeds}")
        rng = np.random.default_rng([seed, round(overlap * 100)])
        if plan.kind == "full_name":
            found.append(read(people(population, plan, setting, overlap, rng)))
        else:
            found.append(_read(_scene(plan, population, setting, overlap, rng), attacks))
    shares = {name: [each[name] for each in found] for name in found[0]}
    return [
        Outcome(
            setting=setting.title, overlap=overlap, attack=name,
            names=Figure.of([names for names, _ in told]), persons=Figure.of([persons for _, persons in told]),
        )
        for name, told in shares.items()
    ]  # fmt: skip


def _read(scene: Scene, attacks: Iterable[str]) -> dict[str, Shares]:
    told = {name: _score(scene, ATTACKS[name](scene)) for name in attacks}
    return told | {"guessing": _score(scene, _commonest(scene))}


def _scene(plan: Plan, population: Population, setting: Setting, overlap: float, rng: np.random.Generator) -> Scene:
    draw = population.draw(plan.persons, overlap, rng)
    return Scene(population, draw, see(population, plan.kind, draw, setting, rng), setting, plan, rng)


def _score(scene: Scene, guesses: Indices) -> Shares:
    """Shares of the file's commonest names, and of its persons, that are told rightly."""
    token_of, counts = scene.seen.token_of, scene.draw.counts
    right = (token_of >= 0) & (guesses[token_of] == np.arange(token_of.size))
    commonest = np.argsort(-counts, kind="stable")[: scene.plan.names]
    return float(right[commonest].mean()), float(counts[right].sum() / counts.sum())


def _commonest(scene: Scene) -> Indices:
    return np.full(scene.seen.counts.size, scene.draw.listed[0])


def _controls(plan: Plan, population: Population, progress: Progress) -> Iterable[Control]:
    progress("controls")
    names = population.names.head(plan.names)
    yield Control(name="unkeyed", share=dictionary_unkeyed(names, np.random.default_rng(0)), needed=1.0)
    if plan.kind == "full_name":
        by_name = {one.attack: one for one in attacked(plan, population, KEPT, 1.0, [], progress)}
        yield Control(name="wholes", share=by_name["crowds"].persons.mean, needed=_TOLD_BY_WHOLES)
        by_name = {one.attack: one for one in attacked(plan, population, BARE, 1.0, [], progress)}
        counted, guessed = by_name["whole_names"], by_name["guessing"]
    else:
        for overlap, needed in ((1.0, 0.55), (0.8, 0.15)):
            [found, _] = attacked(plan, population, UNHARDENED, overlap, ["graph"], progress)
            yield Control(name=f"filters_{overlap:.0%}", share=found.names.mean, needed=needed)
        [counted, guessed] = attacked(plan, population, BARE, 1.0, ["frequency"], progress)
    yield Control(name="bare", share=counted.persons.mean, needed=_TIMES_GUESSING * guessed.persons.mean)


def _judged(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Judged, ...]:
    """The best attack without help from outside, at each overlap that has a limit."""
    own = [one for one in outcomes if one.setting == plan.setting.title and one.attack not in _NOT_JUDGED]
    limits: Mapping[float, float] = {1.0: plan.limits.names, 0.8: plan.limits.names_at_80}
    found = [
        Judged(
            what=f"names_{overlap:.0%}", figure=_best(one.names for one in own if one.overlap == overlap), limit=limit
        )
        for overlap, limit in limits.items()
        if overlap in plan.overlaps
    ]
    return (*found, Judged(what="persons", figure=_best(one.persons for one in own), limit=plan.limits.persons))


def _best(figures: Iterable[Figure]) -> Figure:
    return max(figures, key=lambda figure: figure.mean)
