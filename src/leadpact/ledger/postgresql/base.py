"""Django's own backend, but for one thing: a text that is a key has one index, not two.

For every key Django makes a second index that helps nobody but `LIKE 'begin%'`, which is asked
nowhere here.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base, schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Makes tables without indexes for the beginnings of texts."""

    def _create_like_index_sql(self, *_: Any) -> None:
        return None


class DatabaseWrapper(base.DatabaseWrapper):
    """What a connection is made of."""

    SchemaEditorClass = DatabaseSchemaEditor
