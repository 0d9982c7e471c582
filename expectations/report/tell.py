"""The quality facts as they may be told: plain JSON data, of which the page is made and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from expectations.contract import Asked, contract, rule_of
from expectations.feedback import is_doubt, register_of
from expectations.reasons import reason
from expectations.report.compared import changes, difference
from expectations.report.counts import COSTS, Counts, Place
from expectations.report.masking import Masking, Told, share
from expectations.report.pollution import pollution
from intake.source import Source

_AS_THEY_ARE: Final = (
    "source", "title", "owner", "delivery", "period", "form", "on", "suite", "stopped", "corrects", "supplements",
)  # fmt: skip


_DAY: Final = date(1999, 12, 31)


def tell(facts: Mapping[str, Any], source: Source, masking: Masking) -> dict[str, Any]:
    """What the report says of `facts` (`expectations.quality`).

    Counts are `{at_least, at_most}`, shares `[at least, at most]` from 0 to 1; null is unknown.
    """
    asked = contract(source)
    counts = Counts(facts, asked, masking)
    before = [Counts(each, asked, masking, beside=facts["rows"]["in"]) for each in facts["earlier"]]
    findings = _findings(counts, before, source)
    told = {name: facts[name] for name in _AS_THEY_ARE} | {
        "minimum": masking.minimum,
        "rows": _rows(counts),
        "emptied": plain(counts.emptied),
        "earlier": [_earlier(each) for each in before],
        "findings": findings,
        "columns": _columns(facts, source, counts, findings),
        "checks": [_check(each, check, counts) for each, check in zip(asked, facts["checks"], strict=False)],
        "changes": changes(facts.get("changes") or (), counts),
        "difference": difference(facts.get("difference"), masking),
        "changes_why": facts.get("changes_why"),
        "difference_why": facts.get("difference_why"),
        "texts": facts.get("texts"),
        "pollution": pollution(facts.get("pollution"), masking),
    }
    return {**told, "filled": _average([each["filled"] for each in told["columns"]]), "verdict": _verdict(told)}


def plain(told: Told | None) -> dict[str, int] | None:
    return None if told is None else {"at_least": told.at_least, "at_most": told.at_most}


def _verdict(told: Mapping[str, Any]) -> str:
    if told["stopped"]:
        return "stopped"
    wrong = told["findings"] or any(each["outcome"] == "failed" for each in told["changes"])
    found = any(each["outcome"] == "failed" for kind in (told["pollution"] or {}).values() for each in kind)
    return "action" if wrong or found else "fine"


def _findings(counts: Counts, before: Sequence[Counts], source: Source) -> list[dict[str, Any]]:
    """Dearest first, then the most frequent."""
    costs = {place: str(check["consequence"]) for place, check in counts.checks.items() if check["outcome"] == "failed"}
    costs |= {place: scope for place, (scope, _) in counts.apart.items()}
    found = [
        _finding(place, cost, counts, before, source) | {"register": _register(place[1], source)}
        for place, cost in costs.items()
    ]
    return sorted(found, key=_dearest)


def _register(rule: str, source: Source) -> str | None:
    """The national register that the finding throws doubt on: to be reported back there (terugmelden)."""
    return register_of(rule, source).code if is_doubt(rule) else None


def _dearest(finding: Mapping[str, Any]) -> tuple[int, int, str, str]:
    count = finding["count"] or {"at_least": 0}
    return COSTS.index(finding["cost"]), -count["at_least"], finding["column"] or "", finding["rule"]


def _finding(place: Place, cost: str, counts: Counts, before: Sequence[Counts], source: Source) -> dict[str, Any]:
    told = reason(place[1])
    return {
        "column": place[0], "rule": place[1], "cost": cost, **_counted(counts.of(place)),
        "agreed": _agreed(place, counts.asked) or _form(place[1], source),
        "before": [_counted(each.of(place)) for each in before],
        "reason": {"nl": told.nl, "en": told.en},
    }  # fmt: skip


def _agreed(place: Place, asked: Sequence[Asked]) -> list[Any]:
    """What was declared at a place by checks whose name alone does not say it."""
    of_place = [each for each in asked if (each.column, each.rule) == place and rule_of(each.expectation) == place[1]]
    return [dict(_arguments(each)) for each in of_place if _arguments(each)]


def _form(rule: str, source: Source) -> list[dict[str, str]]:
    """How the source has days and amounts written, by an example in which no part can be taken for another."""
    examples = {"date-format": _DAY.strftime(source.file.date), "decimal-format": f"1234{source.file.decimal}56"}
    return [{"form": examples[rule]}] if rule in examples else []


def _arguments(asked: Asked) -> dict[str, Any]:
    """All but how strict it is taken."""
    return {name: value for name, value in asked.arguments.items() if name != "mostly"}


def _counted(found: tuple[Told | None, tuple[float, float] | None] | None) -> dict[str, Any]:
    count, part = found or (None, None)
    return {"count": plain(count), "share": part and list(part)}


def _earlier(counts: Counts) -> dict[str, Any]:
    return {**{name: counts.found[name] for name in ("delivery", "period", "on")}, "rows": _rows(counts)}


def _rows(counts: Counts) -> dict[str, Any]:
    return {"in": plain(counts.rows), "kept": plain(counts.kept), "set_apart": plain(counts.set_apart)}


def _columns(
    facts: Mapping[str, Any], source: Source, counts: Counts, findings: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Declared columns with what is wrong in them, then names under which only a protected table has cells."""
    found = {column.name: [each for each in findings if each["column"] == column.name] for column in source.columns}
    declared = [
        {
            "name": column.name, "type": column.type, "role": column.role, "required": column.required,
            "filled": _filled(facts, column.name, counts), "findings": len(found[column.name]),
            "use": _use(found[column.name]),
        }
        for column in source.columns
    ]  # fmt: skip
    fields = [name for name in facts["filled"] if name not in found]
    return declared + [{"name": name, "filled": _filled(facts, name, counts), "use": None} for name in fields]


def _use(findings: Sequence[Mapping[str, Any]]) -> str:
    """What a column is good for: fine, action, or stopped."""
    costs = {each["cost"] for each in findings}
    return "stopped" if costs & {"stop", "refused"} else "action" if costs else "fine"


def _filled(facts: Mapping[str, Any], name: str, counts: Counts) -> list[float] | None:
    """Share of the rows kept, of which the number may be hidden."""
    rows = facts["rows"]
    if name not in facts["filled"]:
        return None
    lacking = counts.masking.coarse(rows["kept"] - facts["filled"][name], rows["in"])
    part = share(lacking, counts.kept) or (0.0, 1.0)
    return [1 - part[1], 1 - part[0]]


def _average(shares: Sequence[list[float] | None]) -> list[float] | None:
    """Of all columns together, from what is told of each."""
    known = [each for each in shares if each is not None]
    return [sum(bounds) / len(known) for bounds in zip(*known, strict=True)] if known else None


def _check(asked: Asked, check: Mapping[str, Any], counts: Counts) -> dict[str, Any]:
    count, evaluated = counts.check(check), counts.evaluated(check)
    part = None if count is None else share(count, evaluated)
    return {
        "column": asked.column, "rule": asked.rule, "expectation": asked.expectation,
        "arguments": _arguments(asked), "mostly": asked.arguments.get("mostly"),
        "cost": asked.consequence, "evaluated": plain(evaluated), "count": plain(count), "share": part and list(part),
        "outcome": check["outcome"],
    }  # fmt: skip
