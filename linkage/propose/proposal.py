"""A proposal: what is found in the files, put together as a model, with what speaks against trusting it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput
from linkage.comparable import Comparable
from linkage.files import read_records
from linkage.model import Assignment, Block, Comparison, Files, Model
from linkage.pairing import pair_up
from linkage.propose.blocks import RECALL, Suggestion, suggested
from linkage.propose.dependence import Decided, decided, joints
from linkage.propose.fields import Fields, Pair, fields_of_tables
from linkage.propose.frequency import Rarity, rarity
from linkage.propose.levels import levels
from linkage.propose.rough import Rough, assignment, rough_fit
from linkage.propose.tables import Table, read_table
from linkage.words import recognised

_FEWEST: Final = 5
"""Records of a file below which nothing is proposed."""
_LEAST_FILLED: Final = 0.02
"""Share of pairs that can be compared on a field for it to be worth its place."""


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """What was found; `model` is what is proposed, and `warnings` why not to trust it, the gravest first."""

    tables: tuple[Table, ...]
    fields: Fields
    seldom: tuple[str, ...]
    """Fields that are filled too seldom to be compared."""
    rough: Rough
    one_to_one: Assignment
    decided: tuple[Decided, ...]
    rarity: tuple[Rarity, ...]
    blocks: Suggestion
    id: str | None
    model: Model
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The model as TOML with its reasons."""
        from linkage.propose.writing import written

        return written(self)


def propose(left: Path, right: Path | None = None, *, recall: float = RECALL, budget: int | None = None) -> Proposal:
    """A model for two files, or for one that is searched for double records, from the data alone.

    `recall` is what the blocks should find, `budget` the most candidate pairs. The same files give the same proposal.
    Raises `WrongInput` when the files have nothing in common that can be compared.
    """
    tables = tuple(read_table(path) for path in (left, right) if path is not None)
    _refuse_two_ways_of_writing(tables)
    fields = fields_of_tables(tables[0], tables[-1])
    if not fields.pairs:
        raise WrongInput(
            "no column of the files was recognised as something to compare"
            if len(tables) == 1
            else "the files have no column in common that can be compared",
            remedy="Write a model that names the columns by hand: docs/comparisons.md lists the types.",
        )
    names, first = fields.names, _first(fields, tables)
    sides = _sides(first, left, right)
    compared = tuple(name for name in names if _comparable(sides, name) >= _LEAST_FILLED)
    if not compared:
        raise WrongInput("no column is filled on both sides", remedy="Give files that hold the same things.")
    if any(table.texts.height < _FEWEST for table in tables):
        raise WrongInput(
            f"from fewer than {_FEWEST} records no model can be proposed",
            remedy="Give more records, or write a model by hand: docs/comparisons.md lists the types.",
        )
    comparisons = tuple(Comparison(field=name, levels=levels(fields, name)) for name in compared)
    plain = first.model_copy(update={"comparisons": comparisons})
    depends = decided(pair_up(*sides, plain))
    rough = rough_fit(*sides, plain.model_copy(update={"joint": joints(depends)}))
    seldom = tuple(name for name in names if name not in compared)
    return _put_together(tables, fields, seldom, depends, suggested(rough, recall, budget), rough, recall)


def _put_together(
    tables: tuple[Table, ...],
    fields: Fields,
    seldom: tuple[str, ...],
    depends: tuple[Decided, ...],
    blocks: Suggestion,
    rough: Rough,
    recall: float,
) -> Proposal:
    dedupe, rare, together = len(tables) == 1, rarity(rough), rough.pairing.model.joint
    mode: Assignment = "none" if dedupe else assignment(rough)
    named = _id(tables)
    model = Model(
        id="proposed",
        left="file" if dedupe else "left",
        right="file" if dedupe else "right",
        one_to_one=None if dedupe else mode,
        joint=together,
        blocks=blocks.declared or rough.pairing.model.blocks[:1],
        comparisons=tuple(
            one.model_copy(update={"term_frequency": frequent(one.field, rare, together)})
            for one in rough.pairing.model.comparisons
        ),
        file=tables[0].files.model_copy(update={"id": named}),
        fields=tuple(declared for declared, pair in fields.declared if pair.field not in seldom),
    )
    doubts = warnings(rough, blocks, recall, [pair for pair in fields.pairs if pair.field not in seldom])
    lost = (doubt for table in tables for doubt in table.doubts)
    return Proposal(tables, fields, seldom, rough, mode, depends, rare, blocks, named, model, (*doubts, *lost))


