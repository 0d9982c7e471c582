"""A proposal: what columns hold, what blocks cost and find, what decides what; and a model that loads and links."""

import random
from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput, load
from linkage import Comparable, Model, dedupe_files, link_files
from linkage.block import block
from linkage.model import Comparison
from linkage.pairing import Pairing, pair_up
from linkage.propose import Proposal, block_report, propose, suggest_blocks
from linkage.propose.dates import date_formats
from linkage.propose.dependence import Decided, decided, joints
from linkage.propose.frequency import rarity
from linkage.propose.kinds import recognise
from linkage.propose.profile import Profile
from linkage.propose.rough import rough_fit
from pseudonymise.standardise import fields_of
from tests.linkage.persons import MODEL, TYPES, crowd, persons

NAMES = ["Jansen", "de Vries", "Bakker", "Visser"]
NUMBERS = [str(number) for number in range(200)]

COLUMNS = {  # name of the column, values, type
    "a given name": ("first_name", ["Jan", "Eva"], "given_names"),
    "a given name in Dutch, camel case": ("eersteVoornaam", ["Jan", "Eva"], "given_names"),
    "a middle initial": ("middle_initial", ["J", "P."], "initials"),
    "a surname": ("lname_c1", NAMES, "surname"),
    "a prefix": ("tussenvoegsel", ["van", "de"], "prefix"),
    "a full name": ("naam", ["Jan Jansen", "Bakker, Eva"], "full_name"),
    "a date whatever its name": ("x", ["1980-03-05", "1981-12-31"], "date"),
    "a postcode whatever its name": ("x", ["1234 AB", "9999ZZ"], "postcode"),
    "a house number": ("huisnummer", ["1", "12A"], "house_number"),
    "a sex whatever its name": ("x", ["M", "V"], "sex"),
    "an address of mail": ("x", ["a@b.nl", "c.d@e.org"], "email"),
    "a telephone number": ("tel", ["06-12345678", "+31 6 87654321"], "phone"),
    "an account": ("x", ["NL91ABNA0417164300", "NL20INGB0001234567"], "iban"),
    "a BSN whatever its name": ("x", ["111222333", "123456782"], "bsn"),
    "nine digits that are none": ("x", ["111222334", "123456783"], None),
    "a number an authority gave": ("soc_sec_id", ["5304218", "4066625"], "code"),
    "an amount": ("bedrag", ["12", "7"], "number"),
    "decimals whatever their name": ("x", ["12.50", "7,25"], "number"),
    "a latitude": ("lat", ["52.1", "51.9"], "latitude"),
    "a name that values belie": ("lat", ["north", "south"], "text"),
    "free text": ("x", ["paid to Jan", "paid to Eva"], "text"),
    "a few values": ("x", ["red", "blue"] * 30, "category"),
    "a list": ("x", ["red|blue", "blue|green"], "list"),
    "nothing": ("first_name", [None, ""], None),
    "one value everywhere": ("first_name", ["Jan", "Jan"], None),
    "a number of rows": ("rec_id", ["rec-1", "rec-2"], None),
    "the answer": ("cluster", ["a", "b", "a"], None),
    "the answer under an innocent name": ("x", NUMBERS * 2, None),
    "a code nobody knows": ("x", ["0_17", "0_23"], None),
}


