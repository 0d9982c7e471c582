import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import register.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0006_restrictions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="register.outboxevent",
                        to_field="operation",
                    ),
                ),
                ("indicator", models.TextField(blank=True)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
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
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feedback", to="register.release"
                    ),
                ),
                (
                    "released",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.releasedecision"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="feedback_says_something"
                    ),
                    register.constraints.CompositeForeignKey(
                        fields=("released", "release"),
                        name="feedback_on_what_was_released",
                        to_fields=("decision", "release"),
                    ),
                ],
            },
        ),
    ]
