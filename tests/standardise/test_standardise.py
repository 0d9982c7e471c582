"""What the standardised evidence of written values is: tables of cases."""

import tomllib
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from pseudonymise.standardise import encoded, evidence, fields_of, parts, token_group
from pseudonymise.standardise.field import PARTS
from pseudonymise.standardise.given_name import NICKNAMES as NICKNAMES_FILE


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
    "nomen nescio": ({"surname": "N.N."}, None, None),
    "nomen nescio, apart": ({"surname": "N. N."}, None, None),
    "not applicable": ({"surname": "n/a"}, None, None),
    "placeholder, twice": ({"surname": "Onbekend, onbekend"}, None, None),
    "a placeholder in a name": ({"surname": "Geen-Nunen"}, "nunen", None),
    "a hyphen that breaks no line": ({"surname": "de Vries\u2011Bakker"}, "bakker", "vries"),
    "a dash": ({"surname": "de Vries–Bakker"}, "bakker", "vries"),
    "signs nobody sees": ({"surname": "Jan\u200bsen\u00ad"}, "jansen", None),
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


IN_COLUMNS = {  # year, month and day as in a file; the date in one
    "written with and without noughts": ("1949", "7", "02", "1949-07-02"),
    "no day": ("1949", "7", None, "1949-07-00"),
    "no year": ("", "7", "22", "0000-07-22"),
    "a placeholder": ("1900", "1", "1", "1900-01-01"),
    "not a number": ("1949", "July", "22", "1949-00-22"),
}


@pytest.mark.parametrize(("year", "month", "day", "date"), IN_COLUMNS.values(), ids=IN_COLUMNS)
def test_date_in_three_columns(year, month, day, date):
    assert standardised("born", year=year, month=month, day=day) == standardised("born", date=date)


