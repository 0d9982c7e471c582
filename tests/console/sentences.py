"""Every sentence that the register gives to people, for tests of its translation."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.utils import translation

from console import said
from declare import Part, Refusal, Sentence
from register import refusals
from register.free_text import PATTERNS
from register.refusals import named, of_partner

DAY = date(2026, 3, 1)
EXAMPLES: tuple[Refusal, ...] = (
    refusals.Unregistered("source", "incomes"),
    refusals.RoomChanged(was_demo=True),
    refusals.AgreementLapsed("covenant", DAY, DAY),
    refusals.NotAParty("incomes", "tax"),
    refusals.NoTriple("covenant", "incomes", "city", "insight"),
    refusals.NoGround("incomes", "covenant"),
    refusals.ClearDelivery("incomes"),
    refusals.Replayed("incomes", DAY, destroyed=False),
    refusals.Replayed("incomes", DAY, destroyed=True),
    refusals.OtherPeriod("incomes", "2026-01", "2026-02"),
    refusals.AlreadyWithdrawn("incomes"),
    refusals.WithdrawnSince("insight-1", "incomes"),
    refusals.AlreadyRestricted(),
    refusals.EndsBeforeItBegins(DAY),
    refusals.NoDpia(named("request", "insight")),
    refusals.DpiaNotValid("DPIA %(dpia)s ended on %(until)s", dpia="D", until=DAY),
    refusals.RetentionOver("insight", DAY),
    refusals.NotApproved("insight", ["legal_officer", of_partner("data_owner", "tax")]),
    refusals.ChangedSinceApproval("insight", ["policy"]),
    refusals.PolicyChangedSince("insight-1"),
    refusals.NotStanding(Sentence("standing consent %(id)s of %(partner)s", {"id": "a", "partner": "tax"})),
    refusals.ConsentEnded("insight", "tax", DAY),
    refusals.TooSoon("insight", "tax", DAY),
    refusals.TermsNotPossible("from one run of a series to the next there are 1 to %(most)s days", most=366),
    refusals.NoEffect("insight"),
    refusals.NothingToRun("insight"),
    refusals.NotFurther("further use of %(release)s need not be asked: it may be used so already", release="insight-1"),
    refusals.UnknownIndicator(["accidents"]),
    refusals.StepNotAllowed(named("release", "insight-1"), "examined", "release", ["decide first"]),
    refusals.StepNotAllowed(named("request", "insight"), "revoked", "hold", []),
    refusals.NotYours("approve", ["dpo", Sentence("the requester")]),
    refusals.DutiesKeptApart("who asks does not approve"),
    refusals.NothingSaid(),
    refusals.ReferenceMissing(),
    refusals.AnswersMissing(["B04"]),
    refusals.OpinionMissing("the DPO has given no opinion on this release", "Wait for the opinion; the DPO was asked."),
    refusals.StalePage(named("probe", "check")),
    refusals.AlreadyDecided(Sentence("the schedule of %(id)s", {"id": "insight"})),
    refusals.NotSignedIn("nobody is signed in"),
    refusals.InvitationOver(),
    refusals.WeakPassword(["Te kort."]),
    refusals.SentOtherwise(),
    refusals.AlreadyAsked("run", "insight"),
    refusals.NoInbox("incomes"),
    refusals.NotProbed("covenant", "city", "insight"),
    refusals.TooManySubjects("a probe has at most %(most)s subjects; nothing was asked", most=3),
    refusals.TooFewSubjects(20),
    refusals.AskedOtherwise("incomes"),
    refusals.AskedMeanwhile("check"),
    refusals.ProbeOver("check", DAY),
    refusals.NoCase("insight", "fraud"),
    refusals.BadCron("this time never comes"),
    refusals.BadUntil(DAY),
    refusals.NamesSomebody("an account number"),
    refusals.NotPlainText(),
    refusals.TooLong(4000),
    refusals.ConsentOver(Sentence("standing consent %(id)s of %(partner)s", {"id": "a", "partner": "tax"}), DAY),
    refusals.TooManyTries(5),
)
KINDS = {kind for kind in vars(refusals).values() if isinstance(kind, type)}
NAMES = {"cross-checks.toml", "--text"}
"""Constants in a refusal that no language changes."""
DECLARES = {"Request", "RequestedSource", "Effect", "Indicator", "Dpia", "Output", "Breakdown", "Attribute",
            "CoarsenTo", "Filter", "Headline", "Implausible", "Polluted", "Population"}  # fmt: skip
"""What a request is declared in."""
REPOSITORY = Path(__file__).parents[2]


def sentences(part: Part) -> Iterator[Sentence]:
    """It and what stands in it."""
    if isinstance(part, Sentence):
        yield part
        for each in part.parts.values():
            yield from sentences(each)
    elif isinstance(part, (list, tuple)):
        for each in part:
            yield from sentences(each)


def in_register() -> set[str]:
    """Every text that a module gives to a sentence or a refusal of the register, words of the workflow excepted."""
    makers = {"Sentence", *(kind.__name__ for kind in KINDS)}
    given = [arg for call in _calls() if getattr(call.func, "id", "") in makers for arg in call.args]
    words = {word for known in said.PLACES.values() for word in known}
    texts = {text for arg in given for text in _constants(arg)} | set(PATTERNS) | set(_named())
    return texts - words - NAMES


def in_rooms() -> set[str]:
    """Texts of the rooms that work, some of which a job keeps and the steward's page says."""
    modules = [
        ast.parse(path.read_text(encoding="utf-8"))
        for name in ("audit", "declare", "flows", "register")
        for path in (REPOSITORY / name).rglob("*.py")
    ]
    return {
        node.value
        for tree in modules
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def in_reader() -> set[str]:
    """What the declaration of a request says of itself when it is wrong."""
    request = [each for each in _nodes("register") if isinstance(each, ast.ClassDef) and each.name in DECLARES]
    coarsening = ast.parse((REPOSITORY / "declare" / "coarsening.py").read_text(encoding="utf-8"))
    calls = (call for part in (*request, coarsening) for call in ast.walk(part) if isinstance(call, ast.Call))
    made = [call for call in calls if getattr(call.func, "id", "") in ("ValueError", "Misdeclared")]
    return {text for call in made for arg in call.args for text in _constants(arg)}


def in_examples() -> set[str]:
    """As pages say them."""
    with translation.override("en"):
        return {
            str(said.HERE.get(each.template, each.template))
            for one in EXAMPLES
            for whole in (one.said, one.way_out)
            for each in sentences(whole)
        }


def _calls() -> list[ast.Call]:
    return [node for node in _nodes("register") if isinstance(node, ast.Call)]


def _nodes(room: str) -> Iterator[ast.AST]:
    for path in (REPOSITORY / room).rglob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _named() -> Iterator[str]:
    """`named("run", …)`"""
    for call in _calls():
        if getattr(call.func, "id", "") == "named" and isinstance(call.args[0], ast.Constant):
            yield f"{call.args[0].value} %(id)s"


def _constants(arg: ast.expr) -> Iterator[str]:
    if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
        yield arg.value
    elif isinstance(arg, ast.List):
        for each in arg.elts:
            yield from _constants(each)
