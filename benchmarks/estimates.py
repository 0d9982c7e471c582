"""`python -m benchmarks.estimates`: what is estimated without truth, beside the truth.

Every file is copied without the columns that tell who a record is before anything reads it; the truth is read when all
estimates are made. Only the clerical sample asks it anything: there it answers for the reviewer, pair by pair. Writes
`benchmarks/results/estimates.json` and `estimates.md`.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from benchmarks.public import PUBLIC, PublicSet
from benchmarks.real import RESULTS, conditions
from declare import load, write_atomically
from linkage.assign import assign
from linkage.block import block, candidates
from linkage.clerical import draw, estimate
from linkage.evaluation import evaluate
from linkage.exclusive import beside_rivals
from linkage.files import read_records
from linkage.fitted import FittedModel
from linkage.model import Model
from linkage.pairing import pair_up
from linkage.quality import LinkQuality, link_quality
from linkage.score import scored
from linkage.subgroup import SubgroupErrors, by_posterior, by_truth
from linkage.train import fit

REVIEWED: Final = 200
"""Pairs that the reviewer labels."""
SHOWN: Final = 5e-5
ASIDE: Final = {"census-social-security": "race_ethnicity"}
"""Set → column of the left file by which errors are told apart; no model reads it."""
FEW: Final = 2
"""Blocks of the second run, of which the estimate of what blocking missed is to be seen failing."""


@dataclass(frozen=True, slots=True, repr=False)
class Linked:
    """One run without truth."""

    fitted: FittedModel
    pairs: pl.DataFrame
    links: pl.DataFrame
    every: pl.DataFrame
    """All candidates."""
    quality: LinkQuality
    dedupe: bool


def main() -> None:
    """All sets that are here."""
    found = [
        {"set": name, "blocks": blocks} | measure(PUBLIC[name], name, few=few)
        for name in PUBLIC
        if PUBLIC[name].absent is None
        for few, blocks in ((False, "all"), (True, f"the first {FEW}"))
    ]
    result = {"conditions": conditions(), "figures": found}
    write_atomically(RESULTS / "estimates.json", (json.dumps(result, indent=1) + "\n").encode())
    write_atomically(RESULTS / "estimates.md", page(result).encode())
    print(page(result))


def measure(public: PublicSet, name: str, *, few: bool) -> dict[str, Any]:
    """Estimates, then the truth."""
    linked = _linked(public, few=few)
    aside = _aside(public, ASIDE.get(name))
    expected = by_posterior(
        linked.pairs.with_columns(chance=beside_rivals(linked.pairs, linked.fitted.assignment)),
        linked.links,
        aside,
        side="l",
        attribute=ASIDE.get(name, ""),
    )
    sample = draw(_ids(linked.pairs), _ids(linked.links), REVIEWED, threshold=linked.fitted.model.threshold, seed=1)
    # Only now the truth.
    truth = public.truth().select(pl.col("id_l").cast(pl.UInt32), pl.col("id_r").cast(pl.UInt32))
    measured = evaluate(linked.links.select(id_l="l", id_r="r"), truth)
    pairs = truth.rename({"id_l": "l", "id_r": "r"})
    brought = linked.every.join(pairs, on=["l", "r"], how="semi").height
    labels = _reviewed(sample, truth)
    reviewed = estimate(labels, _ids(linked.pairs), _ids(linked.links), threshold=linked.fitted.model.threshold)
    quality = {key: value for key, value in asdict(linked.quality).items() if key not in ("blocks", "model")}
    return {
        "estimated": quality,
        "clerical": {key: asdict(value) for key in ("precision", "recall", "f1") if (value := getattr(reviewed, key))},
        "truth": {
            "precision": measured["precision"],
            "recall_among_candidates": measured["right"] / max(brought, 1),
            "recall_among_pairs_above_the_floor": measured["right"]
            / max(linked.pairs.join(pairs, on=["l", "r"], how="semi").height, 1),
            "blocking_recall": brought / truth.height,
            "recall": measured["recall"],
        },
        "groups": _groups(expected, by_truth(linked.links, pairs, aside, side="l", attribute=expected.attribute))
        if name in ASIDE
        else [],
    }


def _linked(public: PublicSet, *, few: bool) -> Linked:
    model = load(public.model, Model)
    model = model.model_copy(update={"file": model.file.model_copy(update={"id": None})})
    if few:
        model = model.model_copy(update={"blocks": model.blocks[:FEW]})
    if len(public.files) == 1:
        model = model.model_copy(update={"right": model.left})
    with TemporaryDirectory() as folder:
        files = [_without_truth(path, model, Path(folder)) for path in public.files]
        left = read_records(files[0], model, "left").comparable
        right = read_records(files[-1], model, "left" if model.dedupe else "right").comparable
    pairing = pair_up(left, right, model)
    blocks = block(pairing)
    fitted = fit(pairing, blocks)
    pairs = scored(pairing, blocks, fitted)
    links = assign(pairs, fitted.assignment, model.threshold)
    every = candidates(pairing, blocks)
    quality = link_quality(pairs, links, fitted, model.threshold, blocks.sizes)
    return Linked(fitted, pairs, links, every, quality, model.dedupe)


def _without_truth(path: Path, model: Model, folder: Path) -> Path:
    """A copy with the columns that the model compares, and no others."""
    named = {column for field in model.fields for side in ("left", "right") if (column := field.of(side))}
    copy = folder / path.name
    if path.suffix == ".parquet":
        table = pl.read_parquet(path)
        table.select(name for name in table.columns if name.strip() in named).write_parquet(copy)
    else:
        table = pl.read_csv(path, infer_schema=False, separator=model.file.separator, encoding=model.file.encoding)
        table.select(name for name in table.columns if name.strip() in named).write_csv(
            copy, separator=model.file.separator
        )
    return copy


def _aside(public: PublicSet, column: str | None) -> pl.DataFrame:
    if column is None:
        return pl.DataFrame(schema={"position": pl.UInt32, "group": pl.String})
    return pl.read_parquet(public.files[0], columns=[column]).with_row_index("position").rename({column: "group"})


def _ids(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(id_l="l", id_r="r", match_probability="match_probability")


def _reviewed(sample: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """A reviewer who is always right."""
    known = truth.with_columns(label=pl.lit("match"))
    answered = sample.join(known, on=["id_l", "id_r"], how="left").with_columns(pl.col("label").fill_null("other"))
    return answered.with_columns(pl.col("id_l", "id_r").cast(pl.String))


def _groups(expected: SubgroupErrors, true: SubgroupErrors) -> list[dict[str, Any]]:
    return [
        {
            "error": error,
            "group": one.group,
            "expected": one.rate,
            "true": other.rate,
            "interval": [other.low, other.high],
        }
        for error in ("missed", "false")
        for one in getattr(expected, error)
        for other in getattr(true, error)
        if one.group == other.group
    ]


def page(result: dict[str, Any]) -> str:
    """The figures as tables in Markdown."""
    head = "| set | blocks | what | estimated without labels | 200 pairs reviewed | true |"
    lines = [
        "# What is estimated without truth, beside the truth",
        "",
        "Intervals are of 95 percent. *Without labels*: as far as the model holds. Recall is among the candidates;",
        "blocking recall is *at most* what stands there, without interval where there are doubts. *Reviewed*: a",
        "stratified clerical sample, the truth answering for the reviewer. *Recall, reviewable* is among the pairs",
        "above the model's floor, of which the sample is drawn.",
        "",
        *_held(result["figures"]),
        "",
        ", ".join(f"{name} {value}" for name, value in result["conditions"].items()) + ".",
        "",
        head,
        "|---|---|---|---|---|---|",
        *(row for figures in result["figures"] for row in _rows(figures)),
        "",
        *_doubts(result["figures"]),
        "",
        *_by_group(result["figures"]),
    ]
    return "\n".join(lines)


def _rows(figures: dict[str, Any]) -> list[str]:
    estimated, true, clerical = figures["estimated"], figures["truth"], figures["clerical"]
    start = f"| {PUBLIC[figures['set']].title} | {figures['blocks']} |"
    reviewed = {key: f"{one['value']:.4f} [{one['low']:.4f}–{one['high']:.4f}]" for key, one in clerical.items()}
    return [
        f"{start} precision | {_share(estimated, 'precision')} | {reviewed.get('precision', '')} | "
        f"{true['precision']:.4f} |",
        f"{start} recall | {_share(estimated, 'recall')} | | {true['recall_among_candidates']:.4f} |",
        f"{start} recall, reviewable | | {reviewed.get('recall', '')} | "
        f"{true['recall_among_pairs_above_the_floor']:.4f} |",
        f"{start} blocking recall | {_share(estimated, 'blocking_recall', 'blocking_interval', '≤ ')} | | "
        f"{true['blocking_recall']:.4f} |",
    ]


def _held(figures: list[dict[str, Any]]) -> list[str]:
    """How many intervals hold the truth, which the page itself says."""
    among = {"precision": ("precision", "precision")}
    among["recall"] = ("recall_among_candidates", "recall_among_pairs_above_the_floor")
    of_model, of_review = [], []
    for one in figures:
        for name, (all_of_them, reviewable) in among.items():
            share = one["clerical"][name]
            of_model.append(_holds(one["truth"][all_of_them], *one["estimated"][f"{name}_interval"]))
            of_review.append(_holds(one["truth"][reviewable], share["low"], share["high"]))
    return [
        f"Of {len(of_model)} intervals for precision and recall that rest on the model {sum(of_model)} hold the truth;",
        f"{sum(of_review)} of those that rest on a clerical sample do. Fields that depend on each other and matches",
        "unlike the others break the model, and its own intervals cannot know. So without labels these are",
        "indications; what must be known has to be reviewed.",
    ]


def _holds(truth: float, low: float, high: float) -> bool:
    """To the decimals that the page shows."""
    return low - SHOWN <= truth <= high + SHOWN


def _share(estimated: dict[str, Any], name: str, interval: str = "", sign: str = "") -> str:
    value, bounds = estimated[name], estimated[interval or f"{name}_interval"]
    if value is None:
        return "not told"
    return f"{sign}{value:.4f}" + (f" [{bounds[0]:.4f}–{bounds[1]:.4f}]" if bounds else "")


def _doubts(figures: list[dict[str, Any]]) -> list[str]:
    return [
        "Doubts that were told with the blocking recall:",
        "",
        *(
            f"- {PUBLIC[one['set']].title}, blocks: {one['blocks']}: {'; '.join(one['estimated']['doubts']) or 'none'}"
            for one in figures
        ),
    ]


def _by_group(figures: list[dict[str, Any]]) -> list[str]:
    """Of the run with all blocks."""
    rows = [
        f"| {PUBLIC[one['set']].title} | {group['error']} | {group['group']} | {group['expected']:.4f} | "
        f"{group['true']:.4f} [{group['interval'][0]:.4f}–{group['interval'][1]:.4f}] |"
        for one in figures
        if one["blocks"] == "all"
        for group in one["groups"]
        if group["expected"] is not None and group["true"] is not None
    ]
    return ["| set | error | group | expected rate | true rate |", "|---|---|---|---|---|", *rows, ""]


if __name__ == "__main__":
    main()
