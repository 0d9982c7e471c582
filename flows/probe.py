"""First phase: could a partner contribute on these few subjects? Linked on tokens, held until each partner speaks.

An answer is about a label of the asker's own list, and says *probable*, *possible* or *none found*, with the
probability behind it. None found is not nothing there: `missed` says how many true links the model is expected to miss,
as it was trained.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from declare import WrongInput, canonical, digest, digest_frame
from flows.books import write_logs
from flows.deliveries import context_of, latest, protected_table
from flows.direction import Direction, Terms, direction, found_before
from flows.direction import held as held_direction
from flows.direction import keep as keep_direction
from flows.keyring import Keyring
from flows.minimise import minimised
from flows.models import fitted_model
from koppelkamer.room import Room
from linkage import FittedModel, LinkedTable
from linkage import link as link_tables
from pseudonymise.protected import PAYLOAD, ProtectedTable
from register.declarations import Area

if TYPE_CHECKING:
    from register.declarations import Probe as Declared
    from register.models import Probe
    from register.probes import Said
    from register.session import SignedIn

POSSIBLE: Final = 0.1
"""Least probability of a link that is worth telling as possible."""
ANSWER: Final = pl.Schema({"subject": pl.String, "answer": pl.String, "probability": pl.Float64})
"""`subject` is a label of the list; `probability` is null where nothing was found."""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What one source says of the list."""

    source: str
    table: pl.DataFrame
    """As `ANSWER`, one row a subject."""
    missed: float | None
    """Share of true links that the model is expected to miss; None where it cannot tell."""
    blind: str = field(default_factory=secrets.token_hex)
    """As that of `Direction`."""

    @property
    def stored(self) -> pl.DataFrame:
        """The one row at least that every list has carries what belongs to the whole."""
        return self.table.with_columns(missed=pl.lit(self.missed, pl.Float64), blind=pl.lit(self.blind))

    @property
    def facts(self) -> dict[str, Any]:
        """Counts alone: for the partner that speaks on it, and for an asker who may know no more."""
        found = dict(self.table.group_by("answer").len().iter_rows())
        return {"source": self.source, "subjects": self.table.height, "missed": self.missed} | {
            name: found.get(name, 0) for name in ("probable", "possible", "none found")
        }


def ask(room: Room, keyring: Keyring, by: "SignedIn", probe_id: str) -> "Probe":
    """Link the list to each source and hold the answers.

    Raises as `register.probes.check_may_ask`, `NotTrained`, `NotAModelOf` … before anything is linked.
    """
    from django.db import transaction
    from django.utils import timezone

    from register.probes import asked_before, check_may_ask, record_probe
    from register.runs import probe_linked

    declared, today, started = room.probe(probe_id), timezone.localdate(), timezone.now()
    room.require_own_list(declared)
    subjects = latest(declared.subjects)
    listed = protected_table(room, keyring, declared.subjects, subjects)
    _check_labels(listed, declared.label)
    terms = check_may_ask(by, declared, listed.table.height, today)
    beside = asked_before(declared.models)
    models = {source: _in_place(fitted_model(room, name), source, declared) for source, name in declared.models.items()}
    deliveries = {source: latest(source) for source in declared.models}

    def said(linked: LinkedTable, used: ProtectedTable, missed: float | None) -> Answer | Direction:
        if terms.tells != "area":
            return _answer(linked, declared, used.source, missed)
        before = found_before(room, keyring, used, beside[used.source])
        area = Area.model_validate(terms.areas[used.source])
        how = Terms(area, terms.least_subjects or 0, missed, before)
        return direction(room, linked, declared.subjects, used, how)

    answers = []
    for source, model in models.items():
        whole = {source: protected_table(room, keyring, source, deliveries[source])}
        used = minimised(room, keyring, declared.agreement, declared.purpose, whole)[source].table
        linked = link_tables({declared.subjects: listed, source: used}, [model])
        answers.append(said(linked, used, model.missed))
    contents = digest(canonical(_contents(declared.digest, {declared.subjects: subjects, **deliveries}, answers)))
    with transaction.atomic():
        probe = record_probe(by, declared, listed.table.height, contents, today, beside)
        probe_linked(probe.id, listed.table.height, len(answers), contents, started)
        for answer in answers:
            _keep(room, keyring, probe.id, answer)
    write_logs(room, keyring.signer)
    return probe


