"""docs/rules.md, made from the rules themselves: `python -m gate.rules` prints it."""

import sys
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


def document() -> str:
    """The text of docs/rules.md."""
    policy = load(profile("nl-streng"), Policy)
    sections = [_section(RULES[number], policy) for number in sorted(RULES)]
    return "\n".join([_HEAD, *sections])


def _section(kind: Any, policy: Policy) -> str:
    lines = [
        f"## {kind.id} {_sentence(kind)}",
        "",
        f"- Source: {kind.source}",
        f"- Outcome: {kind.outcomes}",
        *(f"- Limit {_limit(name, policy)}" for name in limits_of(kind)),
        f"- Way out: {kind.remedy}",
        "",
    ]
    return "\n".join(lines)


def _sentence(kind: Any) -> str:
    return str(kind.__doc__).strip().splitlines()[0].rstrip(".")


def _limit(name: str, policy: Policy) -> str:
    match policy.declared(name):
        case Concepts() as listed:
            return f"`{name}`: {', '.join(listed.concepts)} ({listed.source})"
        case Threshold() as threshold:
            return f"`{name}` = {threshold.value:g} ({threshold.source})"
        case _:
            raise LookupError(name)


if __name__ == "__main__":
    sys.stdout.write(document())
