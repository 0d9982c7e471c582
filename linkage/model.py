"""The declaration of a linkage: which sources, which blocks, which comparisons."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from declare import Declaration
from linkage.compare.level import Level

Assignment = Literal["none", "left-once", "right-once", "one-to-one"]

Matching = Literal["greedy", "mutual-best", "optimal"]

EXCLUDING: dict[Assignment, tuple[str, ...]] = {
    "none": (),
    "right-once": ("l",),
    "left-once": ("r",),
    "one-to-one": ("l", "r"),
}
"""Sides whose records have one partner at most."""


MOST_FIELDS = 16
MOST_LEVELS = 12
MOST_JOINED = 3
MOST_BLOCKS = 32


class Block(Declaration):
    """Which records meet. Those that agree on all of `on`; of these, where given, only those that lie near each other
    by order (sorted neighbourhood), or whose values of one field are probably alike (locality-sensitive hashing).

    Missing evidence agrees with nothing. Where evidence is a list, agreement on one member is enough.
    """

    on: tuple[str, ...] = ()
    """Evidence, for example `surname.sound` and `birth_date.year`; in clear text also SQL expressions over the evidence
    of one field, for example `substr(surname, 1, 2)`."""
    sorted_by: tuple[str, ...] = ()
    """Evidence by which records are sorted, the first counting most. Hernández and Stolfo (1995)."""
    window: int = Field(default=5, ge=1, le=1_000)
    """How many records to each side are near."""
    alike: str | None = None
    """Field whose values are probably alike: MinHash of the bigrams of text, or of the set bits of encodings."""
    bands: int = Field(default=16, ge=1, le=200)
    size: int = Field(default=4, ge=1, le=64)
    """`bands` chances to meet on `size` hashes: more bands find more, larger ones find less."""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.on or self.sorted_by or self.alike):
            raise ValueError("a block needs on, sorted_by or alike")
        return self


Chance = Annotated[float, Field(gt=0, lt=1)]


class Prior(Declaration):
    """What is known beforehand of how many pairs match: a chance, or rules that hardly ever join strangers."""

    chance: Chance | None = None
    """Of a pair drawn at random from all pairs; it is kept as it is."""
    rules: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    """Each names evidence; pairs that agree on all of it are taken for matches."""
    recall: float = Field(default=0.8, gt=0, le=1)
    """Share of all matches that the rules are thought to find."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.chance is None) == (not self.rules):
            raise ValueError("a prior needs either chance or rules")
        return self


class Comparison(Declaration):
    """How one field is compared."""

    field: str
    term_frequency: bool | None = None
    """Whether agreement on a rare value counts for more; by default for names."""
    levels: tuple[Level, ...] = Field(default=(), max_length=MOST_LEVELS)
    """From best to worst; by default those of the field's kind."""
    m: dict[str, Chance] = {}
    """Level → its chance among matches, where it is known and not to be estimated."""
    u: dict[str, Chance] = {}
    """Level → its chance among strangers, likewise."""


class FileField(Declaration):
    """A column of a file, or one of each of two files, and the linkage field it belongs to."""

    field: str
    type: str
    """Semantic type, as in the declaration of a source."""
    column: str | None = None
    left: str | None = None
    right: str | None = None
    format: str = "%Y-%m-%d"
    """How a date is written: %Y, %m and %d with what stands between them."""
    left_format: str | None = None
    right_format: str | None = None
    separator: str = Field(default="|", min_length=1)
    """Between the members of a list that is written as text."""

    @model_validator(mode="after")
    def _names_a_column(self) -> Self:
        if (self.column is None) == (self.left is None and self.right is None):
            raise ValueError("name either column, or left and right")
        return self

    @model_validator(mode="after")
    def _dates_have_three_parts(self) -> Self:
        formats = (self.format, self.left_format or self.format, self.right_format or self.format)
        if any(form.count(part) != 1 for form in formats for part in ("%Y", "%m", "%d")):
            raise ValueError("a format of dates has %Y, %m and %d, once each")
        return self

    def of(self, side: str) -> str | None:
        """Column on the `left` or `right`; None where that file lacks it."""
        own = self.left if side == "left" else self.right
        return self.column or own

    def format_of(self, side: str) -> str:
        own = self.left_format if side == "left" else self.right_format
        return own or self.format


