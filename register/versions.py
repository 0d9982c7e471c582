"""Each change of a declaration: what it became, what it was before, when, and by which account."""

import getpass
import os
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from audit import Event
from audit.event import FORMS, timestamp
from register.models import Version
from register.operation import new_operation
from register.outbox import record


def note(kind: str, name: str, contents: str, content: Mapping[str, Any]) -> None:
    """A new version of the declaration `kind` `name`, where the last one has another digest than `contents`, with its
    line for the audit log. Call it inside the transaction of the change."""
    last = Version.objects.filter(kind=kind, name=name).order_by("event__number").last()
    if last is not None and last.digest == contents:
        return
    before, account, operation = last.digest if last else "", _account(), new_operation()
    fields: dict[str, str | int] = {"kind": kind, "id": name, "digest": contents, "account": account}
    record(Event("registered", operation, timestamp(), fields | ({"replaces": before} if before else {})))
    Version.objects.create(
        event_id=operation, kind=kind, name=name, digest=contents, replaces=before, content=dict(content),
        account=account, at=timezone.now(),
    )  # fmt: skip


def until(moment: datetime) -> list[Version]:
    """All versions that there were at `moment`, in the order in which they came."""
    return list(Version.objects.filter(at__lte=moment).order_by("event__number"))


def _account() -> str:
    """Of the machine. One whose name the log could not bear goes by its number."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = ""
    return name if re.fullmatch(FORMS["account"], name) else f"uid-{os.getuid()}"
