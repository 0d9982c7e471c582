"""Notices for whoever holds a parcel that was revoked, that may be kept no longer, or whose delivery was withdrawn or
corrected since."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from declare import write_atomically
from flows.keyring import Keyring
from release.notice import Notice, Why

if TYPE_CHECKING:
    from register.models import Release


def recall(keyring: Keyring, folder: Path) -> list[Notice]:
    """A signed notice in `folder` for each such release, named after it, in the place of what was told of it
    before."""
    notices = list(_notices())
    folder.mkdir(parents=True, exist_ok=True)
    for notice in notices:
        write_atomically(folder / f"{notice.release}.json", notice.signed(keyring.signer))
    return notices


def ended() -> list[Notice]:
    """Of every release that was revoked or whose retention ended, as the register of the room knows it."""
    from django.utils import timezone

    from register.queries import recalled

    return [
        _notice(release, "revoked", day)
        if day
        else _notice(release, "retention ended", release.request.retention_until + timedelta(days=1))
        for release, day in recalled(timezone.localdate())
    ]


def _notices() -> Iterator[Notice]:
    from register.withdrawals import unsound

    over = ended()
    yield from over
    told = {notice.release for notice in over}
    # Of a release that rests on both kinds the withdrawn delivery is told: it comes last.
    faulty = {each.release.id: each for each in sorted(unsound(), key=lambda one: one.why == "withdrawn")}
    for each in faulty.values():
        if each.release.manifest_digest and each.release.id not in told:
            why: Why = "input withdrawn" if each.why == "withdrawn" else "input corrected"
            yield _notice(each.release, why, each.since)


def _notice(release: "Release", why: Why, since: date) -> Notice:
    return Notice(
        release=release.id,
        manifest=release.manifest_digest,
        why=why,
        since=since,
        recipients=tuple(release.request.recipients),
    )
