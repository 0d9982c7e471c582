"""The gate itself: a subject and a signed policy in, a verdict out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from gate.case import Case, CellRule, Masked, Rule
from gate.disclosure.auditor import Suggestions, audit
from gate.disclosure.cells import QUANTILE, checked, measures
from gate.disclosure.needs import Needs
from gate.disclosure.primary import MinimumPeople, Quantiles
from gate.disclosure.suppress import Suppression, suppress
from gate.finding import Outcome
from gate.microdata.anonymise import anonymise
from gate.microdata.declared import Rows
from gate.microdata.extract import extract
from gate.microdata.necessity import Necessity
from gate.microdata.patterns import Limits
from gate.microdata.rules import KAnonymity, LDiversity
from gate.perturb.perturbed import Perturbed, perturb
from gate.policy import Policy, SignedPolicy
from gate.profiling.persons import PersonLists
from gate.registry import RULES, built, limits_of
from gate.subject import Subject, SubjectError
from gate.verdict import Verdict

_PERSONS: Final = "persons"
_CORE: Final = ("D01", "D02", "D03", "D04")
_OF_ROWS: Final = {
    "k_anonymity": "size", "rows_left_out": "left_out", "l_diversity": "diversity", "t_closeness": "closeness",
}  # fmt: skip
"""Name of a limit in a policy → what it is to the search for the least coarsening."""


def examine(subject: Subject, policy: SignedPolicy) -> Verdict:
    """All findings of the policy's rules, and the table that may leave.

    An exception is no verdict: nothing is caught here, so a rule that breaks lets nothing through. Raises
    `SubjectError` when the table is not complete, `Fault` when the audit cannot be made, `TypeError` for an unsigned
    policy.
    """
    if not isinstance(policy, SignedPolicy):
        raise TypeError("the gate examines under a signed policy only")
    rules = built(policy.policy.rules, policy.policy)
    case = _case(subject, rules, policy.policy)
    findings = tuple(finding for rule in rules for finding in rule.check(case))
    stopped = any(finding.outcome is Outcome.FAIL for finding in findings)
    unsafe = 0 if case.table is None else int(case.table.primary.sum())
    rows = case.rows or case.extract
    verdict = Verdict(findings, policy.digest, subject.digest, None, unsafe, rows=rows.facts if rows else None)
    return verdict if stopped else _with_safe(verdict, case)


def _with_safe(verdict: Verdict, case: Case) -> Verdict:
    if case.rows is not None:
        return replace(verdict, safe=case.rows.safe, stays=case.rows.stays)
    if case.extract is not None:
        return replace(verdict, safe=case.extract.safe)
    if case.table is None or case.subject.kind == _PERSONS:
        return verdict
    leaves = case.perturbed.table if case.perturbed else case.table.safe
    return replace(verdict, safe=leaves, exact=case.table.safe, perturbed=case.perturbed)


def _case(subject: Subject, rules: Sequence[Rule], policy: Policy) -> Case:
    if subject.rows is not None:
        if subject.rows.declared.extract is not None:
            _require(policy, (Necessity.id, PersonLists.id), "extracts")
            return Case(subject, extract=extract(subject.rows))
        return Case(subject, rows=anonymise(subject.rows, _limits(subject.rows, policy)))
    if subject.cells is None:
        return Case(subject)
    cells, truth = subject.cells, checked(subject.cells)
    if QUANTILE in truth.columns and Quantiles.id not in policy.rules:
        raise SubjectError("no rule of the policy looks at quantiles", remedy=f"Add {Quantiles.id}, or leave them out.")
    asked = [rule for rule in rules if isinstance(rule, CellRule) and rule.needs in truth.columns]
    unsafe = {rule.id: truth.select(rule.unsafe().alias(rule.id)).to_series() for rule in asked}
    p_percent = policy.thresholds.p_percent.value
    level = _levels(truth, asked, p_percent) if cells.magnitude else None
    core = _levels(truth, [rule for rule in asked if rule.id in _CORE], p_percent) if cells.magnitude else None
    shown = Masked(
        cells.dimensions, truth, unsafe, level, truth.select(*cells.dimensions, *measures(cells)), cells.parents
    )
    needs = Needs(policy.thresholds.minimum_people.value, policy.thresholds.count_interval_width.value)
    by_threshold, by_dominance, found = _hidden(shown, needs, core)
    table = shown.hiding(found.hidden)
    seen = audit(table, needs, Suggestions(found.counts, found.amounts))
    perturbed = _perturbed(table, policy)
    return Case(subject, table, seen, perturbed, shown.hiding(by_threshold), shown.hiding(by_dominance))


def _hidden(shown: Masked, needs: Needs, core: pl.Series | None) -> tuple[pl.Series, pl.Series, Suppression]:
    """What the threshold alone hides, what it hides with dominance, and all that is hidden; each among the next, so
    that a rule more shows no cell that these hid. `core`: the level that dominance asks for."""

    def hiding(rules: Sequence[str], level: pl.Series | None, also: pl.Series | None) -> Suppression:
        chosen = replace(shown, unsafe={name: cells for name, cells in shown.unsafe.items() if name in rules})
        return suppress(shown.truth, shown.dimensions, chosen.primary, level, needs, shown.parents, also)

    first = hiding([MinimumPeople.id], None, None)
    if shown.level is None and set(shown.unsafe) <= {MinimumPeople.id}:
        return first.hidden, first.hidden, first
    second = first if core is None else hiding(_CORE, core, first.hidden)
    if set(shown.unsafe) <= set(_CORE):
        return first.hidden, second.hidden, second
    return first.hidden, second.hidden, hiding([*shown.unsafe], shown.level, second.hidden)


def _perturbed(table: Masked, policy: Policy) -> Perturbed | None:
    """After all hiding, and from what is shown alone: the audit of the true counts holds for what is made of them."""
    if policy.perturbation is None:
        return None
    least = int(policy.thresholds.minimum_people.value)
    return perturb(table.safe, table.truth, table.dimensions, table.parents, policy.perturbation, least)


def _limits(rows: Rows, policy: Policy) -> Limits:
    """What the policy asks of rows. Raises `SubjectError` when no rule of it looks at them."""
    asked = (KAnonymity.id, LDiversity.id) if rows.declared.of("sensitive") else (KAnonymity.id,)
    _require(policy, asked, "rows of persons")
    asking = {name for number in policy.rules for name in limits_of(RULES[number])}
    given = {name: getattr(policy.thresholds, name).value for name in _OF_ROWS if name in asking}
    people = policy.thresholds.minimum_people.value
    return Limits(**{_OF_ROWS[name]: value for name, value in given.items()}, people=people)


def _require(policy: Policy, asked: tuple[str, ...], what: str) -> None:
    if missing := set(asked) - set(policy.rules):
        raise SubjectError(
            f"no rule of the policy looks at {what}: {', '.join(sorted(missing))}",
            remedy="Add these rules and their limits to the policy; its owner signs it anew.",
        )


def _levels(truth: pl.DataFrame, rules: Sequence[CellRule], p_percent: float) -> pl.Series:
    """How far above its value the upper bound of a hidden cell must lie: the most any rule asks.

    Never less than p percent of the largest contribution, also where the cell is hidden for its few people.
    """
    asked = [level for rule in rules if (level := rule.level()) is not None]
    return truth.select(pl.max_horizontal(*asked, p_percent / 100 * pl.col("first")).alias("level")).to_series()
