"""The site as a folder: pages, catalogue, and the files of every parcel that is public, byte for byte."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from declare import Declaration, WrongInput, canonical, digest_file, workplace, write_atomically
from gate.spreadsheet import steady
from release.report.words import LANGUAGES
from release.site.dcat import catalogue
from release.site.entry import Entry
from release.site.pages import PAGES, index, release

CATALOGUE: Final = "catalog.jsonld"
WRITTEN: Final = "site.json"


class NotASite(WrongInput):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why}; nothing was written", remedy="Name an empty or a new folder, or take out what is not of the site."
        )


class Written(Declaration):
    """site.json: what this program wrote into the folder, and for which room. Only that may give way."""

    format: Literal["koppelkamer site 1"] = "koppelkamer site 1"
    room: str
    files: dict[str, str]
    """Path in the site → SHA-256, of every file but this one."""


def build(entries: Sequence[Entry], title: str, folder: Path, room: str) -> None:
    """`folder` becomes the site of the room of that name; its earlier site there gives way whole. A symbolic link
    stays one: the folder it leads to becomes the site. Raises `NotASite` and `Fault` for the disk."""
    folder = folder.resolve()
    _require_own(folder, room)
    with workplace(folder) as place:
        fresh = place / "site"
        _write(entries, title, fresh)
        listed = Written(room=room, files={name: digest_file(path) for name, path in _files(fresh).items()})
        write_atomically(fresh / WRITTEN, canonical(listed.model_dump(mode="json")))
        if folder.exists():
            folder.rename(place / "earlier")
        fresh.rename(folder)


def _require_own(folder: Path, room: str) -> None:
    """Raises `NotASite` unless all that lies there was written by an earlier `build` for this room."""
    if file := next((path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()), None):
        raise NotASite(f"{file} is a file and no folder")
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        earlier = Written.model_validate_json((folder / WRITTEN).read_bytes())
    except (OSError, ValidationError) as error:
        raise NotASite(f"{folder} holds something else than an earlier site") from error
    if earlier.room != room:
        raise NotASite(f"{folder} holds the site of another room, {earlier.room}")
    if strange := sum(not _wrote(earlier, name, path) for name, path in _files(folder).items() if name != WRITTEN):
        raise NotASite(f"{folder} holds a site and besides {strange} that `publish` did not write, or not so")


def _wrote(earlier: Written, name: str, path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and earlier.files.get(name) == digest_file(path)


def _files(folder: Path) -> dict[str, Path]:
    """By path in the folder: every file, link, and folder in which there is nothing."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {name: path for name, path in found.items() if path.is_symlink() or not path.is_dir() or _empty(path)}


def _empty(folder: Path) -> bool:
    return not any(folder.iterdir())


def _write(entries: Sequence[Entry], title: str, folder: Path) -> None:
    for language in LANGUAGES:
        write_atomically(folder / PAGES[language], index(entries, title, language).encode())
        for entry in entries:
            page = release(entry, title, language)
            write_atomically(folder / entry.facts.release / PAGES[language], page.encode())
    for entry in entries:
        for name, _, _ in () if entry.revoked else entry.files:
            shutil.copyfile(entry.folder / name, folder / entry.facts.release / name)
    listed = steady(json.dumps(catalogue(entries, title), ensure_ascii=False, indent=2)) + "\n"
    write_atomically(folder / CATALOGUE, listed.encode())
    folder.chmod(0o755)
