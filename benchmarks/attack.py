"""`python -m benchmarks.attack`: what hardening costs in linkage, beside what an attacker reads.

Runs `benchmarks/plans/attack.toml` and links public sets under every setting of the plan: an hour, together. Writes
`results/attack.json` and `attack.md`.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest import mock

import polars as pl

from benchmarks.protected import throw_away_keys
from benchmarks.real import RESULTS, conditions, measure
from benchmarks.sets import HERE, SETS, RealSet
from declare import load, write_atomically
from linkage.files import read_records
from linkage.model import Model
from pseudonymise.attack.bench import Outcome, Result, run
from pseudonymise.attack.plan import Plan, Setting
from pseudonymise.attack.population import dutch_surnames
from pseudonymise.canary import require_canaries
from pseudonymise.harden import Hardening

KEYS: Final = 3
F1 = dict[str, dict[str, float]]
"""Set → setting → F1."""
PLAN: Final = HERE / "plans" / "attack.toml"


def main() -> None:
    """Attack and link, or take either from an earlier run, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--result", type=Path, help="attack.json of an earlier attack by the same plan")
    parser.add_argument("--linkage", type=Path, help="F1 of an earlier run; where there is none it is written here")
    call = parser.parse_args()
    plan = load(PLAN, Plan)
    if call.linkage and call.linkage.exists():
        f1: F1 = json.loads(call.linkage.read_bytes())
    else:
        f1 = {name: f1_of(real, plan) for name, real in SETS.items()}
    if call.linkage:
        write_atomically(call.linkage, json.dumps(f1).encode())
    result = Result.model_validate_json(call.result.read_bytes()) if call.result else run(plan, dutch_surnames(), print)
    if result.plan != plan:
        raise ValueError("that result is of another plan")
    of = conditions()
    found = {"conditions": of, "f1": f1, "attack": result.model_dump(mode="json")}
    write_atomically(RESULTS / "attack.json", (json.dumps(found, indent=1) + "\n").encode())
    write_atomically(RESULTS / "attack.md", page(result, f1, of).encode())


def f1_of(real: RealSet, plan: Plan) -> dict[str, float]:
    """In clear text and under each setting of the plan; noise is no hardening of the product."""
    found = {"clear text": float(measure(real, "clear text")["pairs"]["f1"])}
    for setting in (plan.setting, *plan.curve):
        if not setting.flip:
            found[setting.title] = linked(real, setting.hardening)
            print(f"{real.title}, {setting.title}: {found[setting.title]:.4f}")
    return found


def linked(real: RealSet, hardening: Hardening, as_public: RealSet | None = None) -> float:
    """F1 at the model's own threshold under a hardening, over keys: each puts sounds into groups of its own.

    The commonest surnames are those of `as_public`, the same files with a field of surnames; by default `real` itself.
    """
    found = []
    with hardened(hardening, commonest_surnames(as_public or real)):
        for _ in range(KEYS):
            throw_away_keys.cache_clear()
            found.append(measure(real, "tokens and encodings")["pairs"]["f1"])
    return float(sum(found)) / KEYS


def commonest_surnames(real: RealSet) -> tuple[str, ...]:
    """Of both files by count: they stand in for the public list of the country the people are of."""
    model = load(real.model, Model)
    sides = (read_records(real.left, model, "left"), read_records(real.right, model, "right"))
    every = pl.concat([side.comparable.table["surname"] for side in sides]).drop_nulls()
    return tuple(every.value_counts().sort(["count", "surname"], descending=[True, False])["surname"])


@contextmanager
def hardened(hardening: Hardening, common: tuple[str, ...]) -> Iterator[None]:
    """The standard hardening is another one for as long as this lasts, with another list of common surnames."""
    require_canaries()  # once a process, and before anything is exchanged
    with (
        mock.patch("pseudonymise.protect.HARDENINGS", {"standard": hardening}),
        mock.patch("pseudonymise.harden.common_surnames", lambda: common),
    ):
        yield


def page(result: Result, f1: F1, of: dict[str, str]) -> str:
    """The figures in Markdown."""
    plan = result.plan
    lines = [
        "# What an attacker reads, and what hardening costs",
        "",
        f"Attacker: `koppelkamer attack benchmarks/plans/attack.toml`, {plan.persons:,} persons with the Dutch",
        f"surnames of 2007, the {plan.names:,} commonest names, {plan.seeds} seeds; means and intervals of 95 %.",
        f"Linkage: mean F1 over {KEYS} keys at the model's own threshold, models as they are, no labels; the surnames",
        "commonest in both files stand in for the public list of the country. Groups and crowds of `standard` were",
        "**chosen with these F1 in hand**, as the hardest that lose at most 0.002: its loss leans to the good side.",
        "[attack.md](../../docs/attack.md) explains.",
        "",
        ", ".join(f"{name} {value}" for name, value in of.items()) + ".",
        "",
        "## The trade-off",
        "",
        "| setting | distinct names, all shared | four in five shared | persons, all shared | "
        + " | ".join(f"F1, {SETS[name].title}" for name in f1)
        + " |",
        "|---|" + "---:|" * (3 + len(f1)),
        "| clear text | – | – | – | " + " | ".join(f"{f1[name]['clear text']:.4f}" for name in f1) + " |",
        *(_traded(result, setting, f1) for setting in (plan.setting, *plan.curve)),
        "",
        f"## Hardening `{plan.hardening}`, attack by attack",
        "",
        "| names shared | attack | distinct names | persons |",
        "|---:|---|---:|---:|",
        *(_told(one) for overlap in plan.overlaps for one in result.at(plan.hardening, overlap)),
        "",
        "Promises, held against the upper end of the interval of the best attack without help from outside:",
        "",
        *(
            f"- {one.what.replace('_', ' at ')}: {one.figure.mean:.2%} (up to {one.figure.high:.2%}), "
            f"limit {one.limit:.0%}: {'holds' if one.holds else '**does not hold**'}"
            for one in result.judged
        ),
        "",
        "## Controls, and attacks that must give nothing",
        "",
        *(f"- {one.name}: {one.share:.1%}, at least {one.needed:.1%} needed" for one in result.controls),
        *(f"- {name}: {share:.1%}" for name, share in result.others.items()),
        "",
    ]
    return "\n".join(lines)


def _traded(result: Result, setting: Setting, f1: F1) -> str:
    best = [
        next(one for one in result.at(setting.title, overlap) if one.attack == "combined") for overlap in (1.0, 0.8)
    ]
    attacked = [f"{best[0].names.mean:.1%}", f"{best[1].names.mean:.1%}", f"{best[0].persons.mean:.1%}"]
    linkage = [f"{of[setting.title]:.4f}" if setting.title in of else "–" for of in f1.values()]
    return f"| {' | '.join([setting.title, *attacked, *linkage])} |"


def _told(one: Outcome) -> str:
    figures = [f"{each.mean:.2%} ({each.low:.2%} – {each.high:.2%})" for each in (one.names, one.persons)]
    return f"| {one.overlap:.0%} | {one.attack} | {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
