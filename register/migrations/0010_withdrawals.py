# The unique constraint comes before the composite foreign key that needs it.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import register.constraints


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0009_remarks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="register.outboxevent",
                        to_field="operation",
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("how", models.CharField(max_length=10)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_state_is_known",
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="delivery",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawn_by", to="register.delivery"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.partner"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="withdrawal",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="register.withdrawal"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("event", "delivery"), name="delivery_withdrawal_and_delivery"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "destroyed", "withdrawn"])),
                name="delivery_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True), ("withdrawal__isnull", False), _connector="OR"
                ),
                name="delivery_withdrawn_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "received"), _negated=True), ("withdrawal__isnull", True), _connector="OR"
                ),
                name="delivery_withdrawn_stays_so",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=register.constraints.CompositeForeignKey(
                fields=("withdrawal", "id"), name="delivery_withdrawal_is_of_it", to_fields=("event", "delivery")
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["data_steward", "data_owner"])),
                name="delivery_withdrawal_by_steward_or_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="delivery_withdrawal_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["session", "demo"])), name="delivery_withdrawal_how_is_known"
            ),
        ),
    ]
