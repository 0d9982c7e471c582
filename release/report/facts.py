"""What the DPO's page says, as plain frozen values: no template, no table of persons, ready for JSON.

Dates are ISO 8601 text, rates are fractions from 0 to 1, digests hexadecimal. `None` means unknown and is shown so.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from declare import WrongInput, canonical
from release.profile import ColumnProfile
from release.report.came import Came
from release.report.leaves import Leaves
from release.series import Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The legal ground on which one source takes part."""

    source: str
    law: str
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dpia:
    """The data protection impact assessment (gegevensbeschermingseffectbeoordeling)."""

    id: str
    approved: str
    valid_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Annex: one word of the room's dictionary that the request rests on, and the columns that mean it."""

    title: str
    definition: str
    owner: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Homonym:
    """Annex: columns that bear one name and mean different things, each as `source: word`."""

    name: str
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where persons concerned turn to at a partner whose source takes part."""

    partner: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Section 2: who asks, what for, and on what footing."""

    request: str
    title: str
    purpose: str
    requester: str
    agreement: str
    grounds: tuple[Ground, ...]
    dpia: Dpia | None
    recipients: tuple[str, ...]
    retention_until: str
    effect: str = ""
    case_decision: str | None = None
    bias: tuple[Ground, ...] = ()
    """On what the bias run reads protected attributes."""
    definitions: tuple[Definition, ...] = ()
    homonyms: tuple[Homonym, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Section 4: one source as delivered."""

    source: str
    title: str
    owner: str
    snapshot: str
    delivery: str
    """SHA-256 of the file as delivered."""
    rows_in: int
    rows_kept: int
    rows_quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()
    """The most frequent rules that sent rows to quarantine, with their counts."""
    approved_by: str = ""
    approved_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Section 4: what one rule left out of a source before linkage. Counts as bounds, both included."""

    rule: str
    """`age`, `leave-out`, `only` or `period`."""
    column: str
    terms: tuple[str, ...]
    rows: tuple[int, int] | None
    """None in the public copy."""
    unknown: tuple[int, int] | None
    """Of these, rows of which the rule could not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Section 4: what was used of one source, of what came in."""

    source: str
    rows_before: int
    rows_at_most: int | None
    left_out: tuple[LeftOut, ...]
    columns: tuple[str, ...] | None
    """The only ones that the purpose may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """Section 4: one linkage model; precision and recall are estimates made without labels."""

    model: str
    digest: str
    candidates: int
    links: int
    threshold: float
    precision: float | None
    recall: float | None
    """At most: matches that every block misses are not seen."""
    precision_low: float | None = None
    precision_high: float | None = None
    """95 percent as far as the model holds, which it seldom does wholly; so the page does not show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkError:
    """Section 3: percent within which half of the published cells, nine in ten and all of them may be off because links
    were missed or wrong; 100 stands for more than 50."""

    half: int
    nine_in_ten: int
    all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbation:
    """Section 5: what was done to the counts after cells were hidden, and what that cost.

    The loss is for the DPO: told to whoever reads a small table it would undo some of the rounding.
    """

    method: str
    """`rounding` or `cell-key`."""
    base: int | None = None
    """Counts are multiples of it."""
    largest: int | None = None
    """Noise moves a count by no more."""
    shown: int | None = None
    changed: int | None = None
    """Of the shown counts of people."""
    mean: float | None = None
    """Mean change of a shown count of people, in persons."""
    most: int | None = None
    sums: int | None = None
    kept: int | None = None
    """Of the sums of shown counts of people, those that still hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Section 5: what the disclosure rules hid."""

    cells: int
    """Cells with at least one record, margins included."""
    hidden_primary: int
    hidden_complementary: int
    share_hidden: float | None
    """Hidden part of the records in the cells that are no margin."""
    narrowest: float | None
    """Width of the narrowest interval that an attacker can put around a hidden count."""
    earlier_releases: int | None = None
    """Releases of the room that this one was held against, to whomever; revoked ones too."""
    nearest: str | None = None
    """The earlier release a cell of which leaves the fewest people when subtracted; None where none holds another."""
    smallest_difference: int | None = None
    """At least so many people are left: the limit, not a measure."""
    perturbation: Perturbation | None = None
    people: int | None = None
    records: int | None = None
    """Totals as published; None when hidden."""
    not_covered: tuple[str, ...] = ()
    """What this table was not held against; each has its words in the page's languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """Section 6: link rate of one group with its Wilson 95 % interval, in whole percents: exact ones tell their counts.
    All None for a group too small to show; where few records are linked, or few are not, no rate, and the bounds are
    those of all that few could make it."""

    attribute: str
    group: str
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGap:
    """Section 6: the largest difference between two groups' link rates, in whole points; None where fewer than two
    groups are large enough."""

    attribute: str
    points: int | None
    at_most: bool = False
    """Whether it is told no closer, for it rests on small counts."""


FOUND_BY_DRAFT: Final = ("conflicting", "unlinked")
"""`QualityFact.what` that the draft itself finds; the others are `column: check`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFact:
    """Section 7: one thing found in a source: a check that rows failed, a double registration, a withdrawn address."""

    source: str
    what: str
    count: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The four questions a WARN must be answered with (Algoritmekader, measure on bias)."""

    legitimate: str
    suitable: str
    necessary: str
    proportionate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """All findings of one rule with one outcome; `measured` and `threshold` only when it is a single one."""

    rule: str
    outcome: str
    count: int
    about: str
    measured: float | int | str | None
    threshold: float | int | str | None
    message: str
    remedy: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Section 9: an opinion (`positive`, `negative`) or a decision (`release`, `withhold`) somebody gave."""

    person: str
    when: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingFacts:
    """Section 9: the standing decision by which it left without a new one; opinion and decision are those on it."""

    id: str
    officer: str
    when: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where the audit log stood: number of entries and the head of its hash chain."""

    size: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """All that the page shows. `room_title` and `demo` are printed, so that nobody takes made-up data for real."""

    release: str
    room_title: str
    demo: bool
    made_on: str
    outcome: str
    counts: tuple[tuple[str, int], ...]
    """Rules by outcome, in the order FAIL, NOT ASSESSABLE, WARN, PASS."""
    draft_digest: str
    verdict_digest: str
    policy: str
    policy_digest: str
    asked: Asked
    leaves: Leaves
    sources: tuple[SourceFacts, ...]
    links: tuple[LinkFacts, ...]
    disclosure: Disclosure | None
    groups: tuple[GroupRate, ...]
    not_assessable: tuple[str, ...]
    quality: tuple[QualityFact, ...]
    changes: Changes | None
    """Since the last release of this series; None for the first."""
    findings: tuple[FindingLine, ...]
    gaps: tuple[GroupGap, ...] = ()
    without_ground: tuple[str, ...] = ()
    """Protected attributes that a source sets aside and that no ground lets the bias run read."""
    link_error: LinkError | None = None
    profile: tuple[ColumnProfile, ...] = ()
    """Annex: what is in the table that would leave."""
    uses: tuple[Use, ...] = ()
    """Of sources of which the agreement lets the purpose use a part."""
    restricted: tuple[int, int] | None = None
    """Section 4: rows of restricted persons that were left out before linkage, in bounds."""
    came: Came | None = None
    """Section 7 and annex: what came of earlier releases of this series; None for the first."""
    opinion: Signed | None = None
    decision: Signed | None = None
    standing: StandingFacts | None = None
    proof: Proof | None = None
    blind: str = ""
    """Of the draft, hexadecimal. With it people sign facts that nobody finds by trying, from what is public of them."""


@cache
def _adapter() -> TypeAdapter[ReportFacts]:
    return TypeAdapter(ReportFacts)


def plain(facts: ReportFacts) -> dict[str, Any]:
    """The facts as plain JSON data."""
    content: dict[str, Any] = _adapter().dump_python(facts, mode="json")
    return content


def to_json(facts: ReportFacts) -> bytes:
    """Canonical JSON (RFC 8785)."""
    return canonical(plain(facts))


def from_json(content: bytes) -> ReportFacts:
    """The facts again. Raises `WrongInput`."""
    try:
        return _adapter().validate_json(content)
    except ValidationError as error:
        raise WrongInput("these are not the facts of a report", remedy="Run the request again.") from error