ADDRESSES = {
    "in parts": (("1234 AB", "12", "A"), "1234ab 12 a", "1234ab", "12"),
    "addition in the number": (("1234AB", "12-a", None), "1234ab 12 a", "1234ab", "12"),
    "no addition": (("1234ab", "012", ""), "1234ab 12 ", "1234ab", "12"),
    "addition behind a blank": (("1234AB", "12 bis", None), "1234ab 12 bis", "1234ab", "12"),
    "a number as addition": (("1234 ab", "12", "-2"), "1234ab 12 2", "1234ab", "12"),
    "both": (("1234AB", "12A", "2"), "1234ab 12 a2", "1234ab", "12"),
    "full width": (("１２３４ＡＢ", "１２", "Ａ"), "1234ab 12 a", "1234ab", "12"),
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
    "rsin": ("rsin", "8562.14.573", "856214573"),
    "rsin of eight digits": ("rsin", "1234567", "1234567"),
    "rsin without its nought": ("rsin", "12345672", "012345672"),
    "rsin placeholder": ("rsin", "999999999", None),
    "kvk": ("kvk", "6903 4402", "69034402"),
    "kvk without its nought": ("kvk", "1234567", "01234567"),
    "kvk of an establishment": ("kvk", "000012345678", "000012345678"),
    "kvk placeholder": ("kvk", "00000000", None),
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


CONTACT = {  # type, as written, whole value, part
    "e-mail": ("email", " Jan.Jansen+krant@Voorbeeld.NL", "jan.jansen+krant@voorbeeld.nl", "jan.jansen"),
    "e-mail as a link": ("email", "mailto:j@x.nl", "j@x.nl", "j"),
    "e-mail without @": ("email", "geen", None, None),
    "e-mail with two @": ("email", "a@b@c", None, None),
    "Dutch mobile": ("phone", "06-12345678", "+31612345678", "12345678"),
    "Dutch mobile, international": ("phone", "+31 (0)6 1234 5678", "+31612345678", "12345678"),
    "Dutch mobile with 00": ("phone", "0031612345678", "+31612345678", "12345678"),
    "Dutch mobile without plus": ("phone", "31612345678", "+31612345678", "12345678"),
    "the zero kept behind the country": ("phone", "+310612345678", "+31612345678", "12345678"),
    "Dutch area code": ("phone", "(020) 123 45 67", "+31201234567", "01234567"),
    "Belgian": ("phone", "+32 470 12 34 56", "+32470123456", "70123456"),
    "without area code": ("phone", "123 45 67", "1234567", None),
    "an extension": ("phone", "1234", None, None),
    "phone placeholder": ("phone", "0600000000", None, None),
    "Dutch IBAN": ("iban", "NL91 ABNA 0417 1643 00", "nl91abna0417164300", "0417164300"),
    "a number of before the IBAN": ("iban", "41.71.64.300", "417164300", "0417164300"),
    "Belgian IBAN": ("iban", "BE68 5390 0754 7034", "be68539007547034", "539007547034"),
    "IBAN placeholder": ("iban", "0", None, None),
}


@pytest.mark.parametrize(("kind", "written", "whole", "part"), CONTACT.values(), ids=CONTACT)
def test_contact(kind, written, whole, part):
    assert tuple(standardised("f", **{kind: written}).values()) == (whole, part)


MEASURES = {
    "number": ({"number": "12"}, "12.0"),
    "decimal comma": ({"number": "1,50"}, "1.5"),
    "minus nought": ({"number": "-0"}, "0.0"),
    "marks between thousands": ({"number": "1.234,5"}, None),
    "beyond all numbers": ({"number": "9" * 400}, None),
    "digits of another script": ({"number": "٣"}, None),
    "no number": ({"number": "twelve"}, None),
    "place": ({"latitude": "52.3702157", "longitude": "4,8951679"}, "52.37022 4.89517"),
    "place without longitude": ({"latitude": "52.37"}, None),
    "place outside the world": ({"latitude": "91", "longitude": "4"}, None),
    "place nowhere": ({"latitude": "0", "longitude": "-0"}, None),
    "list": ({"list": "Rood | groen|rood"}, "groen|rood"),
    "list of nothing": ({"list": " | "}, None),
    "empty list": ({"list": ""}, None),
    "no list": ({"list": None}, None),
}


@pytest.mark.parametrize(("columns", "expected"), MEASURES.values(), ids=MEASURES)
def test_measures(columns, expected):
    assert standardised("f", **columns) == {"": expected}


NOTHING = {  # type → what stands for no value
    "bsn": ["", "000000000", "999999999", "0", "-"],
    "rsin": ["000000000", "999999999"],
    "kvk": ["00000000", "99999999"],
    "identifier": ["0000", "99999", "111111111", "..."],
    "code": ["0000", "99999"],
    "surname": ["", ".", "-", "Onbekend", "ONBEKEND", "n.v.t.", "NN", "xxx", "???", "null", "Standaardwaarde"],
    "given_names": ["onbekend", ".", "-", "NN", "geen"],
    "initials": ["", ".", "-"],
    "full_name": ["", ".", "onbekend", "-"],
    "date": ["0000-00-00", "1900-01-01", "1901-01-01", "9999-12-31", "0001-01-01"],
    "postcode": ["0000AA", "9999XX", "9999", "0000"],
    "house_number": ["0", "000", "-"],
    "sex": ["O", "0", "9", "U"],
    "municipality": ["", "onbekend"],
    "email": ["geen", "onbekend", "@", "a@"],
    "phone": ["", "0", "0600000000", "0000000000", "+31600000000", "112", "9999999999"],
    "iban": ["0", "00000000", "999999999"],
    "text": ["onbekend", "-", "n.v.t.", "???"],
}


@pytest.mark.parametrize("kind", NOTHING)
def test_what_stands_for_no_value_is_no_evidence(kind):
    found = [standardised("f", **{kind: written}) for written in [None, *NOTHING[kind]]]
    assert {value for evidence in found for value in evidence.values()} == {None}


FULL_NAMES = {  # whole, own surname, partner's, swapped
    "in order": ({"full_name": "Jan van den Berg"}, "jan berg", "berg", None),
    "behind a comma": ({"full_name": "Berg, Jan van den"}, "jan berg", "berg", None),
    "behind a comma without blank": ({"full_name": "Berg,Jan v.d."}, "jan berg", "berg", None),
    "a title": ({"full_name": "Mevr. drs. Anna d'Hondt"}, "anna hondt", "hondt", None),
    "two given names": ({"full_name": "Jan Pieter Berg"}, "jan berg", "berg", None),
    "a double name": ({"full_name": "Maria Jansen - de Vries"}, "maria vries", "vries", "jansen"),
    "initials": ({"full_name": "J.P. de Vries"}, None, "vries", None),
    "no given name": ({"full_name": "Berg, van den"}, None, "berg", None),
    "one word": ({"full_name": "Çelik"}, None, "celik", None),
    "from columns": ({"given_names": "Éva", "surname": "de Jong", "prefix": "de"}, "eva jong", "jong", None),
    "from initials": ({"initials": "E.", "surname": "de Jong"}, None, "jong", None),
    "with a partner": (
        {"given_names": "Eva", "surname": "Jong", "partner_surname": "Bos"}, "eva jong", "jong", "bos"
    ),
    "nothing": ({"full_name": ""}, None, None, None),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "whole", "own", "other"), FULL_NAMES.values(), ids=FULL_NAMES)
