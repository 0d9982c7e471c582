"""How the made-up world differs from a clean one: every share the generator uses, in one place.

All of them are invented. The orders of size follow what partners tell of their registers; nothing was measured.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Residents:
    """Shares of the rows of the population register."""

    double: float = 0.005
    """Registered a second time, half of them under a second BSN."""
    invalid_bsn: float = 0.01
    unknown_day: float = 0.003
    under_investigation: float = 0.015
    mistyped: float = 0.002
    nowhere: float = 0.003
    """At a house number that is not in the register of addresses."""


@dataclass(frozen=True, slots=True)
class Incomes:
    """Shares of the rows of the tax administration, but for the first two."""

    of_adults: float = 0.85
    """Share of the adult residents with an income."""
    elsewhere: float = 0.03
    """Persons with an income who are not resident, as a share of the residents."""
    missing_bsn: float = 0.02
    invalid_bsn: float = 0.003
    outdated_address: float = 0.03
    mistyped: float = 0.01
    moved_lately: float = 0.01
    """With a day in the last year for having moved, although they moved longer ago."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Shares of the rows of the inspection, but for the first three."""

    per_person: float = 0.45
    """Rows for each person of the population."""
    of_persons: float = 0.25
    """Share of the population with at least one report."""
    unfamiliar: float = 2.0
    """How much more often a name outside the largest group is mistyped."""
    nowhere: float = 0.06
    """On persons in no register."""
    bsn: float = 0.12
    invalid_bsn: float = 0.04
    """Share of the BSNs that are written down."""
    double_name: float = 0.25
    """Partner's name and own name, as a share of those with a partner's name."""
    partner_name: float = 0.12
    """The partner's name only, as a share of those with a partner's name."""
    behind: float = 0.15
    """Shares of the five ways to write a prefix; the rest is plain. `Berg, van den`."""
    dotted: float = 0.15
    """`v.d. Berg`."""
    compact: float = 0.10
    """`vd Berg`."""
    capitalised: float = 0.20
    """`Van Den Berg`."""
    accents_dropped: float = 0.5
    """Of the names that have accents."""
    surname_mistyped: float = 0.08
    given_name_mistyped: float = 0.05
    nickname: float = 0.20
    """Of those who have one."""
    initials: float = 0.15
    date_swapped: float = 0.02
    """Day and month swapped, of the dates where that gives a date."""
    date_mistyped: float = 0.03
    unknown_day: float = 0.03
    outdated_address: float = 0.03
    """On top of those who moved after the report."""
    street_shortened: float = 0.25
    """`Kerkstr.`, of the streets that end so."""
    street_mistyped: float = 0.04
    missing: float = 0.05
    """Each of given name, birth date and address, independently."""
    remark: float = 0.60
    identifier_in_remark: float = 0.03
    """Of the remarks: a BSN or a telephone number."""
    ragged: float = 0.002
    impossible_date: float = 0.002
    wrong_amount: float = 0.002
    repeated_number: float = 0.001
    unknown_kind: float = 0.001


@dataclass(frozen=True, slots=True)
class Addresses:
    """Shares of the addresses."""

    vacant: float = 0.06
    withdrawn: float = 0.015
    formed: float = 0.01
    double: float = 0.002
    """Listed under a second number."""
    withdrawn_in_use: float = 0.005
    """Share of the households registered at a withdrawn address."""


RESIDENTS: Final = Residents()
INCOMES: Final = Incomes()
REPORTS: Final = Reports()
ADDRESSES: Final = Addresses()
