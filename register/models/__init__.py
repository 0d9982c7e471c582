"""The register's tables: the only state of a room. Rows about what was decided are added and never changed."""

from register.models.agreements import Agreement, AgreementGround, ProcessingAgreement, SharingTriple, Source
from register.models.consents import ConsentAcceptance, ConsentWithdrawal, StandingConsent
from register.models.decisions import Approval, Countersignature, Decision, Opinion, ReleaseDecision
from register.models.described import Described
from register.models.drafts import Draft
from register.models.events import OutboxEvent
from register.models.feedback import Feedback
from register.models.notices import Notice
from register.models.people import Membership, Partner, Person, Room
from register.models.probes import Probe, ProbeTerms, ProbeVoice
from register.models.remarks import Remark
from register.models.requests import Request, RequestSource
from register.models.restrictions import Restriction
from register.models.runs import Delivery, Release, Run, RunStage, Stage
from register.models.standing import StandingDecision, StandingGrant, StandingOpinion, StandingRelease, StandingStep
from register.models.versions import Version
from register.models.withdrawals import Withdrawal
from register.models.work import Inbox, Job, JobState, Schedule, Work

__all__ = [
    "Agreement",
    "AgreementGround",
    "Approval",
    "ConsentAcceptance",
    "ConsentWithdrawal",
    "Countersignature",
    "Decision",
    "Delivery",
    "Described",
    "Draft",
    "Feedback",
    "Inbox",
    "Job",
    "JobState",
    "Membership",
    "Notice",
    "Opinion",
    "OutboxEvent",
    "Partner",
    "Person",
    "Probe",
    "ProbeTerms",
    "ProbeVoice",
    "ProcessingAgreement",
    "Release",
    "ReleaseDecision",
    "Remark",
    "Request",
    "RequestSource",
    "Restriction",
    "Room",
    "Run",
    "RunStage",
    "Schedule",
    "SharingTriple",
    "Source",
    "Stage",
    "StandingConsent",
    "StandingDecision",
    "StandingGrant",
    "StandingOpinion",
    "StandingRelease",
    "StandingStep",
    "Version",
    "Withdrawal",
    "Work",
]
