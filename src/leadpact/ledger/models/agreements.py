"""The versions of the agreement, and who accepted each."""

from __future__ import annotations

from django.db import models


class AgreementVersion(models.Model):
    """A version that never changes. `text` is the file; `resolved` is what clocks run on.

    `resolved` is the document as JSON with public holidays written out as dates, so that a newer
    list of holidays changes no clock. `zone_release` names the zone database it was resolved with.
    """

    name = models.TextField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    resolved = models.TextField()
    zone_release = models.TextField()
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.TextField()

    class Meta:
        verbose_name = "version of the agreement"
        verbose_name_plural = "versions of the agreement"
        constraints = [
            models.UniqueConstraint(fields=["effective_from"], name="one_version_comes_into_force")
        ]

    def __str__(self) -> str:
        return f"{self.name}, from {self.effective_from:%Y-%m-%d}"


class Acceptance(models.Model):
    """The head of a side accepted a version: the text whose hash is `sha256`, and no other."""

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="acceptances"
    )
    side = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    by = models.TextField()
    email = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="a_side_accepts_once")
        ]

    def __str__(self) -> str:
        return f"{self.side} accepted {self.version_id}"
