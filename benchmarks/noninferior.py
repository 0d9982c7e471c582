"""`python -m benchmarks.noninferior [SET …]`: ours beside Splink on public sets, each at its own threshold.

Both link at a posterior probability of 0.5 unless our model says otherwise. Ours is non-inferior where the lower end of
the 95 % interval of the difference in F1 with the better Splink arm (paired bootstrap over entities) lies above -0.002.
Writes `results/public.json` and `public.md`; sets not measured now keep the figures they had.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.accuracy import THRESHOLD, accuracy, at_threshold, marked, mutually_best
from benchmarks.bootstrap import f1_difference
from benchmarks.linkage import PEERS, PEERS_PYTHON, RESULTS, conditions, run
from benchmarks.public import PUBLIC, PublicSet
from declare import load, write_atomically
from linkage.model import Model

MARGIN: Final = 0.002
PEER_ARMS: Final = ("documented", "tuned")
INTRODUCTION: Final = f"""# Public sets, beside Splink

F1 at each program's own threshold, a posterior probability of 0.5 unless our model says otherwise; in brackets the
best F1 over all thresholds, **picked with the truth in hand**. *One to one*: ours as its model assigns, of Splink's
pairs the mutually best. Intervals by paired bootstrap over entities, 2,000 draws; non-inferior means that the lower
end is above -{MARGIN}. Some of the tuned Splink models were chosen with the truth in hand, as
`peers/splink_public.py` tells.
"""
KINDS: Final = {"pairs": "all pairs", "one_to_one": "one to one"}


def main() -> None:
    """Measure the sets named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(PUBLIC)}; all by default")
    names = parser.parse_args().sets or list(PUBLIC)
    if unknown := set(names) - set(PUBLIC):
        parser.error(f"there is no set {min(unknown)}")
    path = RESULTS / "public.json"
    result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    for name in names:
        absent = PUBLIC[name].absent
        result[name] = {"absent": absent} if absent else beside(name, PUBLIC[name])
        print(f"{name}: {absent or 'measured'}", flush=True)
    ordered = {name: result[name] for name in PUBLIC if name in result}
    write_atomically(path, (json.dumps(ordered, indent=1) + "\n").encode())
    write_atomically(RESULTS / "public.md", page(ordered).encode())


def beside(name: str, public: PublicSet) -> dict[str, Any]:
    """Cost and accuracy of every arm, and the differences with the better peer."""
    model = load(public.model, Model)
    files = [str(path) for path in public.files]
    truth = public.truth()
    found: dict[str, dict[str, Any]] = {}
    links: dict[str, dict[str, pl.DataFrame]] = {}
    ours = [sys.executable, "-m", "benchmarks.ours", str(public.model)]
    peer = [str(PEERS_PYTHON), str(PEERS / "splink_public.py"), name]
    commands = {"ours": ours} | {f"splink-{one}": [*peer, one] for one in PEER_ARMS}
    for arm, command in commands.items():
        with tempfile.TemporaryDirectory() as folder:
            if failed := run([*command, *files, folder], limit=1800):
                found[arm] = {"failed": failed}
                continue
            pairs = marked(one_way_round(pl.read_parquet(Path(folder) / "pairs.parquet"), public), truth)
            cost = json.loads((Path(folder) / "cost.json").read_text())
            links[arm] = {"pairs": pairs.filter(pl.col("match_probability") >= _threshold(arm, model))}
            if len(files) == 2 and model.one_to_one == "one-to-one":
                links[arm]["one_to_one"] = one_to_one(arm, links[arm]["pairs"], Path(folder), truth)
        found[arm] = cost | accuracy(pairs, truth.height) | figures(links[arm], truth.height)
        found[arm]["conditions"] = conditions(arm)
    return {"arms": found, "differences": differences(public, found, links)}


def one_way_round(pairs: pl.DataFrame, public: PublicSet) -> pl.DataFrame:
    """Of one file, the smaller row number first."""
    if len(public.files) > 1:
        return pairs
    return pairs.with_columns(id_l=pl.min_horizontal("id_l", "id_r"), id_r=pl.max_horizontal("id_l", "id_r"))


def one_to_one(arm: str, over: pl.DataFrame, folder: Path, truth: pl.DataFrame) -> pl.DataFrame:
    """Ours as its model assigns; of Splink's pairs the mutually best, as its own one-to-one clustering has them."""
    return marked(pl.read_parquet(folder / "links.parquet"), truth) if arm == "ours" else mutually_best(over)


def _threshold(arm: str, model: Model) -> float:
    return model.threshold if arm == "ours" else THRESHOLD


def figures(links: Mapping[str, pl.DataFrame], true_pairs: int) -> dict[str, Any]:
    """Accuracy of each kind of links."""
    return {"links": {kind: at_threshold(table, true_pairs) for kind, table in links.items()}}


def differences(
    public: PublicSet, found: Mapping[str, Any], links: Mapping[str, Mapping[str, pl.DataFrame]]
) -> dict[str, Any]:
    """Of each kind of links: the better peer, ours less that one's F1, the interval, and the verdict."""
    peers = [arm for arm in links if arm != "ours"]
    if "ours" not in links or not peers:
        return {}
    result = {}
    for kind in links["ours"]:
        better = max(peers, key=lambda arm: found[arm]["links"][kind]["f1"])
        difference = f1_difference((links["ours"][kind], links[better][kind]), public.entities())
        result[kind] = {
            "better_peer": better,
            "difference": difference.value,
            "low": difference.low,
            "high": difference.high,
            "non_inferior": difference.low > -MARGIN,
        }
    return result


def page(result: Mapping[str, Any]) -> str:
    """The figures in Markdown."""
    head = ["set", "links", "ours", "splink documented", "splink tuned", "ours less the better", "95 %", "non-inferior"]
    lines = [
        INTRODUCTION,
        f"| {' | '.join(head)} |",
        "|---|---|" + "---:|" * (len(head) - 2),
    ]
    for name, measured in result.items():
        title = PUBLIC[name].title
        if "absent" in measured:
            lines.append(f"| {title} | {measured['absent']} |" + " |" * (len(head) - 2))
            continue
        lines += [_row(title, kind, measured) for kind in KINDS if kind in measured["differences"]]
        lines += [f"| {title} | {arm}: {one['failed']} |" for arm, one in measured["arms"].items() if "failed" in one]
    return "\n".join([*lines, ""])


def _row(title: str, kind: str, measured: Mapping[str, Any]) -> str:
    arms, found = measured["arms"], measured["differences"][kind]
    best = f"{'one_to_one_' if kind == 'one_to_one' else ''}best_f1_threshold_picked_with_truth"
    cells = [
        "–" if "failed" in arms[arm] else f"{arms[arm]['links'][kind]['f1']:.4f} ({arms[arm][best]:.4f})"
        for arm in ("ours", *(f"splink-{one}" for one in PEER_ARMS))
    ]
    interval = f"{found['low']:+.4f} to {found['high']:+.4f}"
    verdict = "yes" if found["non_inferior"] else "no"
    return f"| {title} | {KINDS[kind]} | {' | '.join(cells)} | {found['difference']:+.4f} | {interval} | {verdict} |"


if __name__ == "__main__":
    main()
