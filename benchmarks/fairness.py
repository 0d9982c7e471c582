"""`python -m benchmarks.fairness`: what the bias rules say of public data, as docs/fairness.md.

Public figures of a municipality's pilot, incomes of a census, credits of a bank, and links of a made-up population with
known truth. Nothing here is a threshold that was fitted: the limits are those of the profile `nl-streng`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.sets import DATA, SETS
from declare import load, write_atomically
from gate import (
    Finding,
    GroupRates,
    OutputColumn,
    Proxies,
    SignedPolicy,
    Subject,
    Tally,
    examine,
    profile,
    sign_policy,
    verify_policy,
)
from gate.bias.association import association, best_told
from gate.bias.facts import EVERYBODY
from linkage.linker import Linker
from linkage.model import Model

PAGE: Final = Path(__file__).parents[1] / "docs" / "fairness.md"
RULES: Final = ("B03", "B04", "B05", "B06", "B07", "B09")
PILOT: Final = {
    # who is selected, of how many: the pre-pilot of 2023, before and after reweighing
    "before reweighing": {"Dutch": (303, 876), "not Dutch": (183, 345)},
    "after reweighing": {"Dutch": (250, 876), "not Dutch": (128, 345)},
}
"""Lighthouse-Reports/amsterdam_fairness, bias_analysis/output/cms_wide.csv: group sizes and percentages."""
_SELECTS: Final = (OutputColumn("criterion", "criterion", "selection"),)

INTRODUCTION: Final = """# The bias rules on public data

