"""The declaration of a source (bron): whose file it is, how it is written, and what each column is for."""

import codecs
from datetime import date
from itertools import pairwise
from typing import Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from declare import Address, Declaration

Entity = Literal["person", "company", "location"]
Role = Literal["identify", "payload", "aside", "drop"]
SemanticType = Literal[
    "bsn", "rsin", "kvk", "bag_id", "licence_plate", "identifier", "code",   # unique; codes compare by similarity too
    "given_names", "initials", "surname", "prefix", "partner_surname", "full_name",
    "date", "sex", "postcode", "house_number", "house_addition", "email", "phone", "iban",
    "text", "category", "municipality", "nationality", "country", "bag_status", "investigation",
    "integer", "decimal", "freetext",
]  # fmt: skip

CLEAR_TYPES: Final = ("number", "latitude", "longitude", "list")
"""Types that a model of the workbench compares by distance in clear text; no token can stand for them."""

NAME_TYPES: Final = ("given_names", "surname", "partner_surname", "full_name")
"""Types whose words are looked for in the texts of the same record."""

COARSENED_TYPES: Final = {
    "year": {"date"},
    "age-band": {"date"},
    "band": {"integer", "decimal"},
    "postcode-4": {"postcode"},
}
"""From which types a coarsened copy can be made."""


class FileFormat(Declaration):
    """How the file is written. The declared format is law; nothing is guessed."""

    kind: Literal["csv", "fixed", "excel", "jsonl", "xml", "parquet"] = "csv"
    packing: Literal["gzip", "zip"] | None = None
    """What the file is packed in."""
    member: str | None = None
    """Name of the file in a ZIP archive, as it stands there; without it the archive holds one file."""
    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    """Empty for a file without quoting."""
    header: bool = True
    """Whether the first record names the columns. Without one they stand in the order of the declaration."""
    sheet: str | None = None
    """Name of the sheet of a workbook; without it the workbook holds one sheet."""
    record: str | None = None
    """Name of the XML element that is a row; its attributes and the elements directly in it are its cells."""
    decimal: Literal[".", ","] = "."
    date: str = "%Y-%m-%d"
    """%Y, %m and %d, each once, and what stands between them."""
    unknown_date_parts: bool = False
    """Whether 00 stands for an unknown day or month (or 0000 for a year), as in the BRP."""
    null: tuple[str, ...] = ("",)
    """Texts that stand for an empty cell; the empty text always does."""

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            # The codec of bytes to bytes, such as base64, is none for text and says so here.
            b"".decode(encoding)
            return codecs.lookup(encoding).name.removesuffix("-sig")
        except (LookupError, UnicodeError) as error:
            raise ValueError("no such encoding; for example utf-8, windows-1252 or utf-16") from error

    @field_validator("date")
    @classmethod
    def _date_has_three_parts(cls, form: str) -> str:
        if any(form.count(part) != 1 for part in ("%Y", "%m", "%d")) or form.count("%") != 3:
            raise ValueError("a date format holds %Y, %m and %d once and no other code")
        return form

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if not (self.separator + self.quote).isascii() or self.separator == self.quote:
            raise ValueError("separator and quote are two different ASCII characters")
        return self

    @model_validator(mode="after")
    def _settings_belong_to_the_kind(self) -> Self:
        for setting in sorted(self.model_fields_set & _BELONGS.keys()):
            if self.kind not in _BELONGS[setting]:
                raise ValueError(f"a file of kind {self.kind} has no {setting}")
        if self.member is not None and self.packing != "zip":
            raise ValueError('a member is named where packing = "zip"')
        if self.kind == "xml" and not self.record:
            raise ValueError("a file of kind xml needs a record, the name of the element that is a row")
        return self


_BELONGS: Final = {
    "encoding": {"csv", "fixed", "jsonl", "xml"},
    "separator": {"csv"},
    "quote": {"csv"},
    "header": {"csv", "excel"},
    "sheet": {"excel"},
    "record": {"xml"},
}
"""Settings that mean something for some kinds only."""


Severity = Literal["stop", "quarantine", "cell", "warn"]
"""What failing costs: the delivery is refused, the row is set apart, the cell is emptied, or it is only reported."""


