"""The form of a request: what is chosen first narrows what is offered next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.declaring import Errors, Typed, lines_of
from console.said import said
from declare import Sentence
from register import catalogue
from register.catalogue import Entry, Use

STEPS: Final = 7
SECTIONS: Final[tuple[Promise, ...]] = (
    _("What you ask, and for what"),
    _("For whom, and from which sources"),
    _("Which columns, and how they are linked"),
    _("What should come out"),
    _("What it looks like"),
    _("On what it rests, and what it is for"),
    _("Anything else"),
)
KINDS: Final[dict[str, Promise]] = {
    "table": _("a table of counts"),
    "persons": _("one row per person"),
    "extract": _("records under pseudonyms, for one recipient"),
    "anonymous": _("anonymous rows"),
}
ATTRIBUTES: Final[dict[str, Promise]] = {
    "quasi-identifier": _("others may know this of somebody"),
    "sensitive": _("nobody should learn this of somebody"),
    "other": _("neither"),
    "weight": _("for how many persons the row stands"),
}
WAYS: Final[dict[str, Promise]] = {
    "widths": _("bands of this width"),
    "prefixes": _("so many signs from the left"),
    "cuts": _("bands with these edges"),
}
Named = dict[str, forms.Field]


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen, given what was typed: the agreements decide, and the sources' declarations."""

    typed: Typed
    entries: Sequence[Entry]
    links: Mapping[str, tuple[str, str]]
    partners: Mapping[str, str]
    """Id → name."""

    @property
    def uses(self) -> dict[str, str]:
        found = {f"{use.agreement}|{use.purpose}": f"{use.purpose} ({_titled(use)})" for use in self._all()}
        return dict(sorted(found.items(), key=lambda each: each[1]))

    @property
    def recipients(self) -> dict[str, str]:
        """Id → name, in the order of the names."""
        ids = {partner for use in self._all() if self._is_meant(use) for partner in use.recipients}
        return {partner: name for partner, name in self.partners.items() if partner in ids}

    @property
    def sources(self) -> dict[str, Entry]:
        """Those that may go to every recipient chosen."""
        return {each.source.id: each for each in self.entries if self._use(each)}

    def chosen(self) -> dict[str, tuple[Entry, Use]]:
        offered = self.sources
        found = {name: offered[name] for name in self.typed.get("sources", ()) if name in offered}
        return {name: (each, use) for name, each in found.items() if (use := self._use(each))}

    def columns(self) -> dict[str, str]:
        """`source.column` → what it means, of columns that were chosen."""
        return {
            f"{name}.{column['name']}": f"{name}.{column['name']}"
            for name, (entry, use) in self.chosen().items()
            for column in may_be_asked(entry, use)
            if column["name"] in self.typed.get(f"columns.{name}", ())
        }

    @property
    def models(self) -> list[str]:
        return [name for name, sides in self.links.items() if set(sides) <= set(self.chosen())]

    def _all(self) -> Iterable[Use]:
        return (use for entry in self.entries for use in entry.uses)

    def _is_meant(self, use: Use) -> bool:
        return f"{use.agreement}|{use.purpose}" == "".join(self.typed.get("use", ())[:1])

    def _use(self, entry: Entry) -> Use | None:
        wanted = set(self.typed.get("recipients", ()))
        return next((use for use in entry.uses if self._is_meant(use) and wanted <= set(use.recipients)), None)


def _titled(use: Use) -> str:
    """Its agreement; one that has ended says so, for what was chosen under it stays."""
    if use.until >= timezone.localdate():
        return use.title
    ended = _("ended on %(day)s") % {"day": use.until.isoformat()}
    return f"{use.title}, {ended}"


def may_be_asked(entry: Entry, use: Use) -> list[Mapping[str, Any]]:
    """Columns that are kept as payload, and that the purpose may use."""
    kept = [column for column in entry.content["columns"] if column["role"] == "payload"]
    return [column for column in kept if use.columns is None or column["name"] in use.columns]


def offer(typed: Typed) -> Offer:
    agreement = "".join(typed.get("use", ())[:1]).partition("|")[0]
    return Offer(typed, catalogue.entries(beside=agreement), catalogue.models(), catalogue.partners())


class DraftForm(forms.Form):
    """Fields of every section up to `step`; `sections` groups them. Nothing is required here: the declaration's own
    reader says what is wrong, and `errors` of passed sections are told beside their fields."""

    def __init__(self, offer: Offer, errors: Errors, step: int) -> None:
        super().__init__(MultiValueDict({name: list(values) for name, values in offer.typed.items()}))
        self.typed = offer.typed
        self.sections: list[tuple[int, Promise, list[forms.BoundField]]] = []
        self.wrong: list[str] = []
        makers = (_about, _who, _what, _kind, _shape, _grounds, _more)
        for number, (title, maker) in enumerate(zip(SECTIONS, makers, strict=True), start=1):
            if number > step:
                break
            named = maker(offer)
            self.fields |= named
            self.sections.append((number, title, [self[name] for name in named]))
        self.full_clean()
        for name, messages in errors.items():
            self._tell(name, messages, step)

    def _tell(self, name: str, sentences: Sequence[Sentence], step: int) -> None:
        messages = [said(each) for each in sentences]
        if name not in self.fields:
            self.wrong += messages if step == STEPS else []
        elif step == STEPS or any(name in [field.name for field in fields] for _, _, fields in self.sections[:-1]):
            self.add_error(name, messages)

    def offered(self) -> dict[str, list[str]]:
        """What was typed, without choices that are offered no more."""
        kept = {}
        for name, values in self.typed.items():
            choices = getattr(self.fields.get(name), "choices", None)
            allowed = None if choices is None else {str(value) for value, _ in choices}
            kept[name] = [value for value in values if allowed is None or value in allowed]
        return kept


