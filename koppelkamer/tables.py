"""The register's tables: made at once where there are none, else brought up to date step by step."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor


def migrate() -> None:
    """Make the register's tables or bring them up to date."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from register.guards import keep

    executor = MigrationExecutor(connection)
    if connection.vendor == "sqlite" and not connection.introspection.table_names():
        _make(executor)
    # Django's command writes out every model as it once was, also when nothing is left to do.
    elif executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    else:
        keep()
        return
    keep()
    call_command("createcachetable", verbosity=0)


def _make(executor: "MigrationExecutor") -> None:
    """All tables as the models have them now, with every migration written down as done: whole or not at all.

    Going through the migrations one by one takes seconds, most of them spent on models as they once were. PostgreSQL
    goes that way all the same: it wants to see the key that a foreign key points to first.
    """
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    with connection.schema_editor() as editor:
        editor.create_model(MigrationRecorder.Migration)
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        for app, name in executor.loader.graph.nodes:
            executor.recorder.record_applied(app, name)
