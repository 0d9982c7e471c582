"""The room's step: protected tables and fitted models become a linked table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from declare import WrongInput
from linkage import linked
from linkage.assign import assign
from linkage.block import block
from linkage.comparable import comparable
from linkage.dictionary import codes
from linkage.fitted import FittedModel
from linkage.linked import LINKS, LinkedTable, clusters_of
from linkage.model import Model
from linkage.pairing import pair_up
from linkage.quality import LinkQuality, link_quality
from linkage.score import scored
from pseudonymise.protected import PAYLOAD, ProtectedTable
from pseudonymise.standardise import VERSION

PLAUSIBLE = 0.1
"""Least posterior probability at which a pair is kept as likely, and its link as plausible."""


@dataclass(frozen=True, slots=True, repr=False)
class _Answer:
    """What one model says of two sources: pairs as `LINKS` before and after assignment, and the quality."""

    likely: pl.DataFrame
    plausible: pl.DataFrame
    quality: LinkQuality


def link(tables: Mapping[str, ProtectedTable], fitted: Sequence[FittedModel]) -> LinkedTable:
    """All tables by source id, linked under every model; sources that no model names stand alone.

    Raises `WrongInput` when a model names a source that is not there, tables were made under different keys, or a model
    was fitted on other evidence.
    """
    _check(tables, fitted)
    answers = [_link_two(tables, model) for model in fitted]
    plausible = pl.concat([pl.DataFrame(schema=LINKS), *(found.plausible for found in answers)])
    thresholds = {model.model.id: model.model.threshold for model in fitted}
    limit = pl.col("model").replace_strict(thresholds, return_dtype=pl.Float64) if thresholds else 1.0
    links = plausible.filter(pl.col("match_probability") >= limit)
    records = _records(tables)
    kinds = {name: table.entity for name, table in tables.items()}
    once = {name: table.once for name, table in tables.items()}
    marks = _marks(tables, sorted({name for model in fitted for name in model.model.clusters.different}))
    least_share = max((model.model.clusters.least_share for model in fitted), default=0.0)
    grouped = clusters_of(records, links, kinds, once, marks, least_share)
    return LinkedTable(
        entities=records.with_columns(grouped.numbers.alias("cluster")),
        links=links,
        plausible=plausible,
        likely=pl.concat([pl.DataFrame(schema=LINKS), *(found.likely for found in answers)]),
        payload={name: _payload(table) for name, table in tables.items()},
        kinds=kinds,
        once=once,
        quality=tuple(found.quality for found in answers),
        models={model.model.id: model.digest for model in fitted},
        deliveries={name: table.delivery for name, table in tables.items()},
        assignments={model.model.id: model.assignment for model in fitted},
        marks=marks,
        least_share=least_share,
        _made_by=linked._LINKAGE,
    )


def _link_two(tables: Mapping[str, ProtectedTable], fitted: FittedModel) -> _Answer:
    model = fitted.model
    left, right = tables[model.left], tables[model.right]
    pairing = pair_up(comparable(left), comparable(right), model)
    blocks = block(pairing)
    found = scored(pairing, blocks, fitted)
    least = min(PLAUSIBLE, model.threshold)
    likely, plausible = (assign(found, mode, least, model.matching) for mode in ("none", fitted.assignment))
    links = plausible.filter(pl.col("match_probability") >= model.threshold)
    return _Answer(
        likely=_named(likely, left, right, model),
        plausible=_named(plausible, left, right, model),
        quality=link_quality(found, links, fitted, model.threshold, blocks.sizes),
    )


def _named(pairs: pl.DataFrame, left: ProtectedTable, right: ProtectedTable, model: Model) -> pl.DataFrame:
    """Pairs of positions as `LINKS`."""
    return pairs.select(
        pl.lit(model.id).alias("model"),
        pl.lit(model.left).alias("source_l"),
        left.table["row"].gather(pairs["l"]).alias("row_l"),
        pl.lit(model.right).alias("source_r"),
        right.table["row"].gather(pairs["r"]).alias("row_r"),
        "match_weight",
        "match_probability",
    )


def _check(tables: Mapping[str, ProtectedTable], fitted: Sequence[FittedModel]) -> None:
    if len({table.key_id for table in tables.values()}) > 1:
        raise WrongInput(
            "the tables were made under different keys, so no token can be equal",
            remedy="Re-key every delivery with the room's key first.",
        )
    for model in fitted:
        if missing := {model.model.left, model.model.right} - set(tables):
            raise WrongInput(
                f"model {model.model.id} links {min(missing)}, which is not here", remedy="Add the source."
            )
        if model.standard != VERSION:
            raise WrongInput(
                f"model {model.model.id} was fitted under standardisation {model.standard}, this is {VERSION}",
                remedy="Deliver again under one version, and train the model anew.",
            )


def _records(tables: Mapping[str, ProtectedTable]) -> pl.DataFrame:
    return pl.concat(
        [table.table.select(pl.lit(name).alias("source"), "row", "record") for name, table in tables.items()]
    )


def _marks(tables: Mapping[str, ProtectedTable], fields: Sequence[str]) -> pl.DataFrame:
    """`source`, `row` and for each field a code in place of its token, null where a source or a record lacks it."""
    found = pl.concat([table.table.select(pl.lit(name).alias("source"), "row") for name, table in tables.items()])
    for field in fields:
        tokens = [
            table.table[field]
            if field in table.fields
            else pl.repeat(None, table.table.height, dtype=pl.Binary, eager=True)
            for table in tables.values()
        ]
        found = found.with_columns(pl.concat(codes(tokens)).alias(field))
    return found


def _payload(table: ProtectedTable) -> pl.DataFrame:
    return table.table.select("row", *(column for column in table.table.columns if column.startswith(PAYLOAD)))
