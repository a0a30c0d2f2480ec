"""Figures that pages read, computed at most once a minute."""

from __future__ import annotations

from django.db import models


class PublishedMetric(models.Model):
    """One set of figures by its key, as JSON, with the moment that it tells of."""

    key = models.TextField(primary_key=True)
    as_of = models.DateTimeField()
    value = models.TextField()

    def __str__(self) -> str:
        return f"{self.key} as of {self.as_of}"
