"""Kinds: what a column holds, told from its name and its values; and why a column is not compared.

A name alone never decides: the values must fit it. A number or code that neither name nor values explain is never
compared: it may number rows or, worse, be the very answer that is sought.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from linkage.propose.dates import date_formats
from linkage.propose.profile import Profile

ISSUED: Final = (
    r"bsn|burgerservice|sofi|ssn|soc_?sec|social_?security|nhs|nino|passport|paspoort|kvk|rsin|tax|fiscal|licen[cs]e|"
    r"polis|insurance|national_id|anummer|a_nummer|vat|btw"
)
"""Numbers that an authority or company gave a person or firm, which may be compared."""
ANSWERS: Final = r"cluster|truth|waarheid|label|entity|match|group|groep|pair|paar|household|huishouden"
"""Words of a name that number groups, or the very answer."""
ROWS: Final = r"id|ids|key|sleutel|uuid|guid|index|idx|row|rownr|rij|rec|record|nr"
"""Words of a name that number rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. Without a `type` it is not compared."""

    name: str
    type: str | None
    field: str
    """What it says something of, as far as its name tells."""
    why: str
    format: str | None = None
    separator: str | None = None
    doubt: str | None = None
    unique: bool = False
    words: bool = False
    """Whether it is free text of several words."""
    counts: bool = False
    """Whether it numbers records, and so may name them in the results."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A type that a name suggests and the values bear out."""

    type: str
    names: str
    fits: Callable[[Profile], bool]
    field: str | None = None
    """By default the column's own name."""

    def holds(self, profile: Profile) -> bool:
        return _named(profile, self.names) and self.fits(profile)


def _lettered(profile: Profile) -> bool:
    return profile.share(r"\p{L}") >= 0.9


def _few(profile: Profile) -> bool:
    return profile.distinct <= 60


def _digits(profile: Profile) -> bool:
    return profile.share(r"^[0-9+() ./-]+$") >= 0.9


