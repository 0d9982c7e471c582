"""Notices for whoever holds a parcel that was revoked, or that may be kept no longer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from declare import write_atomically
from flows.keyring import Keyring
from release.notice import Notice


def recall(keyring: Keyring, folder: Path) -> list[Notice]:
    """A signed notice in `folder` for each such release, named after it; one that is there already stays the same."""
    notices = list(_notices())
    folder.mkdir(parents=True, exist_ok=True)
    for notice in notices:
        write_atomically(folder / f"{notice.release}.json", notice.signed(keyring.signer))
    return notices


def _notices() -> Iterator[Notice]:
    from django.utils import timezone

    from register.queries import recalled
    from register.withdrawals import unsound

    ended = set()
    for release, revoked in recalled(timezone.localdate()):
        ended.add(release.id)
        yield Notice(
            release=release.id,
            manifest=release.manifest_digest,
            why="revoked" if revoked else "retention ended",
            since=revoked or release.request.retention_until + timedelta(days=1),
            recipients=tuple(release.request.recipients),
        )
    for each in {one.release.id: one for one in sorted(unsound(), key=lambda one: one.why == "withdrawn")}.values():
        if each.release.manifest_digest and each.release.id not in ended:
            yield Notice(
                release=each.release.id,
                manifest=each.release.manifest_digest,
                why="input withdrawn" if each.why == "withdrawn" else "input corrected",
                since=each.since,
                recipients=tuple(each.release.request.recipients),
            )
