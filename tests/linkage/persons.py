"""Small made-up tables of persons, for tests: chosen so that values repeat, resemble each other and lack."""

import polars as pl
from hypothesis import strategies as st

from linkage import Comparable, Model
from pseudonymise.standardise import fields_of

TYPES = {"surname": "surname", "given_name": "given_names", "birth_date": "date", "postcode": "code", "sex": "sex"}

_NAMES = ["Jansen", "Janssen", "de Vries", "Jansen-de Vries", "Bakker", "Łøß", "Иванов", "", None]
_GIVEN = ["Jan", "Jean", "J.", "Éva", "Eva", "Piet", None]
_DATES = ["1980-03-05", "1980-05-03", "1980-03-00", "1980-00-00", "1981-03-05", "1999-12-31", None]
_POSTCODES = ["4223", "4232", "1000", None]
_SEXES = ["m", "v", None]

RECORDS = st.lists(
    st.tuples(*map(st.sampled_from, (_NAMES, _GIVEN, _DATES, _POSTCODES, _SEXES))), min_size=0, max_size=12
)

MODEL = Model.model_validate(
    {
        "id": "persons",
        "blocks": [
            {"on": ["surname.sound"]},
            {"on": ["given_name.initial", "birth_date.year"]},
            {"on": ["postcode"]},
        ],
        "comparisons": [{"field": name} for name in TYPES],
    }
)


def persons(rows: list[tuple[str | None, ...]], name: str = "left") -> Comparable:
    """Clear-text evidence of rows in the order of `TYPES`."""
    table = pl.DataFrame(rows, schema=dict.fromkeys(TYPES, pl.String), orient="row")
    fields = fields_of((column, kind, column) for column, kind in TYPES.items())
    return Comparable.of_text(name, table, fields)
