"""The workbench's report: plain findings in, one page of HTML out."""

from linkage.report.findings import Findings, findings
from linkage.report.page import render

__all__ = ["Findings", "findings", "render"]
