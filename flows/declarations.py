"""Declarations out: what the register holds at a moment, as the files that go in, and what people did with them.

Of room.toml what concerns partners and people; addresses of databases and servers, keys and secrets are not in the
register and so not in these files.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from declare import Declaration, Fault, WrongInput, load, to_toml, workplace
from intake.source import Source
from koppelkamer.room import RoomDeclaration
from register.declarations import Agreement, Request

if TYPE_CHECKING:
    from register.models import Version

KINDS: Final[Mapping[str, type[Declaration]]] = {
    "room": RoomDeclaration, "agreement": Agreement, "source": Source, "request": Request,
}  # fmt: skip
VERSIONS: Final = "versions"
"""Folder of what was replaced."""
HISTORY: Final = "history.toml"
"""What people did; nothing reads it again."""


def write(out: Path, moment: datetime) -> dict[str, int]:
    """Write all that was declared at `moment` to the new folder `out`; how many declarations of each kind, and versions
    that were replaced by then.

    Raises `WrongInput` for a folder that is there or a moment before there was anything, and `Fault` when a file would
    not be read again as what it was.
    """
    from register.versions import until

    if out.exists():
        raise WrongInput(f"{out} is there already", remedy="Name a new folder.")
    versions = until(moment)
    if not versions:
        raise WrongInput("nothing was declared by that day", remedy="Name a later day.")
    present = {(each.kind, each.name): each for each in versions}
    with workplace(out) as made:
        for version in versions:
            is_last = present[version.kind, version.name] == version
            _write(made / "out" / (_place(version) if is_last else _old_place(version)), version)
        (made / "out" / HISTORY).write_text(to_toml(_history(versions, moment)), encoding="utf-8")
        (made / "out").replace(out)
    counts = defaultdict[str, int](int, replaced=len(versions) - len(present))
    for kind, _ in present:
        counts[kind] += 1
    return dict(counts)


def _place(version: "Version") -> str:
    return "room.toml" if version.kind == "room" else f"{version.kind}s/{version.name}.toml"


def _old_place(version: "Version") -> str:
    """By number in the log: a declaration may have changed, and changed back, on one day."""
    return f"{VERSIONS}/{version.kind}-{version.name}-{version.event.number}.toml"


def _write(path: Path, version: "Version") -> None:
    """A version that this program would no longer take goes out as it stood."""
    try:
        declared = KINDS[version.kind].model_validate(version.content)
    except ValidationError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_toml(_without_nulls(version.content)), encoding="utf-8")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_toml(declared.model_dump(by_alias=True, exclude_defaults=True)), encoding="utf-8")
    if load(path, KINDS[version.kind]) != declared:
        raise Fault(
            f"{version.kind} {version.name} would not be read again as it is", remedy="Report it; nothing was written."
        )


def _without_nulls(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_nulls(each) for each in content]
    if isinstance(content, dict):
        return {name: _without_nulls(value) for name, value in content.items() if value is not None}
    return content


def _history(versions: "Iterable[Version]", moment: datetime) -> dict[str, Any]:
    """Versions with their day, the state of requests, standing consents, restrictions as counts, and schedules."""
    return {
        "at": moment,
        "versions": [_told(version) for version in versions],
        **{name: rows for name, rows in _deeds(moment).items() if rows},
    }


def _told(version: "Version") -> dict[str, Any]:
    told = {
        "kind": version.kind, "id": version.name, "at": version.at, "account": version.account,
        "digest": version.digest, "replaces": version.replaces,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _deeds(moment: datetime) -> dict[str, list[dict[str, Any]]]:
    from audit.event import timestamp
    from register.models import ConsentAcceptance, Decision, Restriction, Schedule

    then = timestamp(moment)
    states: dict[str, str] = dict(
        Decision.objects.filter(subject="request", at__lte=moment)
        .order_by("event__number").values_list("subject_id", "after")
    )  # fmt: skip
    consents = ConsentAcceptance.objects.filter(at__lte=moment).select_related("consent", "withdrawal")
    lists = Restriction.objects.filter(event__at__lte=then).values_list("source_id", "lifts", "at_least")
    counted: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    for source, lifts, at_least in lists:
        counted[source, lifts].append(at_least)
    running = Schedule.objects.filter(event__at__lte=then).exclude(ended_at__lte=moment).order_by("pk")
    return {
        "requests": [{"id": name, "state": state} for name, state in sorted(states.items())],
        "consents": [_consent(each, moment) for each in consents.order_by("event__number")],
        "restrictions": [
            {"source": source, "lifts": lifts, "lists": len(found), "persons_at_least": sum(found)}
            for (source, lifts), found in sorted(counted.items())
        ],
        "schedules": [
            {"work": each.kind, "id": each.subject, "cron": each.cron} | ({"until": each.until} if each.until else {})
            for each in running
        ],
    }


def _consent(accepted: Any, moment: datetime) -> dict[str, Any]:
    ended = getattr(accepted, "withdrawal", None)
    told = {
        "agreement": accepted.consent.agreement_id, "owner": accepted.partner_id, "purpose": accepted.consent.purpose,
        "consent": accepted.consent_id, "accepted": accepted.at,
    }  # fmt: skip
    return told | ({"withdrawn": ended.at} if ended is not None and ended.at <= moment else {})
