# Unique constraints come before the foreign keys that need them.

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import register.constraints


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("starts", models.DateField()),
                ("until", models.DateField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("operation", models.CharField(max_length=64, unique=True)),
                ("log", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                ("at", models.CharField(max_length=20)),
                ("fields", models.JSONField()),
                ("moved_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("demo", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("name", models.CharField(max_length=200)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AgreementGround",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60)),
                ("law", models.CharField(max_length=200)),
                ("document", models.CharField(max_length=200)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grounds", to="register.agreement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="register.outboxevent",
                        to_field="operation",
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("how", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=10)),
                ("subject_id", models.CharField(max_length=80)),
                ("action", models.CharField(max_length=20)),
                ("before", models.CharField(max_length=20)),
                ("after", models.CharField(max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="agreement",
            name="parties",
            field=models.ManyToManyField(related_name="agreements", to="register.partner"),
        ),
        migrations.CreateModel(
            name="ProcessingAgreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60)),
                ("document", models.CharField(max_length=200)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="processing", to="register.agreement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=100)),
                ("recipients", models.JSONField()),
                ("declaration", models.JSONField()),
                ("dpia", models.CharField(max_length=60, null=True)),
                ("dpia_approved", models.DateField(null=True)),
                ("dpia_valid_until", models.DateField(null=True)),
                ("dpia_status", models.CharField(max_length=20, null=True)),
                ("retention_until", models.DateField()),
                ("plan", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("round", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="draft", max_length=20)),
                ("held_from", models.CharField(blank=True, max_length=20)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="register.agreement"
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("plan", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("deliveries", models.JSONField()),
                ("state", models.CharField(default="running", max_length=20)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="register.request"
                    ),
                ),
                (
                    "runner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("outcome", models.CharField(max_length=20)),
                ("warnings", models.JSONField()),
                ("verdict_digest", models.CharField(max_length=64)),
                ("output_digest", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=20)),
                ("held_from", models.CharField(blank=True, max_length=20)),
                ("manifest_digest", models.CharField(blank=True, max_length=64)),
                ("examined_at", models.DateTimeField()),
                (
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "runner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="register.request"
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="release", to="register.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SharingTriple",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60)),
                ("purpose", models.CharField(max_length=100)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="triples", to="register.agreement"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.partner"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=200)),
                ("entity", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=64)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sources", to="register.partner"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RequestSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.CharField(max_length=200)),
                ("columns", models.JSONField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="register.request"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("rows_in", models.PositiveBigIntegerField()),
                ("rows_kept", models.PositiveBigIntegerField()),
                ("rows_quarantined", models.PositiveBigIntegerField()),
                ("received_at", models.DateTimeField()),
                ("state", models.CharField(default="received", max_length=20)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="register.source"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="approval",
                        serialize=False,
                        to="register.decision",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("round", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Countersignature",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="countersignature",
                        serialize=False,
                        to="register.decision",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="opinion",
                        serialize=False,
                        to="register.decision",
                    ),
                ),
                ("favourable", models.BooleanField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="ReleaseDecision",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="release_decision",
                        serialize=False,
                        to="register.decision",
                    ),
                ),
                ("outcome", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=64)),
                ("favourable", models.BooleanField()),
                ("reason", models.TextField()),
                ("answers", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("analyst", "analyst"),
                            ("data_steward", "data_steward"),
                            ("data_owner", "data_owner"),
                            ("legal_officer", "legal_officer"),
                            ("dpo", "dpo"),
                            ("release_officer", "release_officer"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="register.partner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "role", "partner"), name="membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "analyst",
                                    "data_steward",
                                    "data_owner",
                                    "legal_officer",
                                    "dpo",
                                    "release_officer",
                                    "auditor",
                                    "administrator",
                                ],
                            )
                        ),
                        name="membership_role_is_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="approval",
            name="partner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.partner"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="register.request"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="requester",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="countersignature",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="countersignature",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="countersignatures", to="register.release"
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="register.release"
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="adviser",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="countersignature",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.countersignature"
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="opinion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.opinion"
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="release",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="released_by", to="register.release"
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="requester",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="runner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="releasedecision",
            name="second",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.releasedecision"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(fields=("id", "requester"), name="request_and_requester"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("id", "request", "runner"), name="run_request_and_runner"),
        ),
        migrations.AddConstraint(
            model_name="requestsource",
            constraint=models.UniqueConstraint(fields=("request", "source"), name="request_source_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("source", "digest"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("event", "person"), name="decision_and_person"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(fields=("request", "round", "person"), name="approval_one_voice"),
        ),
        migrations.AddConstraint(
            model_name="countersignature",
            constraint=models.UniqueConstraint(
                fields=("decision", "release", "person"), name="countersignature_and_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.UniqueConstraint(
                fields=("decision", "release", "person", "favourable"), name="opinion_release_person_and_sense"
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=models.UniqueConstraint(fields=("decision", "release"), name="release_decision_and_release"),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                fields=("id", "requester", "runner", "outcome", "digest"), name="release_people_and_outcome"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "checked",
                            "consented",
                            "scheduled",
                            "running",
                            "completed",
                            "returned",
                            "on_hold",
                            "withdrawn",
                            "expired",
                            "revoked",
                        ],
                    )
                ),
                name="request_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["running", "completed", "stopped"])), name="run_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "destroyed"])), name="delivery_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rows_in",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rows_kept"), "+", models.F("rows_quarantined")
                        ),
                    )
                ),
                name="delivery_rows_add_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "role__in",
                        [
                            "analyst",
                            "data_steward",
                            "data_owner",
                            "legal_officer",
                            "dpo",
                            "release_officer",
                            "auditor",
                            "administrator",
                        ],
                    )
                ),
                name="decision_role_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["session", "demo"])), name="decision_how_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("requester")), _negated=True),
                name="approval_not_by_the_requester",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["legal_officer", "dpo"]), ("partner__isnull", True)),
                    models.Q(("kind", "data_owner"), ("partner__isnull", False)),
                    _connector="OR",
                ),
                name="approval_owner_speaks_for_a_partner",
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "FAIL"), _negated=True), name="release_never_after_fail"
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("officer", models.F("requester")), _negated=True),
                    models.Q(("officer", models.F("runner")), _negated=True),
                    models.Q(("officer", models.F("adviser")), _negated=True),
                ),
                name="release_officer_is_nobody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("favourable", True),
                    models.Q(
                        ("countersignature__isnull", False),
                        ("second__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("second", models.F("officer")), _negated=True),
                        models.Q(("second", models.F("requester")), _negated=True),
                        models.Q(("second", models.F("runner")), _negated=True),
                        models.Q(("second", models.F("adviser")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="release_against_advice_takes_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["examined", "advised", "released", "withheld", "refused", "on_hold", "revoked"])
                ),
                name="release_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["PASS", "WARN", "NOT ASSESSABLE", "FAIL"])),
                name="release_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("outcome", "FAIL"), _negated=True), ("state", "refused"), _connector="OR"),
                name="release_fail_stays_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["released", "revoked"]), _negated=True),
                    ("decision__isnull", False),
                    _connector="OR",
                ),
                name="release_needs_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=register.constraints.CompositeForeignKey(
                fields=("request", "requester"),
                name="approval_requester_is_the_requests",
                to_fields=("id", "requester"),
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=register.constraints.CompositeForeignKey(
                fields=("decision", "person"), name="approval_person_decided", to_fields=("event", "person")
            ),
        ),
        migrations.AddConstraint(
            model_name="countersignature",
            constraint=register.constraints.CompositeForeignKey(
                fields=("decision", "person"), name="countersignature_person_decided", to_fields=("event", "person")
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=register.constraints.CompositeForeignKey(
                fields=("decision", "person"), name="opinion_person_decided", to_fields=("event", "person")
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=register.constraints.CompositeForeignKey(
                fields=("decision", "officer"), name="release_decision_officer_decided", to_fields=("event", "person")
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=register.constraints.CompositeForeignKey(
                fields=("release", "requester", "runner", "outcome", "digest"),
                name="release_decision_as_examined",
                to_fields=("id", "requester", "runner", "outcome", "digest"),
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=register.constraints.CompositeForeignKey(
                fields=("opinion", "release", "adviser", "favourable"),
                name="release_decision_has_an_opinion",
                to_fields=("decision", "release", "person", "favourable"),
            ),
        ),
        migrations.AddConstraint(
            model_name="releasedecision",
            constraint=register.constraints.CompositeForeignKey(
                fields=("countersignature", "release", "second"),
                name="release_decision_second_signed",
                to_fields=("decision", "release", "person"),
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=register.constraints.CompositeForeignKey(
                fields=("request", "requester"), name="release_requester_is_the_requests", to_fields=("id", "requester")
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=register.constraints.CompositeForeignKey(
                fields=("run", "request", "runner"),
                name="release_runner_is_the_runs",
                to_fields=("id", "request", "runner"),
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=register.constraints.CompositeForeignKey(
                fields=("decision", "id"), name="release_decision_is_about_it", to_fields=("decision", "release")
            ),
        ),
    ]
