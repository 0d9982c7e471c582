"""What a rule means and what a supplier can do about it, in Dutch and English. Rules without an entry are declared
checks."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from intake.quarantine import Quarantine


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence or two in each language: what is wrong, and the way out."""

    nl: str
    en: str


_DECLARED: Final = Reason(
    "Voldoet niet aan de controle die voor deze kolom is afgesproken. Zie de bronverklaring.",
    "Fails the check that was agreed for this column. See the declaration of the source.",
)
_FORMAT: Final = Reason(
    "Niet te lezen in de afgesproken vorm. Lever zoals de bronverklaring zegt.",
    "Cannot be read in the agreed form. Deliver as the declaration of the source says.",
)

_REASONS: Final[dict[str, Reason]] = {
    "required": Reason(
        "Verplicht, en leeg of niet te gebruiken. Vul aan en lever de rij opnieuw.",
        "Required, and empty or of no use. Complete it and deliver the row again.",
    ),
    "too-few-fields": Reason(
        "De rij heeft te weinig velden. Kijk naar ontbrekende scheidingstekens.",
        "The row has too few fields. Look for missing separators.",
    ),
    "too-many-fields": Reason(
        "De rij heeft te veel velden. Zet tekst met een scheidingsteken tussen aanhalingstekens.",
        "The row has too many fields. Put text with a separator in it between quotes.",
    ),
    "line-too-short": Reason(
        "De regel is korter dan de recordindeling. Vul velden aan met spaties.",
        "The line is shorter than the layout. Fill fields up with spaces.",
    ),
    "line-too-long": Reason(
        "De regel is langer dan de recordindeling. Een teken te veel verschuift alle velden erna.",
        "The line is longer than the layout. A character too many shifts all fields after it.",
    ),
    "not-a-json-object": Reason(
        "De regel is geen JSON-object. Zet op elke regel één heel object.",
        "The line is no JSON object. Put one whole object on every line.",
    ),
    "doubled-column": Reason(
        "Een kolom staat twee keer in de rij. Lever elke kolom één keer.",
        "A column stands in the row twice. Deliver each column once.",
    ),
    "undeclared-column": Reason(
        "De rij heeft een kolom die niet is afgesproken. Laat die weg, of neem haar op in de bronverklaring.",
        "The row has a column that was not agreed. Leave it out, or put it into the declaration of the source.",
    ),
    "text-between-cells": Reason(
        "Er staat tekst in de rij buiten de elementen. Zet elke waarde in een eigen element.",
        "There is text in the row outside its elements. Put every value into an element of its own.",
    ),
    "decoded-wrongly": Reason(
        "De tekst is eerder met een verkeerde tekenset gelezen: Ã© staat waar é hoort. Exporteer opnieuw.",
        "The text was read in a wrong encoding before: Ã© stands where é belongs. Export it again.",
    ),
    "doubled-value": Reason(
        "Voor deze kolom staan twee waarden in de rij. Lever er één.",
        "The row has two values for this column. Deliver one.",
    ),
    "error-value": Reason(
        "De cel in de werkmap bevat een fout of is beschadigd. Vul de waarde zelf in.",
        "The cell of the workbook holds an error or is damaged. Fill in the value itself.",
    ),
    "formula": Reason(
        "De cel bevat een formule. Lever de uitkomst als waarde.",
        "The cell holds a formula. Deliver its result as a value.",
    ),
    "nested-value": Reason(
        "De waarde bestaat zelf uit onderdelen. Lever per kolom één enkele waarde.",
        "The value has parts of its own. Deliver a single value for each column.",
    ),
    "not-a-number": Reason(
        "Het getal is oneindig of onbepaald. Laat de cel liever leeg.",
        "The number is infinite or undefined. Rather leave the cell empty.",
    ),
    "unexpected-date": Reason(
        "Een datum waar geen datum hoort; een rekenblad maakt van 1-2 soms 1 februari. Maak de kolom op als tekst.",
        "A date where none belongs; a spreadsheet may make 1 February of 1-2. Format the column as text.",
    ),
    "line-break": Reason(
        "Er staat een regeleinde midden in de waarde. Waarschijnlijk hoort een aanhalingsteken elders.",
        "A line ends in the midst of the value. A quote is probably out of place.",
    ),
    "bsn-eleven-test": Reason(
        "Het BSN voldoet niet aan de elfproef: er is een cijfer verkeerd of verwisseld. Zoek het nummer op in de BRP.",
        "The BSN fails the eleven test: a digit is wrong or two changed places. Look the number up in the BRP.",
    ),
    "bsn-placeholder": Reason(
        "Dit nummer staat er omdat geen BSN bekend was. Laat de cel liever leeg.",
        "This number stands where no BSN was known. Rather leave the cell empty.",
    ),
    "rsin-eleven-test": Reason(
        "Het RSIN voldoet niet aan de elfproef. Zoek het op in het Handelsregister.",
        "The RSIN fails the eleven test. Look it up in the trade register.",
    ),
    "rsin-placeholder": Reason(
        "Dit nummer staat er omdat geen RSIN bekend was. Laat de cel liever leeg.",
        "This number stands where no RSIN was known. Rather leave the cell empty.",
    ),
    "kvk-placeholder": Reason(
        "Dit nummer staat er omdat geen KVK-nummer bekend was. Laat de cel liever leeg.",
        "This number stands where no number of the trade register was known. Rather leave the cell empty.",
    ),
    "iban-check-digits": Reason(
        "De controlecijfers van het IBAN kloppen niet: waarschijnlijk een tikfout. Zoek het nummer op.",
        "The check digits of the IBAN are wrong: probably a typing error. Look the number up.",
    ),
    "iban-dutch-shape": Reason(
        "Een Nederlands IBAN heeft 18 tekens: NL, twee cijfers, vier letters, tien cijfers. Vul aan wat wegviel.",
        "A Dutch IBAN has 18 signs: NL, two digits, four letters, ten digits. Complete what was lost.",
    ),
    "phone-shape": Reason(
        "Geen Nederlands telefoonnummer van tien cijfers, en geen buitenlands met + of 00 ervoor. Vul aan of verbeter.",
        "No Dutch telephone number of ten digits, nor a foreign one with + or 00 in front. Complete or mend it.",
    ),
    "licence-plate-layout": Reason(
        "Geen indeling van een Nederlands kenteken. Een buitenlands kenteken hoort in een eigen kolom.",
        "Not the layout of a Dutch licence plate. A foreign plate belongs in a column of its own.",
    ),
    "postcode-shape": Reason(
        "Geen postcode: vier cijfers (niet met 0 vooraan) en twee letters. Een buitenlandse hoort in een eigen kolom.",
        "No postcode: four digits (the first not 0) and two letters. A foreign one belongs in a column of its own.",
    ),
    "postcode-never-issued": Reason(
        "Postcodes op SA, SD en SS worden niet uitgegeven. Zoek het adres op in de BAG.",
        "Postcodes ending in SA, SD and SS are never issued. Look the address up in the BAG.",
    ),
    "house-number-range": Reason(
        "Een huisnummer is een getal van 1 tot en met 99999. 0 betekent in de BRP: onbekend.",
        "A house number lies between 1 and 99999. In the BRP 0 means: unknown.",
    ),
    "house-number-with-addition": Reason(
        "De toevoeging staat bij het huisnummer in. Zij wordt zo gelezen; een eigen kolom is zekerder.",
        "The addition stands with the house number. It is read that way; a column of its own is safer.",
    ),
    "house-addition-shape": Reason(
        "Geen huisletter en toevoeging: een letter, dan hooguit vier letters, cijfers, streepjes. "
        "Haal weg wat er niet bij hoort.",
        "No house letter and addition: a letter, then at most four letters, digits, hyphens. Take out the rest.",
    ),
    "bag-id-object-type": Reason(
        "De cijfers 5 en 6 noemen geen soort object van de BAG (01, 02, 03, 10, 20, 30). Vaak viel er een weg.",
        "Digits 5 and 6 name no kind of object of the BAG (01, 02, 03, 10, 20, 30). Often digits were lost.",
    ),
    "bag-id-municipality": Reason(
        "De eerste vier cijfers zijn van geen gemeente. Zoek het object op in de BAG.",
        "The first four digits are of no municipality. Look the object up in the BAG.",
    ),
    "bag-status-known": Reason(
        "Geen status die de BAG kent. Neem de omschrijving over uit de BAG.",
        "No status that the BAG knows. Take over the words of the BAG.",
    ),
    "bag-withdrawn": Reason(
        "Adres of object is ingetrokken, gesloopt of nooit gebouwd, en wordt nog gebruikt. Zoek het geldende adres op, "
        "of meld terug aan de gemeente.",
        "Address or object was withdrawn, demolished or never built, and is still in use. Look up the one that "
        "holds, or report back to the municipality.",
    ),
    "municipality-shape": Reason(
        "Geen gemeentecode van vier cijfers. 0000 betekent: onbekend; laat de cel dan leeg.",
        "No municipality code of four digits. 0000 means: unknown; then leave the cell empty.",
    ),
    "municipality-unknown": Reason(
        "Geen gemeente uit landelijke tabel 33, ook geen vroegere. Zoek de code op; de tabel hier kan ouder zijn.",
        "No municipality of national table 33, nor a former one. Look the code up; the table here may be older.",
    ),
    "nationality-shape": Reason(
        "Geen nationaliteitscode van vier cijfers. 0000 betekent: onbekend; laat de cel dan leeg.",
        "No nationality code of four digits. 0000 means: unknown; then leave the cell empty.",
    ),
    "nationality-unknown": Reason(
        "Geen code uit landelijke tabel 32, of de tabel hier is ouder. Zoek de code op.",
        "No code of national table 32, or the table here is older. Look the code up.",
    ),
    "country-shape": Reason(
        "Geen landcode van vier cijfers. 0000 betekent: onbekend; laat de cel dan leeg.",
        "No country code of four digits. 0000 means: unknown; then leave the cell empty.",
    ),
    "country-unknown": Reason(
        "Geen code uit landelijke tabel 34, of de tabel hier is ouder. Zoek de code op.",
        "No code of national table 34, or the table here is older. Look the code up.",
    ),
    "investigation-shape": Reason(
        "Geen aanduiding van categorie, groep en element (83.10) in zes cijfers. Vul voorloopnullen aan.",
        "Does not name category, group and element (83.10) in six digits. Complete leading noughts.",
    ),
    "sex-code": Reason(
        "Geen geslachtsaanduiding (M, V, X of O voor onbekend). Zet de codes om.",
        "No code of sex (M, V, X, or O for unknown). Convert the codes.",
    ),
    "date-range": Reason(
        "De datum ligt voor 1800 of na 2099. Kijk naar verwisselde of weggevallen cijfers.",
        "The date lies before 1800 or after 2099. Look for digits that were lost or changed places.",
    ),
    "date-unknown-parts": Reason(
        "Een bekende dag in een onbekende maand, of een bekende maand in een onbekend jaar, kent de BRP niet. "
        "Zoek de datum op.",
        "The BRP knows no known day in an unknown month, nor a known month in an unknown year. Look the date up.",
    ),
    "name-length": Reason(
        "Een naam heeft hooguit 200 tekens. Kijk of er velden aan elkaar zijn geraakt.",
        "A name has at most 200 characters. Look whether fields ran together.",
    ),
    "name-placeholder": Reason(
        "Dit staat er omdat geen naam bekend was. Laat de cel liever leeg.",
        "This stands where no name was known. Rather leave the cell empty.",
    ),
    "name-characters": Reason(
        "Er staan tekens in die in geen naam voorkomen: cijfers, sterretjes, haken. Haal ze weg.",
        "Holds signs that no name has: digits, asterisks, angle brackets. Take them out.",
    ),
    "prefix-length": Reason(
        "Een voorvoegsel heeft hooguit 10 tekens. Misschien hoort een deel bij de geslachtsnaam.",
        "A prefix has at most 10 characters. Perhaps a part belongs with the surname.",
    ),
    "prefix-unknown": Reason(
        "Geen gebruikelijk voorvoegsel. Misschien hoort het bij de geslachtsnaam.",
        "No usual prefix. Perhaps it belongs with the surname.",
    ),
    **{
        f"freetext-{kind}": Reason(
            f"In een vrije tekst stond iets dat iemand aanwijst: {nl}. Laat dat uit vrije tekst weg.",
            f"A text held something that points to somebody: {en}. Leave that out of texts.",
        )
        for kind, nl, en in (
            ("bsn", "een burgerservicenummer", "a citizen service number"),
            ("email", "een e-mailadres", "an e-mail address"),
            ("iban", "een rekeningnummer", "an account number"), ("name", "de eigen naam", "the record's own name"),
            ("phone", "een telefoonnummer", "a telephone number"), ("plate", "een kenteken", "a licence plate"),
        )
    },
    "days-to-be-past": Reason(
        "De dag ligt in de toekomst. Kijk naar het jaar.", "The day lies in the future. Look at the year."
    ),
    "births-to-be-within-a-lifetime": Reason(
        "Wie dan geboren is, zou ouder zijn dan mensen worden. Kijk naar het jaar, of naar een gemist overlijden.",
        "Whoever was born then would be older than people grow. Look at the year, or for a death that was missed.",
    ),
    "pair-days-to-be-in-order": Reason(
        "Twee dagen staan in de verkeerde volgorde, zoals overleden voor de geboorte. Zoek op welke niet klopt.",
        "Two days are in the wrong order, such as died before being born. Look up which of them is wrong.",
    ),
    "multicolumn-day-to-fall-within-period": Reason(
        "De dag valt buiten de periode waarin dit geldig was. Neem wat toen gold.",
        "The day lies outside the period in which this held. Take what held then.",
    ),
    "key-doubled": Reason(
        "De sleutel van de bron staat in meer dan één regel. Zoek uit of een regel of een persoon er dubbel in staat.",
        "The source's key stands in more than one row. Find out whether a row or a person is in it twice.",
    ),
    "values-to-be-unique": Reason(
        "De waarde staat in meer dan één rij. Zoek uit of iemand dubbel is ingeschreven of een nummer is overgenomen.",
        "The value stands in more than one row. Find out whether somebody is registered twice or a number was copied.",
    ),
    "compound-columns-to-be-unique": Reason(
        "Deze kolommen zijn samen in meer dan één rij gelijk. Zoek uit of een rij dubbel is geleverd.",
        "These columns together are the same in more than one row. Find out whether a row was delivered twice.",
    ),
    "values-to-not-be-null": Reason(
        "De cel is leeg of was niet te gebruiken. Vul aan waar de waarde bekend is.",
        "The cell is empty or was of no use. Complete it where the value is known.",
    ),
    "values-to-be-in-set": Reason(
        "De waarde staat niet in de afgesproken lijst. Zet haar om, of laat de lijst in de bronverklaring aanvullen.",
        "The value is not on the agreed list. Convert it, or have the list in the declaration of the source completed.",
    ),
    "values-to-not-be-in-set": Reason(
        "De waarde staat op de lijst van wat niet voor mag komen. Zoek de juiste waarde op of laat de cel leeg.",
        "The value is on the list of those that may not occur. Look up the right one or leave the cell empty.",
    ),
    "values-to-match-regex": Reason(
        "De waarde heeft niet de afgesproken vorm. Verbeter haar in de bron, of haal weg wat er niet in hoort.",
        "The value does not have the agreed form. Mend it in the source, or take out what does not belong in it.",
    ),
    "values-to-not-match-regex": Reason(
        "De waarde heeft een vorm die niet voor mag komen. Verbeter haar in de bron.",
        "The value has a form that may not occur. Mend it in the source.",
    ),
    "values-to-be-between": Reason(
        "De waarde ligt buiten de afgesproken grenzen. Kijk naar een verkeerde eenheid, een komma of een tikfout.",
        "The value lies outside the agreed bounds. Look for a wrong unit, a misplaced point or a typing error.",
    ),
    "value-lengths-to-be-between": Reason(
        "De waarde is korter of langer dan afgesproken. Kijk naar weggevallen of dubbele tekens.",
        "The value is shorter or longer than agreed. Look for characters that were lost or doubled.",
    ),
    "value-lengths-to-equal": Reason(
        "De waarde heeft niet de afgesproken lengte. Kijk naar weggevallen voorloopnullen.",
        "The value does not have the agreed length. Look for leading noughts that were lost.",
    ),
    "values-to-be-in-national-table": Reason(
        "Geen code uit de landelijke tabel. Zoek de code op.", "No code of the national table. Look the code up."
    ),
    "pair-national-code-to-hold-on-day": Reason(
        "De code gold op die dag niet: nog niet ingegaan, of al beëindigd, zoals na een herindeling. "
        "Gebruik de code die toen gold.",
        "The code did not hold on that day: not begun yet, or ended already, as by a merger of municipalities. "
        "Use the code that held then.",
    ),
    "pair-no-investigation": Reason(
        "Het gegeven is in onderzoek bij de gemeente: aan de juistheid wordt getwijfeld. Wacht de uitkomst af.",
        "The municipality is investigating the value: it may be wrong. Await the outcome.",
    ),
}  # fmt: skip


def reason(rule: str) -> Reason:
    """Of a rule in quarantine or quality report."""
    return _REASONS.get(rule) or (_FORMAT if rule.endswith("-format") else _DECLARED)


def with_reasons(quarantine: Quarantine) -> pl.DataFrame:
    """The entries by row, column and rule, with columns `reden` (Dutch) and `reason` (English)."""
    rules = quarantine.entries.get_column("rule").unique().to_list()
    told = pl.DataFrame(
        {"rule": rules, "reden": [reason(each).nl for each in rules], "reason": [reason(each).en for each in rules]},
        schema={"rule": pl.String, "reden": pl.String, "reason": pl.String},
    )
    return quarantine.entries.sort("row", "column", "rule").join(told, on="rule", how="left", maintain_order="left")
