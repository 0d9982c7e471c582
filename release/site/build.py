"""The site as a folder: pages, catalogue, and the files of every parcel that is public, byte for byte."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from declare import WrongInput, workplace, write_atomically
from release.report.words import LANGUAGES
from release.site.dcat import catalogue
from release.site.entry import Entry
from release.site.pages import PAGES, index, release

CATALOGUE: Final = "catalog.jsonld"


class NotASite(WrongInput):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds something else than an earlier site; nothing was written",
            remedy="Name an empty or a new folder.",
        )


def build(entries: Sequence[Entry], title: str, folder: Path) -> None:
    """`folder` becomes the site; an earlier site there gives way whole. Raises `NotASite` and `Fault` for the disk."""
    if folder.exists() and any(folder.iterdir()) and not (folder / CATALOGUE).is_file():
        raise NotASite(folder)
    with workplace(folder) as place:
        fresh = place / "site"
        _write(entries, title, fresh)
        if folder.exists():
            folder.rename(place / "earlier")
        fresh.rename(folder)


def _write(entries: Sequence[Entry], title: str, folder: Path) -> None:
    for language in LANGUAGES:
        write_atomically(folder / PAGES[language], index(entries, title, language).encode())
        for entry in entries:
            page = release(entry, title, language)
            write_atomically(folder / entry.facts.release / PAGES[language], page.encode())
    for entry in entries:
        for name, _, _ in () if entry.revoked else entry.files:
            shutil.copyfile(entry.folder / name, folder / entry.facts.release / name)
    listed = json.dumps(catalogue(entries, title), ensure_ascii=False, indent=2).encode() + b"\n"
    write_atomically(folder / CATALOGUE, listed)
    folder.chmod(0o755)
