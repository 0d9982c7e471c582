"""Every word of the console exists in Dutch, and the compiled catalogue is the one that is read."""

import gettext
import re
from pathlib import Path
from typing import get_args

from console.words import ACTIONS, CONSENTS, JOBS, NEWS, ROLES, STATES, WORK
from register.coverage import NewKind
from register.models import JobState, Work
from register.uses import ConsentState
from register.workflow import TRANSITIONS, ReleaseState, RequestState, Role, StandingState
from tests.console.sentences import in_examples, in_reader, in_register, in_rooms

CONSOLE = Path(__file__).parents[2] / "console"
CATALOGUE = CONSOLE / "locale" / "nl" / "LC_MESSAGES"


def catalogue() -> dict[str, str]:
    """The catalogue as people edit it: one line per message."""
    text = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    found = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE)
    return {key.replace('\\"', '"'): word.replace('\\"', '"') for key, word in found}


def used() -> set[str]:
    """Every message in templates and modules."""
    texts = [path.read_text(encoding="utf-8") for path in CONSOLE.rglob("*.html")]
    found = {match for text in texts for match in re.findall(r"""{% translate ["'](.+?)["'] %}""", text)}
    modules = [path.read_text(encoding="utf-8") for path in CONSOLE.rglob("*.py")]
    return found | {match for text in modules for match in re.findall(r'\b_\(\s*"(.+?)",?\s*\)', text)}


def test_every_word_exists_in_dutch() -> None:
    kept = in_rooms() & catalogue().keys()
    assert used() | in_register() | in_reader() | in_examples() | kept == catalogue().keys()


def test_the_compiled_catalogue_is_current() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {message: compiled.gettext(message) for message in catalogue()} == catalogue()


def test_every_state_action_and_role_has_a_word() -> None:
    assert STATES.keys() == {*map(str, RequestState), *map(str, ReleaseState), *map(str, StandingState)}
    assert ACTIONS.keys() == {step.action for step in TRANSITIONS} | {"propose"}
    assert ROLES.keys() == set(map(str, Role))
    assert NEWS.keys() == set(get_args(NewKind))
    assert CONSENTS.keys() == set(get_args(ConsentState))
    assert WORK.keys() == set(map(str, Work))
    assert JOBS.keys() == set(map(str, JobState))
