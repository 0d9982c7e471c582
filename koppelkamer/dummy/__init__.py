"""Dummy data: made-up rows in the shape of a declared source, to write and try work before anybody has consented."""

from koppelkamer.dummy.files import write
from koppelkamer.dummy.values import made_up

__all__ = ["made_up", "write"]