def frequent(field: str, rare: Sequence[Rarity], together: Sequence[tuple[str, ...]]) -> bool:
    """Whether term frequency counts: where it pays, and of fields that weigh together only for the one that decides."""
    follows = any(field in names[1:] for names in together)
    return not follows and any(one.pays for one in rare if one.field == field)


def warnings(rough: Rough, blocks: Suggestion, recall: float, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Sentences that say why the model may be wrong."""
    found = []
    expected = rough.expected
    if expected < 10:
        found.append(f"hardly any matches are expected ({expected:.0f}): what they look like is guessed")
    if len(rough.pairing.fields) < 3:
        found.append(f"only {len(rough.pairing.fields)} field(s) can be compared: strangers may agree on all of them")
    if (best := best_chance(rough)) < 0.9:
        found.append(f"even agreement on everything makes a match no surer than {best:.0%}: too little is known")
    if rough.unsure > 0.1:
        found.append(f"{rough.unsure:.0%} of the expected matches may as well be none: label a sample of them")
    if blocks.recall < recall:
        found.append(
            f"the blocks are expected to find {blocks.recall:.1%} of the matches, less than the {recall:.1%} asked for"
        )
    if expected > 1.2 * min(rough.pairing.left.height, rough.pairing.right.height) and not rough.pairing.model.dedupe:
        found.append("more matches are expected than one side has records: the sides may hold entities several times")
    doubts = [f"column {side.name}: {side.doubt}" for pair in pairs for side in (pair.left, pair.right) if side.doubt]
    return (*found, *dict.fromkeys(doubts), *_of_fit(rough))


def _of_fit(rough: Rough) -> Iterator[str]:
    """What the first fit warns of and the proposal does not mend; a level not seen is no reason to distrust."""
    for one in rough.fitted.warnings:
        key, _ = recognised(one) or ("", {})
        if key not in ("unseen", "dependent"):
            yield f"first fit: {one}"


def best_chance(rough: Rough) -> float:
    """Chance of a match of two records that agree on everything that is commonly filled in."""
    weight = sum(float(factor.weights[(1,) * factor.weights.ndim]) for factor in rough.fitted.factors)
    odds = rough.fitted.prior / (1.0 - rough.fitted.prior) * 2.0 ** min(weight, 200.0)
    return float(odds / (1.0 + odds))


def _refuse_two_ways_of_writing(tables: Sequence[Table]) -> None:
    texts = [table for table in tables if table.path.suffix.lower() not in (".parquet", ".pq")]
    if any(table.files != texts[0].files for table in texts):
        raise WrongInput(
            "the files differ in separator or encoding, and a model has one of each",
            remedy="Write both as UTF-8 with the same separator, or one of them as Parquet.",
        )


def _first(fields: Fields, tables: Sequence[Table]) -> Model:
    texts = [table.files for table in tables if table.path.suffix.lower() not in (".parquet", ".pq")]
    return Model(
        id="rough",
        left="left",
        right="left" if len(tables) == 1 else "right",
        blocks=(Block(on=(fields.names[0],)),),
        comparisons=tuple(Comparison(field=name) for name in fields.names),
        file=texts[0] if texts else Files(),
        fields=tuple(declared for declared, _ in fields.declared),
    )


def _sides(model: Model, left: Path, right: Path | None) -> tuple[Comparable, Comparable]:
    one = read_records(left, model, "left").comparable
    return one, one if right is None else read_records(right, model, "right").comparable


def _comparable(sides: tuple[Comparable, Comparable], field: str) -> float:
    """Share of pairs of which both sides have something of the field."""
    shares = []
    for side in sides:
        found = side.evidence[field]
        some = found.distinct.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        shares.append(float(found.each(some).to_numpy().mean()))
    return shares[0] * shares[1]


def _id(tables: Sequence[Table]) -> str | None:
    """A column that names each record of each file, to name them in the results by."""
    every = [{column.name for column in table.columns if column.counts and column.unique} for table in tables]
    return min(set.intersection(*every), default=None)
