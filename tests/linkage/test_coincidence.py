"""How often strangers agree, alone and on several fields together, against counting all pairs."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Comparable, Model
from linkage.coincidence import coincidence, random_pairs, together
from linkage.pairing import Pairing, pair_up
from pseudonymise.standardise import fields_of
from tests.linkage.persons import MODEL, RECORDS, persons

WHOLE = {"name": "same", "equal": [[""]]}
NAMES = ("surname", "postcode", "sex")
# only equality, and nothing missing: then all chances can be counted
EQUALITY = Model.model_validate(
    MODEL.model_dump(mode="json") | {"comparisons": [{"field": name, "levels": [WHOLE]} for name in NAMES]}
)
FULL = RECORDS.map(
    lambda rows: [(one or "Vos", None, None, four or "1000", sex or "m") for one, _, _, four, sex in rows]
).filter(lambda rows: len(rows) > 1)


def counted(pairing: Pairing, names: tuple[str, ...]) -> float:
    """Share of all pairs that agree on all of `names`."""
    one, two = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    double = pairing.model.dedupe
    pairs = [(a, b) for i, a in enumerate(one) for b in two[i + 1 if double else 0 :]]
    return sum(all(a[name] == b[name] for name in names) for a, b in pairs) / len(pairs)


@settings(max_examples=6, deadline=None)
@given(FULL, FULL, st.booleans(), st.sampled_from([NAMES[:2], NAMES[1:], NAMES]))
def test_chances_together_keep_those_of_each_field_and_the_chance_of_agreeing_on_all(left, right, double, names):
    model = EQUALITY.model_copy(update={"right": "left" if double else "right"})
    pairing = pair_up(persons(left), persons(left if double else right), model)
    pairs = random_pairs(pairing)
    alone = coincidence(pairing, pairs)
    fields = [field for field in pairing.fields if field.name in names]
    table = together(pairing, pairs, fields, [alone[name] for name in names])
    assert table.sum() == pytest.approx(1)
    assert (table > 0).all()
    equal, least = counted(pairing, names), 0.5 / pairing.possible
    for axis, name in enumerate(names):
        others = tuple(other for other in range(len(names)) if other != axis)
        assert table.sum(axis=others) == pytest.approx(alone[name], abs=0.02)
        assert alone[name][0] == pytest.approx(max(counted(pairing, (name,)), least), abs=2 * least)
    if equal:  # what never agreed on all may do so yet
        assert table[(0,) * len(names)] == pytest.approx(equal, abs=0.02)


def test_fields_that_always_agree_together_weigh_once():
    """A postcode tells the town: among strangers both agree as often as the postcode alone."""
    rows = [(["Vos", "Bos", "Mos", "Ros"][i % 4], None, None, str(1000 + i % 4), "mv"[i // 4 % 2]) for i in range(80)]
    pairing = pair_up(persons(rows), persons(rows), EQUALITY)
    pairs = random_pairs(pairing)
    alone = coincidence(pairing, pairs)
    table = together(pairing, pairs, pairing.fields[:2], [alone["surname"], alone["postcode"]])
    assert table[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert table[0, 1] + table[1, 0] < 0.01
    independent = together(pairing, pairs, pairing.fields[1:], [alone["postcode"], alone["sex"]])
    assert independent == pytest.approx(np.outer(alone["postcode"], alone["sex"]), abs=0.01)


def test_a_unique_number_stays_as_telling_beside_another_field():
    """Equal numbers are matches, not chance: that is so alone, and together with the postcode."""
    table = pl.DataFrame({"number": [str(i) for i in range(200)], "postcode": [str(1000 + i % 20) for i in range(200)]})
    kinds = {"number": "identifier", "postcode": "code"}
    side = Comparable.of_text("left", table, fields_of((name, kind, name) for name, kind in kinds.items()))
    model = Model.model_validate(
        {
            "id": "n",
            "blocks": [{"on": ["number"]}],
            "comparisons": [{"field": name, "levels": [WHOLE]} for name in kinds],
        }
    )
    pairing = pair_up(side, side, model)
    pairs = random_pairs(pairing)
    alone = coincidence(pairing, pairs)
    both = together(pairing, pairs, pairing.fields, [alone["number"], alone["postcode"]])
    assert both.sum(axis=1)[0] == pytest.approx(alone["number"][0], rel=0.05)
    assert alone["number"][0] == pytest.approx(0.05 / 200, rel=0.05)


def test_how_names_are_written_where_all_agrees_is_counted():
    """Families drop their accents together: among strangers who agree on name and postcode, half are written apart,
    though those who agree on the name alone seldom are."""
    family = [("Gómez" if i % 2 else "Gomez", "1000") for i in range(4)]
    others = [("Bakker", str(2000 + i)) for i in range(36)]
    table = pl.DataFrame(family + others, schema=["surname", "postcode"], orient="row")
    side = Comparable.of_text(
        "left", table, fields_of([("surname", "surname", "surname"), ("postcode", "code", "postcode")])
    )
    model = Model.model_validate(
        {
            "id": "families",
            "blocks": [{"on": ["postcode"]}],
            "comparisons": [{"field": "surname"}, {"field": "postcode", "levels": [WHOLE]}],
        }
    )
    pairing = pair_up(side, side, model)
    assert pairing.fields[0].whole == 2
    pairs = random_pairs(pairing)
    alone = coincidence(pairing, pairs)
    found = together(pairing, pairs, pairing.fields, [alone["surname"], alone["postcode"]])
    # of 1,600 pairs 36 persons meet themselves and 16 are of one family, 8 of them written apart
    assert found[:2, 0] == pytest.approx([44 / 1600, 8 / 1600], rel=0.05)
    assert alone["surname"][1] / alone["surname"][0] < 0.01
