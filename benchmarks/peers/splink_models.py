"""`splink_models.py OUT`: models as Splink saves them, and some pairs with its own weights: what `tests/linkage` reads.

The trained ones are those of `splink_public.py`; `library` holds every comparison Splink has ready, untrained.
"""

import argparse
import json
import logging
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on
from splink_public import PLANS
from splink_run import TABLES, _trained

LIBRARY = [
    cl.NameComparison("surname"),
    cl.ForenameSurnameComparison("forename", "family_name"),
    cl.DateOfBirthComparison("dob", input_is_string=True),
    cl.PostcodeComparison("postcode", lat_col="lat", long_col="long", km_thresholds=[1, 10]),
    cl.EmailComparison("email"),
    cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    cl.LevenshteinAtThresholds("street", [1, 2]),
    cl.DamerauLevenshteinAtThresholds("phone", [1]),
    cl.JaroAtThresholds("middle_name", [0.9]),
    cl.JaroWinklerAtThresholds("employer", [0.9, 0.8]),
    cl.JaccardAtThresholds("hobby", [0.8]),
    cl.CosineSimilarityAtThresholds("embedding", [0.9]),
    cl.DistanceInKMAtThresholds("latitude", "longitude", [1, 10]),
    cl.ArrayIntersectAtSizes("aliases", [2, 1]),
    cl.AbsoluteDateDifferenceAtThresholds("seen_on", input_is_string=False, metrics=["day"], thresholds=[3]),
    cl.CustomComparison(
        output_column_name="amount",
        comparison_levels=[
            cll.NullLevel("amount"),
            cll.ExactMatchLevel("amount"),
            cll.PercentageDifferenceLevel("amount", 0.1),
            cll.AbsoluteDifferenceLevel("amount", 5),
            cll.CustomLevel("amount_l > 2 * amount_r", "twice as much"),
            cll.ElseLevel(),
        ],
    ),
]
RULES = [
    block_on("surname", "substr(dob, 1, 4)"),
    block_on("aliases", arrays_to_explode=["aliases"]),
    "l.forename = r.family_name AND l.family_name = r.forename",
    "l.city = r.city AND levenshtein(l.surname, r.surname) <= 2",
    "levenshtein(l.surname, r.surname) <= 2",
]
PAIRS = 300
DATA = Path(__file__).parents[1] / "data"
FILES = {"febrl4": (DATA / "dataset4a.csv", DATA / "dataset4b.csv"), "fake_1000": (DATA / "fake_1000.csv",)}


def library(out: Path) -> None:
    """Settings that were never trained."""
    settings = SettingsCreator(
        link_type="link_and_dedupe", comparisons=LIBRARY, blocking_rules_to_generate_predictions=RULES
    )
    _write(out / "library.json", settings.create_settings_dict(sql_dialect_str="duckdb"))


def trained(name: str, out: Path) -> None:
    """A documented model after training, and pairs drawn evenly over its weights."""
    plan, files = PLANS[name][0], FILES[name]
    connection = duckdb.connect(config={"threads": "2"})
    for table, sql, file in zip(TABLES, plan.prepare, files, strict=False):
        connection.execute(f"CREATE TABLE {table} AS {sql.format(file=file)}")
    linker = _trained(plan, connection)
    _write(out / f"{name}.json", linker.misc.save_model_to_json())
    pairs = linker.inference.predict()
    every = max(connection.table(pairs.physical_name).count("*").fetchall()[0][0] // PAIRS, 1)
    connection.execute(
        f"COPY (SELECT id_l, id_r, round(match_weight, 6) AS match_weight FROM (SELECT *, row_number() OVER "
        f"(ORDER BY match_weight, id_l, id_r) AS place FROM {pairs.physical_name}) WHERE place % {every} = 0 "
        f"ORDER BY id_l, id_r) TO '{out}/{name}.csv'"
    )


def _write(path: Path, settings: object) -> None:
    path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    logging.getLogger("splink").setLevel(logging.ERROR)
    out.mkdir(parents=True, exist_ok=True)
    library(out)
    for name in FILES:
        trained(name, out)