def test_full_name(columns, whole, own, other):
    found = standardised("name", **columns)
    assert (found[""], found[".surname"], found[".other"]) == (whole, own, other)


SWAPPED = {
    "columns": ({"given_names": "van den Berg", "surname": "Jan"}, {"given_names": "Jan", "surname": "van den Berg"}),
    "columns, more given names": (
        {"given_names": "Berg", "surname": "Jan Pieter"}, {"given_names": "Jan", "surname": "Berg"}
    ),
    "one column": ({"full_name": "van den Berg Jan"}, {"full_name": "Jan van den Berg"}),
    "a column and columns": ({"full_name": "Berg Jan"}, {"given_names": "Jan", "surname": "Berg"}),
}  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SWAPPED.values(), ids=SWAPPED)
def test_swapped_names_meet(one, two):
    assert standardised("name", **one)[".swapped"] == standardised("name", **two)[""]


def test_the_words_of_a_full_name_are_in_order_without_prefixes():
    for written in ("Anna Maria van der Meer Mohr", "Meer Mohr, Maria Anna van der"):
        assert standardised("name", full_name=written)[".words"] == "anna|maria|meer|mohr"


AS_WRITTEN = {  # kind, text, folded, with its accents
    "surname": ("surname", "van Müller", "muller", "müller"),
    "decomposed": ("given_names", "Zoe\u0308", "zoe", "zoë"),
    "capital": ("surname", "ÇELİK", "celik", "çelik"),
    "letters without decomposition": ("surname", "Łøß", "loss", "łøß"),
    "text": ("text", "Café 't Höfke", "cafe t hofke", "café t höfke"),
    "without accents": ("text", "Cafe", "cafe", "cafe"),
    "nothing": ("text", "¨", None, None),
}


@pytest.mark.parametrize(("kind", "text", "folded", "written"), AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_accents_are_evidence_of_their_own(kind, text, folded, written):
    found = standardised("f", **{kind: text})
    assert (found[""], found[".written"]) == (folded, written)


NICKNAMES = {
    "Jan, Johan": "johannes",
    "Kees, Cornelius": "cornelis",
    "Piet, Pieter, Peter": "petrus",
    "Bill, William, Wim": "willem",
    "Bep, Elizabeth": "elisabeth",
    "Zoë": "zoe",
}


@pytest.mark.parametrize(("names", "base"), NICKNAMES.items())
def test_nicknames_have_one_base(names, base):
    assert {standardised("f", given_names=name)[".base"] for name in [*names.split(", "), base]} == {base}


def test_every_nickname_stands_for_one_name():
    groups = tomllib.loads(NICKNAMES_FILE.read_text(encoding="utf-8")).values()
    forms = [form for group in groups for line in group.items() for form in " ".join(line).split()]
    assert sorted(forms) == sorted(set(forms))
    table = pl.DataFrame({"form": forms})
    assert evidence(table, fields_of([("form", "given_names", "f")]))["f"].to_list() == forms


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


def test_a_misspelt_type_is_refused_with_the_nearest():
    with pytest.raises(WrongInput, match="given_name, which cannot be compared") as refused:
        fields_of([("voornamen", "given_name", "f")])
    assert refused.value.remedy == "Did you mean given_names?"


def test_only_columns_that_are_compared_with_each_other_share_a_token_group():
    groups = {name: token_group(name) for kind in PARTS for name in parts("f", kind)}
    together = {name for name, group in groups.items() if group == "f"}
    assert together == {"f", "f.other", "f.swapped", "f.surname"}
    assert all(groups[name] == name for name in set(groups) - together)


TEXT = st.one_of(st.none(), st.text(max_size=12))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=6))
def test_rows_are_standardised_each_by_itself_whatever_is_written(rows):
    names = ("surname", "prefix", "partner_surname")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    fields = fields_of((name, name, "surname") for name in names)
    whole = evidence(table, fields)
    alone = [evidence(table[i : i + 1], fields) for i in range(table.height)]
    assert whole.equals(pl.concat(alone)) if alone else whole.height == 0


