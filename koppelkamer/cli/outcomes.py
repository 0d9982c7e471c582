"""What came of what was released."""

import argparse

from declare import WrongInput
from flows.books import open_register, write_logs
from flows.keyring import open_keyring
from koppelkamer.cli.room import person
from koppelkamer.cli.screen import Screen, columns
from koppelkamer.room import open_room


def feedback(call: argparse.Namespace) -> Screen:
    """Record what came of a release; without text, show what was recorded."""
    room = open_room(call.room)
    keyring = open_keyring(room)
    open_register(room)
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
