"""A room is a folder of declarations; what happened is in its register, what it holds is in its store."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, Final, Literal, Self, TypeVar

from pydantic import Field, model_validator

from declare import Address, Declaration, Refusal, WrongInput, load
from expectations.dictionary import Dictionary
from intake.source import Source
from koppelkamer.crosschecks import CrossChecks
from koppelkamer.sign_in import SignIn
from linkage import Model
from pseudonymise.domain import Domain
from register.declarations import Agreement, Probe, Request

Role = Literal[
    "analyst", "data_steward", "data_owner", "legal_officer", "dpo", "release_officer", "auditor", "administrator"
]


WRAPPING: Final = "wrapping/keys.json"


class Keystore(Declaration):
    """`[keystore]` in room.toml: where the masters are, wrapped, and where the keys that wrap them."""

    kind: Literal["file", "pkcs11"] = "file"
    path: str = "keys"
    wrapping: str | None = None
    """For `file`: the file of the wrapping keys, not in `path`; `wrapping/keys.json` by default."""
    library: str | None = None
    """For `pkcs11`: the PKCS#11 library of the hardware module's maker."""
    token: str | None = None
    """For `pkcs11`: the label of the token that holds the wrapping keys."""
    passphrase_file: str | None = None
    """For unattended work: a file of mode 0600 with the passphrase, or the token's PIN. Without it, it is asked for."""

    @model_validator(mode="after")
    def _says_where_the_wrapping_keys_are(self) -> Self:
        given = {name for name in ("wrapping", "library", "token") if getattr(self, name) is not None}
        if self.kind == "pkcs11" and given != {"library", "token"}:
            raise ValueError('a key store of kind "pkcs11" names library and token, and no file of wrapping keys')
        if self.kind == "file" and given - {"wrapping"}:
            raise ValueError('library and token belong to kind "pkcs11"')
        return self

    @model_validator(mode="after")
    def _keeps_them_apart(self) -> Self:
        if PurePath(self.path) in PurePath(self.wrapping or WRAPPING).parents:
            raise ValueError("wrapping lies in the folder of the keys it wraps; keep the two apart")
        return self


class Intake(Declaration):
    """`[intake]` in room.toml."""

    sealed_only: bool = False
    """Whether clear text is refused, whatever a source declares."""
    inbox: Mapping[str, str] = {}
    """Source → folder, seen from the room's, where its supplier leaves files for `koppelkamer work`."""


_ADDRESS: Final = r"^https?://[^\s/]+(/\S*)?$"


class Mail(Declaration):
    """`[notices.mail]` in room.toml: the server that takes mail, and who gets it."""

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_file: str | None = None
    """Seen from the room's folder, of mode 0600."""
    sender: str = Field(pattern=r"^\S+@\S+$")
    to: Mapping[Role, tuple[str, ...]]
    """Role → addresses."""


class Notices(Declaration):
    """`[notices]` in room.toml: where people are told that something waits, with the address of `[sign_in]`. They are
    told nothing else."""

    webhook: str | None = Field(default=None, pattern=_ADDRESS)
    mail: Mail | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_address(cls, declared: Any) -> Any:
        if isinstance(declared, dict) and "console" in declared:
            raise ValueError("the console's address is said once: as address under [sign_in], not as console here")
        return declared


_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"
"""As logs and folders can bear it."""


class Partner(Declaration):
    id: str = Field(pattern=_NAME)
    name: str
    kind: str
    """For example municipality or tax. What a partner of kind `public` receives goes to everybody: it stands on the
    public site."""
    seal_to: Address | None = None
    """The address (age, X25519) that parcels for this partner are sealed to, as `koppelkamer parcel key` tells it."""
    contact: str | None = Field(default=None, min_length=3, max_length=200)
    """Where persons concerned turn to who are found in its sources: an office, and its e-mail or other address."""


class Member(Declaration):
    """Somebody who works with the room, in one role for one partner."""

    username: str = Field(pattern=_NAME)
    name: str
    role: Role
    partner: str


