"""A handful of pairs, chosen because they tell something, with the steps of their weight."""

from dataclasses import dataclass

import polars as pl

from linkage.explain import Explanation, explain
from linkage.fitted import FittedModel
from linkage.pairing import Pairing
from linkage.side_by_side import SideBySide, Values


@dataclass(frozen=True, slots=True, repr=False)
class Example:
    """Why the pair is shown, why it has its weight, and, on a partner's own premises only, what it says."""

    kind: str
    """`strongest`, `typical` or `weakest` of the links; `rival` above the threshold, `below` it."""
    why: Explanation
    values: Values | None


def examples(
    scored: pl.DataFrame, pairing: Pairing, fitted: FittedModel, shown: SideBySide | None
) -> tuple[Example, ...]:
    """Each kind once, if there is one. `scored` has `l`, `r`, `match_weight`, `match_probability`, `linked`."""
    ranked = scored.sort("match_weight", "l", "r", descending=[True, False, False])
    links, others = ranked.filter("linked"), ranked.filter(~pl.col("linked"))
    likely = pl.col("match_probability") >= fitted.model.threshold
    chosen = {
        "strongest": links.head(1),
        "typical": links.slice(links.height // 2, 1),
        "weakest": links.tail(1),
        "rival": others.filter(likely).head(1),
        "below": others.filter(~likely).head(1),
    }
    seen: set[tuple[int, int]] = set()
    found = []
    for kind, pair in chosen.items():
        for place in pair.select("l", "r").iter_rows():
            if place not in seen:
                seen.add(place)
                values = shown.of(*place) if shown else None
                found.append(Example(kind, explain(pairing, fitted, *place), values))
    return tuple(found)
