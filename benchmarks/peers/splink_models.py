"""`splink_models.py OUT`: models as Splink saves them, and some pairs with its own weights: what `tests/linkage` reads.

The trained ones are those of `splink_public.py`; `people` and `things` hold its ready-made comparisons, untrained.
"""

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on
from splink_public import PLANS
from splink_run import TABLES, _trained

PEOPLE = [
    cl.ForenameSurnameComparison("forename", "family_name"),
    cl.DateOfBirthComparison("dob", input_is_string=True),
    cl.PostcodeComparison("postcode", lat_col="lat", long_col="long", km_thresholds=[1, 10]),
    cl.EmailComparison("email"),
    cl.ExactMatch("city").configure(term_frequency_adjustments=True),
]
THINGS = [
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
BY_NAME = [
    block_on("family_name", "substr(dob, 1, 4)"),
    "l.forename = r.family_name AND l.family_name = r.forename",
    "l.city = r.city AND levenshtein(l.family_name, r.family_name) <= 2",
    "levenshtein(l.family_name, r.family_name) <= 2",
    block_on("substr(postcode, 1, 3)", "country"),
]
BY_THING = [block_on("aliases", arrays_to_explode=["aliases"]), "1 = 1"]
PAIRS = 300
DATA = Path(__file__).parents[1] / "data"
FILES = {"febrl4": (DATA / "dataset4a.csv", DATA / "dataset4b.csv"), "fake_1000": (DATA / "fake_1000.csv",)}


def untrained(path: Path, kind: str, comparisons: list[Any], rules: list[Any]) -> None:
    """Settings that were never trained."""
    settings = SettingsCreator(link_type=kind, comparisons=comparisons, blocking_rules_to_generate_predictions=rules)
    _write(path, settings.create_settings_dict(sql_dialect_str="duckdb"))


def trained(name: str, out: Path) -> None:
    """A documented model after training, and pairs drawn evenly over its weights."""
    plan, files = PLANS[name][0], FILES[name]
    connection = duckdb.connect(config={"threads": "2"})
    for table, sql, file in zip(TABLES, plan.prepare, files, strict=False):
        connection.execute(f"CREATE TABLE {table} AS {sql.format(file=file)}")
    linker = _trained(plan, connection)
    _write(out / f"{name}.json", linker.misc.save_model_to_json())
    pairs = linker.inference.predict()
    scored = connection.table(pairs.physical_name).order("match_weight, id_l, id_r").fetchall()
    names = [column[0] for column in connection.table(pairs.physical_name).description]
    wanted = [names.index(column) for column in ("id_l", "id_r", "match_weight")]
    with (out / f"{name}.csv").open("w", encoding="utf-8") as file:
        file.write("id_l,id_r,match_weight\n")
        for row in sorted(scored[:: max(len(scored) // PAIRS, 1)]):
            file.write("{},{},{:.6f}\n".format(*(row[place] for place in wanted)))


def _write(path: Path, settings: dict[str, Any]) -> None:
    settings["linker_uid"] = "none"
    path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    logging.getLogger("splink").setLevel(logging.ERROR)
    out.mkdir(parents=True, exist_ok=True)
    untrained(out / "people.json", "link_and_dedupe", PEOPLE, BY_NAME)
    untrained(out / "things.json", "dedupe_only", THINGS, BY_THING)
    for name in FILES:
        trained(name, out)
