"""The rules, told from themselves: `python -m gate.rules` prints docs/rules.md, and the console has a page of them."""

import sys
from dataclasses import dataclass
from typing import Any

from declare import load
from gate.policy import Concepts, Policy, Threshold, profile
from gate.registry import RULES, limits_of

_HEAD = """# The rules of the gate

Made by `python -m gate.rules` from the rules in `gate/`; the limits are those of the profile `nl-streng`. A room's own
policy may set others, with their source, and its owner signs it.

Four outcomes: PASS, WARN (the release officer answers in writing), FAIL (nothing leaves), NOT ASSESSABLE (could not be
evaluated; never counts as passed). D rules are about disclosure, B rules about bias and profiling.
"""


@dataclass(frozen=True, slots=True)
class Explained:
    """A rule as documents and screens tell it. `limits`: name, value and source of each."""

    id: str
    sentence: str
    source: str
    outcomes: str
    limits: tuple[tuple[str, str, str], ...]
    remedy: str


def explained() -> tuple[Explained, ...]:
    """All rules by number, with the limits of the profile `nl-streng`."""
    policy = load(profile("nl-streng"), Policy)
    return tuple(_explained(RULES[number], policy) for number in sorted(RULES))


def document() -> str:
    """The text of docs/rules.md."""
    return "\n".join([_HEAD, *(_section(rule) for rule in explained())])


def _section(rule: Explained) -> str:
    lines = [
        f"## {rule.id} {rule.sentence}",
        "",
        f"- Source: {rule.source}",
        f"- Outcome: {rule.outcomes}",
        *(f"- Limit `{name}`{':' if ',' in value else ' ='} {value} ({source})" for name, value, source in rule.limits),
        f"- Way out: {rule.remedy}",
        "",
    ]
    return "\n".join(lines)


def _explained(kind: Any, policy: Policy) -> Explained:
    limits = tuple(_limit(name, policy) for name in limits_of(kind))
    return Explained(kind.id, _sentence(kind), kind.source, kind.outcomes, limits, kind.remedy)


def _sentence(kind: Any) -> str:
    return str(kind.__doc__).strip().splitlines()[0].rstrip(".")


def _limit(name: str, policy: Policy) -> tuple[str, str, str]:
    match policy.declared(name):
        case Concepts() as listed:
            return name, ", ".join(listed.concepts), listed.source
        case Threshold() as threshold:
            return name, f"{threshold.value:g}", threshold.source
        case _:
            raise LookupError(name)


if __name__ == "__main__":
    sys.stdout.write(document())
