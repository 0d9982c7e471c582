"""`koppelkamer explain`: why two records of plain files got their weight, in sentences without values."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from declare import WrongInput
from koppelkamer.cli.screen import Screen, language, progress

if TYPE_CHECKING:
    from linkage import FittedModel
    from linkage.files import Records


def explain(call: argparse.Namespace) -> Screen:
    """Read both files anew, for how rare a value is depends on all of them."""
    from linkage import explain as explained
    from linkage.files import read_records
    from linkage.pairing import pair_up

    fitted = _fitted(call.fitted)
    progress("reading the records")
    left = read_records(call.left, fitted.model, "left")
    right = read_records(call.right, fitted.model, "right") if call.right else left
    pairing = pair_up(left.comparable, right.comparable, fitted.model)
    why = explained(pairing, fitted, _position(left, call.id_l), _position(right, call.id_r))
    words = why.words(call.language or language())
    return Screen({**asdict(why), "match_weight": why.match_weight, "words": words}, words)


def _fitted(path: Path) -> "FittedModel":
    from linkage import FittedModel

    try:
        return FittedModel.from_json(path.read_bytes())
    except OSError as error:
        raise WrongInput(f"{path} cannot be read", remedy="Name model.json of a linkage.") from error


def _position(records: "Records", key: str) -> int:
    place = records.ids.cast(str).index_of(key)
    if place is None:
        raise WrongInput(
            "a file has no record of the id given", remedy="Give ids as in links.parquet, the left one first."
        )
    return place
