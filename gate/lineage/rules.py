"""What a release tells together with all releases before it, to whomever they went."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar, Final, Protocol, runtime_checkable

import polars as pl

from gate.case import Case, Masked
from gate.finding import NONE, Finding, Outcome
from gate.lineage.amounts import owed
from gate.lineage.codes import Coded, coded, same_amounts, says_the_same
from gate.lineage.counts import subtracted
from gate.lineage.difference import comparable, difference
from gate.lineage.dominance import Dominance
from gate.lineage.joint import culprits, given_away
from gate.lineage.parts import parts
from gate.lineage.published import EarlierCounts, Published
from gate.lineage.recalculate import recalculable
from gate.lineage.rows import as_one_cell, as_table, remainders
from gate.perturb.perturbed import COUNTS

_NEW: Final = ""
_TOGETHER: Final = "the other tables of this release"


@runtime_checkable
class Comparison(Protocol):
    """A rule that holds a release against others, also without a subject."""

    def compare(self, release: Published, others: Sequence[Published]) -> tuple[Finding, ...]:
        """At least one finding; what is wrong names the other releases in `about`, with commas between."""


@dataclass(frozen=True, slots=True)
class Differencing:
    """Subtracting a published cell from an earlier one leaves nobody or enough persons, either way, and no sum that few
    make up."""

    id: ClassVar = "D08"
    source: ClassVar = "ABS DataLab rule of 10; differencing in the Handbook on Statistical Disclosure Control, 5"
    outcomes: ClassVar = (
        "FAIL if fewer are in one of the two only, or one or two make up too much of the amount that is left; NOT "
        "ASSESSABLE where persons are not known again, or nobody kept what earlier sums are made of"
    )
    remedy: ClassVar = "Use the population and the breakdown of the earlier release, or combine categories."
    minimum_people: float
    dominance_one: float
    dominance_two: float
    p_percent: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        counted = tuple(self._by_counts(case, each) for each in case.subject.counts)
        if counted and not case.subject.earlier:
            return counted
        if (unasked := _unasked(self, case, self.minimum_people)) is not None:
            return (*self._of_rows(case), unasked, *counted)
        return (*self.compare(published(case), case.subject.earlier), *counted)

    def _of_rows(self, case: Case) -> tuple[Finding, ...]:
        """Of anonymous rows: who is in them is held against earlier releases as it would be against later ones."""
        if (rows := rows_published(case)) is None or not case.subject.earlier:
            return ()
        return self.compare(rows, case.subject.earlier)

    def _by_counts(self, case: Case, earlier: EarlierCounts) -> Finding:
        """Where counts alone are known: no cell of the same name may differ by few."""
        table, least = case.judged, int(self.minimum_people)
        if table is None:
            return _not_told(self, earlier.release, "Rows are not compared with earlier tables.", least)
        shown, blur = _as_published(case, table)
        found = subtracted(shown, table.dimensions, earlier, least, blur)
        if found.close:
            message = f"{found.close} cells differ from {earlier.release} by fewer than {least} persons or records."
            return self._finding(Outcome.FAIL, [earlier.release], f"fewer than {least}", message)
        if found.unlike:
            message = f"{found.unlike} cells are shown here or in {earlier.release} only; counts do not tell of whom."
            return _not_told(self, earlier.release, message, least)
        if found.unclear:
            message = (
                f"Counts are perturbed: {found.unclear} cells may differ from {earlier.release} by fewer than {least}."
            )
            return _not_told(self, earlier.release, message, least)
        message = f"No cell differs from {earlier.release} by fewer than {least} persons or records."
        return self._finding(Outcome.PASS, [earlier.release], None, message)

    def compare(self, release: Published, others: Sequence[Published]) -> tuple[Finding, ...]:
        """What `release` tells together with each of `others`."""
        unseen = _layers(self, release, others)
        others, rows = _without_rows(others)
        new, earlier = _coded(release, others)
        least = int(self.minimum_people)
        beside = [(_TOGETHER, difference(one, two, least)) for one, two in combinations(new, 2)]
        found = [*beside, *((old.release, difference(one, old, least)) for one in new for old in earlier)]
        owing = (*self._left_of_rows(release, rows), *self._owing(new, earlier))
        unseen = (*owing, *_unsummed(self, release, others), *_blind_to(self, release, rows), *unseen)
        close = list(dict.fromkeys(name for name, each in found if each.close))
        if close:
            number = sum(each.close for _, each in found)
            message = f"{number} subtractions of cells of {_named(close)} leave fewer than {least} persons."
            failed = self._finding(Outcome.FAIL, close, f"fewer than {least}", message)
            return (failed, *_blind(self, new[0], earlier), *unseen)
        if owing:
            return (*_blind(self, new[0], earlier), *unseen)
        measured = [(each.smallest, name) for name, each in found if each.smallest is not None and name != _TOGETHER]
        nearest = min(measured, key=lambda one: one[0])[1] if measured else None
        among = f"the {len(new)} tables and of " if len(new) > 1 else ""
        number = len(others) + len(rows)
        message = f"No subtraction of cells of {among}{number} earlier releases leaves fewer than {least} persons."
        smallest = None if nearest is None else f"{least} or more"
        passed = self._finding(Outcome.PASS, [nearest] if nearest else [], smallest, message)
        return (passed, *_blind(self, new[0], earlier), *unseen)

    def _left_of_rows(self, release: Published, rows: Sequence[Published]) -> tuple[Finding, ...]:
        """Cells from which whoever has rows can subtract these, and few are left."""
        least, found = int(self.minimum_people), dict.fromkeys((each.release for each in rows), 0)
        for each in rows:
            for part in parts(release):
                table, other = coded([part, each])
                found[each.release] += remainders(table, other, least) if table.key == other.key else 0
        if not (names := [name for name, number in found.items() if number]):
            return ()
        message = (
            f"{sum(found.values())} cells leave fewer than {least} persons when whoever has the rows of "
            f"{_named(names)} subtracts these, or the cell from these."
        )
        return (self._finding(Outcome.FAIL, names, f"fewer than {least}", message),)

    def _owing(self, new: Sequence[Coded], earlier: Sequence[Coded]) -> tuple[Finding, ...]:
        """Subtractions of sums that leave what one or two persons make up, or few of another delivery."""
        limits, least = _dominance(self), int(self.minimum_people)
        found = {old.release: owed(one, old, least, limits) for one in new for old in earlier}
        if not (names := [name for name, number in found.items() if number]):
            return ()
        message = (
            f"{sum(found.values())} subtractions of sums of {_named(names)} leave an amount to which one or two "
            "persons, or fewer than the limit, contribute too much."
        )
        return (self._finding(Outcome.FAIL, names, "owed to few", message),)

    def _finding(self, outcome: Outcome, releases: Sequence[str], measured: str | None, message: str) -> Finding:
        remedy = self.remedy if outcome is Outcome.FAIL else NONE
        about = ", ".join(releases) or "earlier releases"
        return Finding(self.id, outcome, about, measured, self.minimum_people, message, remedy)


def _as_published(case: Case, judged: Masked) -> tuple[pl.DataFrame, int]:
    """The cells to hold beside an earlier file, and how far a count may lie from the true one. Perturbed ones, for the
    file has such too; where another rule hides a cell the count it would have."""
    if (made := case.perturbed) is None:
        return judged.safe, 0
    counts = [made.table[name].fill_null(judged.safe[name]) for name in COUNTS]
    return judged.safe.with_columns(counts), made.settings.largest or made.settings.base or 0


@dataclass(frozen=True, slots=True)
class JointRelease:
    """All releases together let nobody calculate a small group, or what a hidden cell holds."""

    id: ClassVar = "D09"
    source: ClassVar = "joint audit of linked tables, Handbook on Statistical Disclosure Control, 4.2 and 5"
    outcomes: ClassVar = (
        "FAIL unless another population, and other amounts, with the same published figures are found for each of "
        "them; NOT ASSESSABLE where sums have too many parts"
    )
    remedy: ClassVar = "Use the breakdown of an earlier release, combine categories, or leave a dimension out."
    minimum_people: float
    dominance_one: float
    dominance_two: float
    p_percent: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.subject.counts:
            about = ", ".join(each.release for each in case.subject.counts)
            return (_not_told(self, about, "Nobody told whose records the earlier tables hold.", self.minimum_people),)
        if (unasked := _unasked(self, case, self.minimum_people)) is not None:
            return (unasked,)
        return self.compare(published(case), case.subject.earlier)

    def compare(self, release: Published, others: Sequence[Published]) -> tuple[Finding, ...]:
        """What `release` and all `others` tell together; those under another key are what D08 says they are."""
        others, with_rows = _without_rows(others)
        new, all_others = _coded(release, others)
        rows = {old.release for old in others if old.lineage.extract}
        earlier = [old for old in all_others if old.key == new[0].key and old.release not in rows]
        earlier = [old for old in earlier if not any(says_the_same(one, old) for one in new)]
        least = int(self.minimum_people)
        number = given_away([*new, *earlier], least) if earlier or _overlap(new) else 0
        seen_by_rows = () if number else self._beside_rows(release, others, with_rows)
        unseen = (*self._sums(new, earlier), *seen_by_rows, *_layers(self, release, others))
        if not number and unseen:
            return unseen
        if not number:
            held = len({*(old.release for old in earlier), *(each.release for each in with_rows)})
            message = f"What fewer than {least} persons have in {held} earlier releases stays open."
            return (Finding(self.id, Outcome.PASS, "earlier releases", 0, least, message, NONE),)
        names = list(dict.fromkeys(each.release for each in culprits(new, earlier, least))) or [_TOGETHER]
        message = (
            f"Together with {_named(names)} this table tells, or cannot be shown not to tell, {number} counts of fewer "
            f"than {least}."
        )
        return (Finding(self.id, Outcome.FAIL, ", ".join(names), number, least, message, self.remedy), *unseen)

    def _beside_rows(
        self, release: Published, others: Sequence[Published], rows: Sequence[Published]
    ) -> tuple[Finding, ...]:
        """What whoever has rows can calculate of all tables. Not to have found another population proves nothing here:
        such a reader's rows are looked at more finely than the tables are."""
        tables = [
            part for each in (release, *others) if each.lineage.key == release.lineage.key for part in parts(each)
        ]
        tables = [each for each in tables if not each.lineage.extract]
        found = []
        for each in rows:
            beside = as_table(each, tables) if each.lineage.key == release.lineage.key else None
            if beside is None or given_away(coded([*tables, beside]), int(self.minimum_people)):
                found.append(each.release)
        if not found:
            return ()
        message = f"What whoever has the rows of {_named(found)} learns of few persons could not be shown to stay open."
        return (_not_told(self, ", ".join(found), message, self.minimum_people),)

    def _sums(self, new: Sequence[Coded], earlier: Sequence[Coded]) -> tuple[Finding, ...]:
        """What sums of amounts of one delivery tell together."""
        beside = [old for old in earlier if old.delivery == new[0].delivery and same_amounts(new[0], old)]
        told = recalculable([*new, *beside], _dominance(self)) if beside else False
        if told is False:
            return ()
        names = ", ".join(dict.fromkeys(each.release for each in beside))
        if told is None:
            message = "Sums have too many parts to look at all of them together; each was held against each other one."
            return (_not_told(self, names, message, self.minimum_people),)
        message = "Together with earlier sums an amount can be calculated that few persons make up."
        return (Finding(self.id, Outcome.FAIL, names, None, self.minimum_people, message, self.remedy),)


