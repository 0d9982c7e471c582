"""What a reader may learn about a hidden cell at most. The suppressor works to reach this; the auditor checks it apart.

Readers, from knowing least to knowing most:

- The *outsider* has the published table and knows that zeros are always published, so that nothing hidden is zero. An
  unsafe count keeps an interval of `count_interval_width` persons.
- The *insider* also knows the threshold and which hidden cells lie below it: those hold 1 to `minimum_people` - 1
  persons. Against such a reader that width cannot be had; no hidden count may be known exactly.
- A *contributor* to a hidden cell also knows the own value, and a contributor who is alone in a cell the whole cell.
  The upper bound of every unsafe amount lies at least its `level` above the value, also for a contributor elsewhere.

No hidden amount may be known exactly to any of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Needs:
    """The limits of the policy that say how wide what can be calculated about a hidden cell must be."""

    minimum_people: float
    """Persons; a count from 1 to one less is unsafe."""
    count_interval_width: float
    """Persons."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Numbers of hidden cells, and the width every unsafe count keeps (persons; None when there are none)."""

    hidden: int = 0
    exact: int = 0
    """Cells one of whose measures can be calculated exactly."""
    narrow: int = 0
    """Unsafe counts known too closely."""
    near: int = 0
    """Unsafe amounts whose upper bound lies less than their level above them."""
    known_to_lone: int = 0
    """Unsafe cells that somebody alone in another hidden cell calculates."""
    narrowest: float | None = None
