"""A saved Splink model as a model of this linkage, with all that could not come along."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from declare import WrongInput
from linkage.model import MOST_FIELDS, MOST_LEVELS, Files, Model, Prior
from linkage.splink.blocks import blocks
from linkage.splink.columns import Column
from linkage.splink.comparisons import Carried, carry
from linkage.splink.note import Note
from linkage.splink.settings import WITHOUT_MEANING, SplinkModel, read_settings


@dataclass(frozen=True, slots=True)
class Imported:
    """The model, the columns it reads with their types and why, and what should be known of the rest."""

    model: Model
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]


def read_splink(path: Path, id: str = "from_splink") -> Imported:
    """The Splink model (JSON) at `path`; `id` names the result. Raises `WrongInput` when nothing of it can be used."""
    splink = read_settings(path)
    into = Carried()
    _tell_of_settings(splink, into)
    for comparison in splink.comparisons:
        carry(comparison, into)
    for left_out in into.comparisons[MOST_FIELDS:]:
        into.tell(f"comparison {left_out.field}", f"a model compares at most {MOST_FIELDS} fields, so it is left out")
    del into.comparisons[MOST_FIELDS:]
    if not into.comparisons:
        raise WrongInput(
            f"no comparison of {path.name} can be carried over", remedy="Write a model; docs/comparisons.md shows how."
        )
    return Imported(_model(splink, into, id), tuple(into.columns.values()), tuple(into.notes))


def _tell_of_settings(splink: SplinkModel, into: Carried) -> None:
    if splink.link_type == "link_and_dedupe":
        into.tell("link_type", "two files are linked; look for double records of each with koppelkamer dedupe")
    if silent := sorted(WITHOUT_MEANING & set(splink.others)):
        into.tell("settings", f"of Splink's engine and output, without meaning here: {', '.join(silent)}", kept=True)
    for name in sorted(set(splink.others) - WITHOUT_MEANING):
        into.tell(name, "this setting is not known here")


def _model(splink: SplinkModel, into: Carried, id: str) -> Model:
    sides = ("file", "file") if splink.link_type == "dedupe_only" else ("left", "right")
    found = blocks(splink.rules, into)
    try:
        return Model(
            id=id,
            left=sides[0],
            right=sides[1],
            prior=_prior(splink, into),
            blocks=found,
            comparisons=tuple(into.comparisons),
            file=Files(id=splink.unique_id_column_name),
            fields=tuple(into.fields),
        )
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise WrongInput(
            f"this model is larger than one here can be: {problem}",
            remedy=f"A field has at most {MOST_LEVELS} levels; leave some out in Splink.",
        ) from None


def _prior(splink: SplinkModel, into: Carried) -> Prior | None:
    """That of Splink, unless nothing was trained: then it is a mere placeholder."""
    chance = splink.probability_two_random_records_match
    if chance is None:
        return None
    if not 0 < chance < 1:
        into.tell("probability_two_random_records_match", "no chance between 0 and 1, so it is left to training")
        return None
    if any(comparison.m for comparison in into.comparisons):
        return Prior(chance=chance)
    into.tell("probability_two_random_records_match", "left to training, as the chances are", kept=True)
    return None
