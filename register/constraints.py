"""A composite foreign key, which Django's ORM does not offer.

It lets a row copy columns of the row it points to (the requester, the gate's outcome), and the database keep the copy
true, so that a CHECK on the copy is a CHECK on the original.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model, Q


class CompositeForeignKey(BaseConstraint):
    """`fields` together reference `to_fields` of the model the first of them points to, which must be unique together.

    A row with a null among its fields references nothing (SQL's MATCH SIMPLE). Checked at the end of a transaction, as
    Django's own foreign keys are.
    """

    def __init__(self, *, fields: tuple[str, ...], to_fields: tuple[str, ...], name: str) -> None:
        super().__init__(name=name)
        self.fields, self.to_fields = tuple(fields), tuple(to_fields)

    def constraint_sql(self, model: Any, schema_editor: Any) -> str:
        return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self._reference(model, schema_editor)}"

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        table, name = schema_editor.quote_name(model._meta.db_table), schema_editor.quote_name(self.name)
        return f"ALTER TABLE {table} DROP CONSTRAINT {name}"

    def validate(self, *_: Any, **__: Any) -> None:
        """Nothing to do before saving: the database decides."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, arguments, options = super().deconstruct()
        return path, arguments, options | {"fields": self.fields, "to_fields": self.to_fields}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CompositeForeignKey) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.fields, self.to_fields))

    def _reference(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        target: Any = model._meta.get_field(self.fields[0]).related_model
        return (
            f"FOREIGN KEY ({_columns(model, self.fields, schema_editor)}) "
            f"REFERENCES {schema_editor.quote_name(target._meta.db_table)} "
            f"({_columns(target, self.to_fields, schema_editor)}) DEFERRABLE INITIALLY DEFERRED"
        )


def _columns(model: type[Model], fields: tuple[str, ...], schema_editor: BaseDatabaseSchemaEditor) -> str:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    return ", ".join(schema_editor.quote_name(columns[field]) for field in fields)


def one_of(field: str, options: Iterable[str]) -> Q:
    """The field has one of the values; plain text, so that migrations do not depend on an enumeration."""
    return Q(**{f"{field}__in": [str(option) for option in options]})
