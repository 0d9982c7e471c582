"""`koppelkamer probe`: the first phase, from the question to the answers that partners confirmed."""

import argparse
from typing import TYPE_CHECKING, Any, Final

from declare import Sentence, WrongInput
from koppelkamer.cli.room import opened, person
from koppelkamer.cli.screen import Screen, columns, percent

if TYPE_CHECKING:
    import polars as pl

    from flows.direction import Direction
    from flows.probe import Answer
    from register.models import Probe
    from register.session import SignedIn

_SAID: Final = {
    "confirm": ("answer", True), "keep-back": ("answer", False), "case": ("case", True), "no-case": ("case", False),
}  # fmt: skip
"""Action → what it is about, and whether it agrees."""


def probe(call: argparse.Namespace) -> Screen:
    """Ask, look, speak or read, as the person signed in."""
    if call.action == "ask":
        return _ask(call)
    if call.action == "read":
        return _read(call)
    return _show(call) if call.action == "show" else _speak(call)


def _ask(call: argparse.Namespace) -> Screen:
    from flows.probe import ask

    room, keyring = opened(call)
    asked = ask(room, keyring, person(room, call), call.probe)
    partners = sorted(set(asked.sources.values()))
    head = f"asked on {asked.subjects} subjects; the answers wait until each partner has confirmed its own"
    facts = {"probe": asked.id, "subjects": asked.subjects, "waits for": partners}
    return Screen(facts, [head, *columns([(partner,) for partner in partners])])


def _show(call: argparse.Namespace) -> Screen:
    """For a partner that was asked: its own answer in counts, why it was asked, and who spoke."""
    from flows.probe import held

    room, keyring = opened(call)
    asked, by = _known(call), person(room, call)
    partner = _partner(asked, by, call)
    own = [held(room, keyring, asked, name) for name, owner in sorted(asked.sources.items()) if owner == partner]
    facts = {"probe": asked.id, "signal": asked.signal, "answers": [answer.facts for answer in own]}
    return Screen(facts, [f"{asked.title}: {asked.signal}", *_told(own), f"  it may be read until {asked.until}"])


def _speak(call: argparse.Namespace) -> Screen:
    from flows.probe import speak

    room, keyring = opened(call)
    from register.cases import is_case
    from register.probes import Said

    asked, by, (about, agreed) = _known(call), person(room, call), _SAID[call.action]
    partner = _partner(asked, by, call)
    speak(room, keyring, by, asked, partner, Said(about, agreed, call.reference, call.reason))
    state = "it is a case" if is_case(asked) else "it is no case yet"
    return Screen({"probe": asked.id, "partner": partner, "case": is_case(asked)}, [f"{partner} has spoken; {state}"])


def _read(call: argparse.Namespace) -> Screen:
    from flows.probe import answers

    room, keyring = opened(call)
    asked = _known(call)
    read = answers(room, keyring, person(room, call), asked)
    facts: dict[str, Any] = {"probe": asked.id, "answers": [answer.facts for answer in read]}
    lines = _told(read) or ["  no partner has confirmed its answer yet"]
    if asked.tells == "each":
        facts["subjects"] = {answer.source: answer.table.to_dicts() for answer in read}
        lines += [line for answer in read for line in _each(answer.table, answer.source)]
    return Screen(facts, [asked.title, *lines])


def _told(answers: "list[Answer | Direction]") -> list[str]:
    facts = [answer.facts for answer in answers]
    areas = [line for one in facts if "areas" in one for line in _areas(one)]
    return areas + _counted([one for one in facts if "areas" not in one])


def _areas(said: dict[str, Any]) -> list[str]:
    """Of areas that are not named nothing is known, not even that nobody is there."""
    missed = f"of true links may be missed: {percent(said['missed'])}; the gate: {said['outcome']}"
    named = [(area, f"at least {said['least']} of the list") for area in said["areas"]]
    return [
        f"  {said['source']} ({missed})",
        *columns([*named, ("all others", "elsewhere, too few, or not found")], indent=4),
    ]


def _counted(facts: list[dict[str, Any]]) -> list[str]:
    rows = [
        (one["source"], one["probable"], "probable", one["possible"], "possible", one["none found"], "none found",
         "of true links may be missed:", percent(one["missed"]))
        for one in facts
    ]  # fmt: skip
    return columns(rows)


def _each(table: "pl.DataFrame", source: str) -> list[str]:
    rows = [
        (subject, said, "" if probability is None else percent(probability))
        for subject, said, probability in table.iter_rows()
    ]
    return [f"  {source}:", *columns(rows, indent=4)]


def _known(call: argparse.Namespace) -> "Probe":
    from register.models import Probe

    found = Probe.objects.filter(id=call.probe).first()
    if found is None:
        raise WrongInput("the register holds no such probe", remedy="Ask it first: `koppelkamer probe PROBE`.")
    return found


def _partner(asked: "Probe", by: "SignedIn", call: argparse.Namespace) -> str:
    """The partner that `by` speaks for. Raises `DutiesKeptApart`, `NotYours`, or `WrongInput` where there
    is more than one."""
    from register.probes import partners_of
    from register.refusals import DutiesKeptApart, NotYours, of_partner
    from register.workflow import Role

    if by.person == asked.requester:
        raise DutiesKeptApart("who asks does not answer")
    own = sorted(partners_of(asked) & by.person.partners_as(Role.OWNER))
    if call.partner in own or len(own) == 1:
        return call.partner if call.partner in own else own[0]
    if not own:
        raise NotYours(
            Sentence("speaking on this probe"), [of_partner(Role.OWNER, name) for name in sorted(partners_of(asked))]
        )
    raise WrongInput(f"you speak for {', '.join(own)}", remedy="Name one with --partner.")