def _in_place(fitted: FittedModel, source: str, declared: "Declared") -> FittedModel:
    """The model that links another source to `source`, with the list in that other one's place.

    So few subjects can train no model. What two random records have to do with each other is taken from there too: who
    is on a list may be in the source more or less often than that. Raises `NotAModelOf`.
    """
    model = fitted.model
    if model.left == model.right or source not in (model.left, model.right):
        raise NotAModelOf(model.id, source)
    other = "left" if source == model.right else "right"
    return fitted.model_copy(update={"model": model.model_copy(update={other: declared.subjects})})


class NotAModelOf(WrongInput):
    def __init__(self, model: str, source: str) -> None:
        super().__init__(
            f"model {model} does not link another source to {source}",
            remedy=f"Name a trained model of which {source} is one of two sources.",
        )


def _contents(declared: str, deliveries: Mapping[str, str], answers: "list[Answer | Direction]") -> dict[str, Any]:
    told = {answer.source: digest_frame(answer.stored) for answer in answers}
    return {"probe": declared, "deliveries": dict(deliveries), "answers": told}


def _check_labels(listed: ProtectedTable, label: str) -> None:
    """Raises `NoLabels` unless every subject has one of its own."""
    column = PAYLOAD + label
    if (
        column not in listed.table.columns
        or listed.table[column].null_count()
        or listed.table[column].is_duplicated().any()
    ):
        raise NoLabels(label)


class NoLabels(WrongInput):
    def __init__(self, label: str) -> None:
        super().__init__(
            f"the list has no column {label} that tells each subject from all others",
            remedy="Number the subjects in a column with the role payload, and name it as label.",
        )


def _answer(linked: LinkedTable, declared: "Declared", source: str, missed: float | None) -> Answer:
    """The likeliest link of each subject. Assignment does not matter: a record may have one partner, a subject may
    stand in a source twice, and one link is enough for an answer."""
    (quality,), subjects = linked.quality, declared.subjects
    best = pl.concat([_ends(linked.likely, subjects, source, *sides) for sides in (("l", "r"), ("r", "l"))])
    found = best.group_by("row").agg(pl.col("probability").max())
    label = pl.col(PAYLOAD + declared.label).cast(pl.String).alias("subject")
    everybody = linked.payload[subjects].select("row", label)
    probability = pl.col("probability")
    said = pl.when(probability >= quality.threshold).then(pl.lit("probable")).when(probability >= POSSIBLE)
    table = (
        everybody.join(found, on="row", how="left")
        .with_columns(answer=said.then(pl.lit("possible")).otherwise(pl.lit("none found")))
        .with_columns(probability=pl.when(pl.col("answer") != "none found").then(probability))
        .select(ANSWER.names())
        .sort("subject")
    )
    return Answer(source, table, missed)


def _ends(links: pl.DataFrame, subjects: str, source: str, mine: str, theirs: str) -> pl.DataFrame:
    between = links.filter(pl.col(f"source_{mine}") == subjects, pl.col(f"source_{theirs}") == source)
    return between.select(pl.col(f"row_{mine}").alias("row"), pl.col("match_probability").alias("probability"))


def answers(room: Room, keyring: Keyring, by: "SignedIn", probe: "Probe") -> list[Answer | Direction]:
    """What was confirmed, for the requester; each time leaves a line in the processing log. Raises `NotYours`,
    `ProbeOver`."""
    from django.utils import timezone

    from register.probes import readable
    from register.runs import probe_read

    sources, started = readable(by, probe, timezone.localdate()), timezone.now()
    read = [held(room, keyring, probe, source) for source in sources]
    probe_read(probe.id, probe.digest, started)
    write_logs(room, keyring.signer)
    return read


def speak(room: Room, keyring: Keyring, by: "SignedIn", probe: "Probe", partner: str, said: "Said") -> None:
    """One partner's word, as `register.probes.speak`."""
    from register import probes

    probes.speak(by, probe, partner, said, seen=probe.digest)
    write_logs(room, keyring.signer)


def held(room: Room, keyring: Keyring, probe: "Probe", source: str) -> Answer | Direction:
    """As it waits, or was given."""
    if probe.tells == "area":
        return held_direction(room, keyring, probe.id, source)
    path = _path(room, probe.id, source)
    stored = keyring.vault("runs").read(path, context_of(room, path))
    return Answer(source, stored.select(ANSWER.names()), stored.item(0, "missed"), stored.item(0, "blind"))


def _keep(room: Room, keyring: Keyring, probe: str, answer: Answer | Direction) -> None:
    """Encrypted, bound to its place."""
    if isinstance(answer, Direction):
        keep_direction(room, keyring, probe, answer)
        return
    path = _path(room, probe, answer.source)
    keyring.vault("runs").write(answer.stored, path, context_of(room, path))


def _path(room: Room, probe: str, source: str) -> Path:
    return room.store / "probes" / probe / f"{source}.parquet"
