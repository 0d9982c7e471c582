"""A model of Splink, read: the same meaning or a told difference, and the same weights where the meaning is the same.

Models and weights were made by Splink 5.0.0 (`benchmarks/peers/splink_models.py`).
"""

import json
import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from declare import WrongInput
from linkage import Level, Model
from linkage.block import block, candidates
from linkage.files import read_as_written, read_records
from linkage.levels import with_levels
from linkage.pairing import fields_of_model, pair_up
from linkage.score import scorer
from linkage.splink import Imported, as_toml, read_splink
from linkage.train import fit
from pseudonymise.standardise import fields_of

HERE = Path(__file__).parent / "splink"
DATA = Path(__file__).parents[2] / "benchmarks" / "data"
SAVED = ("febrl4", "fake_1000", "people", "things")


def saved(tmp_path: Path, *conditions: str, rules: tuple[object, ...] = (), **settings: object) -> Path:
    """A Splink model of one comparison with these levels, the least there can be."""
    levels = [{"sql_condition": "x_l IS NULL OR x_r IS NULL", "is_null_level": True}]
    levels += [{"sql_condition": condition, "label_for_charts": f"level {n}"} for n, condition in enumerate(conditions)]
    comparison = {"output_column_name": "x", "comparison_levels": [*levels, {"sql_condition": "ELSE"}]}
    written = {"link_type": "dedupe_only", "comparisons": [comparison], **settings}
    path = tmp_path / "splink.json"
    path.write_text(json.dumps(written | {"blocking_rules_to_generate_predictions": rules}))
    return path


def told(found: Imported) -> str:
    return "\n".join(str(note) for note in found.notes)


LEVELS = {
    "exact": ('"surname_l" = "surname_r"', Level(name="same", equal=(("",),))),
    "without blanks": ("x_l=x_r", Level(name="same", equal=(("",),))),
    "exact, sides exchanged": ("surname_r = surname_l", Level(name="same", equal=(("",),))),
    "Spark's quotes": ("`surname_l` = `surname_r`", Level(name="same", equal=(("",),))),
    "Jaro-Winkler": ("jaro_winkler_similarity(surname_l, surname_r) >= 0.92", Level(name="level 0", jaro_winkler=0.92)),
    "Spark's Jaro-Winkler": ("jaro_winkler(surname_l, surname_r) >= 0.9", Level(name="level 0", jaro_winkler=0.9)),
    "Damerau": ("damerau_levenshtein(surname_l, surname_r) <= 2", Level(name="level 0", osa=2)),
    "of text": ("levenshtein(CAST(surname_l AS TEXT), CAST(surname_r AS TEXT)) <= 1", Level(name="level 0", osa=1)),
    "lower case": ("lower(surname_l) = lower(surname_r)", Level(name="same", equal=(("",),))),
    "either": (
        "(surname_l = surname_r) OR (levenshtein(surname_l, surname_r) <= 1)",
        Level(name="level 0", equal=(("",),), osa=1),
    ),
    "a month": ("ABS(EPOCH(dob_l) - EPOCH(dob_r)) <= 2629800.0", Level(name="level 0", days=30)),
    "days of text": (
        "abs(epoch(try_strptime(dob_l, '%d/%m/%Y')) - epoch(try_strptime(dob_r, '%d/%m/%Y'))) <= 86400",
        Level(name="level 0", days=1),
    ),
    "days of text in Spark": (
        "ABS(UNIX_TIMESTAMP(date(try_to_timestamp(`dob_l`, 'yyyy-MM-dd'))) - "
        "UNIX_TIMESTAMP(date(try_to_timestamp(`dob_r`, 'yyyy-MM-dd')))) <= 259200",
        Level(name="level 0", days=3),
    ),
    "a share": (
        "(ABS(sum_l - sum_r) / (CASE WHEN sum_r > sum_l THEN sum_r ELSE sum_l END)) < 0.1",
        Level(name="level 0", ratio=0.1),
    ),
    "a difference": ("ABS(sum_l - sum_r) <= 5", Level(name="level 0", difference=5)),
    "members": ("array_length(list_intersect(names_l, names_r)) >= 2", Level(name="level 0", overlap=2)),
    "local part": (
        "NULLIF(regexp_extract(email_l, '^[^@]+', 0), '') = NULLIF(regexp_extract(email_r, '^[^@]+', 0), '')",
        Level(name="level 0", equal=((".local",),)),
    ),
    "likeness with the same local part": (
        "jaro_winkler_similarity(email_l, email_r) >= 0.9 AND "
        "regexp_extract(email_l, '^[^@]+', 0) = regexp_extract(email_r, '^[^@]+', 0)",
        Level(name="level 0", jaro_winkler=0.9, where=(".local",)),
    ),
    "year of a date": (
        "abs(epoch(dob_l) - epoch(dob_r)) <= 864000 AND year(dob_l) = year(dob_r)",
        Level(name="level 0", days=10, where=(".year",)),
    ),
}


