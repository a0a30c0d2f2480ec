"""The audit trail: every change to what decides, chained so that tampering shows."""

from __future__ import annotations

from django.db import models


class AuditEntry(models.Model):
    """Who changed what, when. `digest` is over the entry and the digest before it.

    What an entry says of somebody (`subject`, `detail`) is in the chain by its seal, which is over
    it and `salt`. An entry that lost its salt was blanked: the chain holds without its text.
    """

    at = models.DateTimeField()
    actor = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    detail = models.TextField(default="{}")
    salt = models.CharField(max_length=32, blank=True)
    seal = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "entry of the audit trail"
        verbose_name_plural = "audit trail"
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="audit_chain_does_not_fork")
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
