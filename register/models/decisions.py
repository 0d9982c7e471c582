"""Who decided what. Separation of duties stands here as constraints; foreign keys hold each copied column true."""

from django.db import models
from django.db.models import F, Q

from register.constraints import CompositeForeignKey, one_of
from register.models.consents import ConsentAcceptance
from register.models.events import OutboxEvent
from register.models.people import Partner, Person
from register.models.requests import Request
from register.models.runs import Release
from register.workflow import BY_ITSELF, Role


class Decision(models.Model):
    """One step of the workflow table, taken by a person. It cannot exist without its event for the audit log.

    `how`: in a session of their own, as a played person of a demo room, or by a standing consent they accepted or a
    standing decision they took before.
    """

    event = models.OneToOneField(
        OutboxEvent, to_field="operation", on_delete=models.PROTECT, primary_key=True, related_name="decision"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decisions")
    role = models.CharField(max_length=20)
    how = models.CharField(max_length=10)
    subject = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=80)
    action = models.CharField(max_length=20)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="decision_and_person"),
            models.CheckConstraint(condition=one_of("role", Role), name="decision_role_is_known"),
            models.UniqueConstraint(fields=["event", "person", "how"], name="decision_person_and_how"),
            models.CheckConstraint(
                condition=Q(how__in=["session", "demo"])
                | Q(how="standing", role=Role.OWNER.value, subject="request", action="approve")
                | Q(how="standing", role=Role.RELEASE.value, subject="release", action=BY_ITSELF),
                name="decision_how_is_known",
            ),
        ]


class Approval(models.Model):
    """A yes to a request, given to its digest in one round.

    The requester cannot approve, and nobody speaks twice in a round: legal officer, owners and DPO are all different.
    `standing` names the acceptance by which an owner's yes was given beforehand; who accepted is who speaks.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="approval")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="approvals")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="+")
    round = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    how = models.CharField(max_length=10)
    standing = models.ForeignKey(ConsentAcceptance, on_delete=models.PROTECT, null=True, related_name="approvals")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("requester")), name="approval_not_by_the_requester"),
            models.UniqueConstraint(fields=["request", "round", "person"], name="approval_one_voice"),
            models.CheckConstraint(
                condition=one_of("kind", [Role.LEGAL, Role.DPO]) & Q(partner__isnull=True)
                | Q(kind=Role.OWNER.value, partner__isnull=False),
                name="approval_owner_speaks_for_a_partner",
            ),
            CompositeForeignKey(
                fields=("request", "requester"),
                to_fields=("id", "requester"),
                name="approval_requester_is_the_requests",
            ),
            CompositeForeignKey(
                fields=("decision", "person", "how"),
                to_fields=("event", "person", "how"),
                name="approval_person_decided",
            ),
            models.CheckConstraint(
                condition=Q(how="standing", kind=Role.OWNER.value, standing__isnull=False)
                | ~Q(how="standing") & Q(standing__isnull=True),
                name="approval_names_its_standing_consent",
            ),
            CompositeForeignKey(
                fields=("standing", "partner", "person"),
                to_fields=("event", "partner", "person"),
                name="approval_by_who_accepted_the_consent",
            ),
        ]


class Opinion(models.Model):
    """The DPO's opinion on a release. A later one takes its place."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, primary_key=True, related_name="opinion")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="opinions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    favourable = models.BooleanField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "release", "person", "favourable"], name="opinion_release_person_and_sense"
            ),
            CompositeForeignKey(
                fields=("decision", "person"),
                to_fields=("event", "person"),
                name="opinion_person_decided",
            ),
        ]


class Countersignature(models.Model):
    """A second release officer's consent to depart from an opinion against the release."""

    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, primary_key=True, related_name="countersignature"
    )
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="countersignatures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "release", "person"], name="countersignature_and_person"),
            CompositeForeignKey(
                fields=("decision", "person"),
                to_fields=("event", "person"),
                name="countersignature_person_decided",
            ),
        ]


class ReleaseDecision(models.Model):
    """The decision that something leaves. `answers` holds, per warning, the officer's four answers.

    It has an opinion on this release, or names the standing decision by which it left without a new one.
    """

    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, primary_key=True, related_name="release_decision"
    )
    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="released_by")
    officer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    runner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, null=True, related_name="+")
    standing = models.OneToOneField("register.StandingRelease", on_delete=models.PROTECT, null=True, related_name="+")
    adviser = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    favourable = models.BooleanField()
    countersignature = models.ForeignKey(Countersignature, on_delete=models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    answers = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "release"], name="release_decision_and_release"),
            models.CheckConstraint(condition=~Q(outcome="FAIL"), name="release_never_after_fail"),
            models.CheckConstraint(
                condition=~Q(officer=F("requester")) & ~Q(officer=F("runner")) & ~Q(officer=F("adviser")),
                name="release_officer_is_nobody_else",
            ),
            models.CheckConstraint(
                condition=Q(favourable=True)
                | Q(second__isnull=False, countersignature__isnull=False)
                & ~Q(reason="")
                & ~Q(second=F("officer"))
                & ~Q(second=F("requester"))
                & ~Q(second=F("runner"))
                & ~Q(second=F("adviser")),
                name="release_against_advice_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(opinion__isnull=False, standing__isnull=True)
                | Q(
                    opinion__isnull=True,
                    standing__isnull=False,
                    favourable=True,
                    outcome="PASS",
                    countersignature__isnull=True,
                    second__isnull=True,
                ),
                name="release_on_an_opinion_or_by_itself",
            ),
            CompositeForeignKey(
                fields=("standing", "release", "officer", "adviser"),
                to_fields=("step", "release", "officer", "adviser"),
                name="release_by_itself_as_decided",
            ),
            CompositeForeignKey(
                fields=("decision", "officer"),
                to_fields=("event", "person"),
                name="release_decision_officer_decided",
            ),
            CompositeForeignKey(
                fields=("release", "requester", "runner", "outcome", "digest"),
                to_fields=("id", "requester", "runner", "outcome", "digest"),
                name="release_decision_as_examined",
            ),
            CompositeForeignKey(
                fields=("opinion", "release", "adviser", "favourable"),
                to_fields=("decision", "release", "person", "favourable"),
                name="release_decision_has_an_opinion",
            ),
            CompositeForeignKey(
                fields=("countersignature", "release", "second"),
                to_fields=("decision", "release", "person"),
                name="release_decision_second_signed",
            ),
        ]