@pytest.mark.parametrize(("condition", "level"), LEVELS.values(), ids=LEVELS)
def test_a_level_keeps_its_meaning(tmp_path, condition, level):
    [comparison] = read_splink(saved(tmp_path, condition)).model.comparisons
    assert comparison.levels == (level,)


REFUSED = {
    "Jaro": ("jaro_similarity(x_l, x_r) >= 0.9", "jaro_winkler"),
    "Jaccard of characters": ("jaccard(x_l, x_r) >= 0.9", "of characters"),
    "vectors": ("array_cosine_similarity(x_l, x_r) >= 0.9", "vectors"),
    "no limit": ("levenshtein(x_l, x_r) <= 0", "limit below one"),
    "less than a day": ("abs(epoch(x_l) - epoch(x_r)) <= 60", "limit below one"),
    "another column": ("x_l = x_r AND y_l = y_r", "another column"),
    "two columns crosswise": ("x_l = y_r", "another column"),
    "two likenesses": ("levenshtein(x_l, x_r) <= 1 AND jaro_winkler(x_l, x_r) >= 0.9", "two things"),
    "a piece of a text": ("substr(x_l, 1, 3) = substr(x_r, 1, 3)", "column of its own"),
    "a pattern": ("regexp_extract(x_l, '^(a|b)', 0) = regexp_extract(x_r, '^(a|b)', 0)", "column of its own"),
    "not": ("NOT (x_l = x_r)", "not known"),
    "a value": ("x_l = 'Jansen' AND x_r = 'Jansen'", "not known"),
    "by hand": ("x_l > 2 * x_r", "not known"),
    "dates with names of months": (
        "abs(epoch(strptime(x_l, '%d %B')) - epoch(strptime(x_r, '%d %B'))) <= 864000", "asks for days",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "why"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_equal_here_is_left_out_and_told(tmp_path, condition, why):
    found = read_splink(saved(tmp_path, '"x_l" = "x_r"', condition))
    assert [level.name for level in found.model.comparisons[0].levels] == ["same"]
    assert "level 1" in told(found)
    assert why in told(found)


BLOCKS = {
    "one column": ('l."surname" = r."surname"', [("surname",)]),
    "two columns": ("(l.surname = r.surname) AND (l.sex = r.sex)", [("surname", "sex")]),
    "the begin of a name": ("substr(l.surname, 1, 2) = substr(r.surname, 1, 2)", [("substr(surname, 1, 2)",)]),
    "year of a date as it is written": ("SUBSTRING(l.dob, 7, 4) = SUBSTRING(r.dob, 7, 4)", [("dob.year",)]),
    "either of two": ("l.surname = r.surname OR l.sex = r.sex", [("surname",), ("sex",)]),
    "exchanged names": ("l.first_name = r.surname AND l.surname = r.first_name", [("name.words",)]),
    "with a filter": ("l.sex = r.sex AND levenshtein(l.surname, r.surname) <= 2", [("sex",)]),
    "members of a list": (
        {"blocking_rule": "l.phones = r.phones", "arrays_to_explode": ["phones"]},
        [("string_to_array(phones, '|')",)],
    ),
    "all with all": ("1=1", [("dob",)]),
    "only a filter": ("abs(l.age - r.age) <= 1", [("dob",)]),
}


@pytest.mark.parametrize(("rule", "blocks"), BLOCKS.values(), ids=BLOCKS)
def test_a_blocking_rule_becomes_blocks(tmp_path, rule, blocks):
    day = "abs(epoch(strptime(dob_l, '%d/%m/%Y')) - epoch(strptime(dob_r, '%d/%m/%Y'))) <= 86400"
    found = read_splink(saved(tmp_path, "dob_l = dob_r", day, rules=(rule,)))
    assert [block.on for block in found.model.blocks] == blocks


@pytest.mark.parametrize("name", SAVED)
def test_what_splink_saves_is_read_and_written_as_a_model_that_can_be_used(name):
    found = read_splink(HERE / f"{name}.json")
    written = as_toml(found)
    assert Model.model_validate(tomllib.loads(written)) == found.model
    assert all(" ".join(str(note).split()) in written for note in found.notes)
    fields = fields_of((field.column, field.type, field.field) for field in found.model.fields)
    fields_of_model(found.model, {field.name: field.kind for field in fields})


@pytest.mark.parametrize("name", SAVED)
def test_every_comparison_level_and_rule_is_there_or_told(name):
    found = read_splink(HERE / f"{name}.json")
    names = {level.name for comparison in found.model.comparisons for level in comparison.levels}
    for comparison in json.loads((HERE / f"{name}.json").read_text())["comparisons"]:
        for level in comparison["comparison_levels"]:
            here = level["label_for_charts"] in names | {"All other comparisons"} or level.get("is_null_level", False)
            exact = level["label_for_charts"].startswith("Exact match on") and "same" in names
            both = comparison["output_column_name"] == "forename_family_name"
            assert here or exact or both or level["label_for_charts"] in told(found)


def test_forename_and_surname_become_fields_of_their_own_and_one_for_exchanged_names():
    found = read_splink(HERE / "people.json")
    assert [comparison.field for comparison in found.model.comparisons][:3] == [
        "forename", "family_name", "forename_family_name",
    ]  # fmt: skip
    assert [level.jaro_winkler for level in found.model.comparisons[0].levels] == [None, 0.92, 0.88]
    assert [level.equal for level in found.model.comparisons[2].levels] == [(("=.swapped",),)]
    assert "exchanged names" in told(found)


def test_chances_of_a_comparison_that_lost_a_level_are_left_to_training(tmp_path):
    path = saved(tmp_path, "x_l = x_r", "x_l > 2 * x_r", probability_two_random_records_match=0.01)
    settings = json.loads(path.read_text())
    for level, chance in zip(settings["comparisons"][0]["comparison_levels"][1:], (0.8, 0.1, 0.1), strict=True):
        level |= {"m_probability": chance, "u_probability": chance}
    path.write_text(json.dumps(settings))
    found = read_splink(path)
    assert (found.model.comparisons[0].m, found.model.comparisons[0].u) == ({}, {})
    assert "m is left to training" in told(found)


def test_a_level_never_observed_keeps_what_splink_starts_from():
    email = read_splink(HERE / "fake_1000.json").model.comparisons[-1]
    assert email.m["Jaro-Winkler >0.88 on username"] == pytest.approx(0.05 / 4, abs=0.001)
    assert sum(email.m.values()) == pytest.approx(1)


NULLS = {
    "either": ("x_l IS NULL OR x_r IS NULL", False),
    "of two columns": ("(x_l IS NULL OR x_r IS NULL) AND (y_l IS NULL OR y_r IS NULL)", False),
    "no such date in Spark": (
        "date(try_to_timestamp(x_l, 'yyyy-MM-dd')) IS NULL OR date(try_to_timestamp(x_r, 'yyyy-MM-dd')) IS NULL",
        False,
    ),
    "no such date": ("try_strptime(x_l, '%Y-%m-%d') IS NULL OR try_strptime(x_r, '%Y-%m-%d') IS NULL", False),
    "a pattern": ("regexp_extract(x_l, '^[0-9]+', 0) IS NULL OR x_r IS NULL", True),
    "a value": ("x_l IS NULL OR x_r IS NULL OR x_l = 'unknown'", True),
}


@pytest.mark.parametrize(("null", "more"), NULLS.values(), ids=NULLS)
def test_what_splink_takes_for_missing_beside_nulls_is_told(tmp_path, null, more):
    path = saved(tmp_path, "x_l = x_r")
    settings = json.loads(path.read_text())
    settings["comparisons"][0]["comparison_levels"][0]["sql_condition"] = null
    path.write_text(json.dumps(settings))
    assert ("for missing" in told(read_splink(path))) == more


def test_what_is_more_than_a_model_holds_is_left_out_and_told(tmp_path):
    limits = [f"jaro_winkler_similarity(x_l, x_r) >= {0.99 - n / 100:.2f}" for n in range(20)]
    rules = tuple(f"substr(l.x, 1, {n}) = substr(r.x, 1, {n})" for n in range(1, 41))
    path = saved(tmp_path, *limits, rules=rules)
    settings = json.loads(path.read_text())
    settings["comparisons"] *= 20
    path.write_text(json.dumps(settings))
    found = read_splink(path)
    assert (len(found.model.comparisons), len(found.model.comparisons[0].levels), len(found.model.blocks)) == (
        16,
        12,
        32,
    )
    assert all(said in told(found) for said in ("at most 12 levels", "at most 16 fields", "at most 32 blocks"))


WRONG = {
    "no JSON": "{",
    "another JSON": '{"model": 1}',
    "nothing to compare": '{"link_type": "link_only", "comparisons": []}',
    "levels without SQL": '{"link_type": "link_only", "comparisons": [{"comparison_levels": [{}]}]}',
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_no_model_of_splink_is_refused(tmp_path, content):
    (tmp_path / "splink.json").write_text(content)
    with pytest.raises(WrongInput):
        read_splink(tmp_path / "splink.json")


FILES = {"febrl4": ("dataset4a.csv", "dataset4b.csv"), "fake_1000": ("fake_1000.csv",)}


@pytest.fixture(scope="module", params=FILES)
def weighed(request):
    """Pairs with Splink's own weight and ours, prior included, and whether their text means the same to both."""
    name, files = request.param, [DATA / file for file in FILES[request.param]]
    model = read_splink(HERE / f"{name}.json").model
    # Splink read a row number, which it called id
    model = model.model_copy(update={"file": model.file.model_copy(update={"id": None})})
    left, right = (read_records(file, model, "left").comparable for file in (files[0], files[-1]))
    pairing = pair_up(left, right, model)
    blocks = block(pairing)
    fitted = fit(pairing, blocks)
    pairs = pl.read_csv(HERE / f"{name}.csv").select(pl.col("id_l", "id_r").cast(pl.UInt32), splink="match_weight")
    scored = scorer(pairing, fitted).score(with_levels(pairs.rename({"id_l": "l", "id_r": "r"}), pairing))
    brought = candidates(pairing, blocks).select("l", "r", brought=pl.lit(value=True))
    scored = scored.join(brought, on=["l", "r"], how="left", maintain_order="left").fill_null(value=False)
    plain = [_plain(read_as_written(file, model, "left")) for file in (files[0], files[-1])]
    return scored.with_columns(
        apart=pl.col("match_weight") + np.log2(fitted.prior / (1 - fitted.prior)) - pl.col("splink"),
        plain=plain[0].gather(scored["l"]) & plain[1].gather(scored["r"]),
    )


def _plain(table: pl.DataFrame) -> pl.Series:
    """Rows that fold to what they are, for all that a likeness can see: small letters, whole dates, one @."""
    names = [name for name in table.columns if "name" in name]
    date = next(name for name in table.columns if "dob" in name or "birth" in name)
    read = pl.col(date).str.replace_all("-", "").str.to_date("%Y%m%d", strict=False)
    whole = read.is_not_null() | pl.col(date).is_null() | (pl.col(date) == "")
    letters = [pl.col(name).fill_null("").str.contains("^[A-Z]?[a-z]*$") for name in names]
    mail = [pl.col(name).fill_null("@").str.count_matches("@") == 1 for name in table.columns if name == "email"]
    return table.select(pl.all_horizontal(whole, *letters, *mail)).to_series()


def test_the_blocks_bring_the_pairs_that_splink_compared(weighed):
    assert weighed.filter("plain")["brought"].mean() == 1.0


def test_a_pair_weighs_what_it_weighed_in_splink(weighed):
    """Where the text means the same to both, to within what folding makes of the frequency of a value."""
    close = weighed.filter(pl.col("plain") & (pl.col("apart").abs() < 0.3))
    plain = weighed.filter("plain")
    assert plain.height > 200
    # the rest are capitals within names, and letters that changed places
    assert close.height >= 0.99 * plain.height
    assert (plain["apart"].abs() < 0.05).mean() > 0.95


@pytest.mark.parametrize("chance", [0, 1])
def test_a_prior_that_is_no_chance_is_told(tmp_path, chance):
    found = read_splink(saved(tmp_path, "x_l = x_r", probability_two_random_records_match=chance, rules=("l.x = r.x",)))
    assert found.model.prior is None
    assert "probability_two_random_records_match: no chance between 0 and 1" in told(found)


@pytest.mark.parametrize(("other", "says"), [(0.1, False), (1.0, True)], ids=["a sum of 1", "more"])
def test_chances_that_are_scaled_are_told(tmp_path, other, says):
    path = saved(tmp_path, "x_l = x_r", rules=("l.x = r.x",))
    written = json.loads(path.read_text())
    for level, u in zip(written["comparisons"][0]["comparison_levels"][1:], (0.9, other), strict=True):
        level |= {"m_probability": 0.5, "u_probability": u}
    path.write_text(json.dumps(written))
    assert ("its u adds up to 1.9, so all are scaled" in told(read_splink(path))) is says
