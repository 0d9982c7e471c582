"""What the standardised evidence of written values is: tables of cases."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from pseudonymise.standardise import encoded, evidence, fields_of, parts, token_group


def standardised(field: str, **columns: str | None) -> dict[str, str | None]:
    """Evidence of one row; keywords are semantic types."""
    table = pl.DataFrame({name: [value] for name, value in columns.items()}, schema=dict.fromkeys(columns, pl.String))
    fields = fields_of((name, name, field) for name in columns)
    return {name.removeprefix(field): value for name, value in evidence(table, fields).row(0, named=True).items()}


SURNAMES = {
    "bare": ({"surname": "Berg"}, "berg", None),
    "prefix in front": ({"surname": "van den Berg"}, "berg", None),
    "prefix in capitals": ({"surname": "Van Den Berg"}, "berg", None),
    "prefix abbreviated": ({"surname": "v.d. Berg"}, "berg", None),
    "prefix abbreviated without points": ({"surname": "vd Berg"}, "berg", None),
    "prefix in single letters": ({"surname": "v d Berg"}, "berg", None),
    "prefix with a slash": ({"surname": "v/d Berg"}, "berg", None),
    "prefix behind a comma": ({"surname": "Berg, van den"}, "berg", None),
    "abbreviated prefix behind a comma": ({"surname": "Berg,v.d."}, "berg", None),
    "prefix behind without a comma": ({"surname": "Berg van den"}, "berg", None),
    "prefix in a column of its own": ({"surname": "Berg", "prefix": "van den"}, "berg", None),
    "apostrophe": ({"surname": "van 't Hof"}, "hof", None),
    "apostrophe glued": ({"surname": "d'Hondt"}, "hondt", None),
    "typographic apostrophe": ({"surname": "’s Gravesande"}, "gravesande", None),
    "two words": ({"surname": "van der Meer Mohr"}, "meermohr", None),
    "diacritics": ({"surname": "Çelik-Müller"}, "muller", "celik"),
    "letters without decomposition": ({"surname": "Łøß"}, "loss", None),
    "decomposed and composed alike": ({"surname": "Jose\u0301"}, "jose", None),
    "ligature ij": ({"surname": "Dĳkstra"}, "dijkstra", None),
    "full width": ({"surname": "Ｂｅｒｇ"}, "berg", None),
    "partner before the hyphen": ({"surname": "Jansen-de Vries"}, "vries", "jansen"),
    "partner with spaces around the hyphen": ({"surname": "van den Berg - de Vries"}, "vries", "berg"),
    "partner in a column of its own": ({"surname": "Vries", "partner_surname": "de Jong"}, "vries", "jong"),
    "partner named behind": ({"surname": "Vries-Jansen", "partner_surname": "Jansen"}, "vries", "jansen"),
    "wife of": ({"surname": "de Vries e/v Jansen"}, "vries", "jansen"),
    "born": ({"surname": "Jansen geb. de Vries"}, "vries", "jansen"),
    "prefix with a hyphen": ({"surname": "El-Idrissi"}, "idrissi", None),
    "nothing but a prefix": ({"surname": "De"}, "de", None),
    "only prefixes": ({"surname": "van den"}, "den", None),
    "non-Latin": ({"surname": "Иванов"}, "иванов", None),
    "the BRP's unknown": ({"surname": "."}, None, None),
    "placeholder": ({"surname": "ONBEKEND"}, None, None),
    "empty": ({"surname": ""}, None, None),
    "null": ({"surname": None}, None, None),
}


@pytest.mark.parametrize(("columns", "own", "other"), SURNAMES.values(), ids=SURNAMES)
def test_surname(columns, own, other):
    found = standardised("surname", **columns)
    assert (found[""], found[".other"]) == (own, other)
    assert (found[".sound"] is None) == (own is None) or own == "иванов"


SOUND_ALIKE = {
    "ij, ei and y": ["Dijkstra", "Dykstra", "Deikstra"],
    "double letters": ["Jansen", "Janssen", "Janssens"[:-1]],
    "dt": ["Smit", "Smid", "Smidt", "Schmitt"],
    "c and k": ["Kuipers", "Cuypers"],
    "ph and f": ["Philips", "Filips"],
    "x and ks": ["Hendrix", "Hendriks", "Hendrickx"[:-1] + "s"],
    "v, f and w": ["Visser", "Fisser"],
    "z and s": ["Zwart", "Swart"],
    "uw": ["Bouwman", "Bouman"],
}


@pytest.mark.parametrize("names", SOUND_ALIKE.values(), ids=SOUND_ALIKE)
def test_names_that_sound_alike_share_a_code(names):
    assert len({standardised("surname", surname=name)[".sound"] for name in names}) == 1


@pytest.mark.parametrize(("left", "right"), [("Jansen", "Hansen"), ("Jansen", "Nansen"), ("Bakker", "Becks")])
def test_names_that_sound_different_do_not(left, right):
    assert standardised("surname", surname=left)[".sound"] != standardised("surname", surname=right)[".sound"]


GIVEN_NAMES = {
    "first of several": ({"given_names": "Jan Pieter"}, "jan", "j"),
    "hyphen": ({"given_names": "Jean-Pierre Marie"}, "jeanpierre", "j"),
    "accent": ({"given_names": "Éva"}, "eva", "e"),
    "initials in the names' column": ({"given_names": "J.P."}, None, "j"),
    "initials": ({"initials": "JP"}, None, "j"),
    "initials with points": ({"initials": "J. P."}, None, "j"),
    "both": ({"given_names": "Piet", "initials": "J"}, "piet", "p"),
    "initials where the name is missing": ({"given_names": None, "initials": "K."}, None, "k"),
    "placeholder": ({"given_names": "onbekend"}, None, None),
    "null": ({"given_names": None}, None, None),
}


@pytest.mark.parametrize(("columns", "name", "initial"), GIVEN_NAMES.values(), ids=GIVEN_NAMES)
def test_given_name(columns, name, initial):
    found = standardised("given_name", **columns)
    assert (found[""], found[".initial"]) == (name, initial)


DATES = {  # whole, year, year and month, month and day, year and day, swapped
    "whole": ("1985-03-07", "1985-03-07", "1985", "1985-03", "03-07", "1985-07", "1985-07-03"),
    "swap impossible": ("1985-03-27", "1985-03-27", "1985", "1985-03", "03-27", "1985-27", None),
    "swap changes nothing": ("1985-03-03", "1985-03-03", "1985", "1985-03", "03-03", "1985-03", None),
    "swapped month beyond twelve": ("1985-27-03", "1985-27-03", "1985", "1985-27", "27-03", "1985-03", "1985-03-27"),
    "unknown day": ("1985-03-00", None, "1985", "1985-03", None, None, None),
    "unknown month and day": ("1985-00-00", None, "1985", None, None, None, None),
    "unknown year": ("0000-03-07", None, None, None, "03-07", None, None),
    "all unknown": ("0000-00-00", None, None, None, None, None, None),
    "placeholder 1900": ("1900-01-01", None, None, None, None, None, None),
    "placeholder 9999": ("9999-12-31", None, None, None, None, None, None),
    "null": (None, None, None, None, None, None, None),
}


@pytest.mark.parametrize("case", DATES.values(), ids=DATES)
def test_date(case):
    assert tuple(standardised("birth_date", date=case[0]).values()) == case[1:]


ADDRESSES = {
    "in parts": (("1234 AB", "12", "A"), "1234ab 12 a", "1234ab", "12"),
    "addition in the number": (("1234AB", "12-a", None), "1234ab 12 a", "1234ab", "12"),
    "no addition": (("1234ab", "012", ""), "1234ab 12 ", "1234ab", "12"),
    "no postcode": ((None, "12", "A"), None, None, "12"),
    "no number": (("1234 AB", None, "A"), None, "1234ab", None),
    "placeholder": (("0000 AA", "0", None), None, None, None),
}


@pytest.mark.parametrize(("columns", "whole", "postcode", "number"), ADDRESSES.values(), ids=ADDRESSES)
def test_address(columns, whole, postcode, number):
    found = standardised("address", **dict(zip(("postcode", "house_number", "house_addition"), columns, strict=True)))
    assert (found[""], found[".postcode"], found[".number"]) == (whole, postcode, number)


OTHERS = {
    "bsn": ("bsn", "123456782", "123456782"),
    "bsn of eight digits": ("bsn", "12345672", "012345672"),
    "bsn with points": ("bsn", "1234.56.782", "123456782"),
    "bsn placeholder": ("bsn", "000000000", None),
    "bsn of nines": ("bsn", "999999999", None),
    "identifier": ("identifier", " ab-12 ", "ab12"),
    "code": ("code", "NL 12.34", "nl1234"),
    "man": ("sex", "M", "m"),
    "male": ("sex", "Male", "m"),
    "vrouw": ("sex", "Vrouw", "v"),
    "ISO 5218 female": ("sex", "2", "v"),
    "sex unknown": ("sex", "O", None),
    "municipality": ("municipality", "363", "0363"),
    "category": ("category", "Bouw & Industrie", "bouw industrie"),
    "text": ("text", "Café 't Höfke", "cafe t hofke"),
}


@pytest.mark.parametrize(("kind", "written", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_kinds(kind, written, expected):
    assert standardised("f", **{kind: written})[""] == expected


def test_fields_group_columns_and_follow_their_types():
    fields = fields_of([("achternaam", "surname", "naam"), ("voorv", "prefix", "naam"), ("geb", "date", "birth_date")])
    assert [(f.name, f.kind, dict(f.columns)) for f in fields] == [
        ("naam", "surname", {"surname": "achternaam", "prefix": "voorv"}),
        ("birth_date", "date", {"date": "geb"}),
    ]
    assert encoded(fields) == ("naam", "birth_date")


UNFIT = {
    "one type twice": [("a", "surname", "f"), ("b", "surname", "f")],
    "types that do not belong together": [("a", "surname", "f"), ("b", "date", "f")],
    "free text": [("a", "freetext", "f")],
}


@pytest.mark.parametrize("columns", UNFIT.values(), ids=UNFIT)
def test_unfit_fields_are_refused(columns):
    with pytest.raises(WrongInput):
        fields_of(columns)


def test_only_columns_that_are_compared_with_each_other_share_a_token_group():
    groups = {name: token_group(name) for kind in ("surname", "date", "address") for name in parts("f", kind)}
    assert groups["f.other"] == groups["f.swapped"] == "f"
    assert all(groups[name] == name for name in groups if name not in ("f.other", "f.swapped"))


TEXT = st.one_of(st.none(), st.text(max_size=12))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8))
def test_rows_are_standardised_each_by_itself_whatever_is_written(rows):
    names = ("surname", "prefix", "partner_surname")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    fields = fields_of((name, name, "surname") for name in names)
    whole = evidence(table, fields)
    alone = [evidence(table[i : i + 1], fields) for i in range(table.height)]
    assert whole.equals(pl.concat(alone)) if alone else whole.height == 0


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="abcxyzéü -'", max_size=15))
def test_standardising_a_standardised_name_changes_nothing(name):
    once = standardised("surname", surname=name)[""]
    assert once is None or standardised("surname", surname=once)[""] == once
