"""Dependence: fields that decide each other are found, fields that do not are left alone, and a joint repairs it."""

import random

import pytest

from linkage import Model
from linkage.block import block
from linkage.dependence import joints
from linkage.fitted import Dependence
from linkage.pairing import pair_up
from linkage.train import fit
from tests.linkage.persons import MODEL, persons

LETTERS = "abcdghkl"


def people(count: int, seed: int, *, decided: bool) -> list[tuple]:
    """Surname, given name, birth date, postcode, sex: either the sex follows from the given name or it does not."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        given = chance.randrange(40)
        surname = f"Naam{chance.choice('abcdefgh')}{chance.choice('klmnoprst')}"
        born = f"19{chance.randrange(50, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        postcode = f"10{chance.randrange(30):02}"
        sex = given % 8 if decided else chance.randrange(8)
        found.append((surname, f"Voor{LETTERS[given // 8]}{LETTERS[given % 8]}na", born, postcode, LETTERS[sex]))
    return found


def found_in(decided: bool, joint: tuple = ()) -> tuple:
    rows = people(2500, 1, decided=decided)
    left, right = rows[:1500], rows[750:2250]
    declared = Model.model_validate(MODEL.model_dump(mode="json") | {"joint": joint})
    pairing = pair_up(persons(left), persons(right), declared)
    return fit(pairing, block(pairing))


def test_a_field_that_decides_another_is_named():
    fitted = found_in(decided=True)
    excess = {frozenset(each.fields): each.excess for each in fitted.dependences}
    assert excess[frozenset(("given_name", "sex"))] == pytest.approx(3, abs=0.4)  # one of eight sexes: three bits
    assert all(abs(value) < 1 for pair, value in excess.items() if pair != {"given_name", "sex"})
    assert any('joint = [["given_name", "sex"]]' in warning for warning in fitted.warnings)


def test_fields_that_go_their_own_way_are_left_alone():
    fitted = found_in(decided=False)
    assert all(abs(each.excess) < 1 for each in fitted.dependences)
    assert not any("joint" in warning for warning in fitted.warnings)


def test_a_joint_weighs_agreement_once():
    apart, together = found_in(decided=True), found_in(decided=True, joint=(("given_name", "sex"),))
    both = sum(field.weights[1] for field in apart.fields if field.field in ("given_name", "sex"))
    [joint] = [factor for factor in together.factors if len(factor.fields) == 2]
    alone = next(field for field in apart.fields if field.field == "given_name").weights[1]
    assert joint.weights[1, 1] == pytest.approx(alone, abs=0.7)
    assert both > joint.weights[1, 1] + 2
    assert not any({"given_name", "sex"} == set(each.fields) for each in together.dependences)


def between(*pairs: tuple[str, str, float]) -> list[Dependence]:
    return [Dependence(fields=(one, two), strangers=excess, matches=0.0) for one, two, excess in pairs]


JOINTS = {  # dependences, joints
    "nothing": ([], ()),
    "too little": (between(("a", "b", 1.0)), ()),
    "one": (between(("a", "b", 2.0)), (("a", "b"),)),
    "three that hang together": (between(("a", "b", 4.0), ("b", "c", 2.0)), (("a", "b", "c"),)),
    "a fourth would be too many": (between(("a", "b", 4.0), ("b", "c", 3.0), ("c", "d", 2.0)), (("a", "b", "c"),)),
    "two apart": (between(("a", "b", 4.0), ("c", "d", 2.0)), (("a", "b"), ("c", "d"))),
}


@pytest.mark.parametrize(("found", "expected"), JOINTS.values(), ids=JOINTS)
def test_joints_come_from_the_greatest_excess_down(found, expected):
    assert joints(found) == expected