COLUMNS = {  # columns of a field of each kind
    "surname": ("surname", "partner_surname"),
    "given_name": ("given_names", "initials"),
    "full_name": ("full_name",),
    "date": ("date",),
    "address": ("postcode", "house_number", "house_addition"),
    "identifier": ("bsn",),
    "code": ("code",),
    "text": ("text",),
    "category": ("sex",),
    "email": ("email",),
    "phone": ("phone",),
    "iban": ("iban",),
    "number": ("number",),
    "place": ("latitude", "longitude"),
    "list": ("list",),
}
ODD = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.text(alphabet="0123456789-.+ |@,٣😀é\u0301", max_size=12),
    st.sampled_from(["9999-99-99", "-5", "٢٠٢٠-٠١-٠١", "NaN", "inf", "-", ", ", "van de", "\U0001d400lbert"]),
)


def test_every_kind_has_columns():
    assert COLUMNS.keys() == PARTS.keys()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(ODD, ODD, ODD), max_size=6))
def test_whatever_is_written_each_kind_has_its_parts(rows):
    table = pl.DataFrame(rows, schema=["0", "1", "2"], orient="row").cast(pl.String)
    for kind, types in COLUMNS.items():
        found = evidence(table, fields_of((str(place), name, "f") for place, name in enumerate(types)))
        assert found.schema == dict.fromkeys(parts("f", kind), pl.String)
        assert found.height == table.height
        assert "" not in {value for row in found.iter_rows() for value in row}


ACCENTED = st.text(alphabet="abcnouëéüçğışłøß-' ", max_size=12)


@settings(max_examples=8, deadline=None)
@given(st.lists(ACCENTED, min_size=1, max_size=8))
def test_a_dropped_accent_changes_nothing_but_what_was_written(names):
    plain = [
        "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
        for name in names
    ]
    table = pl.DataFrame({"with": names, "without": plain})
    for kind in ("surname", "given_names", "full_name", "text"):
        one, two = (evidence(table, fields_of([(column, kind, "f")])) for column in ("with", "without"))
        assert one.drop("f.written").equals(two.drop("f.written"))
        assert one["f.written"].is_null().equals(one["f"].is_null())


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="abcxyzéü -'", max_size=15))
def test_standardising_a_standardised_name_changes_nothing(name):
    once = standardised("surname", surname=name)[""]
    assert once is None or standardised("surname", surname=once)[""] == once


PLACES = {
    "identifier": ({"identifier": "ONBEKEND"}, {"": None}),
    "code": ({"code": "n.v.t."}, {"": None}),
    "a code with a placeholder in it": ({"code": "NB-12"}, {"": "nb12"}),
    "e-mail": ({"email": "onbekend@onbekend.nl"}, {"": None, ".local": None}),
    "e-mail of somebody": (
        {"email": "onbekende.soldaat@x.nl"},
        {"": "onbekende.soldaat@x.nl", ".local": "onbekende.soldaat"},
    ),
    "e-mail with a sign nobody sees": ({"email": "jan\u200b@x.nl"}, {"": "jan@x.nl", ".local": "jan"}),
    "given names with a sign nobody sees": ({"given_names": "Jan\u200bPiet"}, {"": "janpiet"}),
    "full name": ({"full_name": "Onbekend Onbekend"}, {"": None, ".words": None}),
}


@pytest.mark.parametrize(("columns", "expected"), PLACES.values(), ids=PLACES)
def test_placeholders_of_every_kind(columns: dict[str, str], expected: dict[str, str | None]) -> None:
    found = standardised("field", **columns)
    assert {ending: found[ending] for ending in expected} == expected
