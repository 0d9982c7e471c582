"""The quality report of a delivery: what may be told of it, and the page that tells it."""

from expectations.report.folder import write_report
from expectations.report.masking import Masking, Told
from expectations.report.page import render
from expectations.report.tell import tell

__all__ = ["Masking", "Told", "render", "tell", "write_report"]
