"""Intake: a partner's file becomes an Extract, by the source's declaration and nothing else."""

from intake.derive import derive
from intake.extract import Extract
from intake.quarantine import Quarantine
from intake.read import read_extract
from intake.source import Source

__all__ = ["Extract", "Quarantine", "Source", "derive", "read_extract"]
