"""Work asked for in the console and by schedules, served until stopped."""

import argparse
import signal
import threading
from datetime import date
from typing import TYPE_CHECKING

from declare import WrongInput
from flows.books import open_register, write_logs
from flows.keyring import open_keyring
from flows.orchestrate import Flows
from flows.work import Plain, Worker
from koppelkamer.cli.room import person
from koppelkamer.cli.screen import Screen, columns, progress
from koppelkamer.room import Room, open_room

if TYPE_CHECKING:
    from register.models import Job, Schedule


def work(call: argparse.Namespace) -> Screen:
    """Serve jobs and schedules; with --once what waits now."""
    worker = Worker(call.room, Plain if call.plain else Flows, progress)
    try:
        return _screen(worker.round()) if call.once else _serve(worker, call.every)
    finally:
        worker.leave()


def _serve(worker: Worker, seconds: float) -> Screen:
    """Until SIGTERM, after the job that runs then, or Ctrl-C."""
    from django.db import DatabaseError, InterfaceError, close_old_connections

    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    progress("waiting for work; Ctrl-C stops it")
    served: list[Job] = []
    while not stopped.is_set():
        try:
            served += worker.round()
        except (DatabaseError, InterfaceError):
            progress("the register's database is away; trying again")
        close_old_connections()
        stopped.wait(seconds)
    return _screen(served)


def schedule(call: argparse.Namespace) -> Screen:
    """Make or end a schedule, or list them all with what came of each last time."""
    room = open_room(call.room)
    open_register(room)
    if call.subject is not None:
        _change(room, call)
        write_logs(room, open_keyring(room).signer)
    from register.work import schedules

    shown = [_told(each) for each in schedules()]
    facts = {
        "schedules": [dict(zip(("work", "subject", "cron", "until", "due", "last"), row, strict=True)) for row in shown]
    }
    return Screen(facts, [f"{len(shown)} schedules", *columns(shown)])


def _change(room: Room, call: argparse.Namespace) -> None:
    from register import schedules

    if (call.cron is None) != call.remove:
        raise WrongInput("a schedule is made with --cron or ended with --remove", remedy="Give one of the two.")
    by, kind = person(room, call), schedules.kind_of(call.subject)
    if call.remove:
        schedules.end(by, kind, call.subject)
    else:
        schedules.make(by, kind, call.subject, call.cron, _day(call.until))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongInput("this is no day", remedy="Write it as 2027-12-31.") from None


def _told(schedule: "Schedule") -> tuple[str, ...]:
    from django.utils.timezone import localtime

    last, until = schedule.last, f"until {schedule.until}" if schedule.until else "without end"
    came = f"{last.state}{' late' if last.late else ''} {_why(last)}".strip() if last else "not yet"
    due = f"ended with {schedule.series_id}" if schedule.series_id else f"{localtime(schedule.due):%Y-%m-%d %H:%M}"
    return schedule.kind, schedule.subject, schedule.cron, until, due, came


def _why(job: "Job") -> str:
    return job.refusal.message if job.refusal else ""


def _screen(served: "list[Job]") -> Screen:
    shown = [(job.kind, job.subject, job.state, _why(job) or job.result) for job in served]
    facts = [
        {"work": job.kind, "subject": job.subject, "state": job.state, "result": job.result, "message": _why(job)}
        for job in served
    ]
    return Screen({"served": facts}, [f"served {len(served)}", *columns(shown)])
