"""All rules by number. A number is never reused."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final, Protocol

from gate.bias.columns import KnownProxies, ProtectedColumns
from gate.bias.composition import LinkedUnlikeSource, Representativity
from gate.bias.history import HistoricSelection
from gate.bias.proxies import ProxyStrength
from gate.bias.quality import ImplausibleLinks, Pollution
from gate.bias.rates import LinkRateGap
from gate.bias.selection import SelectionDisparity
from gate.bias.sensitivity import ThresholdSensitivity
from gate.bias.wrong import MissedMatchGap, WrongLinks
from gate.case import Rule
from gate.disclosure.complementary import LonePersons, Recalculation
from gate.disclosure.groups import GroupDisclosure, Zeros
from gate.disclosure.primary import (
    LargestShare,
    MinimumPeople,
    PercentRule,
    PriorKnowledge,
    Quantiles,
    SmallRange,
    TopTwoShare,
)
from gate.lineage.rules import Comparison, Differencing, JointRelease
from gate.microdata.necessity import Necessity
from gate.microdata.rules import KAnonymity, LDiversity, RareValues, TCloseness, Uniqueness
from gate.perturb.rule import Perturbing
from gate.profiling.minors import Minors
from gate.profiling.persons import PersonLists

_KINDS: Final[tuple[Any, ...]] = (
    MinimumPeople, LargestShare, TopTwoShare, PercentRule, GroupDisclosure, Recalculation, LonePersons, Differencing,
    JointRelease, Perturbing, Quantiles, KAnonymity, Zeros, PriorKnowledge, SmallRange, LDiversity, TCloseness,
    Uniqueness, RareValues, Necessity,
    ProtectedColumns, KnownProxies, ProxyStrength, LinkRateGap, MissedMatchGap, WrongLinks,
    LinkedUnlikeSource, Representativity, SelectionDisparity, ThresholdSensitivity, ImplausibleLinks, HistoricSelection,
    PersonLists, Minors, Pollution,
)  # fmt: skip

RULES: Final[Mapping[str, Any]] = MappingProxyType({kind.id: kind for kind in _KINDS})
"""Rule id → the class of the rule."""

HIDES_FEW: Final = MinimumPeople.id
PERTURBING: Final = Perturbing.id

_HIDING: Final = frozenset({"D01", "D02", "D03", "D04", "D11", "D15", "D21"})
_AGAINST: Final = frozenset({"D08", "D09"})
_AUDIT: Final = frozenset({"D06", "D07"})
_SHOWN: Final = frozenset({"D05", "D14"})
_FEW: Final = frozenset({HIDES_FEW})
_CORE: Final = frozenset({HIDES_FEW, "D02", "D03", "D04"})
_RATES: Final = frozenset({"B04"})
_CLASSES: Final = frozenset({"D12"})
_IN_CLASSES: Final = frozenset({"D16", "D17", "D18", "D19"})
_BY_GROUP: Final = frozenset({"B03", "B05", "B06", "B09"})


class Limits(Protocol):
    def limit(self, name: str) -> float | tuple[str, ...]: ...


def built(ids: Iterable[str], limits: Limits) -> tuple[Rule, ...]:
    """The rules with their limits filled in from a policy."""
    return tuple(_build(RULES[number], limits) for number in ids)


def comparing(ids: Iterable[str], limits: Limits) -> tuple[Comparison, ...]:
    """The rules among them that hold a release against earlier ones."""
    return tuple(rule for rule in built(ids, limits) if isinstance(rule, Comparison))


def limits_of(kind: Any) -> tuple[str, ...]:
    """The names of the limits a rule uses."""
    return tuple(field.name for field in fields(kind))


def floor(ids: Iterable[str]) -> frozenset[str]:
    """Rules that must run as well: whoever hides cells has the hiding audited, and the joint audit rests on that of
    each release; what is held against earlier releases is what threshold and dominance leave shown, whatever rule more
    there is; what is shown of groups rests on the threshold; rules about groups of persons leave it to B04 to name
    attributes that are absent or may not be read; what holds in classes of rows rests on their size."""
    asked = set(ids)
    needed = (
        (_HIDING | _AGAINST | _SHOWN, _AUDIT), (_AGAINST, _CORE), (_SHOWN, _FEW), (_BY_GROUP, _RATES),
        (_IN_CLASSES, _CLASSES),
    )  # fmt: skip
    return frozenset().union(*(others for some, others in needed if some & asked))


def _build(kind: Any, limits: Limits) -> Rule:
    rule: Rule = kind(**{name: limits.limit(name) for name in limits_of(kind)})
    return rule
