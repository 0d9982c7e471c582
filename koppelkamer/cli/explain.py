"""`koppelkamer explain`: why two records of plain files got their weight, in sentences without values."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from declare import WrongInput
from koppelkamer.cli.screen import Screen, language, progress

if TYPE_CHECKING:
    from linkage import FittedModel


def explain(call: argparse.Namespace) -> Screen:
    """Read both files anew, for how rare a value is depends on all of them."""
    from linkage import Linker

    fitted = read_fitted(call.fitted)
    progress("reading the records")
    linker = Linker.of_files(call.left, call.right, fitted.model)
    why = linker.explain(fitted, call.id_l, call.id_r)
    words = why.words(call.language or language())
    return Screen({**asdict(why), "match_weight": why.match_weight, "words": words}, words)


def read_fitted(path: Path) -> "FittedModel":
    """Raises `WrongInput` when the file is not a fitted model."""
    from linkage import FittedModel

    try:
        return FittedModel.from_json(path.read_bytes())
    except OSError as error:
        raise WrongInput(f"{path} cannot be read", remedy="Name model.json of a linkage.") from error
