"""Expectations: an Extract is held against its contract and becomes a ValidatedExtract. GX lives only here."""

from expectations.validate import validate
from expectations.validated import ValidatedExtract

__all__ = ["ValidatedExtract", "validate"]
