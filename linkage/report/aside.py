"""Errors by an attribute that stands aside, as rows of a table: whom a linkage missed, and whom it linked wrongly."""

from dataclasses import dataclass
from typing import Final

from linkage.subgroup import SubgroupErrors, SubgroupGap, SubgroupRate

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One group; None where too few matches or links are in it."""

    group: str
    missed: SubgroupRate | None
    false: SubgroupRate | None


@dataclass(frozen=True, slots=True)
class ByAttribute:
    """The largest groups of one attribute, of `groups` there are, and the gaps between groups that chance does not
    explain. `basis` is `posterior` or `truth`."""

    attribute: str
    basis: str
    rows: tuple[Row, ...]
    groups: int
    gaps: tuple[tuple[str, SubgroupGap], ...]


def by_attribute(errors: SubgroupErrors) -> ByAttribute:
    """The largest groups first."""
    missed, false = ({rate.group: rate for rate in rates} for rates in (errors.missed, errors.false))
    of = {group: max(each[group].of for each in (missed, false) if group in each) for group in {**missed, **false}}
    rows = [
        Row(group, missed.get(group), false.get(group)) for group in sorted(of, key=lambda group: (-of[group], group))
    ]
    gaps = ((error, errors.gap(error)) for error in ("missed", "false"))
    return ByAttribute(
        attribute=errors.attribute,
        basis=errors.basis,
        rows=tuple(rows[:SHOWN]),
        groups=len(rows),
        gaps=tuple((error, gap) for error, gap in gaps if gap is not None and gap.differs),
    )