class Files(Declaration):
    """How files of the workbench are written; Parquet is known by its name."""

    separator: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    id: str | None = None
    """Column that names a record; without one it is the row number from 0."""

    @model_validator(mode="after")
    def _separator_can_separate(self) -> Self:
        if not self.separator.isascii() or self.separator in '"\r\n':
            raise ValueError("separator is one ASCII character, neither a quotation mark nor the end of a line")
        return self


class Clustering(Declaration):
    """What keeps records apart although links tie them together (`linkage.cluster.Rules`)."""

    different: tuple[str, ...] = ()
    """Compared fields, such as bsn, of which no cluster has two different values."""
    least_share: float = Field(default=0.2, ge=0, le=1)
    """Guard against chains: two groups become one cluster only when at least this share of the compared pairs between
    them are links. Chosen with the truth in hand, from 0.1 to 0.5: at 0.2 pairwise F1 of clusters went from 0.885 to
    0.966 on fake_1000, and stayed as it was on FEBRL3 and RLdata500."""


class Model(Declaration):
    """models/*.toml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    left: str = "left"
    right: str = "right"
    """Ids of sources; equal when a source is searched for double records."""
    threshold: float = Field(default=0.5, gt=0, lt=1)
    """Least posterior probability of a link."""
    one_to_one: Assignment | None = None
    """`right-once`: each left record has at most one link, for the right holds each entity once; by default what the
    sources say (`linkage.train.assignment_of`)."""
    matching: Matching = "greedy"
    """How partners are chosen where both sides hold each entity once (`linkage.assign`)."""
    clusters: Clustering = Clustering()
    block_limit: int = Field(default=1_000_000, ge=1)
    """Most pairs of one block value; of a larger one only records near each other are compared, as reported."""
    candidate_limit: int = Field(default=5_000_000_000, ge=1)
    """Most candidate pairs of all blocks together."""
    random_pairs: int = Field(default=500_000, ge=1_000)
    """Pairs drawn to see how often strangers agree."""
    training_pairs: int = Field(default=1_000_000, ge=1_000)
    """About how many candidate pairs are fitted on: those of records drawn until there are as many."""
    floor: float = Field(default=1e-3, gt=0, lt=1)
    """Pairs less likely than this are dropped unseen; never more than the threshold."""
    prior: Prior | None = None
    joint: tuple[tuple[str, ...], ...] = ()
    """Fields of which one tells something of the other, such as postcode and city: their levels weigh together."""
    seed: int = Field(default=20_240_101, ge=0, lt=2**53)
    blocks: tuple[Block, ...] = Field(min_length=1, max_length=MOST_BLOCKS)
    comparisons: tuple[Comparison, ...] = Field(min_length=1, max_length=MOST_FIELDS)
    file: Files = Files()
    fields: tuple[FileField, ...] = ()

    @model_validator(mode="after")
    def _fields_are_compared_once(self) -> Self:
        names = [comparison.field for comparison in self.comparisons]
        if len(names) != len(set(names)):
            raise ValueError("a field is compared twice")
        return self

    @model_validator(mode="after")
    def _joints_name_fields_once(self) -> Self:
        joined = [name for joint in self.joint for name in joint]
        if len(joined) != len(set(joined)) or not set(joined) <= {comparison.field for comparison in self.comparisons}:
            raise ValueError("a joint names compared fields, and each field is in one joint at most")
        if any(not 2 <= len(joint) <= MOST_JOINED for joint in self.joint):
            raise ValueError(f"a joint has 2 to {MOST_JOINED} fields")
        if any(comparison.field in joined for comparison in self.comparisons if comparison.m or comparison.u):
            raise ValueError("a field of a joint cannot have chances of its own that are given")
        return self

    @model_validator(mode="after")
    def _clusters_name_compared_fields(self) -> Self:
        if not set(self.clusters.different) <= {comparison.field for comparison in self.comparisons}:
            raise ValueError("clusters.different names compared fields")
        return self

    @model_validator(mode="after")
    def _floor_is_below_the_threshold(self) -> Self:
        if self.floor > self.threshold:
            raise ValueError("floor must not be above threshold")
        return self

    def for_one_file(self) -> Self:
        """The model with left and right taken for one source; what it says of one partner between two goes with it."""
        return self if self.dedupe else self.model_copy(update={"right": self.left, "one_to_one": None})

    @property
    def dedupe(self) -> bool:
        """Whether records of one source are compared with each other."""
        return self.left == self.right
