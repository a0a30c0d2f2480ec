"""A lookup for long lists: one statement and one parameter, however many values there are."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    _Lookup = models.Lookup[Collection[str]]
else:
    _Lookup = models.Lookup


@models.CharField.register_lookup
@models.TextField.register_lookup
class Among(_Lookup):
    """Is one of these texts: `filter(key__among=[…])`.

    `in` has a place in the statement for each value, which is slow to write and to read for
    thousands, and on SQLite has its limit.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """The condition, and what it is given."""
        column, params = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = any(%s)", (*params, values)
        return f"{column} in (select value from json_each(%s))", (*params, json.dumps(values))
