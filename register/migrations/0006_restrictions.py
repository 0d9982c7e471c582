import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0005_probes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="restriction",
                        serialize=False,
                        to="register.outboxevent",
                        to_field="operation",
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("key", models.CharField(max_length=16)),
                ("lifts", models.BooleanField()),
                ("at_least", models.PositiveIntegerField()),
                ("until", models.DateField(null=True)),
                ("role", models.CharField(max_length=20)),
                ("how", models.CharField(max_length=10)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.partner"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="restrictions", to="register.source"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["data_steward", "data_owner"])),
                        name="restriction_by_steward_or_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="restriction_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lifts", False), ("until__isnull", True), _connector="OR"),
                        name="restriction_that_lifts_has_no_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["session", "demo"])), name="restriction_how_is_known"
                    ),
                ],
            },
        ),
    ]
