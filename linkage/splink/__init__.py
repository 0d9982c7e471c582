"""Splink's models, read: for whoever comes from Splink (docs/from-splink.md)."""

from linkage.splink.note import Note
from linkage.splink.read import Imported, read_splink
from linkage.splink.write import as_toml

__all__ = ["Imported", "Note", "as_toml", "read_splink"]
