"""Over which channels people are told."""

from __future__ import annotations

from django.db import models


class Channel(models.Model):
    """A mailbox, a chat, anything that apprise speaks to. Its address is encrypted.

    `receivers` is a JSON list of people, teams or sides; empty for everybody.
    """

    name = models.TextField(unique=True)
    address = models.TextField()
    receivers = models.TextField(default="[]")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
