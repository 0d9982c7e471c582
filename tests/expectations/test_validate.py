"""An extract held against its contract: what is kept, what is set apart, and what refuses."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum.nl import bsn as stdnum_bsn

from declare import Refusal
from expectations import ValidatedExtract, validate
from expectations.contract import UnknownRule, contract, suite_digest
from expectations.evaluate import UnknownCheck, _raised
from expectations.national_table import national_table
from expectations.quality import summary
from expectations.report import Masking, render, tell
from expectations.report.words import LANGUAGES
from expectations.stopped import ContractBroken, NotEvaluated
from intake import Source
from tests.intake.sources import read, source

BSN = {"name": "bsn", "type": "bsn", "role": "identify", "field": "bsn"}


def check(expectation: str, severity: str = "quarantine", **arguments: Any) -> dict[str, Any]:
    return {"expectation": expectation, "arguments": arguments, "severity": severity}


def column(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "role": "payload"} | more


def validated(folder: Path, content: str, *columns: dict[str, Any], **more: Any) -> ValidatedExtract:
    return validate(read(folder, content, source(*columns, **more)))


TYPES = {  # type, cell, rule that empties it (none: it stays)
    "BSN": ("bsn", "111222333", None),
    "BSN that fails the eleven test": ("bsn", "111222334", "bsn-eleven-test"),
    "BSN of noughts": ("bsn", "000000000", "bsn-placeholder"),
    "BSN of nines": ("bsn", "999999990", "bsn-placeholder"),
    "RSIN": ("rsin", "111222333", None),
    "RSIN that fails the eleven test": ("rsin", "111222334", "rsin-eleven-test"),
    "KvK number": ("kvk", "69034402", None),
    "KvK number that stands for none": ("kvk", "00000000", "kvk-placeholder"),
    "postcode": ("postcode", "1234 AB", None),
    "postcode that begins with nought": ("postcode", "0234AB", "postcode-shape"),
    "foreign postcode": ("postcode", "B-1000", "postcode-shape"),
    "postcode that is never issued": ("postcode", "1234SS", "postcode-never-issued"),
    "house number": ("house_number", "12", None),
    "house number nought": ("house_number", "0", "house-number-range"),
    "house number with its addition": ("house_number", "12a", None),
    "house number of six digits": ("house_number", "123456", "house-number-range"),
    "RSIN of noughts": ("rsin", "000000000", "rsin-placeholder"),
    "BAG id": ("bag_id", "0363010000964973", None),
    "BAG id that lost its nought": ("bag_id", "363010000964973", None),
    "BAG id of no known kind": ("bag_id", "0363990000964973", "bag-id-object-type"),
    "municipality by name": ("municipality", "Amsterdam", None),
    "municipality, standard value": ("municipality", "0000", "municipality-shape"),
    "municipality of five digits": ("municipality", "12345", "municipality-shape"),
    "nationality": ("nationality", "1", None),
    "nationality, standard value": ("nationality", "0000", "nationality-shape"),
    "country": ("country", "5010", None),
    "country, standard value": ("country", "0000", "country-shape"),
    "investigated": ("investigation", "10310", None),
    "investigated, no such category": ("investigation", "170000", "investigation-shape"),
    "licence plate": ("licence_plate", "99-xx-99", None),
    "surname, standard value": ("surname", ".", "name-placeholder"),
    "surname unknown": ("surname", "Onbekend", "name-placeholder"),
    "sex": ("sex", "v", None),
    "sex, not a code": ("sex", "?", "sex-code"),
    "date": ("date", "1980-05-17", None),
    "date far back": ("date", "1066-10-14", "date-range"),
    "surname": ("surname", "Jansen", None),
    "surname without end": ("surname", "ab" * 101, "name-length"),
}


def test_a_value_of_the_wrong_shape_empties_its_cell(tmp_path: Path) -> None:
    columns = [column(f"c{place}", kind) for place, (kind, _, _) in enumerate(TYPES.values())]
    header = ",".join(["key", *(each["name"] for each in columns)])
    cells = ",".join(["1", *(cell for _, cell, _ in TYPES.values())])
    outcome = validated(tmp_path, f"{header}\n{cells}\n", column("key"), *columns)
    (kept,) = outcome.table.to_dicts()
    emptied = dict(outcome.quarantine.entries.select("column", "rule").iter_rows())
    for place, (name, (_, _, rule)) in enumerate(TYPES.items()):
        assert (kept[f"c{place}"] is None, emptied.get(f"c{place}")) == (rule is not None, rule), name
    assert set(outcome.quarantine.entries.get_column("scope")) == {"cell"}
    assert outcome.table.height == outcome.rows_in == 1


TOLD = {  # type, cell, rule that is told and costs nothing
    "account of a Dutch bank, too short": ("iban", "NL58ABNA041716430", "iban-dutch-shape"),
    "telephone, two digits short": ("phone", "06-123456", "phone-shape"),
    "telephone, no such network": ("phone", "0691234567", "phone-shape"),
    "licence plate of another country": ("licence_plate", "1-ABC-234", "licence-plate-layout"),
    "house number with its addition": ("house_number", "12 bis", "house-number-with-addition"),
    "addition that is none": ("house_addition", "123.45", "house-addition-shape"),
    "BAG id of no municipality": ("bag_id", "9999010000964973", "bag-id-municipality"),
    "address withdrawn, and still used": ("bag_status", "Plaats ingetrokken", "bag-withdrawn"),
    "address of no known status": ("bag_status", "zoek", "bag-status-known"),
    "municipality of no table": ("municipality", "9998", "municipality-unknown"),
    "municipality, no such name": ("municipality", "Nergenshuizen", "municipality-unknown"),
    "nationality of no table": ("nationality", "9997", "nationality-unknown"),
    "country of no table": ("country", "0999", "country-unknown"),
    "day of an unknown month": ("date", "1980-00-17", "date-unknown-parts"),
    "month of an unknown year": ("date", "0000-05-00", "date-unknown-parts"),
    "name with a tag in it": ("surname", "<script>", "name-characters"),
    "prefix that is none": ("prefix", "vandaal", "prefix-unknown"),
    "prefix without end": ("prefix", "van der van der", "prefix-length"),
}
FINE = [
    ("phone", "06-12345678"), ("phone", "+31 (0)20 123 45 67"), ("phone", "0800-1234"), ("phone", "+32 2 123 45 67"),
    ("house_addition", "A-12"), ("house_addition", "bis"), ("prefix", "van 't"), ("prefix", "v/d"), ("prefix", "'s-"),
    ("surname", "d'Ancona-de Vries"), ("surname", "Müller e/v Jansen (geb. 'Smit')"), ("licence_plate", "XX-999-X"),
    ("bag_status", "Pand in gebruik"), ("date", "1980-05-00"), ("date", "1980-00-00"), ("date", "0000-00-00"),
]  # fmt: skip


def test_what_may_be_wrong_is_told_and_stays(tmp_path: Path) -> None:
    cases = [(kind, cell) for kind, cell, _ in TOLD.values()] + FINE
    columns = [column(f"c{place}", kind) for place, (kind, _) in enumerate(cases)]
    header = ",".join(["key", *(each["name"] for each in columns)])
    content = f"{header}\n" + ",".join(["1", *(f'"{cell.replace(chr(34), chr(34) * 2)}"' for _, cell in cases)]) + "\n"
    outcome = validated(tmp_path, content, column("key"), *columns, file={"unknown_date_parts": True})
    told = {(each["column"], each["rule"]) for each in outcome.quality if each["outcome"] == "failed"}
    assert told == {(f"c{place}", rule) for place, (_, _, rule) in enumerate(TOLD.values())}
    assert outcome.quarantine.entries.is_empty()
    assert None not in outcome.table.row(0)


STRICT = {  # rules of column bsn, what is kept of three rows of which one is wrong; None: nothing, the delivery stops
    "as usual": ({}, ["111222333", None, "123456782"]),
    "one rule quarantines": ({"bsn-eleven-test": {"severity": "quarantine"}}, ["111222333", "123456782"]),
    "one rule is only told": ({"bsn-eleven-test": {"severity": "warn"}}, ["111222333", "111222334", "123456782"]),
    "one rule stops": ({"bsn-eleven-test": {"severity": "stop"}}, None),
    "it stops when too many are wrong": ({"bsn-eleven-test": {"severity": "stop", "mostly": 0.9}}, None),
    "it does not stop for a few": ({"bsn-eleven-test": {"severity": "stop", "mostly": 0.6}},
                                   ["111222333", "111222334", "123456782"]),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "kept"), STRICT.values(), ids=STRICT)
def test_a_source_says_how_strict_a_rule_is(tmp_path: Path, rules: dict[str, Any], kept: list[str] | None) -> None:
    declared = BSN | {"rules": {"bsn-placeholder": {"severity": "warn"}} | rules}
    content = "bsn,a\n111222333,x\n111222334,y\n123456782,z\n"
    if kept is None:
        with pytest.raises(ContractBroken, match="fails bsn-eleven-test in 1 of 3 cells; nothing was kept"):
            validated(tmp_path, content, declared, column("a"))
    else:
        assert validated(tmp_path, content, declared, column("a")).table["bsn"].to_list() == kept


def test_a_rule_that_the_type_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownRule) as refusal:
        contract(source(BSN | {"rules": {"bsn-eleventest": {"severity": "warn"}}}))
    assert refusal.value.remedy == "Did you mean bsn-eleven-test?"


def test_a_required_value_of_the_wrong_shape_sets_its_row_apart(tmp_path: Path) -> None:
    outcome = validated(tmp_path, "bsn,a\n111222333,x\n111222334,y\n", BSN | {"required": True}, column("a"))
    assert outcome.table.rows() == [(1, "111222333", "x")]
    assert outcome.quarantine.entries.rows() == [
        (2, "bsn", "bsn-eleven-test", "cell"),
        (2, "bsn", "required", "row"),
    ]


CONDITION = {"row_condition": 'col("b") != "y"', "condition_parser": "great_expectations"}
CHECKED = {  # check on column b, rows kept, rules in quarantine
    "in a set": (check("expect_column_values_to_be_in_set", value_set=["x", "z"]), [1, 3], ["values-to-be-in-set"]),
    "only reported": (check("expect_column_values_to_be_in_set", "warn", value_set=["x"]), [1, 2, 3], []),
    "unique": (check("expect_column_values_to_be_unique"), [1, 2, 3], []),
    "most of them": (check("expect_column_values_to_be_in_set", value_set=["x", "z"], mostly=0.6), [1, 2, 3], []),
    "a whole column, met": (check("expect_column_unique_value_count_to_be_between", min_value=3), [1, 2, 3], []),
    "a whole column, reported": (
        check("expect_column_unique_value_count_to_be_between", "warn", min_value=9),
        [1, 2, 3],
        [],
    ),
    "a pair": (
        check("expect_column_pair_values_to_be_equal", column_A="a", column_B="b"),
        [1, 3],
        ["pair-values-to-be-equal"],
    ),
    "only the cell": (
        check("expect_column_values_to_be_in_set", "cell", value_set=["x", "z"]),
        [1, 2, 3],
        ["values-to-be-in-set"],
    ),
    "rows that a condition chooses": (
        check("expect_column_values_to_be_in_set", value_set=["z"], **CONDITION),
        [2, 3],
        ["values-to-be-in-set"],
    ),
    "no row that a condition chooses": (
        check("expect_column_values_to_be_in_set", value_set=["q"], **CONDITION | {"row_condition": 'col("a") == "q"'}),
        [1, 2, 3],
        [],
    ),
    "a table": (check("expect_table_row_count_to_be_between", min_value=1), [1, 2, 3], []),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a declaration has its conditions as text
@pytest.mark.parametrize(("asked", "kept", "rules"), CHECKED.values(), ids=CHECKED)
def test_declared_checks(tmp_path: Path, asked: dict[str, Any], kept: list[int], rules: list[str]) -> None:
    outcome = validated(tmp_path, "a,b\nx,x\nx,y\nz,z\n", column("a"), column("b", checks=[asked]))
    assert outcome.table.get_column("row").to_list() == kept
    assert outcome.quarantine.entries.get_column("rule").to_list() == rules
    assert outcome.rows_in == outcome.table.height + len(outcome.quarantine.rows)


REFUSED = {  # check, error
    "a pattern that Polars does not know": (check("expect_column_values_to_match_regex", regex="(?=x)"), NotEvaluated),
    "the same, only reported": (check("expect_column_values_to_match_regex", "warn", regex="(?=x)"), NotEvaluated),
    "bounds of another type": (check("expect_column_values_to_be_between", min_value=3), NotEvaluated),
    "a mean of text": (check("expect_column_mean_to_be_between", min_value=3), NotEvaluated),
    "a column that is not there": (
        check("expect_column_pair_values_to_be_equal", column_A="a", column_B="zz"),
        NotEvaluated,
    ),
    "a form that the engine lacks": (
        check("expect_column_values_to_match_strftime_format", strftime_format="%Y %W"),
        NotEvaluated,
    ),
    "no such expectation": (check("expect_column_values_to_be_nice"), UnknownCheck),
    "an argument too many": (check("expect_column_values_to_be_null", colour="red"), UnknownCheck),
    "another column's check": (check("expect_column_values_to_be_null", column="zz"), UnknownCheck),
    "an argument too few": (check("expect_column_value_lengths_to_equal"), UnknownCheck),
    "a check that stops": (check("expect_column_values_to_be_in_set", "stop", value_set=["y"]), ContractBroken),
    "a whole column fails": (check("expect_column_unique_value_count_to_be_between", min_value=9), ContractBroken),
}


@pytest.mark.parametrize(("asked", "error"), REFUSED.values(), ids=REFUSED)
def test_what_gives_no_answer_refuses(tmp_path: Path, asked: dict[str, Any], error: type[Refusal]) -> None:
    with pytest.raises(error) as refusal:
        validated(tmp_path, "a\nx\n", column("a", checks=[asked]))
    assert refusal.value.remedy


RAISED = {
    "nothing said": ({}, False),
    "none": (None, False),
    "one exception": ({"raised_exception": True, "exception_message": "m", "exception_traceback": "t"}, True),
    "no exception": ({"raised_exception": False, "exception_message": None, "exception_traceback": None}, False),
    "by metric": ({"metric": {"raised_exception": True}}, True),
    "by metric, unknown shape": ({"metric": "something"}, True),
}


@pytest.mark.parametrize(("information", "raised"), RAISED.values(), ids=RAISED)
def test_both_shapes_of_exceptions(information: dict[str, Any] | None, raised: bool) -> None:
    assert _raised(information) is raised


def test_dropped_columns_are_checked_and_left_behind(tmp_path: Path) -> None:
    number = column("number", "identifier", role="drop", checks=[check("expect_column_values_to_be_unique")])
    outcome = validated(tmp_path, "number,a\n1,x\n1,y\n2,z\n", number, column("a"))
    assert outcome.table.rows() == [(3, "z")]


def test_every_column_type_has_a_contract_that_can_be_evaluated(tmp_path: Path) -> None:
    kinds = sorted({kind for kind, _, _ in TYPES.values()} | {"integer", "decimal", "category", "municipality", "code"})
    columns = [column(f"c{place}", kind) for place, kind in enumerate(kinds)]
    content = ",".join(each["name"] for each in columns) + "\n" + "," * (len(kinds) - 1) + "\n"
    outcome = validated(tmp_path, content, *columns)
    assert len(outcome.quality) == len(contract(source(*columns)))
    assert {each["outcome"] for each in outcome.quality} == {"met"}


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(st.integers(1, 10**9 - 1), min_size=50, max_size=50, unique=True))
def test_eleven_test_agrees_with_stdnum(tmp_path: Path, numbers: list[int]) -> None:
    texts = [f"{number:09d}" for number in numbers]
    outcome = validated(tmp_path, "bsn\n" + "\n".join(texts) + "\n", BSN)
    failed = set(outcome.quarantine.entries.filter(rule="bsn-eleven-test").get_column("row"))
    assert failed == {row for row, text in enumerate(texts, start=1) if not stdnum_bsn.is_valid(text)}


IBANS = {  # account number → does it pass
    "NL91ABNA0417164300": True,
    "nl91 abna 0417 1643 00": True,
    "NL91ABNA0417164301": False,
    "NL19ABNA0417164300": False,
    "BE68539007547034": True,
    "MT84MALT011000012345MTLCAST001S": True,
    "41.71.64.300": True,
    "NL91": False,
    "ABNA0417164300": False,
}


def test_check_digits_of_an_iban_are_told_and_cost_nothing(tmp_path: Path) -> None:
    outcome = validated(tmp_path, "account\n" + "\n".join(IBANS) + "\n", column("account", "iban"))
    said = {each["rule"]: each["unexpected"] for each in outcome.quality}
    assert said["iban-check-digits"] == list(IBANS.values()).count(False)
    assert outcome.table["account"].to_list() == list(IBANS)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(st.integers(0, 99), min_size=50, max_size=50), st.integers(0, 10**10 - 1))
def test_iban_check_digits_agree_with_stdnum(tmp_path: Path, checks: list[int], account: int) -> None:
    """Of countries that stdnum knows no further rules of."""
    texts = [f"{country}{check:02d}ABNA{account:010d}" for check in checks for country in ("NL", "GB")]
    outcome = validated(tmp_path, "account\n" + "\n".join(texts) + "\n", column("account", "iban"))
    right = [text for text in texts if stdnum_iban.calc_check_digits(text) == text[2:4]]
    assert outcome.quality[0]["unexpected"] == len(texts) - len(right)


CANARY = "Kanarievogel"


NUMBERS = ("987654321", "111222334")


def canary_source() -> Source:
    word = "expect_column_values_to_be_in_set"
    return source(
        column("name", "surname", required=True, checks=[check(word, value_set=["Jansen"])]),
        column(
            "word", checks=[check(word, "warn", value_set=["x"]), check("expect_column_values_to_be_unique", "warn")]
        ),
        column("date", "date"),
        column("amount", "integer", checks=[check("expect_column_max_to_be_between", "warn", max_value=1)]),
        BSN,
    )


def pages(outcome: ValidatedExtract) -> list[str]:
    """The report in both languages, and its JSON."""
    told = tell(summary(outcome), outcome.source, Masking(10))
    return [json.dumps(told), *(render(told, language) for language in LANGUAGES)]


def test_no_value_comes_out(tmp_path: Path, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder) -> None:
    caplog.set_level(logging.DEBUG)
    rows = [[CANARY] * 5, ["Jansen", CANARY, CANARY, *NUMBERS], ["Jansen", CANARY, "1980-05-17", *NUMBERS]]
    content = "name,word,date,amount,bsn\n" + "".join(",".join(row) + "\n" for row in rows)
    outcome = validate(read(tmp_path, content, canary_source()))
    assert outcome.table.get_column("row").to_list() == [2, 3]
    assert [each["unexpected"] for each in outcome.quality if each["consequence"] == "warn"] == [0, 3, 3, 0, 0]
    shown = [
        repr(outcome), json.dumps(outcome.quality), outcome.quarantine.entries.write_json(), repr(outcome.quarantine),
        json.dumps(summary(outcome)), *pages(outcome), caplog.text, *(str(each.message) for each in recwarn),
    ]  # fmt: skip
    assert not [text for text in shown if any(canary in text for canary in (CANARY, *NUMBERS))]


def test_a_failing_check_shows_no_value(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    declared = source(column("word", checks=[check("expect_column_values_to_match_regex", regex="(?=x)")]))
    with pytest.raises(NotEvaluated) as refusal:
        validate(read(tmp_path, f"word\n{CANARY}\n", declared))
    assert CANARY not in str(refusal.value) + repr(refusal.value.__dict__) + caplog.text
    assert refusal.value.__context__ is None


def test_great_expectations_keeps_no_frame(tmp_path: Path) -> None:
    """Its project manager holds the last context as long as the process lives."""
    from great_expectations.data_context.data_context.context_factory import project_manager

    validated(tmp_path, "bsn\n111222333\n", BSN)
    assert not list(project_manager.get_datasources())


def test_summary_counts_rows_and_cells(tmp_path: Path) -> None:
    facts = summary(validated(tmp_path, "bsn,a\n111222334,x\n000000000,y\n1\n", BSN, column("a")))
    assert facts["rows"] == {"in": 3, "kept": 2, "set_apart": 1}
    assert facts["emptied"] == 2
    assert {(each["column"], each["rule"]): each["count"] for each in facts["quarantine"]} == {
        ("bsn", "bsn-eleven-test"): 1,
        ("bsn", "bsn-placeholder"): 1,
        (None, "too-few-fields"): 1,
    }


SUITE = source(
    column("land", "country", checks=[check("expect_column_values_to_match_regex", regex="^6")]),
    changes={"rows": 0.2},
)
OTHERWISE: dict[str, dict[str, Any]] = {  # what is declared otherwise
    "severity of a check": {
        "columns": [
            column("land", "country", checks=[check("expect_column_values_to_match_regex", "warn", regex="^6")])
        ]
    },
    "an argument": {
        "columns": [column("land", "country", checks=[check("expect_column_values_to_match_regex", regex="^5")])]
    },
    "severity of a rule of the type": {
        "columns": [column("land", "country", rules={"country-unknown": {"severity": "stop"}})]
    },
    "another type": {"columns": [column("land", "nationality")]},
    "a threshold of sudden changes": {"changes": {"rows": 0.3}},
    "no thresholds": {"changes": None},
}


@pytest.mark.parametrize("other", OTHERWISE.values(), ids=OTHERWISE)
def test_the_suites_digest_is_another_when_something_else_is_asked(other: dict[str, Any]) -> None:
    changed = Source.model_validate(SUITE.model_dump(exclude_unset=True) | other)
    assert suite_digest(changed) != suite_digest(SUITE)


def test_the_suites_digest_is_the_same_when_the_same_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    before = suite_digest(SUITE)
    assert suite_digest(SUITE.model_copy(update={"title": "Landen", "retention_days": 5})) == before
    table = national_table("country")
    monkeypatch.setattr("expectations.contract.national_table", lambda name: table.head(-1))
    assert suite_digest(SUITE) != before
