# The unique constraint comes before the composite foreign keys that need it.

import django.db.models.deletion
from django.db import migrations, models

import register.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0001_register"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="register.delivery",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="period",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="delivery",
            name="supplements",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supplemented_by",
                to="register.delivery",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("id", "source", "period"), name="delivery_source_and_period"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=register.constraints.CompositeForeignKey(
                fields=("corrects", "source", "period"),
                name="delivery_corrects_one_of_its_period",
                to_fields=("id", "source", "period"),
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=register.constraints.CompositeForeignKey(
                fields=("supplements", "source", "period"),
                name="delivery_supplements_one_of_its_period",
                to_fields=("id", "source", "period"),
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("corrects__isnull", True), ("supplements__isnull", True), _connector="OR"),
                name="delivery_corrects_or_supplements",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects__isnull", True), models.Q(("period", ""), _negated=True), _connector="OR"
                ),
                name="delivery_corrects_within_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects__isnull", True), models.Q(("corrects", models.F("id")), _negated=True), _connector="OR"
                ),
                name="delivery_corrects_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supplements__isnull", True),
                    models.Q(("supplements", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="delivery_supplements_another",
            ),
        ),
    ]