def _dominance(rule: "Differencing | JointRelease") -> Dominance:
    return Dominance(rule.dominance_one, rule.dominance_two, rule.p_percent)


def _without_rows(others: Sequence[Published]) -> tuple[list[Published], list[Published]]:
    """Tables (and of whom nothing is known but who is in them), and rows."""
    return [each for each in others if not each.lineage.rows], [each for each in others if each.lineage.rows]


def _blind_to(rule: Differencing, release: Published, rows: Sequence[Published]) -> tuple[Finding, ...]:
    if not rows:
        return ()
    new, *others = coded([parts(release)[0], *rows])
    return _blind(rule, new, others)


def _unsummed(rule: Differencing, release: Published, others: Sequence[Published]) -> tuple[Finding, ...]:
    """Earlier sums of which nobody kept what they are made of."""
    sums = [old.release for old in others if "value" in old.table.columns and not old.lineage.magnitude]
    if not sums or "value" not in release.table.columns:
        return ()
    message = f"Of the sums of {_named(sums)} nobody kept what they are made of; only people and records were compared."
    return (_not_told(rule, ", ".join(sums), message, rule.minimum_people),)


def _not_told(rule: "Differencing | JointRelease", about: str, message: str, limit: float) -> Finding:
    return Finding(rule.id, Outcome.NOT_ASSESSABLE, about, None, limit, message, rule.remedy)


