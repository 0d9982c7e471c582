"""A parcel that is not for everybody is one sealed file, which its recipients alone can open."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

import pyrage

SEALED: Final = "payload.age"


def seal(files: Mapping[str, bytes], addresses: Sequence[str]) -> bytes:
    """A ZIP archive of `files`, nothing in it compressed, as an age file (age-encryption.org/v1) to these addresses."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        for name, content in sorted(files.items()):
            members.writestr(zipfile.ZipInfo(name), content)
    recipients = [pyrage.x25519.Recipient.from_str(address) for address in addresses]
    sealed: bytes = pyrage.encrypt(archive.getvalue(), recipients)
    return sealed
