"""The figures of `benchmarks.tokens` as a page: medians with their range, and ratios beside ours."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

INTRODUCTION: Final = """# Tokens, encodings and Dice, beside others

`python -m benchmarks.tokens`: millions per CPU second of one thread, user and system time, children included; the
median of the runs, with the range in brackets. *First* is the first time in a process, with what starts late (our
compiler, tables of bigrams), *again* the second time. *Ours is* compares the medians of *again*. Slow programs do fewer
rows, which changes nothing in their pace. Surnames come as often as in the Netherlands in 2007
(`benchmarks/vocabulary.py`), some 200,000 different ones in ten million rows; numbers have nine digits and all differ.
Before the surnames ours has made record tokens, as for every delivery.

*hmac per row* is `hmac.digest` of Python, a call per value; *hmac per bigram* the same for the bigrams of a Bloom
filter. polars-hash makes HMAC-SHA-256 of every row as hexadecimal text, and its key stands in the plan in the open.
clkhash makes filters of 512 bits, ten per bigram, of one field. *bit_count* is Dice of two whole numbers of Python;
anonlink compares all pairs of 10,000 filters, which lie in the cache, and keeps those of at least 0.8; ours gives the
coefficients of ten million candidate pairs among a million records, laid out anew every time. Ours, *hmac per row*,
*hmac per bigram*, *bit_count* and polars-hash make the same bytes: checked on the first value of every run.
"""

UNITS: Final = {"Dice of candidate pairs": "pairs"}
TARGETS: Final = {
    "tokens of a million different numbers": 1.0,
    "tokens of a surname column": 8.0,
    "encodings of a surname column": 2.0,
    "Dice of candidate pairs": 6.0,
}
"""Millions a second."""
SAME: Final = ("ours", "hmac per row", "hmac per bigram", "bit_count", "polars-hash")


def report(result: Mapping[str, Mapping[str, Any]]) -> str:
    """The page in Markdown."""
    parts = [INTRODUCTION]
    for title, arms in result.items():
        parts += [f"## {title[0].upper()}{title[1:]}\n", *_table(title, arms), "", *_verdict(title, arms)]
    return "\n".join([*parts, *_conditions(result), ""])


def _table(title: str, arms: Mapping[str, Any]) -> list[str]:
    unit = UNITS.get(title, "rows")
    lines = [f"| | rows | M {unit}/s, first | M {unit}/s, again | ours is | runs |", "|---|---:|---:|---:|---:|---:|"]
    ours = _paces(arms["ours"]["runs"], "again")
    for arm, measured in arms.items():
        first, again = (_paces(measured["runs"], time) for time in ("first", "again"))
        if not again:
            lines.append(f"| {arm} | {measured['runs'][0]['failed']} | | | | 0 |")
            continue
        ratio = "" if arm == "ours" or not ours else f"{median(ours) / median(again):.1f} ×"
        lines.append(f"| {arm} | {measured['rows']:,} | {_cell(first)} | {_cell(again)} | {ratio} | {len(again)} |")
    return lines


def _verdict(title: str, arms: Mapping[str, Any]) -> list[str]:
    samples = {one["sample"] for arm in SAME if arm in arms for one in arms[arm]["runs"] if "sample" in one}
    differ = [] if len(samples) == 1 else ["**The programs that should make the same bytes did not.**\n"]
    target = [f"Target: {TARGETS[title]:g} M a second.\n"] if title in TARGETS else []
    return differ + target


def _paces(runs: Sequence[Mapping[str, Any]], time: str) -> list[float]:
    return [one["units"] / one[f"{time}_cpu_seconds"] / 1e6 for one in runs if "units" in one]


def _cell(paces: Sequence[float]) -> str:
    return f"{median(paces):.3g} ({min(paces):.3g}–{max(paces):.3g})"


def _conditions(result: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"{arm}: {_said(measured['conditions'])}" for arms in result.values() for arm, measured in arms.items()]
    loads = [f"{title}: load {arms['ours']['conditions']['load']}" for title, arms in result.items()]
    return ["## Conditions\n", *(f"- {line}" for line in dict.fromkeys([*lines, *loads]))]


def _said(conditions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in conditions.items() if name != "load")
