"""What was shown for a hardening, kept with the domain; a domain's limit asks for it before keys are made."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from declare import Refusal, write_atomically
from pseudonymise.attack.bench import VERSIONS, Result
from pseudonymise.attack.page import LANGUAGES, render
from pseudonymise.attack.plan import AttackedKind
from pseudonymise.domain import Domain

RESULT: Final = "attack.json"


class NotShown(Refusal):
    """The domain has a limit and nobody has attacked its hardening."""

    def __init__(self, domain: Domain, kind: AttackedKind) -> None:
        super().__init__(
            f"domain {domain.id} has a limit on what an attack may name, and no result for its hardening "
            f"({domain.hardening}) of fields of kind {kind} is stored",
            remedy="Run `koppelkamer attack PLAN.toml --out DIR --room ROOM` with this hardening and kind in the plan.",
        )


class TooLittleShown(Refusal):
    """A small attack names less than a large one would."""

    def __init__(self, domain: Domain, lacking: list[str]) -> None:
        what = f"an attack without {', '.join(lacking)}" if lacking else "one in which values came out in clear"
        super().__init__(
            f"the result stored for hardening {domain.hardening} is of {what}, and says nothing of the domain's limit",
            remedy="Run `koppelkamer attack` with a plan that has these, or leaves them at their defaults.",
        )


class AboveLimit(Refusal):
    """The hardening gives away more than the domain allows."""

    def __init__(self, hardening: str, worst: float, limit: float) -> None:
        super().__init__(
            f"an attack names up to {worst:.1%} under hardening {hardening}; the limit is {limit:.1%}",
            remedy="Choose a stricter hardening, or let the parties agree on another limit.",
        )


def write_result(result: Result, folder: Path) -> None:
    """`attack.json`, and a page in each language. Raises `Fault`."""
    for language in LANGUAGES:
        write_atomically(folder / f"attack.{language}.html", render(result, language).encode())
    write_atomically(folder / RESULT, (result.model_dump_json(indent=1) + "\n").encode())


def kept_for(hardening: str, kind: AttackedKind, room: Path) -> Path:
    """Where a room keeps the result for one hardening of one kind of names."""
    return room / "reports" / "attack" / hardening / kind


def require_shown(domain: Domain, kinds: Iterable[AttackedKind], room: Path) -> None:
    """Raise `NotShown`, `TooLittleShown` or `AboveLimit` unless the domain has no limit, or its hardening was shown to
    keep within it by an attack of full size on each of `kinds`."""
    if domain.limit is None:
        return
    for kind in kinds:
        result = _result(domain, kind, room)
        if result.plan.shortcomings or not result.gives_nothing:
            raise TooLittleShown(domain, result.plan.shortcomings)
        if result.worst > domain.limit:
            raise AboveLimit(domain.hardening, result.worst, domain.limit)


def _result(domain: Domain, kind: AttackedKind, room: Path) -> Result:
    try:
        result = Result.model_validate_json((kept_for(domain.hardening, kind, room) / RESULT).read_bytes())
    except (OSError, ValidationError):
        raise NotShown(domain, kind) from None
    if (result.plan.hardening, result.plan.kind, result.versions) != (domain.hardening, kind, VERSIONS):
        raise NotShown(domain, kind)
    return result
