"""Files of the workbench: what is a list in one file and text in another is alike."""

import polars as pl

from linkage import Model
from linkage.files import read_records

SKILLS = [["Rood", "groen"], [], None, ["a|b", None], ["geel"]]
AS_TEXT = ["Rood;groen", "", None, "a b", "geel "]
MODEL = {
    "id": "skills",
    "blocks": [{"on": ["skills"]}],
    "comparisons": [{"field": "skills"}],
    "fields": [{"field": "skills", "type": "list", "column": "skills"}],
}


def test_lists_are_read_from_text_and_from_lists(tmp_path):
    pl.DataFrame({"skills": SKILLS}).write_parquet(tmp_path / "lists.parquet")
    pl.DataFrame({"id": range(5), "skills": AS_TEXT}).write_csv(tmp_path / "text.csv")
    semicolon = MODEL | {"fields": [MODEL["fields"][0] | {"separator": ";"}]}
    lists = read_records(tmp_path / "lists.parquet", Model.model_validate(MODEL), "left").comparable.table
    text = read_records(tmp_path / "text.csv", Model.model_validate(semicolon), "left").comparable.table
    assert lists["skills"].to_list() == text["skills"].to_list() == ["groen|rood", None, None, "a b", "geel"]
