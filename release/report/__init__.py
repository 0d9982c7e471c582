"""The DPO's page. Plain facts in, HTML out; knows no linked table, so the console may show it."""

from release.report.facts import ReportFacts, from_json, to_json
from release.report.render import render
from release.report.words import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language", "ReportFacts", "from_json", "render", "to_json"]