RULES: Final = (
    Rule("code", ISSUED, lambda p: p.share(r"[0-9]") >= 0.9),
    Rule("initials", r"initials?|voorletters?|middle_initials?", lambda p: p.share(r"^(?:\p{L}\W*){1,4}$") >= 0.8),
    Rule("given_names", r"middle_?names?|tweede_voornaam|second_name", _lettered, "middle_name"),
    Rule("given_names", r"fname|first_?names?|given_?names?|forenames?|voorna(?:am|men)|roepnaam", _lettered,
         "given_name"),
    Rule("prefix", r"prefix|tussenvoegsels?|voorvoegsels?", _few, "surname"),
    Rule("partner_surname", r"(?:surname|achternaam|naam|name)_(?:of_)?partner|partner_(?:surname|naam|name)",
         _lettered, "surname"),
    Rule("surname", r"lname|last_?name|surname|family_?name|achternaam|geslachtsnaam|familienaam", _lettered,
         "surname"),
    Rule("house_number", r"house_?(?:number|no|nr)|huisnummer|huisnr|street_?(?:number|no)",
         lambda p: p.share(r"^[0-9]") >= 0.8, "house_number"),
    Rule("house_addition", r"toevoeging|huisletter|house_?(?:addition|letter)|unit_?(?:number|no)",
         lambda p: p.distinct > 1, "house_addition"),
    Rule("postcode", r"post_?codes?|zip|zip_?codes?|postal_?codes?", lambda p: p.share(r"[0-9]") >= 0.8, "postcode"),
    Rule("text", r"street|street_?name|straat|straatnaam|address|address_?1|adres", _lettered, "street"),
    Rule("text", r"city|town|suburb|plaats|woonplaats|place|municipality|gemeente", _lettered, "city"),
    Rule("category", r"state|province|provincie|region|regio|country|land|nationality|nationaliteit", _few),
    Rule("sex", r"sex|gender|geslacht", lambda p: p.distinct <= 8, "sex"),
    Rule("phone", r"phone|telephone|tel|telefoon|telefoonnummer|mobile|mobiel|gsm", _digits, "phone"),
    Rule("latitude", r"lat|latitude|breedtegraad", lambda p: p.between(-90, 90), "place"),
    Rule("longitude", r"lon|lng|long|longitude|lengtegraad", lambda p: p.between(-180, 180), "place"),
    Rule("number", r"amount|bedrag|price|prijs|age|leeftijd|income|inkomen|salary|weight|height|length",
         lambda p: p.between(-1e15, 1e15)),
    Rule("full_name", r"^(?:name|naam|names|full_?name|volledige_naam|person|persoon|customer|klant|client)$",
         lambda p: _lettered(p) and p.share(r"\S[\s,]+\S") >= 0.5, "name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sure:
    """A type that values alone give away, whatever the name; it names the field too."""

    type: str
    why: str
    fits: Callable[[Profile], bool]


_SEXES: Final = r"(?i)^(?:m|f|v|x|w|o|u|man|vrouw|male|female|onbekend|unknown)$"
SURE: Final = (
    Sure("email", "has an @", lambda p: p.share(r"^[^@\s]+@[^@\s]+$") >= 0.8),
    Sure("iban", "country, check digits, account",
         lambda p: p.share(r"(?i)^[a-z]{2}[0-9]{2}(?: ?[a-z0-9]){10,30}$") >= 0.8),
    Sure("postcode", "Dutch postcodes", lambda p: p.share(r"(?i)^[1-9][0-9]{3} ?[a-z]{2}$") >= 0.8),
    Sure("bsn", "nine digits that pass the eleven test",
         lambda p: p.share(r"^[0-9]{8,9}$") >= 0.9 and p.share_where(p.eleven_proof) >= 0.9),
    Sure("sex", "m, f and the like", lambda p: p.distinct <= 6 and p.share(_SEXES) >= 0.95),
)  # fmt: skip


def recognise(profile: Profile) -> Column:
    """What the column holds, by what is surest first."""
    if profile.distinct < 2:
        said = "is empty" if not profile.distinct else "has one value everywhere"
        return Column(profile.name, None, profile.words_of_name, said)
    return _by_values(profile) or _by_name(profile) or _by_date(profile) or _other(profile)


def _by_values(profile: Profile) -> Column | None:
    """What can hardly be anything else."""
    if profile.listed:
        return _column(profile, "list", "lists in the file", separator="|")
    found = next((sure for sure in SURE if sure.fits(profile)), None)
    return None if found is None else _column(profile, found.type, found.why, field=found.type)


def _by_name(profile: Profile) -> Column | None:
    rule = next((rule for rule in RULES if rule.holds(profile)), None)
    if rule is None:
        return None
    return _column(profile, rule.type, "by its name, and the values fit", field=rule.field)


def _by_date(profile: Profile) -> Column | None:
    formats = date_formats(profile)
    if not formats:
        return None
    birth = re.search(r"(?:^|_)(?:dob|birth|born|geboorte|geboren|geb)", profile.words_of_name)
    doubt = f"days and months cannot be told apart: it may be {formats[1]}" if len(formats) > 1 else None
    field = "birth_date" if birth else None
    return _column(profile, "date", f"dates written {formats[0]}", field=field, format=formats[0], doubt=doubt)


def _other(profile: Profile) -> Column:
    """Numbers, lists and texts; anything else is opaque."""
    rows, answers = (_named(profile, words) for words in (ROWS, ANSWERS))
    if rows or answers or profile.numbers_records:
        why = "numbers records or groups, as its name says" if rows or answers else "counts something off"
        return _left_out(profile, f"{why}: it may be the answer, so it is never compared", counts=rows and not answers)
    if profile.share(r"^[+-]?[0-9]+[.,][0-9]+$") >= 0.5 and profile.between(-1e15, 1e15):
        return _column(profile, "number", "numbers with decimals")
    if profile.share(r"[|;]") >= 0.3:
        separator = "|" if profile.share(r"\|") >= profile.share(";") else ";"
        return _column(profile, "list", "several members in a cell", separator=separator)
    if profile.share(r"^\P{L}*$") >= 0.5 or profile.share(r"^[^ ]*[0-9][^ ]*$") >= 0.5:
        return _left_out(profile, "is a number or code that neither its name nor its values explain", counts=False)
    return _text(profile)


def _text(profile: Profile) -> Column:
    if profile.distinct <= 50 and profile.distinct <= 0.1 * profile.filled:
        return _column(profile, "category", f"{profile.distinct} values, each often")
    if profile.share(r"\S\s+\S+") >= 0.5:
        return replace(_column(profile, "text", "free text of several words"), words=True)
    return _column(profile, "text", "text")


def _named(profile: Profile, words: str) -> bool:
    return re.search(rf"(?:^|_)(?:{words})[0-9]*(?:_|$)", profile.words_of_name) is not None


def _column(
    profile: Profile,
    kind: str,
    why: str,
    *,
    field: str | None = None,
    format: str | None = None,
    separator: str | None = None,
    doubt: str | None = None,
) -> Column:
    return Column(profile.name, kind, field or _as_field(profile), why, format, separator, doubt, unique=profile.unique)


def _left_out(profile: Profile, why: str, *, counts: bool) -> Column:
    return Column(profile.name, None, _as_field(profile), why, unique=profile.unique, counts=counts)


def _as_field(profile: Profile) -> str:
    """The name as one of a field: letters, digits and underscores, a letter first."""
    words = profile.words_of_name
    return words if re.match("[a-z]", words) else f"column_{words}".rstrip("_")
