"""What labels taught, and whom a linkage missed or linked wrongly, as lines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from koppelkamer.cli.screen import columns, percent

if TYPE_CHECKING:
    from linkage.subgroup import SubgroupErrors, SubgroupRate
    from linkage.supervised import Learned

_MOST: Final = 20
"""Groups on a screen; quality.json has all."""


def learned(found: "Learned") -> list[str]:
    """How well the classifier does on labels it did not learn from, and what each field tells it."""
    lines = [f"  {found.method} learnt from {found.labels:,} labelled pairs"]
    if found.crossed and found.model:
        rows = [
            ("on pairs it did not learn from", f"{found.crossed.loss:.3f} bits lost a pair", found.crossed.wrong),
            ("the model on the same pairs", f"{found.model.loss:.3f} bits lost a pair", found.model.wrong),
        ]
        lines += columns([(*row, "told wrongly") for row in rows], indent=4)
    lines.append("    bits by which agreement on a field tells a match, as learnt and in the model:")
    lines += columns([(one.field, f"{one.learned:.1f}", f"{one.model:.1f}") for one in found.reasons()], indent=6)
    return lines


def by_subgroup(errors: "SubgroupErrors") -> Iterator[str]:
    """Missed and false matches by group, the largest groups first."""
    basis = "against the truth" if errors.basis == "truth" else "expected from the probabilities"
    yield f"  errors by {errors.attribute}, {basis}, with 95 % intervals:"
    missed, false = ({rate.group: rate for rate in rates} for rates in (errors.missed, errors.false))
    groups = sorted(
        {**missed, **false}, key=lambda group: -max(each[group].of for each in (missed, false) if group in each)
    )
    if not groups:
        yield "    no group has enough matches or links to be told"
        return
    head = ("", "missed", "of matches", "false", "of links")
    yield from columns(
        [head, *((group, *_cell(missed.get(group)), *_cell(false.get(group))) for group in groups[:_MOST])], 4
    )
    if len(groups) > _MOST:
        yield f"    {len(groups) - _MOST} more groups are in quality.json"
    for error in ("missed", "false"):
        gap = errors.gap(error)
        if gap is not None and gap.differs:
            yield (
                f"    {error} matches: {gap.most} has {100 * gap.gap:.1f} points more than {gap.least} "
                f"({100 * gap.low:.1f} to {100 * gap.high:.1f})"
            )


def _cell(rate: "SubgroupRate | None") -> tuple[str, str]:
    if rate is None or rate.rate is None:
        return "too few", ""
    return f"{percent(rate.rate)} ({percent(rate.low)} to {percent(rate.high)})", f"{rate.of:,.0f}"