def _unasked(rule: "Differencing | JointRelease", case: Case, limit: float) -> Finding | None:
    """The finding where there is nothing to compare, or where it cannot be compared."""
    subject = case.subject
    if subject.kind != "table" or case.table is None:
        earlier = [each.release for each in subject.earlier]
        message = f"What rows of persons tell beside {_named(earlier)} is not known."
        if not earlier:
            message = "No earlier release was given; rows of persons are not compared with any."
        about = ", ".join(earlier) or "earlier releases"
        return Finding(rule.id, Outcome.NOT_ASSESSABLE, about, None, limit, message, rule.remedy)
    alone = subject.lineage is None or not subject.lineage.tables
    if not subject.earlier and alone:
        return Finding(rule.id, Outcome.PASS, "earlier releases", None, limit, "No earlier release was given.", NONE)
    if subject.lineage is None:
        message = "Nobody told whose records the cells hold."
        return Finding(rule.id, Outcome.NOT_ASSESSABLE, "earlier releases", None, limit, message, rule.remedy)
    return None


def published(case: Case) -> Published:
    """The subject as it would leave if the threshold alone hid cells, and dominance sums: at least all that leaves."""
    if case.judged is None or case.subject.lineage is None:
        raise TypeError("there is no table whose members are known")
    lineage, table = replace(case.subject.lineage, parents=case.judged.parents), case.judged.safe
    if case.by_dominance is not None and "value" in table.columns:
        table = table.with_columns(case.by_dominance.safe["value"])
    return Published(_NEW, (), table, lineage)