class Strictness(Declaration):
    """How a rule of the column's type is taken in this source, instead of its usual way."""

    severity: Severity | None = None
    mostly: float | None = Field(default=None, gt=0, le=1)
    """Share of the filled cells for which it is enough to be right; then none of the others costs anything."""


class Check(Declaration):
    """One Great Expectations expectation beyond what the column's type already asks for."""

    expectation: str
    """Snake-case name, for example `expect_column_values_to_be_in_set`."""
    arguments: dict[str, bool | int | float | str | list[int | float | str]] = {}
    severity: Severity = "quarantine"


class Column(Declaration):
    """One column of the file. `field` groups the columns that describe one thing, such as prefix and surname."""

    name: str
    type: SemanticType
    role: Role
    field: str | None = None
    """Name of the linkage field, the same in every source; needed for role `identify`."""
    required: bool = False
    """An empty cell sends the row to quarantine."""
    start: int | None = Field(default=None, ge=1)
    """In a file of fixed width: place of the first character, from 1."""
    width: int | None = Field(default=None, ge=1)
    """In a file of fixed width: number of characters."""
    concept: str | None = None
    checks: tuple[Check, ...] = ()
    rules: dict[str, Strictness] = {}
    """By the name of a rule that the column's type brings along, as the quality report has it."""
    freetext: Literal["mask", "refuse", "drop"] = "drop"
    """What a text in which anybody may be named is worth: what identifies is masked; the column is emptied when
    anything identifies; or it goes no further in any case."""

    @property
    def place(self) -> range:
        """Of its characters in a line, from 0; empty where the file is not of fixed width."""
        return range((self.start or 1) - 1, (self.start or 1) - 1 + (self.width or 0))

    @field_validator("type", mode="before")
    @classmethod
    def _can_become_a_token(cls, declared: object) -> object:
        if declared in CLEAR_TYPES:
            raise ValueError(
                "a column of this type is compared in clear text only, which a source does not hold; "
                "declare integer, decimal, category or text"
            )
        return declared

    @model_validator(mode="after")
    def _identify_needs_a_field(self) -> Self:
        if self.role == "identify" and self.field is None:
            raise ValueError("a column with role identify needs a field")
        return self

    @model_validator(mode="after")
    def _free_text_goes_no_further(self) -> Self:
        if self.type == "freetext" and self.freetext == "drop" and self.role != "drop":
            raise ValueError(
                "free text may hold names and numbers of anybody; "
                'its role can only be drop, or payload with freetext = "mask" or "refuse"'
            )
        if self.freetext != "drop" and (self.type, self.role) != ("freetext", "payload"):
            raise ValueError(f'freetext = "{self.freetext}" is for a column of type freetext with role payload')
        return self


class Derived(Declaration):
    """A coarsened copy of a column, kept as payload or aside; the column itself may be identifying."""

    name: str
    origin: str
    role: Literal["payload", "aside"] = "payload"
    coarsen: Literal["year", "age-band", "band", "postcode-4"]
    edges: tuple[float, ...] = ()
    """Lower edges of the second and later bands, for `age-band` (years) and `band`."""
    reference: date | None = None
    """The day ages are counted on."""

    @model_validator(mode="after")
    def _bands_need_edges(self) -> Self:
        if self.coarsen in ("age-band", "band") and not self.edges:
            raise ValueError("bands need edges")
        if self.coarsen == "age-band" and self.reference is None:
            raise ValueError("an age band needs a reference date")
        if any(low >= high for low, high in pairwise(self.edges)):
            raise ValueError("edges rise")
        return self


class Form(Declaration):
    """How a delivery arrives: sealed by `encode`, or in clear under a processing agreement."""

    form: Literal["sealed", "clear"] = "sealed"
    processing_agreement: str | None = None

    @model_validator(mode="after")
    def _clear_needs_an_agreement(self) -> Self:
        if self.form == "clear" and not self.processing_agreement:
            raise ValueError("a clear delivery needs a processing_agreement")
        return self


PeriodKind = Literal["year", "quarter", "month", "week", "day"]


