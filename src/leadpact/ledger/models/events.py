"""The log: rows that are appended and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from leadpact.ledger.models.leads import Lead


class Batch(models.Model):
    """An import: its rows can be withdrawn together. `bulk` arrivals are released at a pace."""

    key = models.TextField(primary_key=True)
    name = models.TextField()
    bulk = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    actor = models.TextField(blank=True)

    class Meta:
        verbose_name = "import"
        verbose_name_plural = "imports"

    def __str__(self) -> str:
        return self.name


class NamedByVoid(models.Func):
    """The id of the row that a void names; null where it names an import."""

    output_field = models.TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, Any]:
        """As an index of SQLite keeps it."""
        said = "json_extract(%(expressions)s, '$.{}')"
        return self._of(compiler, connection, said)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, Any]:
        """As an index of PostgreSQL keeps it."""
        said = "((%(expressions)s)::jsonb ->> '{}')"
        return self._of(compiler, connection, said)

    def _of(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, said: str
    ) -> tuple[str, Any]:
        row, batch = said.format("event_id"), said.format("batch")
        template = (
            f"(case when coalesce(cast({batch} as text), '') = '' then cast({row} as text) end)"
        )
        return self.as_sql(compiler, connection, template=template)


class Event(models.Model):
    """A row of the log, as `docs/semantics.md` §1 has it.

    Instants are microseconds since 1970, the way the engine reads them; `recorded` is null for a
    row that became known when it happened. `properties` is JSON. A row about the whole
    organisation has no lead.
    """

    source = models.TextField()
    event_id = models.TextField()
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="events")
    happened = models.BigIntegerField()
    recorded = models.BigIntegerField(null=True)
    kind = models.TextField()
    actor = models.TextField(blank=True)
    decided = models.BooleanField(default=False)
    # Whole batches of rows name one that is never deleted: the database need not look at each row.
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.PROTECT, related_name="events", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    properties = models.TextField(default="{}")

    class Meta:
        verbose_name = "fact"
        verbose_name_plural = "facts"
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_is_logged_once")
        ]
        indexes = [
            models.Index(
                fields=["kind", "happened"],
                condition=models.Q(lead=None),
                name="event_of_organisation",
            ),
            models.Index(
                NamedByVoid("properties"),
                condition=models.Q(kind="fact.voided"),
                name="event_named_by_void",
            ),
            models.Index(
                fields=["happened"],
                condition=models.Q(kind__in=["clock.disputed", "dispute.ruled"]),
                name="event_of_a_dispute",
            ),
            models.Index(
                fields=["batch"],
                condition=models.Q(batch__isnull=False),
                name="event_of_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.source} {self.event_id})"
