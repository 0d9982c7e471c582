"""Commands that work in a room: each opens room and register, does one thing, and moves the events to the logs."""

import argparse
import os
import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from declare import WrongInput
from flows.books import open_register, write_logs
from flows.keyring import Keyring, open_keyring
from koppelkamer.cli.screen import Screen, columns, percent, progress, quarantined, warned
from koppelkamer.room import Room, open_room

if TYPE_CHECKING:
    from expectations.dictionary import Homonym
    from flows.receive import Acceptance
    from register.session import SignedIn


def receive(call: argparse.Namespace) -> Screen:
    """Take one delivery in."""
    from flows.receive import receive as receive_delivery
    from koppelkamer.cli.beside import of_delivery

    room, keyring = opened(call)
    about: dict[str, Any] = {
        "period": call.period,
        "supplements": call.supplements,
        "accepted": _acceptance(room, call),
    }
    progress(f"receiving {call.source}")
    if call.via == "prefect":
        from flows.orchestrate import Flows

        received = Flows(room, keyring).receive(call.source, call.file, **about)
    else:
        received = receive_delivery(room, keyring, call.source, call.file, **about)
    facts = {"source": call.source, "delivery": received.delivery, **received.facts}
    of_period = f" of {received.period}" if received.period else ""
    kept = f"received {call.source}{of_period}: kept {received.rows_kept:,} of {received.rows_in:,} rows"
    lines = [kept, *quarantined(received.quarantine), *warned(received.quality), *of_delivery(received.compared)]
    lines.append(f"  report: {received.report}")
    if received.corrected is not None:
        whole = f"  of these {received.corrected:,} corrected now; in all it is delivery {received.delivery[:12]}"
        lines.insert(1, whole)
    return Screen({**facts, "report": str(received.report)}, lines)


def _acceptance(room: Room, call: argparse.Namespace) -> "Acceptance | None":
    """Of sudden changes, by whoever is signed in."""
    from flows.receive import Acceptance

    if not call.accept_changes:
        return None
    return Acceptance(person(room, call), call.reason)


def train(call: argparse.Namespace) -> Screen:
    """Estimate, freeze and sign a model."""
    from flows.models import train_model

    room, keyring = opened(call)
    progress(f"training {call.model}")
    fitted = train_model(room, keyring, call.model)
    lines = [f"trained {fitted.model.id} on {fitted.candidates:,} candidate pairs; {fitted.iterations} iterations"]
    rows = [
        (field.field, level, f"{weight:+.1f}")
        for field in fitted.fields
        for level, weight in zip(field.names, field.weights, strict=True)
    ]
    facts = {"model": fitted.model.id, "digest": fitted.digest, "candidates": fitted.candidates, "prior": fitted.prior}
    return Screen(facts, [*lines, "  match weights (log2):", *columns(rows, indent=4)])


def submit(call: argparse.Namespace) -> Screen:
    """Put a request into the register, and say on which words it rests."""
    from flows.meanings import homonyms_of, words_of
    from flows.submit import submit as submit_request

    room, keyring = opened(call)
    request = submit_request(room, person(room, call), call.request)
    write_logs(room, keyring.signer)
    declared = room.request(call.request)
    words, homonyms = words_of(room, declared), homonyms_of(room, declared)
    about = f" about further use of {', '.join(declared.further)}" if declared.further else ""
    lines = [f"request {request.id}{about} is {request.state}; it rests on these words:"]
    lines += columns([(word["title"], ", ".join(word["columns"]), word["owner"]) for word in words.values()])
    lines += [f"  {each.name} means different things: {_meanings(each)}" for each in homonyms]
    facts = {"words": words, "homonyms": {each.name: dict(each.meanings) for each in homonyms}}
    return Screen({"request": request.id, "state": request.state, **facts}, lines)


def _meanings(homonym: "Homonym") -> str:
    return ", ".join(f"{concept} in {source}" for source, concept in homonym.meanings)


def decide(call: argparse.Namespace) -> Screen:
    """Take a step of the workflow. What leaves by it is of the policy in force, whose signature holds."""
    from flows.release import check_policy
    from flows.submit import subject

    room, keyring = opened(call)
    from register.decisions import decide as take_step  # not before: its tables need the register open
    from register.models import Release

    what = subject(call.subject)
    if isinstance(what, Release) and call.action in ("advise", "release"):
        check_policy(room, what)
    answers = _answers(call)
    take_step(person(room, call), what, call.action, seen=what.digest, reason=call.reason, answers=answers)
    write_logs(room, keyring.signer)
    return Screen({"subject": what.id, "state": what.state}, [f"{what.id} is {what.state.replace('_', ' ')}"])


