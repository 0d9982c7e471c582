"""Small made-up tables of persons, for tests: chosen so that values repeat, resemble each other and lack."""

import random

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


def crowd(count: int, *, seed: int, wrong: float = 0.0) -> list[tuple[str | None, ...]]:
    """Different persons by `seed`, the same from each call; a share of their values is wrong or missing."""
    chance, noise = random.Random(seed), random.Random(seed + 1)
    surnames = [a + b + c for a in ("Jan", "Vis", "Bak", "Mul") for b in ("", "de", "ke") for c in ("s", "ser", "ma")]
    given = ["Jan", "Eva", "Piet", "Anna", "Kees", "Sara", "Tom", "Mila", "Bram", "Noor"]
    rows = []
    for _ in range(count):
        born = f"{chance.randint(1940, 2010)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        row = (
            chance.choice(surnames),
            chance.choice(given),
            born,
            f"{chance.randint(1000, 1040)}",
            chance.choice("mv"),
        )
        other = (noise.choice(surnames), noise.choice(given), None, f"{noise.randint(1000, 1040)}", None)
        rows.append(tuple(w if noise.random() < wrong else v for v, w in zip(row, other, strict=True)))
    return rows
