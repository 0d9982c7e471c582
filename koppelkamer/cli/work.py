"""Work asked for in the console and by schedules, served until stopped."""

import argparse
import signal
import threading
from typing import TYPE_CHECKING

from flows.orchestrate import Flows
from flows.work import Plain, Worker
from koppelkamer.cli.screen import Screen, columns, progress

if TYPE_CHECKING:
    from register.models import Job


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


def _screen(served: "list[Job]") -> Screen:
    shown = [(job.kind, job.subject, job.state, job.message or job.result) for job in served]
    facts = [
        {"work": job.kind, "subject": job.subject, "state": job.state, "result": job.result, "message": job.message}
        for job in served
    ]
    return Screen({"served": facts}, [f"served {len(served)}", *columns(shown)])
