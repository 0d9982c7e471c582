"""`python -m benchmarks.full_names`: what an attacker reads of a field of full names, and what hardening it costs.

Runs `benchmarks/plans/full_names.toml` (or takes its result) and links census and social security by one field of full
names. Writes `results/full_names.json` and `full_names.md`.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Final

from benchmarks.attack import KEYS, linked
from benchmarks.real import RESULTS, conditions, measure
from benchmarks.sets import HERE, SETS, RealSet
from declare import load, write_atomically
from pseudonymise.attack.bench import Outcome, Result, run
from pseudonymise.attack.plan import Plan
from pseudonymise.attack.population import dutch_surnames
from pseudonymise.harden import HARDENINGS

PLAN: Final = HERE / "plans" / "full_names.toml"
APART: Final = SETS["census-social-security"]
WHOLE: Final = RealSet(
    APART.title, HERE / "models" / "simulated_population_full_name.toml", APART.left, APART.right, APART.persons
)


def main() -> None:
    """Attack, or take an earlier result of the same plan; link; write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--result", type=Path, help="attack.json of an earlier attack by the same plan")
    call = parser.parse_args()
    plan = load(PLAN, Plan)
    result = Result.model_validate_json(call.result.read_bytes()) if call.result else run(plan, dutch_surnames(), print)
    if result.plan != plan:
        raise ValueError("that result is of another plan")
    f1 = {"clear text": float(measure(WHOLE, "clear text")["pairs"]["f1"])}
    f1 |= {name: linked(WHOLE, HARDENINGS[name], as_public=APART) for name in ("standard", "strict")}
    of = conditions() | {"load of the last 15 minutes": f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} processors"}
    found = {"conditions": of, "f1": f1, "attack": result.model_dump(mode="json")}
    write_atomically(RESULTS / "full_names.json", (json.dumps(found, indent=1) + "\n").encode())
    write_atomically(RESULTS / "full_names.md", page(result, f1, of).encode())


def page(result: Result, f1: dict[str, float], of: dict[str, str]) -> str:
    """The figures in Markdown."""
    plan = result.plan
    settings = (plan.setting, *plan.curve)
    lines = [
        "# Full names: what an attacker reads, and what hardening costs",
        "",
        f"`python -m benchmarks.full_names`: {plan.persons:,} persons with the Dutch surnames of 2007 and the given",
        "names of the United States in 1990, taken to be independent. Surnames by themselves were attacked among a",
        "million persons, so figures of the two pages are not to be set side by side.",
        f"The {plan.names:,} commonest names, {plan.seeds} seeds; means and intervals of 95 %. With four in five names",
        "shared this goes for surnames and for given names alike.",
        "*combined*: surnames, by all tokens of the field; *crowds*: the same, of names in crowds alone (under",
        "`strict` all are); *given_names*: by counts; *whole_names*: both right; *guessing*: all have the commonest.",
        "",
        ", ".join(f"{name} {value}" for name, value in of.items()) + ".",
        "",
        "| hardening | names shared | attack | distinct names | persons |",
        "|---|---:|---|---:|---:|",
        *(_told(one) for each in settings for overlap in plan.overlaps for one in result.at(each.title, overlap)),
        "",
        "Promises, held against the upper end of the interval of the worse of *combined* and *whole_names*:",
        "",
        *(
            f"- {one.what.replace('_', ' at ')}: {one.figure.mean:.2%} (up to {one.figure.high:.2%}), "
            f"limit {one.limit:.0%}: {'holds' if one.holds else '**does not hold**'}"
            for one in result.judged
        ),
        "",
        "Controls. *wholes*: bearers of the common surnames, where these are in crowds and whole names are left as",
        "they are, as until hardening 2; *bare*: persons whose both names are told, where nothing is hardened.",
        "",
        *(f"- {one.name}: {one.share:.1%}, at least {one.needed:.2%} needed" for one in result.controls),
        "",
        f"Linkage of {WHOLE.title} by one field of full names instead of two, at the model's own threshold, F1 (means",
        f"over {KEYS} keys where hardened; the surnames commonest in both files stand in for the public list):",
        "",
        *(f"- {name}: {value:.4f}" for name, value in f1.items()),
        "",
    ]
    return "\n".join(lines)


def _told(one: Outcome) -> str:
    figures = [f"{each.mean:.2%} ({each.low:.2%} – {each.high:.2%})" for each in (one.names, one.persons)]
    return f"| {one.setting} | {one.overlap:.0%} | {one.attack} | {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
