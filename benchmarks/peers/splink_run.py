"""One Splink linkage from beginning to end, measured: the same walk for every model and set."""

import argparse
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from phases import Phases, peak_memory
from splink import DuckDBAPI, Linker, SettingsCreator

LEAST_PROBABILITY = 0.01
"""Pairs below are not kept by any arm."""


TABLES = ("left_file", "right_file")
"""In this order of the alphabet, for it decides which side of a pair is the left."""


@dataclass(frozen=True)
class Plan:
    """What a Splink user writes for one linkage."""

    prepare: tuple[str, ...]
    """SQL that reads each file; `{file}` is where it lies. The column `id` is the row number from 0."""
    comparisons: list[Any]
    blocks: list[Any]
    deterministic: list[Any]
    recall: float
    """Believed of the deterministic rules; as a user would guess."""
    train_on: list[Any]
    """Blocks of the runs of expectation maximisation."""
    random_pairs: float = 1e7
    em: dict[str, Any] = field(default_factory=dict)
    prior: float | None = None
    """Chance that two random records match, where it is known."""
    duckdb: dict[str, str] = field(default_factory=dict)
    """Settings of the engine beside the number of threads."""


def main(plan: Plan, about: str | None) -> None:
    """`LEFT RIGHT OUT` on the command line, two threads unless the environment says THREADS."""
    parser = argparse.ArgumentParser(description=about)
    for name in ("left", "right", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    run(plan, [given.left, given.right], given.out)


def run(plan: Plan, files: list[Path], out: Path) -> None:
    """Write `out`/pairs.parquet (`id_l`, `id_r`, `match_weight`, `match_probability`) and `out`/cost.json."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    out.mkdir(parents=True, exist_ok=True)
    phases = Phases()
    connection = duckdb.connect(config={"threads": os.environ.get("THREADS", "2"), **plan.duckdb})
    connection.execute("SET enable_progress_bar = false")
    with phases.phase("load"):
        for name, sql, file in zip(TABLES, plan.prepare, files, strict=False):
            connection.execute(f"CREATE TABLE {name} AS {sql.format(file=file)}")
    with phases.phase("train"):
        linker = _trained(plan, connection)
    with phases.phase("predict"):
        pairs = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    peak = peak_memory()
    wanted = connection.table(pairs.physical_name).project("id_l, id_r, match_weight, match_probability")
    wanted.write_parquet(str(out / "pairs.parquet"))
    # counted last: it is no part of a linkage and must not weigh in its time or memory
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    candidates = connection.table(blocked.physical_name).count("*").fetchall()[0][0]
    phases.write(out / "cost.json", peak_memory_mib=peak, candidates=candidates)


def _trained(plan: Plan, connection: duckdb.DuckDBPyConnection) -> Linker:
    api = DuckDBAPI(connection)
    tables = [api.register(name, dataset_display_name=name) for name in TABLES[: len(plan.prepare)]]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only",
        comparisons=plan.comparisons,
        blocking_rules_to_generate_predictions=plan.blocks,
        unique_id_column_name="id",
        # a placeholder unless it is known: it is estimated below
        probability_two_random_records_match=plan.prior or 0.0001,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(tables, settings)
    training = linker.training
    if plan.prior is None:
        training.estimate_probability_two_random_records_match(plan.deterministic, recall=plan.recall)
    training.estimate_u_using_random_sampling(max_pairs=plan.random_pairs)
    for rule in plan.train_on:
        training.estimate_parameters_using_expectation_maximisation(rule, **plan.em)
    return linker
