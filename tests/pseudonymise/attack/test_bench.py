"""The bench on a small population: what is weak falls, what is hardened stands, a blunt attacker is found out."""

import re
from datetime import date

import numpy as np
import polars as pl
import pytest

from pseudonymise.attack.bench import VERSIONS, BenchFaulty, Figure, Judged, Result, attacked, run
from pseudonymise.attack.names import ATTACKS
from pseudonymise.attack.others import OTHERS, SHOWN
from pseudonymise.attack.page import LANGUAGES, Language, render
from pseudonymise.attack.plan import Limits, Plan, Setting
from pseudonymise.attack.population import Population, dutch_surnames
from pseudonymise.harden import HARDENINGS
from tests.browser import barriers_of

PLAN = Plan(id="small", persons=60_000, names=120, overlaps=(1.0, 0.8), seeds=2, known=5)


def of_the_commonest(names: int) -> Population:
    everyone = dutch_surnames()
    share = everyone.share[:names]
    return Population(everyone.names.head(names), share / share.sum())


@pytest.fixture(scope="module")
def result() -> Result:
    return run(PLAN, of_the_commonest(1_000))


def test_what_is_weak_is_broken(result: Result) -> None:
    assert {control.name: control.broken for control in result.controls} == {
        "unkeyed": True, "filters_100%": True, "filters_80%": True, "bare": True,
    }  # fmt: skip


def test_every_attack_is_told_at_every_overlap_beside_guessing(result: Result) -> None:
    told = [(one.overlap, one.attack) for one in result.outcomes]
    assert told == [(overlap, name) for overlap in PLAN.overlaps for name in (*ATTACKS, "guessing")]


def test_without_filters_nothing_resembles_anything(result: Result) -> None:
    assert all(one.names.mean == 0 for one in result.outcomes if one.attack == "pattern")


def test_what_must_give_nothing_gives_nothing(result: Result) -> None:
    assert {name: result.others[name] for name in ("dictionary", "cross_domain", "chosen_plaintext")} == {
        "dictionary": 0, "cross_domain": 0, "chosen_plaintext": 0,
    }  # fmt: skip
    assert result.others["colluding"] == 1
    assert result.others["averaging"] > 0.9


def test_harder_is_harder() -> None:
    population = of_the_commonest(1_000)
    none, *hardened = [
        attacked(PLAN, population, Setting(title=name, hardening=hardening), 1.0, ["combined"], lambda _: None)[0]
        for name, hardening in HARDENINGS.items()
    ]
    assert none.names.mean > 0.55
    assert all(one.names.mean < 0.25 and one.persons.mean < none.persons.mean / 2 for one in hardened)


def test_a_limit_is_held_against_the_upper_end(result: Result) -> None:
    assert [one.what for one in result.judged] == ["names_100%", "names_80%", "persons"]
    assert result.worst == max(one.figure.high for one in result.judged)
    assert not result.holds
    generous = result.model_copy(
        update={"judged": tuple(one.model_copy(update={"limit": 1.0}) for one in result.judged)}
    )
    assert generous.holds
    assert not generous.model_copy(update={"others": {**generous.others, "cross_domain": 0.01}}).holds


def test_a_result_is_read_back_as_it_was(result: Result) -> None:
    assert Result.model_validate_json(result.model_dump_json()) == result


def test_names_that_are_all_alike_common_blunt_the_attacker() -> None:
    """Counting cannot work, so the bench says nothing at all."""
    rng = np.random.default_rng(1)
    names = pl.Series(["".join(rng.choice(list("bdfgklmnprstaeiou"), 7)) for _ in range(400)]).unique()
    equal = Population(names, np.full(names.len(), 1 / names.len()))
    with pytest.raises(BenchFaulty, match="does not break"):
        run(PLAN, equal)


def test_an_interval_holds_its_mean() -> None:
    figure = Figure.of([0.1, 0.2, 0.3])
    assert figure.mean == pytest.approx(0.2)
    assert (figure.low, figure.high) == pytest.approx((0.0, 0.4484), abs=1e-4)
    assert Figure.of([0.5, 0.5]) == Figure(mean=0.5, low=0.5, high=0.5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_offline_and_says_every_figure(result: Result, language: Language) -> None:
    page = render(result, language)
    assert f'lang="{language}"' in page
    assert not re.search(r"<script|https?://|src=|@import|url\(", page)
    mark = "." if language == "en" else ","
    for one in result.outcomes:
        assert f"{100 * one.names.mean:.1f} %".replace(".", mark) in page
    assert page.count("<svg") == len(result.judged) + 2 * len(result.outcomes)


@pytest.mark.browser
def test_axe_finds_no_barrier(result: Result) -> None:
    assert barriers_of({language: render(result, language) for language in LANGUAGES}) == {}


@pytest.fixture(scope="module")
def of_full_names() -> Result:
    small = {"kind": "full_name", "persons": 20_000, "names": 50, "overlaps": (1.0,)}
    return run(PLAN.model_copy(update=small), of_the_commonest(200))


def test_full_names_whose_wholes_are_not_hardened_are_broken(of_full_names: Result) -> None:
    assert {control.name: control.broken for control in of_full_names.controls} == {
        "unkeyed": True, "wholes": True, "bare": True,
    }  # fmt: skip


def test_of_full_names_parts_and_wholes_are_told(of_full_names: Result) -> None:
    found = {one.attack: one.persons.mean for one in of_full_names.outcomes}
    assert list(found) == ["combined", "crowds", "given_names", "whole_names", "guessing"]
    assert found["guessing"] < found["whole_names"] < min(found["combined"], found["given_names"])
    assert [one.what for one in of_full_names.judged] == ["names_100%", "persons"]
    for language in LANGUAGES:
        assert render(of_full_names, language)


def harmless(plan: Plan) -> Result:
    """As if nothing had been told."""
    nothing = Figure(mean=0.0, low=0.0, high=0.0)
    judged = (Judged(what="persons", figure=nothing, limit=plan.limits.persons),)
    others = dict.fromkeys((*OTHERS, *SHOWN), 0.0)
    return Result(
        plan=plan, day=date(2000, 1, 1), versions=VERSIONS, outcomes=(), controls=(), others=others, judged=judged
    )


def test_limits_by_default_are_what_a_room_may_promise() -> None:
    assert Limits() == Limits(names=0.05, names_at_80=0.03, persons=0.02)
