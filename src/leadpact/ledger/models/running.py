"""How the processes that turn the live flow are doing."""

from __future__ import annotations

from django.db import models

from leadpact.ledger.models.leads import Lead


class Quarantine(models.Model):
    """A lead that could not be looked at, so that it no longer holds up the others.

    `error` names the mistake and its place, and nothing of the lead. It is tried again at
    `retry_at`, and as soon as something new becomes known of it.
    """

    lead = models.OneToOneField(
        Lead, primary_key=True, on_delete=models.CASCADE, related_name="quarantine"
    )
    since = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=1)
    retry_at = models.DateTimeField()
    error = models.TextField()

    class Meta:
        verbose_name = "lead put aside"
        verbose_name_plural = "leads put aside"
        indexes = [models.Index(fields=["retry_at"], name="quarantine_due")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.error}"


class Heartbeat(models.Model):
    """A worker's last sign of life, with what it did since it started."""

    worker = models.TextField(primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    turns = models.PositiveBigIntegerField(default=0)
    looks = models.PositiveBigIntegerField(default=0)
    decisions = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name = "sign of life of a worker"
        verbose_name_plural = "signs of life of workers"

    def __str__(self) -> str:
        return f"{self.worker} at {self.beat_at}"
