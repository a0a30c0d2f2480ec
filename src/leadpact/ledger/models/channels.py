"""Over which channels people are told, and what somebody does not want to be told."""

from __future__ import annotations

from django.db import models


class Channel(models.Model):
    """A mailbox, a chat, anything that apprise speaks to. Its address is encrypted.

    `receivers` is a JSON list of people and teams, `kinds` one of kinds of notices; empty for all.
    """

    name = models.TextField(unique=True)
    address = models.TextField()
    receivers = models.TextField(default="[]")
    kinds = models.TextField(default="[]")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Mute(models.Model):
    """Somebody is not told of this kind of notice."""

    receiver = models.TextField()
    kind = models.TextField()

    class Meta:
        verbose_name = "kind of message not wanted"
        verbose_name_plural = "kinds of messages not wanted"
        constraints = [models.UniqueConstraint(fields=["receiver", "kind"], name="muted_once")]

    def __str__(self) -> str:
        return f"{self.receiver}: no {self.kind}"


class DigestDay(models.Model):
    """A working day of somebody whose digest was seen to, whether there was anything to say."""

    receiver = models.TextField()
    day = models.DateField()

    class Meta:
        verbose_name = "day of a digest"
        verbose_name_plural = "days of digests"
        constraints = [models.UniqueConstraint(fields=["receiver", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.receiver}, {self.day}"
