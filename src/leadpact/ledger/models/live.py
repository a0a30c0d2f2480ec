"""What keeps the live flow going: what changed, who was handed what, who must be told."""

from __future__ import annotations

from django.db import models

from leadpact.ledger.models.leads import Lead


class Change(models.Model):
    """A lead of which something became known; the worker takes it away when it has looked.

    Rows are only added by who writes facts, so that two writers never wait for each other.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="changes")
    noticed_at = models.DateTimeField()
    bulk = models.BooleanField(default=False)

    class Meta:
        verbose_name = "lead to look at"
        verbose_name_plural = "leads to look at"
        indexes = [models.Index(fields=["bulk", "id"], name="change_in_turn")]

    def __str__(self) -> str:
        return f"{self.lead_id} changed"


class Handoff(models.Model):
    """A lead that was passed to sales, once an episode, and where it went.

    Without a `person` it waits in a `queue`, to be looked at again at `look_at` (None: once
    something changes). `steps` tells as JSON how the route was found.
    """

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="handoffs", db_index=False
    )
    episode = models.IntegerField()
    handed_off_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True)
    person = models.TextField(null=True)
    team = models.TextField(null=True)
    queue = models.TextField(null=True)
    route = models.TextField(null=True)
    bulk = models.BooleanField(default=False)
    look_at = models.DateTimeField(null=True)
    steps = models.TextField(default="[]")

    class Meta:
        verbose_name = "handover"
        verbose_name_plural = "handovers"
        constraints = [
            models.UniqueConstraint(fields=["lead", "episode"], name="one_handoff_an_episode")
        ]
        indexes = [
            models.Index(
                fields=["handed_off_at"],
                condition=models.Q(person=None),
                name="handoff_queue",
            ),
            models.Index(fields=["person", "handed_off_at"], name="handoff_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} to {self.person or self.queue or 'nobody'}"


class Notice(models.Model):
    """Something that somebody must be told, once: `key` names the occasion and the receiver.

    `payload` is JSON. A notice is `waiting` until it is `sent`, given up on (`dead`), or no longer
    needed (`dropped`). Whoever tells it has it until `leased_until`.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        SENT = "sent"
        DEAD = "dead"
        DROPPED = "dropped"

    key = models.TextField(unique=True)
    kind = models.TextField()
    receiver = models.TextField()
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="notices")
    payload = models.TextField()
    created_at = models.DateTimeField()
    send_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    leased_by = models.TextField(blank=True)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        indexes = [
            models.Index(
                fields=["send_at"], condition=models.Q(state="waiting"), name="notice_waiting"
            ),
            models.Index(fields=["id"], condition=models.Q(state="dead"), name="notice_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.receiver}: {self.state}"


class Webhook(models.Model):
    """An address that is told of events; its secret is encrypted."""

    url = models.TextField()
    secret = models.TextField()
    kinds = models.TextField(default="[]")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.url