def rows_published(case: Case) -> Published | None:
    """Of anonymous rows whose persons are known who is in them, as one cell; None of anything else."""
    lineage, stays = case.subject.lineage, case.rows.stays if case.rows else None
    return None if lineage is None or stays is None else as_one_cell(_NEW, (), lineage, stays)


def _layers(
    rule: "Differencing | JointRelease", release: Published, others: Sequence[Published]
) -> tuple[Finding, ...]:
    """What is not known where a table has subtotals, or where rows left.

    Cells and totals are compared all the same, and by D08 who is in the rows as well.
    """
    rows = [old.release for old in others if old.lineage.extract]
    layered = [
        old.release for old in others if not old.lineage.extract and release.lineage.subtotals | old.lineage.subtotals
    ]
    unseen = (
        (layered, f"Subtotals of a hierarchy, here or in {_named(layered)}, are not held against each other."),
        (rows, f"What a table tells whoever has the rows of {_named(rows)} is not known, only who is in them."),
    )
    return tuple(_not_told(rule, ", ".join(names), said, rule.minimum_people) for names, said in unseen if names)


def _blind(rule: Differencing, new: Coded, earlier: Sequence[Coded]) -> tuple[Finding, ...]:
    """Releases in which not everybody would be known again."""
    blind = list(dict.fromkeys(old.release for old in earlier if not comparable(new, old)))
    if not blind:
        return ()
    message = (
        f"{_named(blind)} rest on other deliveries, or were made under another key, and not everybody in them has a "
        "number by which they would be known again."
    )
    remedy = "Deliver a number for every person (a BSN), or weigh that what these releases tell together is not known."
    return (
        Finding(rule.id, Outcome.NOT_ASSESSABLE, ", ".join(blind), len(blind), rule.minimum_people, message, remedy),
    )


def _coded(release: Published, others: Sequence[Published]) -> tuple[list[Coded], list[Coded]]:
    """The tables of the release, and those of all others."""
    mine, theirs = parts(release), [part for other in others for part in parts(other)]
    every = coded([*mine, *theirs])
    return every[: len(mine)], every[len(mine) :]


def _overlap(tables: Sequence[Coded]) -> bool:
    """Whether two tables that leave together have different dimensions of one variable, such as two bandings of age.

    Where none have, their sums say all that they tell of a cell, and D06 has looked at these for all tables at once.
    """
    each = {dimension.name: set(dimension.variables) for table in tables for dimension in table.dimensions}
    return any(each[one] & each[other] for one, other in combinations(each, 2))


def _named(releases: Sequence[str]) -> str:
    return ", ".join(release if release == _TOGETHER else f"release {release}" for release in releases)
