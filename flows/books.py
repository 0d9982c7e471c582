"""The register of a room: opened, brought in line with the declarations, and the plan that approvals are given to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from declare import Refusal, Signer, load
from flows.describe import describe
from flows.meanings import words_of
from flows.models import fitted_model
from gate.policy import Policy
from koppelkamer.room import Room
from koppelkamer.settings import configure
from koppelkamer.tables import migrate
from koppelkamer.version import code_version
from linkage import FittedModel
from register.declarations import Request

if TYPE_CHECKING:
    from register.plan import Plan


KEPT: Final = {"partners", "people", "domain", "intake", "parcels", "policy"}
"""Of room.toml beside its name: what partners agreed on. Addresses of databases and servers are not, and may hold a
password."""


def open_register(room: Room, *, console: bool = False) -> None:
    """Make the register's tables when needed and bring partners, people, agreements and sources in line.

    `console`: people sign in there, so the settings for that are read too.
    """
    for_console = (room.declaration.sign_in, room.public_key) if console else ()
    configure(room.declaration.database, room.folder, *for_console)
    migrate()
    from register import jobs
    from register import load as books

    declared = room.declaration
    also = declared.model_dump(mode="json", by_alias=True, include=KEPT)
    books.sync_room(declared.name, declared.title, declared.demo, declared.partners, declared.people, also)
    books.sync_agreements(room.agreements.values())
    books.sync_sources(room.sources.values())
    jobs.sync_inboxes(declared.intake.inbox)
    describe(room)


def write_logs(room: Room, signer: Signer) -> None:
    """Move what waits in the register to the signed logs."""
    from register.outbox import flush

    flush(room.audit, signer)


def plan_of(room: Room, request: Request, models: Sequence[FittedModel]) -> "Plan":
    """Digests of all that a run of `request` would use."""
    from register.plan import Plan

    policy = load(room.policy, Policy)
    return Plan(
        request=request.digest,
        policy=policy.digest,
        minimum_people=int(policy.thresholds.minimum_people.value),
        models={fitted.model.id: fitted.digest for fitted in models},
        sources={source.id: room.source(source.id).digest for source in request.sources},
        agreement=room.agreement(request.agreement).digest,
        dictionary=words_of(room, request),
        code=code_version(),
    )


def fitted_models(room: Room, request: Request) -> list[FittedModel]:
    """The frozen models a request names, their signatures checked.

    Raises `NotTrained`, and `NotAsked` when a model links a source that the request does not name: without a ground, an
    owner's consent and a place in the plan, no source takes part.
    """
    asked = {source.id for source in request.sources}
    for name in request.models:
        model = room.model(name)
        if unasked := {model.left, model.right} - asked:
            raise NotAsked(request.id, name, min(unasked))
    return [fitted_model(room, model) for model in request.models]


class NotAsked(Refusal):
    def __init__(self, request: str, model: str, source: str) -> None:
        super().__init__(
            f"model {model} of request {request} links {source}, which the request does not ask for",
            remedy=f"Add {source} with its ground to the request, or leave the model out.",
        )
