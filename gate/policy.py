"""The policy of a room: which rules run and with what limits, each with its source, signed by its owner.

The signature is made over the contents, not over the text: comments may change, a limit may not.
"""

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from declare import BadSignature, Declaration, Signer, WrongInput, canonical, load, verify_signature, write_atomically
from gate.perturb.settings import Perturbation
from gate.registry import HIDES_FEW, PERTURBING, RULES, floor, limits_of

_GATE: Final = object()
_CONTEXT: Final = b"koppelkamer gate policy v1\n"


class Threshold(Declaration):
    """A limit and where it comes from: a paper or standard, or the name of who set it."""

    value: float
    source: str = Field(min_length=3)


class Share(Threshold):
    value: float = Field(gt=0, le=1)


class Count(Threshold):
    value: float = Field(ge=1, multiple_of=1)


class Times(Threshold):
    value: float = Field(ge=1)


class Part(Threshold):
    value: float = Field(ge=0, lt=1)


class Expected(Threshold):
    value: float = Field(ge=0)


_WARNED: Final = (
    "link_rate_gap", "wrong_link_gap", "proxy_v", "proxy_auc", "missed_gap", "missed_ratio", "wrong_links",
    "linked_difference", "representation", "implausible", "pollution",
)  # fmt: skip
_FALLING: Final = ("representation",)
"""Limits that a good value lies above."""


class Thresholds(Declaration):
    minimum_people: Count
    """Distinct persons a published cell rests on."""
    dominance_one: Share
    """Largest share one person may have in a magnitude."""
    dominance_two: Share
    p_percent: Threshold
    """Percent of the largest contribution that must stay uncertain for the second contributor."""
    group_share: Share
    """Share of a margin above which one category speaks for the whole group."""
    count_interval_width: Count
    """People: least width of what can be calculated about a hidden count."""
    link_rate_gap_warn: Share
    link_rate_gap_fail: Share
    wrong_link_gap_warn: Share
    wrong_link_gap_fail: Share
    minimum_group: Count
    """Eligible records below which a group's link rate says nothing."""
    minimum_age: Count
    """Years; younger people are minors the room leaves out of person-level work."""

    # Limits of rules that a policy may leave out; a policy that names such a rule has its limits too.
    prior_percent: Threshold | None = None
    """Percent to within which everybody knows every contribution beforehand."""
    range_percent: Threshold | None = None
    """Percent of the largest contribution within which all contributions to a cell may not lie."""
    proxy_v_warn: Share | None = None
    proxy_v_fail: Share | None = None
    """Cramér's V."""
    proxy_auc_warn: Share | None = None
    proxy_auc_fail: Share | None = None
    """Area under the ROC curve; 0.5 tells nothing."""
    missed_gap_warn: Share | None = None
    missed_gap_fail: Share | None = None
    missed_ratio_warn: Times | None = None
    missed_ratio_fail: Times | None = None
    missed_ratio_bound: Times | None = None
    """Lower bound of the ratio from which it fails."""
    wrong_links_warn: Share | None = None
    wrong_links_fail: Share | None = None
    wrong_links_fail_persons: Share | None = None
    """For a list of persons."""
    linked_difference_warn: Threshold | None = None
    linked_difference_fail: Threshold | None = None
    """Standardised: in standard deviations of a share."""
    representation_warn: Share | None = None
    representation_fail: Share | None = None
    """Share in the release over share in the population; as much too many counts as too few."""
    selection_ratio: Share | None = None
    """Lower rate over higher."""
    selection_chance: Share | None = None
    """p-value of Fisher's exact test below which chance explains it no more."""
    threshold_step: Share | None = None
    """By how much of a match probability links are decided anew, either way."""
    threshold_change: Share | None = None
    """Relative change of a published cell."""
    implausible_warn: Share | None = None
    implausible_fail: Share | None = None
    implausible_gap: Share | None = None
    pollution_warn: Share | None = None
    pollution_fail: Share | None = None
    pollution_gap: Share | None = None
    k_anonymity: Count | None = None
    """Rows of the smallest class."""
    rows_left_out: Part | None = None
    """Share of the rows that may be left out rather than coarsen all others further."""
    l_diversity: Count | None = None
    """Distinct sensitive values in every class."""
    t_closeness: Share | None = None
    """Earth mover's distance, 0 to 1."""
    population_uniques: Expected | None = None
    """Rows expected to be alone in their class in sample and population."""

    @model_validator(mode="after")
    def _warning_comes_before_failing(self) -> Self:
        for name in _WARNED:
            warn, fail = (getattr(self, f"{name}_{end}") for end in ("warn", "fail"))
            strict, loose = (warn, fail) if name not in _FALLING else (fail, warn)
            if warn and fail and strict.value > loose.value:
                raise ValueError(f"{name}_warn and {name}_fail are in the wrong order")
        if self.minimum_people.value < 3:
            raise ValueError("minimum_people below 3 hides nothing from the other person in a cell")
        if self.p_percent.value <= 0:
            raise ValueError("p_percent must be above 0")
        if self.prior_percent and not self.p_percent.value < self.prior_percent.value <= 100:
            raise ValueError("prior_percent must lie above p_percent, and at most at 100")
        if self.range_percent and not 0 < self.range_percent.value <= 100:
            raise ValueError("range_percent must lie above 0, and at most at 100")
        if self.dominance_two.value < self.dominance_one.value:
            raise ValueError("dominance_two lies below dominance_one: two persons never have a smaller share than one")
        return self


