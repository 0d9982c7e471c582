"""`koppelkamer attack`: how much of hardened names an attacker without the key undoes."""

import argparse
from pathlib import Path

from declare import Refusal, load
from koppelkamer.cli.screen import Screen, columns, percent, progress
from pseudonymise.attack.bench import Result, run
from pseudonymise.attack.plan import Plan
from pseudonymise.attack.population import dutch_surnames, read_names
from pseudonymise.attack.shown import kept_for, write_result


class LimitPassed(Refusal):
    """The plan's own limits; everything was written."""

    def __init__(self, result: Result, out: Path) -> None:
        said = "; ".join(
            f"{one.what.replace('_', ' at ')} {one.figure.high:.1%}, limit {one.limit:.1%}"
            for one in result.judged
            if not one.holds
        )
        super().__init__(
            f"hardening {result.plan.hardening} gives away more than the plan allows: {said or 'see the page'}",
            remedy=f"Read attack.en.html in {out}; choose a stricter hardening, or agree on other limits.",
        )


def attack(call: argparse.Namespace) -> Screen:
    """Writes attack.json and the pages. Raises `BenchFaulty`, and `LimitPassed` when a limit of the plan is passed."""
    plan = load(call.plan, Plan)
    population = read_names(call.plan.parent / plan.names_file, plan.kind) if plan.names_file else dutch_surnames()
    result = run(plan, population, progress)
    for folder in (call.out, *([kept_for(plan.hardening, plan.kind, call.room)] if call.room else [])):
        write_result(result, folder)
    if not result.holds:
        raise LimitPassed(result, call.out)
    rows = [
        (one.what.replace("_", " at "), percent(one.figure.mean), f"limit {percent(one.limit)}")
        for one in result.judged
    ]
    return Screen(
        result.model_dump(mode="json"),
        [f"hardening {plan.hardening} keeps within the limits of {plan.id}", *columns(rows), f"  see {call.out}"],
    )
