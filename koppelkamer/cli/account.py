"""Accounts on the command line: an invitation, and signing in with password and second factor as in the browser."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from declare import WrongInput
from flows.books import write_logs
from koppelkamer.cli.room import opened
from koppelkamer.cli.screen import Screen
from koppelkamer.passphrase import new_passphrase


def invite(call: argparse.Namespace) -> Screen:
    """A link for one person, for whoever administers the room to hand over."""
    room, keyring = opened(call)
    from register.invitation import invite as invite_person  # not before: its tables need the register open

    invitation = invite_person(call.username)
    write_logs(room, keyring.signer)
    link = f"{room.declaration.sign_in.address.rstrip('/')}/invitation/{invitation.username}/{invitation.token}/"
    lines = [f"invited {call.username}; who has this link can sign in as them, once, within three days:", f"  {link}"]
    lines.append(f"  without a browser: koppelkamer login {call.username} --invitation LINK")
    return Screen({"person": call.username, "link": link}, lines)


def login(call: argparse.Namespace) -> Screen:
    """Sign in; a session of eight hours for this command line."""
    room, keyring = opened(call)
    from register import session
    from register.invitation import Invitation

    if not sys.stdin.isatty():
        raise WrongInput("signing in asks for a password, and nobody is at the keyboard", remedy="Use a terminal.")
    if call.invitation:
        invitation = Invitation(call.username, call.invitation.rstrip("/").rpartition("/")[2])
        invitation.person()
        password = new_passphrase(None)
        invitation.accept(password)
    else:
        password = getpass.getpass("Password: ")
    try:
        who = session.login(call.username, password, room.session, Keyboard())
    finally:
        write_logs(room, keyring.signer)
    return Screen({"person": who.person.username}, [f"signed in as {who.person.name}"])


class Keyboard:
    """What is asked about the second factor, at the terminal."""

    def code(self) -> str:
        return getpass.getpass("Code of your second factor: ")

    def set_up(self, address: str) -> str:
        print("Put this address into a program that makes codes:", address, sep="\n  ", file=sys.stderr)
        return getpass.getpass("The code it shows: ")

    def keep(self, codes: Sequence[str]) -> None:
        print("Keep these recovery codes; each signs you in once:", *codes, sep="\n  ", file=sys.stderr)