Made by `python -m benchmarks.fairness` from the rules and from `benchmarks/data`; the limits are those of the profile
`nl-streng`. [rules.md](rules.md) says what each rule asks.
"""


FEEDS: Final = (
    (
        "B01, B02",
        "the dictionary's concept and the use of each column: evidence, breakdown, selection "
        "(`output.filters`), ranking",
        "a column without a concept",
    ),
    (
        "B03",
        "the bias run: columns of the output beside an attribute set aside",
        "no attribute, no ground, or fewer than two groups of 30",
    ),
    (
        "B04",
        "eligible and linked records by group",
        "the same; small groups; attributes that no source delivers",
    ),
    (
        "B05, B06",
        "the chances of likely pairs: expected matches that were not made, expected wrong links, by group",
        "the same",
    ),
    (
        "B07",
        "eligible beside linked, by group and by kept column",
        "nothing is kept and nothing may be read",
    ),
    (
        "B08",
        "`output.population` beside linked records by the same column",
        "none is declared, or nothing is known by its groups",
    ),
    (
        "B09",
        "the bias run: who a filter keeps of those it is put to, or who is on a list",
        "something is selected, and no attribute may be read",
    ),
    (
        "B10",
        "links decided anew at the threshold less and more a step, and `output.headlines`",
        "a list of persons; a threshold so near 0.1 or 1 that links below or above are not known",
    ),
    (
        "B11",
        "`output.implausible` on the links",
        "none is declared; by group where no attribute may be read",
    ),
    (
        "B12",
        "concepts of the counted source and `output.history`",
        "its columns have no concepts",
    ),
    (
        "B13",
        "kind and use of columns, `case_decision`, `human_decision`, DPIA",
        "never",
    ),
    (
        "B14",
        "age bands of the output or of a filter",
        "no age is known",
    ),
    (
        "B15",
        "`output.polluted` and contradictions among linked records",
        "nothing is counted; by group where no attribute may be read",
    ),
)
"""Rules, what feeds them in a room, and when they are not assessable."""


class _Owner:
    """Signs the profile as it is, so that the gate examines under it."""

    key_id = "fairness"

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def strict() -> SignedPolicy:
    """The profile `nl-streng`, signed for this page."""
    with TemporaryDirectory() as folder:
        signature, owner = Path(folder) / "policy.sig", _Owner()
        sign_policy(profile("nl-streng"), signature, owner)
        return verify_policy(profile("nl-streng"), signature, owner.public_key)


def told(rule: str, **facts: Any) -> list[Finding]:
    """What one rule says of a list of persons, or of a selection, with these facts."""
    found = examine(Subject("persons", facts.pop("columns", ()), **facts), strict()).findings
    return [finding for finding in found if finding.rule == rule]


def tally(groups: dict[str, tuple[int, int]], attribute: str) -> Tally:
    rows = [("criterion", attribute, group, count, of) for group, (count, of) in groups.items()]
    return Tally(pl.DataFrame(rows, schema=["what", "attribute", "group", "count", "of"], orient="row"))


def pilot() -> Iterator[tuple[str, Finding]]:
    for name, groups in PILOT.items():
        (finding,) = told("B09", columns=_SELECTS, selection=tally(groups, "nationality"))
        yield f"Amsterdam, {name}", finding


def counts(name: str) -> pl.DataFrame:
    return pl.read_csv(
        DATA / f"{name}_counts.csv", schema_overrides={"people": pl.Int64}, infer_schema=True
    ).with_columns(pl.all().exclude("people").cast(pl.String))


def chosen(table: pl.DataFrame, attribute: str, column: str, value: str) -> dict[str, tuple[int, int]]:
    """Group → how many have `value` in `column`, of how many."""
    grouped = table.group_by(attribute).agg(
        count=pl.col("people").filter(pl.col(column) == value).sum(), of=pl.col("people").sum()
    )
    return {group: (count, of) for group, count, of in grouped.sort(attribute).iter_rows()}


CHOICES: Final = (
    # set, attribute, column, value, title
    ("adult", "sex", "income-per-year", ">50K", "Adult: income above 50,000, by sex"),
    ("adult", "race", "income-per-year", ">50K", "Adult: income above 50,000, by race"),
    ("german_credit", "personal_status", "credit", "1", "German credit: good credit, by personal status and sex"),
    ("german_credit", "foreign_worker", "credit", "1", "German credit: good credit, by foreign worker"),
    ("german_credit", "age", "credit", "1", "German credit: good credit, by age"),
)


def choices() -> Iterator[tuple[str, Finding]]:
    for name, attribute, column, value, title in CHOICES:
        groups = chosen(counts(name), attribute, column, value)
        yield title, told("B09", columns=_SELECTS, selection=tally(groups, attribute))[0]


TELLING: Final = (
    ("adult", "sex", ("relationship", "education")),
    ("adult", "race", ("relationship", "education")),
    ("german_credit", "personal_status", ("housing", "property")),
)


def measured(name: str, attribute: str, columns: Sequence[str]) -> Proxies:
    """How well the columns tell the attribute."""
    table = counts(name)
    records = table.select(attribute, *columns, pl.col("people")).select(
        pl.all().exclude("people").repeat_by("people").explode()
    )
    rows: list[tuple[Any, ...]] = [
        (attribute, column, records.height, one.v, one.information, one.chance, None, None, None)
        for column in columns
        for one in [association(records[column], records[attribute])]
    ]
    area = best_told(records, attribute)
    rows.append((attribute, EVERYBODY, records.height, None, None, None, area.auc, area.low, area.high))
    names = ["attribute", "column", "records", "v", "information", "chance", "auc", "auc_low", "auc_high"]
    return Proxies(pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None))


def telling() -> Iterator[tuple[str, Finding]]:
    for name, attribute, columns in TELLING:
        uses = tuple(OutputColumn(column, column, "selection") for column in columns)
        for finding in told("B03", columns=uses, proxies=measured(name, attribute, columns)):
            yield f"{name}, {attribute}", finding


def population() -> GroupRates:
    """Links of the census to social security by the fitted model, held against the truth, by race and ethnicity."""
    real = SETS["census-social-security"]
    model = load(real.model, Model)
    linker = Linker.of_files(real.left, real.right, model)
    links = linker.link(linker.train())
    truth = real.truth()
    sides = {"l": links.columns[0], "r": links.columns[1]}
    made = links.select(l=pl.col(sides["l"]).cast(pl.UInt32), r=pl.col(sides["r"]).cast(pl.UInt32))
    groups = pl.read_parquet(real.left, columns=["race_ethnicity"]).with_row_index("l").fill_null("?")
    right = made.join(truth, on=["l", "r"], how="semi")
    return GroupRates(
        groups.group_by(group=pl.col("race_ethnicity"))
        .agg(
            eligible=pl.col("l").is_in(truth["l"].unique().implode()).sum().cast(pl.Int64),
            linked=(
                pl.col("l").is_in(truth["l"].unique().implode()) & pl.col("l").is_in(made["l"].unique().implode())
            ).sum().cast(pl.Int64),
            links=pl.col("l").is_in(made["l"].implode()).sum().cast(pl.Int64),
            right=pl.col("l").is_in(right["l"].implode()).sum(),
        )
        .select(
            pl.lit("race_ethnicity").alias("attribute"), "group", "eligible", "linked", "links",
            wrong=(pl.col("links") - pl.col("right")).cast(pl.Float64),
            matches=pl.col("eligible").cast(pl.Float64),
            missed=(pl.col("eligible") - pl.col("right")).cast(pl.Float64),
        )
        .sort("group")
    )  # fmt: skip


def linked() -> Iterator[tuple[str, Finding]]:
    rates = population()
    for rule in ("B04", "B05", "B06", "B07"):
        for finding in told(rule, groups=rates):
            yield "census × social security", finding


def table(rows: Iterator[tuple[str, Finding]]) -> list[str]:
    head = ["| | rule | outcome | measured | limit | what it says |", "|---|---|---|---:|---:|---|"]
    return head + [
        f"| {title} | {found.rule} | {found.outcome} | {_number(found.measured)} | {_number(found.threshold)} | "
        f"{found.message} |"
        for title, found in rows
    ]


def _fed() -> list[str]:
    return ["| rule | what feeds it | not assessable |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in FEEDS)]


def _number(value: float | str | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def page() -> str:
    """The page in Markdown."""
    sections = {
        "Who is selected: a municipality's pilot": (_PILOT, pilot),
        "Who is selected: incomes and credits": (_CHOICES, choices),
        "What tells a protected attribute": (_TELLING, telling),
        "Who is linked: a made-up population": (_LINKED, linked),
    }
    parts = [INTRODUCTION, "## What a room must know for each rule\n", *_fed(), ""]
    for title, (words, rows) in sections.items():
        parts += [f"## {title}\n", words, "", *table(rows()), ""]
    return "\n".join(parts)


_PILOT: Final = """Amsterdam tried a model that would choose which applications for welfare are looked into
(*Slimme Check*). In the pre-pilot it chose 303 of 876 applicants with Dutch nationality and 183 of 345 without; after
the model was reweighed 250 and 128. Numbers: Lighthouse Reports, `amsterdam_fairness`, from group sizes and percentages
published there."""
_CHOICES: Final = """As if an output selected people by that outcome. Adult (B. Becker and R. Kohavi, 1996) and Statlog
German Credit (H. Hofmann, 1994), UCI Machine Learning Repository, CC BY 4.0; counts by category. The ratios are those
of fairlearn 0.15 (`demographic_parity_ratio`), kept in `tests/gate/test_fairness.py`."""
_TELLING: Final = (
    "As if an output selected people by these columns. Of a breakdown such figures ask for an answer only."
)
_LINKED: Final = """The census of the simulated population linked to its social security register by the fitted model of
the benchmarks, without labels; *eligible* are people who are in both, and what was missed or wrong is known from the
truth."""


if __name__ == "__main__":
    write_atomically(PAGE, page().encode())
