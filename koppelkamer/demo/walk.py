"""The whole way through the demo room, each step taken by the person in whose role it lies."""

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from declare import WrongInput
from flows import keys
from flows.arrival import Received
from flows.books import open_register, write_logs
from flows.crosscheck import Written, crosscheck
from flows.keyring import Keyring
from flows.link import Examined
from flows.models import train_model
from flows.orchestrate import Flows, warm_up
from flows.publish import publish
from flows.submit import subject, submit
from koppelkamer.cli.screen import progress
from koppelkamer.demo.population import generate
from koppelkamer.passphrase import new_passphrase
from koppelkamer.room import Room, open_room
from linkage import FittedModel

if TYPE_CHECKING:
    from register.session import SignedIn

_DECLARATIONS: Final = Path(__file__).parent / "room"
_TABLE: Final = "meldingen"
_LIST: Final = "risicolijst"
SITE: Final = "site"
"""Folder of the public site in the demo room."""

_ANALYST: Final = "a.verweij"
_STEWARD: Final = "b.ozkan"
_OWNERS: Final = ("d.terpstra", "e.lamers", "f.boujettif")
_LEGAL: Final = "g.hoogland"
_DPO: Final = "h.vanrijn"
_RELEASE_OFFICER: Final = "i.kuipers"

_FEWEST: Final = 50
_MOST: Final = 2_000_000

_ANSWER: Final = {
    "legitimate": "Voorbeeld: het doel staat in het convenant en dient de bescherming van bewoners.",
    "suitable": "Voorbeeld: de tabel laat zien waar voorlichting nodig is.",
    "necessary": "Voorbeeld: zonder de bronnen te verbinden is de verdeling niet bekend.",
    "proportionate": "Voorbeeld: alleen aantallen, en kleine aantallen zijn verborgen.",
}
"""What the made-up release officer answers to each warning."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What happened on the way, for the screen."""

    room: Room
    received: Mapping[str, Received]
    fitted: tuple[FittedModel, ...]
    crosschecked: tuple[Written, ...]
    """What was found in each source beside itself and the others."""
    table: Examined
    parcel: Path
    persons: Examined
    """The request for a list of persons, which the gate refused."""


def walk(folder: Path, persons: int, seed: int) -> Walk:
    """Make the room anew in `folder` and go the whole way. Raises `Refusal` when a step is refused."""
    if not _FEWEST <= persons <= _MOST:
        raise WrongInput(f"{persons} persons make no demo", remedy=f"Give a number from {_FEWEST} to {_MOST}.")
    room = _make_room(folder)
    server = warm_up(room)
    progress(f"making up {persons:,} persons and the files of three partners")
    generate(folder, persons, seed)
    keyring = keys.init(room)
    keys.sign(keyring)
    open_register(room)
    _accept_consents()
    _encode_at_the_partners(room, keyring)
    flows = _flows(room, keyring, server)
    received = _receive(room, flows)
    progress("training the models, frozen and signed")
    fitted = tuple(train_model(room, keyring, model) for model in room.models)
    progress("holding the registers beside each other")
    crosschecked = crosscheck(room, keyring, _as(_STEWARD))
    table = _run(room, keyring, flows, _TABLE)
    parcel = _release(room, keyring, flows, table.release)
    publish(room, room.folder / SITE)
    return Walk(room, received, fitted, crosschecked, table, parcel, _run(room, keyring, flows, _LIST))


def _make_room(folder: Path) -> Room:
    """A fresh copy of the declarations. An earlier demo room there is replaced; anything else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not _is_demo(folder):
        raise WrongInput(f"{folder} holds something else than a demo room", remedy="Name another folder with --room.")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_DECLARATIONS, folder)
    return open_room(folder)


def _is_demo(folder: Path) -> bool:
    return (folder / "room.toml").is_file() and open_room(folder).declaration.demo


def _encode_at_the_partners(room: Room, keyring: Keyring) -> None:
    """What partners do at home: check, protect and seal, with their own copy of the domain's key."""
    from expectations import validate
    from intake import read_extract
    from intake.spool import spooled
    from pseudonymise.delivery import encode_delivery
    from pseudonymise.keys import FileKeyStore

    for source in room.sources.values():
        if source.delivery.form != "sealed":
            continue
        progress(f"{source.owner} checks and seals {source.id}")
        home = room.folder / "partners" / source.owner
        secret = new_passphrase(home / "passphrase")
        if not (home / "keys").exists():
            keys.export(keyring, source.owner, home / "keys", secret)
        domain = room.declaration.domain
        own = FileKeyStore.open(home / "keys", secret).master(domain.id, domain.version)
        sealed = _sealed(room, source.id)
        with spooled(sealed) as spool:
            validated = validate(read_extract(source, _file(room, source.id), spool))
            encode_delivery(validated, own, own.signed.recipient, sealed)


def _accept_consents() -> None:
    """An owner agrees beforehand to what its standing consents say."""
    from register.consents import accept
    from register.models import StandingConsent
    from register.workflow import Role

    owners = [_as(person) for person in _OWNERS]
    for consent in StandingConsent.objects.all():
        accept(next(by for by in owners if consent.partner_id in by.person.partners_as(Role.OWNER)), consent)


def _flows(room: Room, keyring: Keyring, server: threading.Thread) -> Flows:
    progress("waiting for Prefect to start")
    server.join()
    return Flows(room, keyring)


def _receive(room: Room, flows: Flows) -> dict[str, Received]:
    received = {}
    for source in room.sources.values():
        progress(f"receiving {source.id}")
        file = _sealed if source.delivery.form == "sealed" else _file
        received[source.id] = flows.receive(source.id, file(room, source.id))
    return received


def _run(room: Room, keyring: Keyring, flows: Flows, request: str) -> Examined:
    """Asked, checked, consented to, advised on, and run."""
    progress(f"asking, approving and running {request}")
    submit(room, _as(_ANALYST), request)
    for person, action in ((_LEGAL, "approve"), *((owner, "approve") for owner in _OWNERS), (_DPO, "advise")):
        _step(request, person, action)
    write_logs(room, keyring.signer)
    return flows.link(_as(_STEWARD), request)


def _release(room: Room, keyring: Keyring, flows: Flows, release: str) -> Path:
    """The DPO's opinion, the release officer's decision, the parcel."""
    progress("opinion, decision, release")
    _step(release, _DPO, "advise")
    _step(release, _RELEASE_OFFICER, "release", reason="Voorbeeld: het advies van de FG is gevolgd.")
    write_logs(room, keyring.signer)
    return flows.release(_TABLE)


def _step(name: str, person: str, action: str, reason: str = "") -> None:
    """One decision. An owner whose partner takes no part has nothing to say."""
    from register.decisions import decide
    from register.queries import actions

    what, by = subject(name), _as(person)
    if action not in actions(by.person, what):
        return
    warnings = getattr(what, "warnings", [])
    decide(by, what, action, seen=what.digest, reason=reason, answers=dict.fromkeys(warnings, _ANSWER))


def _as(person: str) -> "SignedIn":
    from register.session import act_as

    return act_as(person)


def _file(room: Room, source: str) -> Path:
    return room.folder / "deliveries" / f"{source}.csv"


def _sealed(room: Room, source: str) -> Path:
    return room.folder / "deliveries" / f"{source}.sealed"