class RoomDeclaration(Declaration):
    """room.toml."""

    name: str = Field(pattern=_NAME)
    title: str
    demo: bool = False
    """A demo room may act as its made-up people; a real one never."""
    database: str = "register.db"
    policy: str = "policy.toml"
    domain: Domain
    keystore: Keystore = Keystore()
    intake: Intake = Intake()
    sign_in: SignIn = SignIn()
    notices: Notices | None = None
    parcels: Literal["sealed", "clear"] = "sealed"
    """Whether what is not for everybody leaves sealed to its recipients, or in clear: then somebody else guards it."""
    partners: tuple[Partner, ...] = Field(min_length=1)
    people: tuple[Member, ...] = Field(min_length=1)


D = TypeVar("D", Source, Model, Agreement, Request, Probe)


class Unknown(WrongInput):
    """A source, model, agreement or request that the room does not declare."""

    def __init__(self, what: str, name: str, known: Mapping[str, object]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"The room declares: {', '.join(known) or 'none'}."
        super().__init__(f"this room declares no such {what}", remedy=remedy)


class NoAddress(Refusal):
    """A parcel that is not for everybody cannot be sealed."""

    def __init__(self, partner: str) -> None:
        super().__init__(
            f"partner {partner} has no address that a parcel could be sealed to",
            remedy="Let it run `koppelkamer parcel key`, put the address into room.toml as `seal_to`, and try again.",
        )


class NotForEverybody(Refusal):
    """Rows about persons are asked for by a partner that stands for everybody."""

    def __init__(self) -> None:
        super().__init__(
            "rows about persons do not go to everybody",
            remedy="Name the one partner that reads them in a closed environment, or ask for a table.",
        )


class NotYourList(WrongInput):
    def __init__(self, probe: str) -> None:
        super().__init__(
            f"probe {probe} asks about a list of somebody else's",
            remedy="Name as subjects a source that the asking partner owns.",
        )


@dataclass(frozen=True)
class Room:
    """An opened room: its folder and its declarations, read once."""

    folder: Path
    declaration: RoomDeclaration

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        return self._all("sources", Source)

    @cached_property
    def models(self) -> Mapping[str, Model]:
        return self._all("models", Model)

    @cached_property
    def agreements(self) -> Mapping[str, Agreement]:
        return self._all("agreements", Agreement)

    @cached_property
    def requests(self) -> Mapping[str, Request]:
        return self._all("requests", Request)

    @cached_property
    def probes(self) -> Mapping[str, Probe]:
        return self._all("probes", Probe)

    @cached_property
    def dictionary(self) -> Dictionary:
        """Raises `WrongInput` when a concept's owner is no partner of the room."""
        dictionary = load(self.folder / "dictionary.toml", Dictionary)
        partners = {partner.id for partner in self.declaration.partners}
        if strange := [concept.id for concept in dictionary.concepts if concept.owner not in partners]:
            raise WrongInput(
                f"dictionary.toml names an owner of {strange[0]} who is no partner of the room",
                remedy=f"The partners are: {', '.join(sorted(partners))}.",
            )
        return dictionary

    @cached_property
    def cross_checks(self) -> CrossChecks:
        """Raises `WrongInput` when the room declares none."""
        path = self.folder / "cross-checks.toml"
        if not path.is_file():
            raise WrongInput(
                "this room declares no cross-checks", remedy=f"Write {path.name}, and have the agreement cover it."
            )
        return load(path, CrossChecks)

    def source(self, name: str) -> Source:
        return _one("source", self.sources, name)

    def inbox(self, source: str) -> Path:
        """The folder for files of that source. Raises `Unknown` for a source, `WrongInput` without an inbox."""
        folder = self.declaration.intake.inbox.get(self.source(source).id)
        if folder is None:
            raise WrongInput(f"the room has no inbox for {source}", remedy="Name a folder under [intake.inbox].")
        return self.folder / folder

    def model(self, name: str) -> Model:
        return _one("model", self.models, name)

    def agreement(self, name: str) -> Agreement:
        return _one("agreement", self.agreements, name)

    def request(self, name: str) -> Request:
        return _one("request", self.requests, name)

    def probe(self, name: str) -> Probe:
        return _one("probe", self.probes, name)

    def addresses(self, recipients: Collection[str], *, rows: bool = False) -> tuple[str, ...]:
        """What a parcel for these partners is sealed to; nothing where it leaves in clear, which `rows` about persons
        never do. Raises `NoAddress`."""
        public = bool(set(self.public) & set(recipients))
        if rows and public:
            raise NotForEverybody
        if public or (self.declaration.parcels == "clear" and not rows):
            return ()
        partners = [partner for partner in self.declaration.partners if partner.id in recipients]
        if missing := [partner.id for partner in partners if partner.seal_to is None]:
            raise NoAddress(missing[0])
        return tuple(partner.seal_to for partner in partners if partner.seal_to)

    def require_address(self, request: Request) -> None:
        """Raises `NoAddress` or `NotForEverybody` before any work where an extract could not leave sealed."""
        if request.output.kind == "extract":
            self.addresses(request.recipients, rows=True)

    def require_own_list(self, probe: Probe) -> None:
        """Raises `NotYourList` where the subjects come from another partner than the one that asks."""
        if self.source(probe.subjects).owner != probe.recipient:
            raise NotYourList(probe.id)

    @property
    def policy(self) -> Path:
        return self.folder / self.declaration.policy

    @property
    def policy_signature(self) -> Path:
        return self.policy.with_suffix(".sig")

    @property
    def keystore(self) -> Path:
        return self.folder / self.declaration.keystore.path

    @property
    def wrapping(self) -> Path:
        """The file of the wrapping keys, where they are in a file."""
        return self.folder / (self.declaration.keystore.wrapping or WRAPPING)

    @property
    def passphrase_file(self) -> Path | None:
        """For unattended work, when the room declares one."""
        declared = self.declaration.keystore.passphrase_file
        return self.folder / declared if declared else None

    @property
    def public_key(self) -> Path:
        """The room's Ed25519 public key, hexadecimal on one line."""
        return self.keystore / "room.pub"

    def read_public_key(self) -> bytes:
        """The 32 raw bytes. Raises `WrongInput` when the room has no keys yet."""
        try:
            return bytes.fromhex(self.public_key.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise WrongInput("this room has no public key", remedy="Make its keys: `koppelkamer key init`.") from error

    @property
    def public(self) -> tuple[str, ...]:
        """Ids of partners that stand for everybody."""
        return tuple(partner.id for partner in self.declaration.partners if partner.kind == "public")

    @property
    def session(self) -> Path:
        """The command line's session, mode 0600."""
        return self.folder / ".session"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def audit(self) -> Path:
        return self.folder / "audit"

    @property
    def parcels(self) -> Path:
        return self.folder / "parcels"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def _all(self, kind: str, declaration: type[D]) -> dict[str, D]:
        """Every declaration of one kind, by id, in the order of the ids. Raises `WrongInput` when two share an id."""
        found: dict[str, D] = {}
        for path in sorted((self.folder / kind).glob("*.toml")):
            item = load(path, declaration)
            if item.id in found:
                raise WrongInput(f"{path} repeats the id of another file", remedy="Give each declaration its own id.")
            found[item.id] = item
        return dict(sorted(found.items()))


def open_room(folder: Path) -> Room:
    """The room in `folder`. Raises `WrongInput` when there is none or its declaration is wrong."""
    path = folder / "room.toml"
    if not path.is_file():
        raise WrongInput(
            f"{folder} is not a room: it holds no room.toml",
            remedy="Go to the room's folder, or name it with --room.",
        )
    return Room(folder.resolve(), load(path, RoomDeclaration))


def _one(what: str, known: Mapping[str, D], name: str) -> D:
    if name not in known:
        raise Unknown(what, name, known)
    return known[name]
