"""What holds of all bias rules: nothing makes a FAIL disappear, order tells nothing, no difference never fails."""

from dataclasses import replace

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate import GroupRates, History, Outcome, OutputColumn, Population, Proxies, Subject, Tally, examine
from gate.registry import RULES
from tests.gate.policies import signed
from tests.gate.texts import cells

BIAS = tuple(sorted(number for number in RULES if number.startswith("B")))
TABLE = cells("place | people\na | 40\nb | 60")
COLUMNS = (OutputColumn("place", "municipality", "breakdown"), OutputColumn("kind", "category", "selection"))
_TELLING = ["attribute", "column", "records", "v", "information", "chance", "auc", "auc_low", "auc_high"]
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

groups = st.lists(
    st.tuples(st.integers(1, 900), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100)),
    min_size=1,
    max_size=4,
)


def subject(counts: list[tuple[int, int, int, int]]) -> Subject:
    """Of each group: eligible records, and percents that are linked, wrong, and selected."""
    rows = [
        {
            "attribute": "race", "group": f"g{place}", "eligible": of, "linked": of * linked // 100, "links": of,
            "wrong": of * wrong / 400, "matches": float(of), "missed": of * wrong / 100,
        }
        for place, (of, linked, wrong, _) in enumerate(counts)
    ]  # fmt: skip
    rates = GroupRates(pl.DataFrame(rows))
    counted = [("w", "race", f"g{place}", of * part // 100, of) for place, (of, _, _, part) in enumerate(counts)]
    table = pl.DataFrame(counted, schema=["what", "attribute", "group", "count", "of"], orient="row")
    everybody = table.with_columns(attribute=pl.lit("*"), group=pl.lit("*")).head(1)
    people = pl.DataFrame({"attribute": ["race"] * 2, "group": ["g0", "g1"], "people": [100, 300]})
    return Subject(
        "table", COLUMNS, TABLE, rates, coverage=rates, selection=Tally(table), implausible=Tally(everybody),
        pollution=Tally(pl.concat([table, everybody])), population=Population("register", people),
        history=History(("surname",)),
        proxies=Proxies(pl.DataFrame([("race", "place", 90, 0.4, 0.2, 0.01, None, None, None)], schema=_TELLING,
                                     orient="row")),
    )  # fmt: skip


def outcomes(seen: Subject, rules: tuple[str, ...]) -> dict[str, list[tuple[str, Outcome]]]:
    found: dict[str, list[tuple[str, Outcome]]] = {}
    for finding in examine(seen, signed(rules)).findings:
        found.setdefault(finding.rule, []).append((finding.about, finding.outcome))
    return found


@settings(QUICK, max_examples=4)
@given(groups)
def test_a_further_rule_changes_nothing_that_others_say(counts: list[tuple[int, int, int, int]]) -> None:
    seen = subject(counts)
    every = outcomes(seen, BIAS)
    for number in BIAS:
        alone = outcomes(seen, tuple(sorted({number, "B04"})))
        assert alone[number] == every[number]
    worst = examine(seen, signed(BIAS)).outcome
    assert (worst is Outcome.FAIL) == any(one is Outcome.FAIL for found in every.values() for _, one in found)


@QUICK
@given(groups, st.randoms(use_true_random=False))
def test_the_order_of_groups_tells_nothing(counts: list[tuple[int, int, int, int]], chance) -> None:  # type: ignore[no-untyped-def]
    seen = subject(counts)

    def shuffled(table: pl.DataFrame) -> pl.DataFrame:
        return table[chance.sample(range(table.height), table.height)]

    mixed = replace(
        seen,
        groups=GroupRates(shuffled(seen.groups.table)),  # type: ignore[union-attr]
        selection=Tally(shuffled(seen.selection.table)),  # type: ignore[union-attr]
        pollution=Tally(shuffled(seen.pollution.table)),  # type: ignore[union-attr]
    )
    one, other = (examine(each, signed(BIAS)).findings for each in (seen, mixed))
    assert one == other


ALIKE = ("B04", "B05", "B07", "B09", "B15")
"""Rules that compare groups, and nothing else here."""


@QUICK
@given(st.lists(st.integers(1, 60), min_size=2, max_size=4), st.integers(0, 100))
def test_no_difference_never_fails(hundreds: list[int], part: int) -> None:
    """All groups alike in every rate, however large or small they are."""
    seen = subject([(100 * size, part, 0, part) for size in hundreds])
    everybody = pl.DataFrame({"what": ["w"], "attribute": ["*"], "group": ["*"], "count": [0], "of": [100]})
    alike = seen.pollution.table.filter(pl.col("attribute") != "*")  # type: ignore[union-attr]
    seen = replace(seen, pollution=Tally(pl.concat([alike, everybody])))
    found = outcomes(seen, ALIKE)
    assert Outcome.FAIL not in {outcome for rule in found.values() for _, outcome in rule}


@QUICK
@given(groups)
def test_small_groups_alone_are_never_a_pass(counts: list[tuple[int, int, int, int]]) -> None:
    small = subject([(1 + of % 29, linked, wrong, part) for of, linked, wrong, part in counts])
    found = outcomes(small, ("B04", "B05", "B06", "B09"))
    assert all({outcome for _, outcome in rule} == {Outcome.NOT_ASSESSABLE} for rule in found.values())
