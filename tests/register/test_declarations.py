from pathlib import Path

import pytest

from declare import load
from declare.load import DeclarationError
from register.declarations import Agreement, Request

AGREEMENT = """
id = "covenant"
title = "Covenant"
parties = ["city", "tax"]
from = 2026-01-01
until = 2030-12-31
[[triples]]
source = "residents"
recipient = "city"
purpose = "insight"
[[grounds]]
source = "residents"
law = "Wet BRP art. 3.1"
document = "Decree 1"
"""
REQUEST = """
id = "reports"
title = "Reports"
purpose = "insight"
requester = "ann"
agreement = "covenant"
recipients = ["city"]
retention_until = 2029-01-01
[dpia]
id = "DPIA-1"
approved = 2026-01-01
valid_until = 2028-01-01
status = "approved"
[[sources]]
id = "residents"
ground = "Wet BRP art. 3.1"
columns = ["municipality"]
[output]
kind = "table"
unit = "residents"
dimensions = ["residents.municipality"]
[effect]
intended = "Fewer accidents"
"""
MINIMISATION = '[[minimisation]]\npurpose = "insight"\nsource = "residents"\n'
AGE = 'age = { column = "age", least = 12 }\n'
SPAN = 'period = { column = "day", from = 2026-01-01, until = 2025-01-01 }\n'
BOTH = 'persons = [{ column = "kind", leave_out = ["child"], only = ["tenant"] }]\n'
WRONG = {
    "minimises nothing": (Agreement, AGREEMENT + MINIMISATION, "names columns, age, persons or period"),
    "minimises twice": (Agreement, AGREEMENT + 2 * (MINIMISATION + AGE), "two minimisations of one source"),
    "minimises what is not shared": (
        Agreement,
        AGREEMENT + MINIMISATION.replace("insight", "other") + AGE,
        "no triple joins",
    ),
    "a period that ends first": (Agreement, AGREEMENT + MINIMISATION + SPAN, "until lies before from"),
    "left out and only": (Agreement, AGREEMENT + MINIMISATION + BOTH, "under leave_out, or under only"),
    "an age floor of nobody": (Agreement, AGREEMENT + MINIMISATION + AGE.replace("12", "0"), "age.least"),
    "ends before it starts": (Agreement, AGREEMENT.replace("2030", "2020"), "until lies before from"),
    "a stranger receives": (Agreement, AGREEMENT.replace('recipient = "city"', 'recipient = "bank"'), "not a party"),
    "no triple": (Agreement, AGREEMENT.split("[[triples]]", maxsplit=1)[0], "missing key triples"),
    "a word for a state": (Request, REQUEST.replace('"approved"', '"fine"'), "dpia.status"),
    "an unasked column": (Request, REQUEST.replace('["municipality"]', '["sex"]'), "do not list"),
    "a unit that is no source": (Request, REQUEST.replace('unit = "residents"', 'unit = "tax"'), "not a source"),
    "a source twice": (
        Request,
        REQUEST + '[[sources]]\nid = "residents"\nground = "x"\n',
        "occurs twice",
    ),
    "an id as of a run": (Request, REQUEST.replace('"reports"', '"reports-12"'), "runs are named so"),
    "a misspelt key": (Request, REQUEST.replace("retention_until", "retention_till"), "retention_"),
}


def test_as_in_the_brief(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(AGREEMENT)
    (tmp_path / "r.toml").write_text(REQUEST)
    agreement, request = load(tmp_path / "a.toml", Agreement), load(tmp_path / "r.toml", Request)
    assert agreement.starts.year == 2026
    assert request.output.columns == {"residents.municipality"}
    assert len(agreement.digest) == len(request.digest) == 64


def test_a_request_may_be_written_before_its_dpia(tmp_path: Path) -> None:
    without = REQUEST.split("[dpia]", maxsplit=1)[0] + "[[sources]]" + REQUEST.split("[[sources]]")[1]
    (tmp_path / "r.toml").write_text(without)
    assert load(tmp_path / "r.toml", Request).dpia is None


@pytest.mark.parametrize(("kind", "text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_declarations_are_refused(
    tmp_path: Path, kind: type[Agreement] | type[Request], text: str, said: str
) -> None:
    (tmp_path / "d.toml").write_text(text)
    with pytest.raises(DeclarationError, match=said):
        load(tmp_path / "d.toml", kind)
