"""Work asked for in a room, and a worker that is killed at a place: programs for `tests.cli.shell`."""

import importlib
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from declare import Refusal
from flows.books import open_register
from flows.work import Plain, Worker
from koppelkamer.room import open_room


def ask(arguments: Sequence[str]) -> int:
    """PERSON KIND SUBJECT: as somebody in the console would."""
    open_register(open_room(Path()))
    from register import jobs
    from register.models import Work
    from register.session import act_as

    person, kind, subject = arguments
    try:
        jobs.ask(act_as(person), Work(kind), subject)
    except Refusal as refusal:
        print(json.dumps({"refused": refusal.message}))  # noqa: T201
        return 1
    return 0


def draft(arguments: Sequence[str]) -> int:
    """PERSON KIND ID FILE: have a draft with that text tried or submitted, as the form of the console would."""
    open_register(open_room(Path()))
    from register import drafts
    from register.models import Draft, Work
    from register.operation import new_operation
    from register.session import act_as

    person, kind, name, file = arguments
    by, typed, text = act_as(person), {"id": [name]}, Path(file).read_text(encoding="utf-8")
    known = Draft.objects.filter(name=name).first() or drafts.begin(by, typed, text, operation=new_operation())
    found = drafts.save(by, known, typed | {"text": [text]}, text, seen=known.version)
    drafts.ask(by, Work(kind), found, seen=found.version, operation=new_operation())
    return 0


def killed(arguments: Sequence[str]) -> int:
    """PLACE: a worker that dies, as by `kill -9`, when it comes back from that function."""
    module, name = arguments[0].rsplit(".", 1)
    place = importlib.import_module(module)
    real = getattr(place, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, deadly)
    Worker(Path(), Plain, lambda _: None).round()
    return 0


def a_week_later(_: Sequence[str]) -> int:
    """As if the last release had been examined, and work come due, a week ago."""
    open_register(open_room(Path()))
    from datetime import timedelta

    from django.db.models import F

    from register.models import Job, Release
    from tests.register.room import unguarded

    last = Release.objects.latest("examined_at")
    with unguarded():
        Release.objects.filter(pk=last.pk).update(examined_at=last.examined_at - timedelta(days=7, hours=1))
        Job.objects.filter(due__isnull=False).update(due=F("due") - timedelta(days=7))
    return 0


def comes_due(arguments: Sequence[str]) -> int:
    """CRON: as if the worker had last looked just before its latest time."""
    open_register(open_room(Path()))
    from datetime import timedelta

    from cronsim import CronSim
    from django.utils import timezone

    from register.models import Schedule

    now = timezone.localtime() + timedelta(seconds=1)
    Schedule.objects.filter(ended_at=None).update(due=next(CronSim(arguments[0], now, reverse=True)))
    return 0


def on_day(arguments: Sequence[str]) -> int:
    """DAY: a round of a worker on that day, at noon."""
    open_register(open_room(Path()))
    from datetime import datetime

    from django.utils import timezone

    from audit.event import timestamp
    from register import standing_steps

    noon = timezone.make_aware(datetime.fromisoformat(f"{arguments[0]}T12:00"))
    timezone.now = lambda: noon
    standing_steps.timestamp = lambda moment=None: timestamp(moment or noon)
    Worker(Path(), Plain, print).round()
    return 0


def jobs(_: Sequence[str]) -> int:
    """Every job there is, as JSON."""
    open_register(open_room(Path()))
    from register.models import Job

    names = ("kind", "subject", "state", "attempts", "result", "message")
    print(json.dumps(list(Job.objects.order_by("pk").values(*names))))  # noqa: T201
    return 0
