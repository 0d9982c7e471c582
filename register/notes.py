"""What happened besides decisions and runs, for the audit log. Call each inside the transaction of the deed, if any."""

from audit import Event
from audit.event import Value, timestamp
from register.models import Membership, OutboxEvent, Person
from register.operation import new_operation
from register.outbox import record
from register.workflow import Role


def role_given(membership: Membership) -> None:
    _note("role given", **_role(membership))


def role_ended(membership: Membership) -> None:
    _note("role ended", **_role(membership))


def password_set(username: str) -> None:
    _note("password set", person=username)


def sign_in_refused(step: str, username: str) -> None:
    """What was typed as a name is told only where it is one: it may be a password in the wrong field."""
    known = {"person": username} if Person.objects.filter(username=username).exists() else {}
    _note("sign-in refused", step=step, **known)


def second_factor_changed(username: str, kind: str, action: str) -> None:
    """`kind`: totp or recovery codes; `action`: added or removed."""
    _note("second factor changed", person=username, kind=kind, action=action)


def invited(username: str) -> None:
    _note("invited", person=username)


def account_changed(username: str, action: str) -> None:
    """`action`: closed, or opened again."""
    _note("account changed", person=username, action=action)


def head_exported(username: str, log: str, digest: str) -> None:
    """A signed head of `log` was given out; `digest` is that of the file."""
    _note("head exported", person=username, kind=log, digest=digest)


def policy_signed(digest: str, key: str) -> None:
    """The policy of this digest was signed with the signing key of id `key`."""
    _note("policy signed", digest=digest, key=key)


def key_changed(action: str, key: str, version: int, **more: str) -> None:
    """`action`, one word such as `init`, `export` or `destroy`, was done to that version of the domain or key `key`.

    `more`: the `partner` a copy was made for; `digest` and `reason` of a record of destruction.
    """
    _note("key changed", action=action, key=key, version=version, **more)


def key_notes(key: str, version: int) -> dict[str, list[dict[str, Value]]]:
    """What `key_changed` was told of that version: action → `more` of each time."""
    found: dict[str, list[dict[str, Value]]] = {}
    for fields in OutboxEvent.objects.filter(name="key changed").values_list("fields", flat=True):
        said = dict(fields)
        if (said.pop("key"), said.pop("version")) == (key, version):
            found.setdefault(str(said.pop("action")), []).append(said)
    return found


def key_store_refused(domain: str) -> None:
    """Somebody tried to open the room's key store with a wrong passphrase or PIN."""
    _note("key store refused", key=domain)


def changes_accepted(person: str, how: str, source: str, delivery: str, reason: str) -> None:
    """A data steward took a delivery although it changed suddenly, or nobody could tell whether it did."""
    told = {"person": person, "role": Role.STEWARD.value, "how": how}
    _note("changes accepted", **told, source=source, delivery=delivery, reason=reason)


def _role(membership: Membership) -> dict[str, Value]:
    return {"person": membership.person.username, "role": membership.role, "partner": membership.partner_id}


def _note(name: str, **fields: Value) -> None:
    record(Event(name, new_operation(), timestamp(), fields))
