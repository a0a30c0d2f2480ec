"""Files that somebody sent in through the pages, on their way into the log."""

from __future__ import annotations

from django.db import models


class Upload(models.Model):
    """Files to be imported, what their columns are, and how far the import is.

    The files themselves lie in a folder of the installation named by `key` until they are imported.
    `files` tells of each its `role` (leads or deals), its `name` as sent, where it is `stored`, and
    its size in `bytes`; `meanings` what somebody says its columns are; `mapping` is the text of the
    mapping that follows. `beat_at` is the last sign of life of whoever imports it.
    """

    class State(models.TextChoices):
        """How far it is."""

        MAPPING = "mapping", "waits for its columns to be confirmed"
        WAITING = "waiting", "will be imported next"
        RUNNING = "running", "is being imported"
        DONE = "done", "imported"
        FAILED = "failed", "could not be imported"

    key = models.CharField(max_length=32, unique=True)
    name = models.TextField()
    actor = models.TextField(blank=True)
    created_at = models.DateTimeField()
    files = models.JSONField(default=list)
    meanings = models.JSONField(default=dict)
    timezone = models.TextField(blank=True)
    mapping = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    share = models.FloatField(default=0)
    doing = models.TextField(blank=True)
    error = models.TextField(blank=True)
    batch = models.TextField(blank=True)
    rows = models.PositiveBigIntegerField(default=0)
    fresh = models.PositiveBigIntegerField(default=0)
    leads = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "upload"
        verbose_name_plural = "uploads"
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="upload_to_import",
            )
        ]

    def __str__(self) -> str:
        return self.name
