"""What both sides settled when they met."""

from __future__ import annotations

from django.db import models


class Outcome(models.Model):
    """A decision of a meeting, or an action of somebody; nothing is worked out from it."""

    class Kind(models.TextChoices):
        """What it is."""

        DECISION = "decision"
        ACTION = "action"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    meeting = models.TextField()
    held_on = models.DateField()
    text = models.TextField()
    owner = models.TextField(blank=True)
    due = models.DateField(null=True)
    by = models.TextField()
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["-held_on", "-id"], name="outcome_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.meeting}, {self.held_on:%Y-%m-%d}"