def say(call: argparse.Namespace) -> Screen:
    """Leave a remark with a request."""
    from flows.submit import asked

    room, keyring = opened(call)
    from register.remarks import remark  # not before: its tables need the register open

    said = remark(person(room, call), asked(call.request), call.text)
    write_logs(room, keyring.signer)
    facts = {"request": call.request, "remarks": said.request.remarks.count()}
    return Screen(facts, [f"said with request {call.request}; everybody who reads it sees this"])


def run(call: argparse.Namespace) -> Screen:
    """Link, draft, examine and report. Raises `GateRefused` when the verdict is FAIL."""
    from flows.link import GateRefused, link

    room, keyring = opened(call)
    by = person(room, call)
    progress(f"running {call.request}")
    if call.via == "prefect":
        from flows.orchestrate import Flows

        done = Flows(room, keyring).link(by, call.request)
    else:
        done = link(room, keyring, by, call.request)
    if done.verdict.outcome == "FAIL":
        raise GateRefused(done)
    facts = {"release": done.release, "report": str(done.reports), "verdict": done.verdict.to_json()}
    links = [
        (one.model, one.links, "links, precision", percent(one.precision), "recall", percent(one.recall))
        for one in done.facts.links
    ]
    findings = [f"  {one.rule} {one.outcome}: {one.message}" for one in done.facts.findings if one.outcome != "PASS"]
    verdict = f"release {done.release}: {done.verdict.outcome}; {_what_now(done.release)}"
    return Screen(facts, [*columns(links), verdict, *findings, f"  report: {done.reports}"])


def _what_now(release: str) -> str:
    from register.models import StandingRelease

    by_itself = StandingRelease.objects.filter(release=release).first()
    if by_itself is None:
        return "now it is up to people"
    return f"released by standing decision {by_itself.standing_id}; `koppelkamer work` writes the parcel"


def release(call: argparse.Namespace) -> Screen:
    """Write the parcel of what people released."""
    from flows.release import release as write_release

    room, keyring = opened(call)
    if call.via == "prefect":
        from flows.orchestrate import Flows

        folder = Flows(room, keyring).release(call.request)
    else:
        folder = write_release(room, keyring, call.request)
    return Screen({"parcel": str(folder)}, [f"wrote {folder}"])


def publish(call: argparse.Namespace) -> Screen:
    """The public site, from the parcels."""
    from flows.publish import publish as publish_site

    room = open_room(call.room)
    open_register(room)
    entries = publish_site(room, call.out)
    shown = [(entry.facts.release, "revoked" if entry.revoked else "", entry.facts.asked.title) for entry in entries]
    facts = {"site": str(call.out), "releases": [name for name, _, _ in shown]}
    head = f"wrote {call.out}: {len(shown)} public releases" if shown else f"wrote {call.out}; nothing is public yet"
    return Screen(
        facts, [head, *columns(shown), f"  open {call.out / 'index.html'}, or put the folder on a web server"]
    )


def recall(call: argparse.Namespace) -> Screen:
    """Notices for whoever holds a parcel that may no longer be used."""
    from flows.recall import recall as write_notices

    _, keyring = opened(call)
    notices = write_notices(keyring, call.out)
    shown = [(notice.release, notice.why, notice.since.isoformat(), ", ".join(notice.recipients)) for notice in notices]
    head = f"wrote to {call.out}; send each notice to its recipients" if notices else "nothing to recall"
    facts = {"notices": [notice.model_dump(mode="json") for notice in notices], "out": str(call.out)}
    return Screen(facts, [head, *columns(shown)])


def console(call: argparse.Namespace) -> Screen:
    """Serve the console on this machine until stopped."""
    if not 0 < call.port < 65_536:
        raise WrongInput("there is no such port", remedy="Give a number from 1 to 65535.")
    room = open_room(call.room)
    open_register(room, console=True)
    from django.core.management import call_command

    # On this machine, for this user: docs/operations.md says what to put in front of it elsewhere.
    os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"
    progress(f"the console is at http://localhost:{call.port}/ ; Ctrl-C stops it")
    call_command("runserver", f"localhost:{call.port}", use_reloader=False, verbosity=0)
    return Screen({}, [])


def opened(call: argparse.Namespace) -> tuple[Room, Keyring]:
    room = open_room(call.room)
    keyring = open_keyring(room)
    open_register(room)
    return room, keyring


def person(room: Room, call: argparse.Namespace) -> "SignedIn":
    """Whoever is signed in, or in a demo room the person being played."""
    from register import session

    return session.act_as(call.acting) if call.acting else session.current(room.session)


def _answers(call: argparse.Namespace) -> dict[str, dict[str, str]]:
    """The four answers per rule, from a TOML file: [D05] legitimate = "…" and so on."""
    if call.answers is None:
        return {}
    try:
        content = tomllib.loads(call.answers.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, dict[str, str]]).validate_python(content, strict=True)
    except (OSError, ValueError):
        raise WrongInput(
            f"{call.answers} does not hold answers",
            remedy='Write for each rule: [B04], then legitimate = "…", suitable, necessary and proportionate.',
        ) from None
