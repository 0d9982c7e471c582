"""Standardise: columns of text become evidence that can be compared. Pure text, no keys.

Every partner must standardise alike or links are lost in silence, so the result is part of the token's contract and
carries a `VERSION`.
"""

from pseudonymise.standardise.evidence import VERSION, encoded, evidence, token_group
from pseudonymise.standardise.field import Field, Kind, fields_of, parts

__all__ = ["VERSION", "Field", "Kind", "encoded", "evidence", "fields_of", "parts", "token_group"]
