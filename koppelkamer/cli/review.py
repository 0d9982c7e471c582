"""`koppelkamer review`: people label a sample of pairs in a page on their own machine."""

import argparse
from typing import TYPE_CHECKING, Any

from declare import WrongInput, load
from koppelkamer.cli.screen import Screen, language, percent, progress

if TYPE_CHECKING:
    from linkage.clerical import ClericalEstimate
    from linkage.interval import Estimate
    from linkage.review import Language, Review


def review(call: argparse.Namespace) -> Screen:
    """Serve the review until it is stopped, then say how far it came and what the labels tell."""
    from linkage import Model
    from linkage.labels import write_annotations
    from linkage.review import Review

    model = load(call.model, Model)
    progress("drawing the sample")
    found = Review.open(call.pairs, call.left, call.right, model, call.out, call.size, call.near_threshold)
    _serve(found, call.language or language(), call.port)
    if call.annotations is not None:
        write_annotations(call.annotations, found.labels)
    facts: dict[str, Any] = {"labelled": found.labelled, "of": found.size, "labels": str(call.out)}
    lines = [f"{found.labelled:,} of {found.size:,} pairs are labelled; the labels are in {call.out}"]
    if found.labelled < found.size:
        return Screen(facts, [*lines, "  the same command goes on where you were"])
    # Only at the end: whoever knows what comes out so far is no longer blind.
    shares = _shares(found.estimate())
    facts["estimate"] = {name: _facts(value) for name, value in shares}
    lines += [f"  {name} {_said(value)}" for name, value in shares]
    return Screen(facts, lines)


def _serve(found: "Review", spoken: "Language", port: int) -> None:
    from linkage.review import ReviewServer

    try:
        server = ReviewServer(found, spoken, port)
    except (OSError, OverflowError) as error:
        raise WrongInput(f"port {port} cannot be used", remedy="Leave --port out: a free one is taken.") from error
    progress("values of records are shown in clear: review on the partner's own premises only")
    progress(f"{found.labelled} of {found.size} pairs are labelled; open {server.address} and stop with Ctrl-C")
    server.serve()


def _shares(estimate: "ClericalEstimate") -> list[tuple[str, "Estimate | None"]]:
    return [("precision", estimate.precision), ("recall", estimate.recall), ("f1", estimate.f1)]


def _facts(value: "Estimate | None") -> list[float] | None:
    return None if value is None else [value.value, value.low, value.high]


def _said(value: "Estimate | None") -> str:
    if value is None:
        return "unknown"
    return f"{percent(value.value)}, from {percent(value.low)} to {percent(value.high)} (95 % interval)"