class Changes(Declaration):
    """From what size on a change against the delivery before is sudden, as `intake.changes` measures it.

    The numbers that hold where none is declared are a start for a conversation with the supplier, no norm: a fifth of
    the rows more or fewer, one cell in twenty more or fewer empty, one row in ten in another category or on another
    side of some value. They were chosen before any register was looked at.
    """

    rows: float = Field(default=0.2, gt=0)
    """Of the number of rows, relative to the delivery before."""
    empty: float = Field(default=0.05, gt=0, le=1)
    """Of the share of empty cells of a column."""
    shares: float = Field(default=0.1, gt=0, le=1)
    """Total variation distance between the shares of a column's categories."""
    distribution: float = Field(default=0.1, gt=0, le=1)
    """Kolmogorov-Smirnov distance between a column's numbers or days."""
    significance: float = Field(default=0.01, gt=0, lt=1)
    """A change as large as chance alone brings about with at least this probability is none."""
    severity: Literal["warn", "stop"] = "warn"
    """Whether a sudden change is reported, or refuses the delivery."""


class Source(Declaration):
    """sources/*.toml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: str
    owner: str
    """Id of the partner that owns the data."""
    entity: Entity = "person"
    once: bool = False
    """Whether the source holds each entity once, so that assignment may be one-to-one."""
    key: tuple[str, ...] = ()
    """Columns that together name a row, by which a delivery is held beside an earlier one."""
    period: PeriodKind | None = None
    """What a delivery is about: a later one of the same period corrects it. None: each replaces the one before."""
    changes: Changes | None = None
    """What counts as a sudden change since the delivery before. None: nothing is judged."""
    steward: Address | None = None
    """Address (age1…) of the supplier's data steward, who alone can open what was set apart."""
    retention_days: int = Field(default=90, ge=1)
    file: FileFormat = FileFormat()
    delivery: Form = Form()
    columns: tuple[Column, ...] = Field(min_length=1)
    derived: tuple[Derived, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique_and_known(self) -> Self:
        names = [column.name for column in self.columns]
        kept = [column.name for column in self.columns if column.role in ("payload", "aside")]
        kept += [derived.name for derived in self.derived]
        if len(names) != len(set(names)) or len(kept) != len(set(kept)):
            raise ValueError("a column name occurs twice")
        if unknown := {derived.origin for derived in self.derived} - set(names):
            raise ValueError(f"derived from columns that are not declared: {', '.join(sorted(unknown))}")
        if strange := set(self.key) - {column.name for column in self.read}:
            raise ValueError(f"the key has columns that are not read: {', '.join(sorted(strange))}")
        if "row" in names:
            raise ValueError("the name row is taken by the row number")
        return self

    @model_validator(mode="after")
    def _places_fit_the_format(self) -> Self:
        placed = [column for column in self.columns if column.start is not None or column.width is not None]
        if self.file.kind != "fixed" and placed:
            raise ValueError("only a file of kind fixed has columns with start and width")
        if self.file.kind == "fixed" and any(column.start is None or column.width is None for column in self.columns):
            raise ValueError("in a file of kind fixed every column has start and width")
        places = sorted((column.place for column in placed), key=lambda place: place.start)
        if any(left.stop > right.start for left, right in pairwise(places)):
            raise ValueError("two columns share a place in the line")
        return self

    @model_validator(mode="after")
    def _coarsening_fits_the_type(self) -> Self:
        types = {column.name: column.type for column in self.columns}
        if misfit := [each.name for each in self.derived if types[each.origin] not in COARSENED_TYPES[each.coarsen]]:
            raise ValueError(f"cannot be made from a column of that type: {', '.join(misfit)}")
        return self

    @property
    def kept(self) -> tuple[Column, ...]:
        """Columns that pseudonymisation needs: all but dropped ones, and of those the origins of derived columns."""
        origins = {derived.origin for derived in self.derived}
        return tuple(column for column in self.columns if column.role != "drop" or column.name in origins)

    @property
    def read(self) -> tuple[Column, ...]:
        """Columns of an extract's table: those kept, and dropped ones that something is asked of, or whose names are
        looked for in texts."""
        kept = {column.name for column in self.kept}
        if self.searched:
            kept |= {column.name for column in self.columns if column.type in NAME_TYPES}
        return tuple(column for column in self.columns if column.name in kept or column.required or column.checks)

    @property
    def searched(self) -> tuple[Column, ...]:
        """Columns of free text that go on only as far as nobody can be read in them."""
        return tuple(column for column in self.columns if column.freetext != "drop")

    def with_role(self, *roles: Role) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.role in roles)
