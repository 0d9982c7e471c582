"""The public site: every release of the room whose recipients include the public, from its signed parcel."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from koppelkamer.room import Room
from release.site.build import build
from release.site.entry import Entry, read_entry


def publish(room: Room, folder: Path) -> tuple[Entry, ...]:
    """Write the room's site to `folder`; its earlier one there gives way. The entries on it, the latest release first.

    Raises `NotASite`, and `ParcelChanged` or `BadSignature` for a parcel that is not as it was signed: then nothing is
    written.
    """
    entries = tuple(_entries(room))
    build(entries, room.declaration.title, folder, room.declaration.name)
    return entries


def _entries(room: Room) -> Iterator[Entry]:
    from django.utils import timezone

    from register.queries import written

    public, key = set(room.public), room.read_public_key()
    for release in written(timezone.localdate()):
        if public & set(release.request.recipients):
            entry = read_entry(room.parcels / release.id, key, revoked=release.state == "revoked")
            yield replace(entry, municipalities=_municipalities(room))


def _municipalities(room: Room) -> frozenset[str]:
    """`source.column` of every column that a source declares to be a municipality."""
    return frozenset(
        f"{name}.{column.name}"
        for name, source in room.sources.items()
        for column in source.columns
        if column.type == "municipality"
    )
