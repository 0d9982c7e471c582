"""The quality report of a delivery: what may be told of it, and the page that tells it."""

from expectations.report.folder import write_report
from expectations.report.masking import Masking
from expectations.report.page import render
from expectations.report.tell import tell

__all__ = ["Masking", "render", "tell", "write_report"]
