"""The public site: every release of the room whose recipients include the public, from its signed parcel."""

from collections.abc import Iterator
from pathlib import Path

from koppelkamer.room import Room
from release.site.build import build
from release.site.entry import Entry, read_entry


def publish(room: Room, folder: Path) -> tuple[Entry, ...]:
    """Write the site to `folder`; an earlier one there gives way. The entries on it, the latest release first.

    Raises `NotASite`, and `ParcelChanged` or `BadSignature` for a parcel that is not as it was signed: then nothing is
    written.
    """
    entries = tuple(_entries(room))
    build(entries, room.declaration.title, folder)
    return entries


def _entries(room: Room) -> Iterator[Entry]:
    from django.utils import timezone

    from register.queries import written

    public, key = set(room.public), room.read_public_key()
    for release in written(timezone.localdate()):
        if public & set(release.request.recipients):
            yield read_entry(room.parcels / release.id, key, revoked=release.state == "revoked")
