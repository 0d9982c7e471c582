"""What came of what was released, and how the room does."""

import argparse
import json

from declare import WrongInput
from flows.books import open_register, write_logs
from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen, columns
from koppelkamer.room import open_room


def feedback(call: argparse.Namespace) -> Screen:
    """Record what came of a release; without text, show what was recorded."""
    room, keyring = opened(call)
    from register.feedback import record_feedback
    from register.models import Release

    release = Release.objects.filter(id=call.release).first()
    if release is None:
        raise WrongInput("the register holds no such release", remedy="Name one as `koppelkamer run` printed it.")
    if call.text is not None:
        record_feedback(person(room, call), release, call.text, indicator=call.indicator)
        write_logs(room, keyring.signer)
    told = [
        {"at": f"{each.at:%Y-%m-%d}", "partner": each.partner_id, "indicator": each.indicator, "text": each.text}
        for each in release.feedback.order_by("event__number")
    ]
    head = f"what came of {release.id}:" if told else f"nobody has told what came of {release.id}"
    return Screen({"release": release.id, "feedback": told}, [head, *columns([tuple(each.values()) for each in told])])


def indicators(call: argparse.Namespace) -> Screen:
    """How the room does. With --json everything; on the screen what waits and how long steps take."""
    room = open_room(call.room)
    open_register(room)
    from console.indicators import gather

    found = gather(room.reports)
    waiting = [(each["role"], str(each["waiting"]), f"since {each['since'] or 'unknown'}") for each in found["waiting"]]
    times = [
        (f"{each['subject']} {each['state']}", f"{each['times']} times", f"median {each['median']} days")
        for each in found["lead_times"]
    ]
    told = found["feedback"]
    lines = ["waits for:", *columns(waiting), "steps:", *columns(times)]
    lines.append(f"what came of it: told of {told['told']} of {told['released']} releases")
    return Screen(json.loads(json.dumps(found, default=str)), lines)
