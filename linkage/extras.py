"""What may come with the files of a linkage, and what of it does not go together."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from declare import WrongInput
from linkage.evaluation import read_truth
from linkage.fitted import FittedModel
from linkage.model import Model
from linkage.supervised import Method
from linkage.words import Language


class Extras(TypedDict, total=False):
    """What may come with the files."""

    truth: Path | None
    """True pairs (`id_l`, `id_r`), read after everything else: they only add `truth` to the quality."""
    fitted: FittedModel | None
    """Used as it is; without one the model is trained on the files."""
    labels: Sequence[Path]
    """What people said of pairs (`linkage.labels`): trained on too, and where they were drawn also calibrated by."""
    classifier: Method | None
    """Learns from the labels in the model's stead, and chooses the links (`linkage.supervised`)."""
    by: Sequence[str]
    """Columns that stand aside: errors are told by their values too."""
    show_values: bool
    """Whether the report holds values of a few records; then it is for a partner's own premises only."""
    language: Language
    """Of the report; English by default."""
    program: str
    """Version of the program: what a long run of another version left unfinished is not gone on with."""


def check(model: Model, out: Path, extras: Extras) -> None:
    """Raise `WrongInput` for what would come to light only after the work, or make its result another than asked."""
    truth, fitted = extras.get("truth"), extras.get("fitted")
    check_labels(extras.get("classifier"), extras.get("labels", ()), fitted=fitted is not None)
    if truth is not None:
        read_truth(truth)
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise WrongInput(f"nothing can be written into {out.name}", remedy="Name a folder of yours for the results.")
    if fitted is not None and _settings(fitted.model) != _settings(model):
        raise WrongInput(
            f"the fitted model was trained under other settings than model {model.id} has",
            remedy="Give the model it was trained with, unchanged, or train again without it.",
        )


def check_labels(method: Method | None, labels: Sequence[Path], *, fitted: bool) -> None:
    """Raise `WrongInput` for labels nobody learns from, and for a classifier without them."""
    if method == "ecm" and labels:
        raise WrongInput("ecm learns without labels", remedy="Leave the labels out, or choose another classifier.")
    if method not in (None, "ecm") and not labels:
        raise WrongInput(f"{method} learns from labels, and there are none", remedy="Give labels, or choose ecm.")
    if labels and fitted and method is None:
        raise WrongInput(
            "a fitted model is not trained on labels",
            remedy="Give the fitted model or labels, or have a classifier learn from them.",
        )


def _settings(model: Model) -> dict[str, Any]:
    """All but how files are written and what they are called."""
    return model.model_dump(exclude={"id", "file", "fields"})
