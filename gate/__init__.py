"""The gate: a Subject is examined under a signed Policy and gets a Verdict. Runs alone."""

from gate.bias.facts import GroupRates, Headline, History, Population, Proxies, Sensitivity, Tally
from gate.examine import examine
from gate.finding import Finding, Outcome
from gate.lineage.published import Dimension, Lineage, Published
from gate.policy import Policy, SignedPolicy, profile, sign_policy, verify_policy
from gate.subject import TOTAL, Cells, OutputColumn, Subject, SubjectError
from gate.verdict import Verdict

__all__ = [
    "TOTAL",
    "Cells",
    "Dimension",
    "Finding",
    "GroupRates",
    "Headline",
    "History",
    "Lineage",
    "Outcome",
    "OutputColumn",
    "Policy",
    "Population",
    "Proxies",
    "Published",
    "Sensitivity",
    "SignedPolicy",
    "Subject",
    "SubjectError",
    "Tally",
    "Verdict",
    "examine",
    "profile",
    "sign_policy",
    "verify_policy",
]