class Concepts(Declaration):
    """Concepts of the room's dictionary, and where the list comes from."""

    concepts: tuple[str, ...] = Field(min_length=1)
    source: str = Field(min_length=3)


class Policy(Declaration):
    """policy.toml."""

    profile: str
    owner: str = Field(min_length=2)
    """Who sets the limits and signs."""
    rules: tuple[str, ...] = Field(min_length=1)
    """Ids of the rules that run."""
    protected: Concepts
    """Grounds on which nobody may be treated differently."""
    proxies: Concepts
    """Concepts known to stand in for a protected ground."""
    selecting: Concepts | None = None
    """Concepts of records that exist because somebody was looked at; for B12."""
    thresholds: Thresholds
    perturbation: Perturbation | None = None
    """What is done to published counts after all hiding; nothing where it is not declared."""

    @model_validator(mode="after")
    def _rules_are_known_and_audited(self) -> Self:
        if unknown := sorted(set(self.rules) - set(RULES)):
            raise ValueError(f"unknown rules: {', '.join(unknown)}")
        if len(set(self.rules)) != len(self.rules):
            raise ValueError("a rule is named twice")
        if missing := sorted(floor(self.rules) - set(self.rules)):
            raise ValueError(f"these rules say nothing without others; add {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _limits_of_the_rules_are_set(self) -> Self:
        asked = {name for number in self.rules for name in limits_of(RULES[number])}
        if missing := sorted(name for name in asked if self.declared(name) is None):
            raise ValueError(f"these rules need limits that are not set: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _perturbation_leaves_thresholds_alone(self) -> Self:
        if (self.perturbation is not None) != (PERTURBING in self.rules):
            raise ValueError(f"rule {PERTURBING} and the section perturbation go together: name both, or neither")
        if self.perturbation and HIDES_FEW not in self.rules:
            raise ValueError(f"a perturbation does not stand in for a threshold; add {HIDES_FEW}")
        base = self.perturbation.base if self.perturbation else None
        if base and self.thresholds.minimum_people.value % base:
            raise ValueError("minimum_people is no multiple of the base: a published count could lie below it")
        return self

    def declared(self, name: str) -> Threshold | Concepts | None:
        """A threshold or a list of concepts with its source, by the name a rule uses for it."""
        holder = self.thresholds if name in Thresholds.model_fields else self
        found: Threshold | Concepts | None = getattr(holder, name)
        return found

    @property
    def listed(self) -> tuple[str, ...]:
        """Every concept that one of the lists has."""
        lists = (self.protected, self.proxies, self.selecting)
        return tuple(concept for each in lists if each for concept in each.concepts)

    def limit(self, name: str) -> float | tuple[str, ...]:
        """What a rule is given: the value of a threshold, or the concepts of a list. Raises `LookupError`."""
        match self.declared(name):
            case Threshold() as threshold:
                return float(threshold.value)
            case Concepts() as listed:
                return listed.concepts
        raise LookupError(name)


@dataclass(frozen=True, slots=True)
class SignedPolicy:
    """Made by `verify_policy` only; `public_key` is that of the owner, in hexadecimal."""

    policy: Policy
    public_key: str
    _made_by: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self._made_by is not _GATE:
            raise TypeError("a SignedPolicy is made by gate.verify_policy only")

    @property
    def digest(self) -> str:
        return self.policy.digest


def sign_policy(policy_path: Path, signature_path: Path, signer: Signer) -> None:
    """Write the owner's signature beside the policy, base64 on one line. Raises `DeclarationError`."""
    signature = signer.sign(_message(load(policy_path, Policy)))
    write_atomically(signature_path, base64.b64encode(signature) + b"\n")


def verify_policy(policy_path: Path, signature_path: Path, public_key: bytes) -> SignedPolicy:
    """The policy, if its owner signed exactly these contents.

    Raises `DeclarationError` when the policy is wrong, `WrongInput` when there is no signature and `BadSignature` when
    it does not hold under `public_key` (32 raw bytes).
    """
    policy = load(policy_path, Policy)
    verify_signature(public_key, _message(policy), _signature(signature_path), what=f"policy {policy_path.name}")
    return SignedPolicy(policy, public_key.hex(), _made_by=_GATE)


def profile(name: Literal["nl-streng"]) -> Path:
    """The file of a profile that comes with the gate; a room's policy starts as a copy of it."""
    return Path(__file__).parent / "profiles" / f"{name}.toml"


def _message(policy: Policy) -> bytes:
    return _CONTEXT + canonical(policy.model_dump(mode="json"))


def _signature(path: Path) -> bytes:
    try:
        return base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise WrongInput(
            f"the policy is not signed: there is no {path.name}", remedy="Ask its owner to sign it."
        ) from error
    except binascii.Error as error:
        raise BadSignature(path.name) from error