@pytest.mark.parametrize(("name", "values", "expected"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_recognised_by_name_and_values(name, values, expected):
    assert recognise(Profile.of(pl.Series(name, values, dtype=pl.String))).type == expected


FORMATS = {
    "year first": (["1980-03-25", "1981-12-31"], ("%Y-%m-%d",)),
    "glued": (["19800325", "19811231"], ("%Y%m%d",)),
    "day first": (["25/3/1980", "1/12/1981"], ("%d/%m/%Y",)),
    "month first": (["03.25.1980", "12.31.1981"], ("%m.%d.%Y",)),
    "days that may be months": (["01-02-1980", "03-04-1981"], ("%d-%m-%Y", "%m-%d-%Y")),
    "typing errors": ([*(f"1980-03-{day:02}" for day in range(1, 29)), "1980-x3-01"], ("%Y-%m-%d",)),
    "no dates": (["12345678", "87654321"], ()),
}


@pytest.mark.parametrize(("values", "expected"), FORMATS.values(), ids=FORMATS)
def test_the_format_of_dates_follows_from_the_values(values, expected):
    assert date_formats(Profile.of(pl.Series("x", values))) == expected


def people(count: int, seed: int, wrong: float = 0.0) -> pl.DataFrame:
    """The same persons for each number, with an error in a share of their values; `cluster` is the answer."""
    columns = ["surname", "given_name", "born", "postcode", "sex"]
    table = pl.DataFrame(crowd(count, seed=3, wrong=wrong if seed else 0.0), schema=columns, orient="row")
    return table.with_columns(pl.Series("cluster", [f"c{number}" for number in range(count)])).sample(
        fraction=1, shuffle=True, seed=seed
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two files of mostly the same persons; columns and dates are written in other ways."""
    folder = tmp_path_factory.mktemp("files")
    people(400, 0).with_columns(row_id=pl.int_range(400)).write_csv(folder / "left.csv")
    born = pl.col("born").str.replace(r"(\d+)-(\d+)-(\d+)", "$3/$2/$1")
    right = people(400, 1, wrong=0.1).with_columns(born)[:350].with_columns(row_id=pl.int_range(350))
    names = {"surname": "achternaam", "given_name": "voornaam", "born": "geboortedatum", "postcode": "code_of_home"}
    right.rename(names).write_parquet(folder / "right.parquet")
    return folder / "left.csv", folder / "right.parquet"


@pytest.fixture(scope="module")
def proposal(files: tuple[Path, Path]) -> Proposal:
    return propose(*files)


def test_columns_of_other_names_meet(proposal):
    found = {(field.field, field.left or field.column, field.right or field.column) for field in proposal.model.fields}
    assert found == {
        ("surname", "surname", "achternaam"),
        ("given_name", "given_name", "voornaam"),
        ("birth_date", "born", "geboortedatum"),
        ("sex", "sex", "sex"),
    }
    [date] = [field for field in proposal.model.fields if field.type == "date"]
    assert (date.format, date.right_format) == ("%Y-%m-%d", "%d/%m/%Y")


def test_full_names_meet_given_names_and_surnames(tmp_path):
    left = people(300, 0).select("born", naam=pl.col("given_name") + " " + pl.col("surname"))
    left.write_csv(tmp_path / "left.csv")
    people(300, 1, wrong=0.05).select("given_name", "surname", "born").write_csv(tmp_path / "right.csv")
    found = propose(tmp_path / "left.csv", tmp_path / "right.csv").model
    assert {(field.field, field.type, field.of("left"), field.of("right")) for field in found.fields} == {
        ("birth_date", "date", "born", "born"),
        ("name", "full_name", "naam", None),
        ("name", "given_names", None, "given_name"),
        ("name", "surname", None, "surname"),
    }


def test_a_dutch_address_is_one_field(tmp_path):
    homes = (
        people(300, 0)
        .with_row_index()
        .with_columns(
            postcode=pl.format("{}AB", pl.col("postcode")), huisnummer=pl.col("index") % 90 + 1, toevoeging=pl.lit("A")
        )
    )
    homes.drop("index").write_csv(tmp_path / "file.csv")
    found = propose(tmp_path / "file.csv").model
    address = [(field.type, field.column) for field in found.fields if field.field == "address"]
    assert address == [("postcode", "postcode"), ("house_number", "huisnummer")]


def test_the_text_is_the_model(proposal, tmp_path):
    (tmp_path / "m.toml").write_text(proposal.text)
    assert load(tmp_path / "m.toml", Model) == proposal.model
    assert proposal.model.file.id == "row_id"
    assert proposal.one_to_one == "one-to-one"


def test_the_proposed_model_links(proposal, files, tmp_path):
    left, right = (pl.read_csv(files[0]), pl.read_parquet(files[1]))
    both = left.join(right, on="cluster", suffix="_r").select(id_l="row_id", id_r="row_id_r")
    both.write_csv(tmp_path / "truth.csv")
    found = link_files(*files, proposal.model, tmp_path / "out", truth=tmp_path / "truth.csv")
    assert found.truth is not None
    assert found.truth["f1"] > 0.95


def test_the_answer_makes_no_difference(proposal, files, tmp_path):
    for number, path in enumerate(files):
        table = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
        mixed = table.with_columns(pl.col("cluster").shuffle(seed=number))
        (mixed.write_csv if path.suffix == ".csv" else mixed.write_parquet)(tmp_path / path.name)
    assert propose(tmp_path / "left.csv", tmp_path / "right.parquet").text == proposal.text


def test_rows_in_another_order_give_the_same_proposal(proposal, files, tmp_path):
    pl.read_csv(files[0], infer_schema=False).reverse().write_csv(tmp_path / "left.csv")
    pl.read_parquet(files[1]).reverse().write_parquet(tmp_path / "right.parquet")
    assert propose(tmp_path / "left.csv", tmp_path / "right.parquet").text == proposal.text


def test_one_file_is_searched_for_doubles(tmp_path):
    twice = pl.concat([people(200, 0), people(200, 1, wrong=0.1)]).with_columns(row_id=pl.int_range(400))
    twice.write_csv(tmp_path / "file.csv")
    pairs = twice.join(twice, on="cluster", suffix="_r").select(id_l="row_id", id_r="row_id_r")
    pairs.filter(pl.col("id_l") < pl.col("id_r")).write_csv(tmp_path / "truth.csv")
    model = propose(tmp_path / "file.csv").model
    assert (model.dedupe, model.one_to_one) == (True, None)
    found = dedupe_files(tmp_path / "file.csv", model, tmp_path / "out", truth=tmp_path / "truth.csv")
    assert found.truth is not None
    assert found.truth["f1"] > 0.95


def pairing(dedupe: bool) -> Pairing:
    model = MODEL.model_copy(update={"right": "left"}) if dedupe else MODEL
    left = persons(crowd(300, seed=5))
    return pair_up(left, left if dedupe else persons(crowd(250, seed=5, wrong=0.2), "right"), model)


@pytest.mark.parametrize("dedupe", [True, False], ids=["one file", "two files"])
def test_costs_of_suggested_blocks_are_their_sizes(dedupe):
    found = suggest_blocks(pairing(dedupe))
    with_blocks = MODEL.model_copy(update={"blocks": found.declared, "right": "left" if dedupe else "right"})
    ready = pairing(dedupe)
    sizes = block(pair_up(ready.left, ready.right, with_blocks)).sizes
    assert [one.pairs for one in found.blocks] == [size.pairs for size in sizes]


def test_blocks_stay_within_the_budget_and_reach_the_recall():
    ready = pairing(dedupe=False)
    wide, narrow = suggest_blocks(ready), suggest_blocks(ready, budget=300)
    assert wide.recall >= 0.995
    assert 0 < narrow.pairs <= 300
    assert narrow.recall < wide.recall
    assert suggest_blocks(ready, recall=0.5).pairs < wide.pairs


def test_sizes_are_told_of_blocks_that_are_too_many():
    ready = pairing(dedupe=False)
    few = ready.model.model_copy(update={"candidate_limit": 1})
    assert block_report(pair_up(ready.left, ready.right, few)) == block(ready).sizes


def residents(*, follows: bool) -> Pairing:
    """Persons whose city is that of their postcode, or has nothing to do with it."""
    sides = []
    for name, wrong in (("left", 0.0), ("right", 0.1)):
        rows = crowd(800, seed=5, wrong=wrong)
        cities = [f"city {'abcdefgh'[(int(row[3]) if follows else number) % 8]}" for number, row in enumerate(rows)]
        table = pl.DataFrame(rows, schema=list(TYPES), orient="row").with_columns(city=pl.Series(cities))
        fields = fields_of((column, kind, column) for column, kind in {**TYPES, "city": "text"}.items())
        sides.append(Comparable.of_text(name, table, fields))
    compared = (*MODEL.comparisons, Comparison(field="city"))
    return pair_up(sides[0], sides[1], MODEL.model_copy(update={"comparisons": compared}))


@pytest.mark.parametrize("follows", [True, False], ids=["city follows from postcode", "city has nothing to do with it"])
def test_what_decides_is_named(follows):
    found = decided(residents(follows=follows))
    assert [(one.by, one.field) for one in found] == ([("postcode", "city")] if follows else [])
    assert joints(found) == ((("postcode", "city"),) if follows else ())


def test_joints_do_not_grow_too_large():
    chain = [Decided(field, by, 0.9, 0.01) for by, field in ("ab", "bc", "cd", "ef")]
    assert joints(chain) == (("a", "b", "c"), ("e", "f"))


def test_rarity_pays_where_values_are_rare_and_common():
    chance = random.Random(2)
    letters = [chr(97 + number // 26) + chr(97 + number % 26) for number in range(200)]
    names = [f"{chance.choice('bdfgk')}{letters[min(int(chance.expovariate(0.03)), 199)]}sen" for _ in range(500)]
    rows = [(name, *row[1:]) for name, row in zip(names, crowd(500, seed=9), strict=True)]
    other = [(row[0], *row_[1:]) for row, row_ in zip(rows, crowd(500, seed=9, wrong=0.1), strict=True)]
    found = {one.field: one for one in rarity(rough_fit(persons(rows), persons(other, "right"), MODEL))}
    assert found["surname"].pays
    assert not found["sex"].pays


@pytest.mark.parametrize("names", [["name", "Name", "NAME", "name_"], ["NAME", "name_", "name", "Name"]])
def test_columns_whose_names_differ_in_capitals_are_fields_of_their_own(names, tmp_path):
    whole = pl.format("{} {}", "given_name", "surname")
    columns = dict(zip(names, ["surname", "given_name", whole, pl.col("surname").str.reverse()], strict=True))
    people(60, seed=1).select("born", **columns).write_csv(tmp_path / "file.csv")
    found = propose(tmp_path / "file.csv")
    assert {one.column for one in found.model.fields} == {"born", *names}
    assert len({one.field for one in found.model.fields}) == 5


BAD = {
    "no records": ("name,born\n", "fewer than two records"),
    "nothing at all": ("", "cannot be read"),
    "one column that nobody knows": ("x\n1\n2\n", "no column"),
    "empty columns": ("surname,born\n,\n,\n", "no column"),
}


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD)
def test_files_without_anything_to_compare_say_so(content, said, tmp_path):
    (tmp_path / "file.csv").write_text(content)
    with pytest.raises(WrongInput, match=said):
        propose(tmp_path / "file.csv")


def test_files_with_nothing_in_common_say_so(tmp_path):
    (tmp_path / "a.csv").write_text("surname\nJansen\nBakker\n")
    (tmp_path / "b.csv").write_text("born\n1980-01-01\n1981-01-01\n")
    with pytest.raises(WrongInput, match="no column in common"):
        propose(tmp_path / "a.csv", tmp_path / "b.csv")


def test_files_written_in_two_ways_say_so(tmp_path):
    (tmp_path / "a.csv").write_text("surname,born\nJansen,1980-01-01\nBakker,1980-01-02\n")
    (tmp_path / "b.csv").write_text("surname;born\nJansen;1980-01-01\nBakker;1980-01-02\n")
    with pytest.raises(WrongInput, match="separator or encoding"):
        propose(tmp_path / "a.csv", tmp_path / "b.csv")


def test_too_little_to_go_by_is_said(tmp_path):
    (tmp_path / "file.csv").write_text("surname,sex\n" + "".join(f"{name},m\n{name},v\n" for name in NAMES * 5))
    found = propose(tmp_path / "file.csv")
    assert any("only 2 field(s)" in warning for warning in found.warnings)
    assert "DO NOT TRUST" in found.text


@pytest.mark.parametrize("dedupe", [True, False], ids=["one file", "two files"])
def test_of_a_large_file_a_part_is_enough(dedupe, monkeypatch):
    ready = pairing(dedupe)
    whole = rough_fit(ready.left, ready.right, ready.model)
    monkeypatch.setattr("linkage.propose.part.LARGE", 200)
    monkeypatch.setattr("linkage.propose.part.PART", 150)
    some = rough_fit(ready.left, ready.right, ready.model)
    assert 0 < some.drawn < 0.8
    assert some.expected == pytest.approx(whole.expected, rel=0.3, abs=10)
    both = some.pairs.join(whole.pairs, on=["l", "r"], suffix="_whole")
    columns = [name for name in some.pairs.columns if name.startswith("level ")]
    assert both.height > 0.9 * some.pairs.height
    assert both.select(columns).equals(
        both.select(f"{name}_whole" for name in columns).rename(lambda n: n.removesuffix("_whole"))
    )


def test_from_a_few_records_nothing_is_proposed(tmp_path):
    (tmp_path / "file.csv").write_text("surname,birth_date\nJansen,1980-01-02\nBakker,1981-03-04\n")
    with pytest.raises(WrongInput, match="fewer than 5 records"):
        propose(tmp_path / "file.csv")
