# What is pointed to comes before the composite foreign keys that point to it; approvals from before learn from their
# decision how they were given.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery

from register.constraints import CompositeForeignKey


def copy_how(apps, _):
    decided = apps.get_model("register", "Decision").objects.filter(pk=OuterRef("decision_id"))
    apps.get_model("register", "Approval").objects.update(how=Subquery(decided.values("how")[:1]))


def _event(name):
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT,
        primary_key=True,
        related_name=name,
        serialize=False,
        to="register.outboxevent",
        to_field="operation",
    )


def _to(model, name="+", **options):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0002_periods"),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingConsent",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("agreement", _to("register.agreement", "consents")),
                ("partner", _to("register.partner", "consents")),
                ("purpose", models.CharField(max_length=100)),
                ("columns", models.JSONField()),
                ("recipients", models.JSONField()),
                ("minimum_people", models.PositiveIntegerField()),
                ("every_days", models.PositiveIntegerField()),
                ("until", models.DateField()),
                ("further", models.BooleanField()),
                ("declared", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest", "partner"), name="standing_consent_and_partner")
                ]
            },
        ),
        migrations.CreateModel(
            name="ConsentAcceptance",
            fields=[
                ("event", _event("acceptance")),
                ("consent", _to("register.standingconsent", "acceptances")),
                ("partner", _to("register.partner")),
                ("person", _to(settings.AUTH_USER_MODEL)),
                ("how", models.CharField(max_length=10)),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("consent", "number"), name="acceptance_once_at_a_time"),
                    models.UniqueConstraint(
                        fields=("event", "partner", "person"), name="acceptance_partner_and_person"
                    ),
                    models.UniqueConstraint(fields=("event", "partner"), name="acceptance_and_partner"),
                    models.CheckConstraint(condition=Q(how__in=["session", "demo"]), name="acceptance_how_is_known"),
                    CompositeForeignKey(
                        fields=("consent", "partner"),
                        to_fields=("digest", "partner"),
                        name="acceptance_by_the_partner_it_binds",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ConsentWithdrawal",
            fields=[
                ("event", _event("+")),
                (
                    "acceptance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="register.consentacceptance",
                    ),
                ),
                ("partner", _to("register.partner")),
                ("person", _to(settings.AUTH_USER_MODEL)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason"),
                    CompositeForeignKey(
                        fields=("acceptance", "partner"),
                        to_fields=("event", "partner"),
                        name="withdrawal_by_the_partner_it_binds",
                    ),
                ]
            },
        ),
        migrations.RemoveConstraint(model_name="approval", name="approval_person_decided"),
        migrations.RemoveConstraint(model_name="decision", name="decision_how_is_known"),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("event", "person", "how"), name="decision_person_and_how"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=Q(how__in=["session", "demo"])
                | Q(how="standing", role="data_owner", subject="request", action="approve"),
                name="decision_how_is_known",
            ),
        ),
        migrations.AddField(
            model_name="approval", name="how", field=models.CharField(default="", max_length=10), preserve_default=False
        ),
        migrations.AddField(
            model_name="approval",
            name="standing",
            field=_to("register.consentacceptance", "approvals", null=True),
        ),
        migrations.RunPython(copy_how, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="approval",
            constraint=CompositeForeignKey(
                fields=("decision", "person", "how"),
                to_fields=("event", "person", "how"),
                name="approval_person_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=Q(how="standing", kind="data_owner", standing__isnull=False)
                | ~Q(how="standing") & Q(standing__isnull=True),
                name="approval_names_its_standing_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=CompositeForeignKey(
                fields=("standing", "partner", "person"),
                to_fields=("event", "partner", "person"),
                name="approval_by_who_accepted_the_consent",
            ),
        ),
    ]