def _about(offer: Offer) -> Named:
    return {
        "title": _text(_("Title"), 200),
        "id": _text(_("Id: small letters, digits and hyphens"), 60),
        "use": _one_of(_("Purpose"), offer.uses.items()),
    }


def _who(offer: Offer) -> Named:
    titles = [
        (name, f"{entry.source.title} ({name}, {entry.source.owner.name})") for name, entry in offer.sources.items()
    ]
    return {
        "recipients": _some_of(_("Recipients"), offer.recipients.items()),
        "sources": _some_of(_("Sources"), titles),
    }


def _what(offer: Offer) -> Named:
    found: Named = {}
    for name, (entry, use) in offer.chosen().items():
        columns = [(column["name"], _told(column)) for column in may_be_asked(entry, use)]
        found[f"columns.{name}"] = _some_of(_of(entry.source.title, _("columns")), columns)
        found[f"ground.{name}"] = _one_of(_of(entry.source.title, _("ground")), [(law, law) for law in use.laws])
    models = [(name, f"{name} ({' – '.join(offer.links[name])})") for name in offer.models]
    return found | {"models": _some_of(_("Models that link them"), models)}


def _kind(offer: Offer) -> Named:
    titles = [(name, entry.source.title) for name, (entry, _use) in offer.chosen().items()]
    return {
        "kind": _one_of(_("Kind"), KINDS.items()),
        "unit": _one_of(_("Whose records are counted, or leave"), titles),
    }


def _shape(offer: Offer) -> Named:
    kind, columns = "".join(offer.typed.get("kind", ())[:1]), list(offer.columns().items())
    found: Named = {}
    if kind in ("table", "persons"):
        found["dimensions"] = _some_of(_("Broken down by"), columns)
        found["magnitude"] = _one_of(_("Summed in each cell, if anything"), columns)
    if kind == "table":
        found["tables"] = _text(_("Several tables instead: on each line a name, a colon and its columns"), 4000, rows=3)
    if kind == "persons":
        found["rank_by"] = _one_of(_("Ranked by, if at all"), columns)
    if kind == "extract":
        found |= {f"need.{name}": _text(_of(name, _("why the recipient needs it")), 500) for name, _label in columns}
        found["environment"] = _text(_("The closed environment in which it is read"), 500)
    for name, _label in columns:
        found |= _coarser(name, kind)
    return found | {
        "history": _text(_("How people came into the counted records, if earlier choices decided that"), 2000)
    }


def _coarser(name: str, kind: str) -> Named:
    if kind not in ("table", "extract", "anonymous"):
        return {}
    known = {f"attribute.{name}": _one_of(_of(name, _("what a reader may know")), ATTRIBUTES.items())}
    level = {f"level.{name}": _text(_of(name, _("step on which it leaves")), 3)}
    return {
        **(known if kind == "anonymous" else {}),
        f"way.{name}": _one_of(_of(name, _("made coarser by")), WAYS.items()),
        f"steps.{name}": _text(_of(name, _("steps, such as 5, 10")), 200),
        **(level if kind != "anonymous" else {}),
    }


def _grounds(offer: Offer) -> Named:
    found: Named = {
        "dpia.id": _text(_("DPIA: its number"), 60),
        "dpia.approved": _day(_("DPIA: approved on")),
        "dpia.valid_until": _day(_("DPIA: valid until")),
        "dpia.status": _one_of(_("DPIA: status"), [("approved", _("approved")), ("suspended", _("suspended"))]),
        "retention_until": _day(_("Kept until")),
        "case_decision": _text(_("Decision of the partners that this is a case, if any"), 200),
        "human_decision": _text(_("Who looks at each person of a list and decides, if it is one"), 200),
        "probe": _text(_("Probe it follows, if any"), 60),
        "intended": _text(_("Intended effect"), 2000, rows=3),
    }
    told, spoken = _("Indicator"), _("years")
    for number in range(1, lines_of(offer.typed) + 1):
        found[f"indicator.{number}"] = _text(f"{told} {number}", 300)
        after = [(str(years), f"{years} {spoken}") for years in (2, 5, 10)]
        found[f"years.{number}"] = _one_of(_of(f"{told} {number}", _("seen after")), after)
    return found


def _more(_offer: Offer) -> Named:
    return {"more": _text(_("What this form has no field for, as TOML"), 50_000, rows=8)}


def _of(what: str, label: object) -> str:
    return f"{what}: {label}"


def _told(column: Mapping[str, Any]) -> str:
    return f"{column['name']} – {column['concept']}: {column['definition']}" if column["concept"] else column["name"]


def _text(label: Any, most: int, rows: int = 1) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput()
    return forms.CharField(label=label, required=False, max_length=most, strip=False, widget=widget)


def _day(label: Any) -> forms.Field:
    return forms.CharField(label=label, required=False, max_length=10, widget=forms.TextInput(attrs={"type": "date"}))


def _one_of(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.Field:
    return forms.ChoiceField(label=label, required=False, choices=[("", "–"), *choices])


def _some_of(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=list(choices), widget=forms.CheckboxSelectMultiple
    )
