"""Notices by e-mail and webhook. They say that something waits in the room for a role, and nothing else."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from declare import Fault
from koppelkamer.room import Mail, Notices, Room
from register.presence import Presence

if TYPE_CHECKING:
    from register.notices import Message

_TIMEOUT: Final = 20  # seconds to wait for a server
_REST: Final = 60  # seconds until one that did not answer is tried again


class NotAccepted(Fault):
    def __init__(self, channel: str) -> None:
        super().__init__(f"the {channel} server did not take a notice", remedy="It is sent again in a minute.")


class Post:
    """Sends what waits in the register; a server that does not answer is left alone for a minute."""

    def __init__(self, presence: Presence) -> None:
        self._presence, self._rest = presence, dict[str, float]()

    def round(self, room: Room) -> int:
        """How many messages were accepted."""
        from register import notices

        declared = room.declaration.notices
        if declared is None:
            return 0
        for worker in notices.workers():
            if worker == self._presence.name or self._presence.is_gone(worker):
                notices.give_back(worker)
        notices.plan(_channels(declared))
        return sum(self._send(room, declared, message) for message in notices.take(self._presence.name))

    def _send(self, room: Room, declared: Notices, message: "Message") -> bool:
        """Whether it was accepted; what was not stays with this worker until its next round."""
        from register import notices

        if self._rest.get(message.channel, 0.0) > time.monotonic() or message.channel not in _channels(declared):
            return False
        try:
            send(room, declared, message)
        except NotAccepted:
            self._rest[message.channel] = time.monotonic() + _REST
            return False
        notices.sent(message, self._presence.name)
        return True


def send(room: Room, declared: Notices, message: "Message") -> None:
    """Raises `NotAccepted`. A mail for a role without an address goes nowhere."""
    try:
        if message.channel == "webhook" and declared.webhook is not None:
            _call(declared.webhook, room, message)
        if message.channel == "mail" and declared.mail is not None and (to := _to(declared.mail, message.role)):
            _mail(declared.mail, to, _text(room, message), message.id, room)
    except (OSError, HTTPException):  # smtplib's errors are of the first kind
        raise NotAccepted(message.channel) from None


def _console(room: Room) -> str:
    return room.declaration.sign_in.address


def _text(room: Room, message: "Message") -> dict[str, str]:
    """Per language, that something waits."""
    from django.utils.translation import gettext, override

    label = "DPO" if message.role == "dpo" else message.role.replace("_", " ")
    with override("nl"):
        role = gettext(label)
    title = room.declaration.title
    return {
        "nl": f"In de kamer {title} wacht iets op: {role}. {_console(room)}",
        "en": f"In the room {title} something waits for: {label}. {_console(room)}",
    }


def _to(mail: Mail, role: str) -> list[str]:
    return [address for known, addresses in mail.to.items() if known == role for address in addresses]


def _mail(mail: Mail, to: list[str], text: Mapping[str, str], message: str, room: Room) -> None:
    """The number of the message is in its Message-ID, so that a second copy can be known for one."""
    from django.core.mail import EmailMessage, get_connection

    server = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=mail.host, port=mail.port, username=mail.username, password=_password(room, mail),
        use_tls=mail.tls == "starttls", use_ssl=mail.tls == "tls", timeout=_TIMEOUT,
    )  # fmt: skip
    letter = EmailMessage(
        subject=f"Koppelkamer: {room.declaration.title}",
        body="\n\n".join(text.values()),
        from_email=mail.sender,
        to=to,
        headers={"Message-ID": f"<{message}@{mail.sender.rpartition('@')[2]}>"},
        connection=server,
    )
    letter.send()


def _password(room: Room, mail: Mail) -> str:
    return (room.folder / mail.password_file).read_text().strip() if mail.password_file else ""


def _call(address: str, room: Room, message: "Message") -> None:
    """POST of one JSON object; a redirection is not followed."""
    to = urlsplit(address)
    kind = HTTPSConnection if to.scheme == "https" else HTTPConnection
    connection = kind(to.hostname or "", to.port, timeout=_TIMEOUT)
    text = _text(room, message)
    body = {"text": "\n".join(text.values()), "room": room.declaration.name, "role": message.role}
    headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
    try:
        path = f"{to.path or '/'}{'?' if to.query else ''}{to.query}"
        connection.request("POST", path, json.dumps({**body, "console": _console(room)}), headers)
        if not 200 <= connection.getresponse().status < 300:
            raise NotAccepted("webhook")
    finally:
        connection.close()


def _channels(declared: Notices) -> list[str]:
    given = {"mail": declared.mail, "webhook": declared.webhook}
    return [name for name, there in given.items() if there is not None]
