"""Customer systems that the installation is connected with, and what it knows of their records."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from leadpact.ledger.models.leads import Lead


class _Connected(models.Manager["CrmConnection"]):
    """Connections that were not cut."""

    def get_queryset(self) -> models.QuerySet[CrmConnection]:
        return super().get_queryset().filter(cut_at=None)


class CrmConnection(models.Model):
    """A customer system. Its credentials are encrypted; `mapping` is the text of its `crm.yaml`.

    One that was cut has no credentials and is among `ever` alone: what it brought is known by, when
    it is made anew.

    In `shadow` everything is read and nothing written. `pages` is what the addresses begin with at
    which people see its records. Whoever speaks with it has it until
    `leased_until`. `calls` are those made on `calls_day`; nothing is asked before `rest_until`.
    `clock_ahead` is by how many seconds its clock was ahead of ours when it answered last.
    """

    system = models.CharField(max_length=20, unique=True)
    account = models.TextField(blank=True)
    own_mark = models.TextField(blank=True)
    address = models.TextField(blank=True)
    pages = models.TextField(blank=True)
    credentials = models.TextField()
    mapping = models.TextField()
    shadow = models.BooleanField(default=True)
    connected_at = models.DateTimeField()
    cut_at = models.DateTimeField(null=True)
    pulled_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    sweep_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)
    rest_until = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    calls_day = models.DateField(null=True)
    calls_left = models.PositiveIntegerField(null=True)
    clock_ahead = models.IntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    leased_by = models.TextField(blank=True)

    objects: ClassVar[_Connected] = _Connected()
    ever: ClassVar[models.Manager[CrmConnection]] = models.Manager()

    class Meta:
        verbose_name = "CRM connection"
        verbose_name_plural = "CRM connections"

    def __str__(self) -> str:
        return f"{self.system} {self.account}"


class CrmCursor(models.Model):
    """How far an object was read. `after` is where a reading that was interrupted goes on.

    `since` is the instant up to which all changes are known; null before the first reading ended.
    `began_at` is when the reading under way began, `deleted_since` is as `since` for deletions.
    """

    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="cursors")
    object = models.TextField()
    since = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    after = models.TextField(blank=True)
    deleted_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "place up to which the CRM was read"
        verbose_name_plural = "how far the CRM was read"
        constraints = [
            models.UniqueConstraint(fields=["connection", "object"], name="crm_object_once")
        ]

    def __str__(self) -> str:
        return f"{self.object} since {self.since}"


class CrmRecord(models.Model):
    """A record of a customer system as it was read last, and what the log has from it.

    `prints` has a short print of each value by property, `values` those that are compared with
    ours, as JSON objects. `told` has the facts that stand by their mark with the number of their
    last telling, `withdrawn` those that no longer do. `lacks`: it is linked with people who
    were not there when it was read.
    """

    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="records")
    object = models.TextField()
    number = models.TextField()
    lead = models.ForeignKey(Lead, null=True, on_delete=models.CASCADE, related_name="crm_records")
    modified_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    absorbed_by = models.TextField(blank=True)
    prints = models.TextField(default="{}")
    values = models.TextField(default="{}")
    links = models.TextField(default="[]")
    told = models.TextField(default="{}")
    withdrawn = models.TextField(default="{}")
    lacks = models.BooleanField(default=False)

    class Meta:
        verbose_name = "CRM record"
        verbose_name_plural = "CRM records"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "object", "number"], name="crm_record_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["connection"], condition=models.Q(lacks=True), name="crm_record_lacking"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.number}"


class CrmOwner(models.Model):
    """Somebody who may hold records there, and which of our people that is."""

    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="owners")
    number = models.TextField()
    name = models.TextField()
    email = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    person = models.TextField(blank=True)

    class Meta:
        verbose_name = "CRM owner"
        verbose_name_plural = "CRM owners"
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="crm_owner_once")
        ]

    def __str__(self) -> str:
        return self.name


class CrmWrite(models.Model):
    """What a field of a record should be, and what was written there last: one row a field.

    `field` is a property's name, or `task …` and `note …` for what is made beside a record.
    `written` is null until it got through; `made` is the id of what was made. `undone` counts how
    often what was written was changed back there, one time after the other.
    """

    record = models.ForeignKey(CrmRecord, on_delete=models.CASCADE, related_name="writes")
    field = models.TextField()
    wanted = models.TextField()
    wanted_at = models.DateTimeField()
    written = models.TextField(null=True)
    written_at = models.DateTimeField(null=True)
    made = models.TextField(blank=True)
    open = models.BooleanField(default=True)
    attempts = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = "field to write into the CRM"
        verbose_name_plural = "fields to write into the CRM"
        constraints = [models.UniqueConstraint(fields=["record", "field"], name="crm_field_once")]
        indexes = [
            models.Index(fields=["try_at"], condition=models.Q(open=True), name="crm_write_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {'open' if self.open else 'done'}"


class CrmDue(models.Model):
    """A lead whose state changed: what stands in a customer system is to be compared with it."""

    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="due")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="crm_due")
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = "lead to compare with the CRM"
        verbose_name_plural = "leads to compare with the CRM"

    def __str__(self) -> str:
        return f"{self.lead_id} is to be compared"


class CrmNudge(models.Model):
    """The system said that a record changed: it is read at once. `key` is its message's.

    `forget`: it said that the person is to be forgotten.
    """

    connection = models.ForeignKey(CrmConnection, on_delete=models.CASCADE, related_name="nudges")
    object = models.TextField()
    number = models.TextField()
    key = models.TextField()
    forget = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "change reported by the CRM"
        verbose_name_plural = "changes reported by the CRM"
        constraints = [models.UniqueConstraint(fields=["connection", "key"], name="crm_nudge_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(done_at=None), name="crm_nudge_open")
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.number}"


class CrmComparison(models.Model):
    """Our figures beside those of a customer system, as of a moment; `counts` is JSON."""

    connection = models.OneToOneField(
        CrmConnection, primary_key=True, on_delete=models.CASCADE, related_name="comparison"
    )
    as_of = models.DateTimeField()
    seconds = models.FloatField(default=0)
    counts = models.TextField(default="[]")
    differences = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "comparison with the CRM"
        verbose_name_plural = "comparisons with the CRM"

    def __str__(self) -> str:
        return f"{self.connection_id} as of {self.as_of}"


class CrmDisagreement(models.Model):
    """A record about which the two sides say different things, and why; `url` shows it there."""

    connection = models.ForeignKey(
        CrmConnection, on_delete=models.CASCADE, related_name="disagreements"
    )
    what = models.TextField()
    lead = models.ForeignKey(
        Lead, null=True, on_delete=models.CASCADE, related_name="crm_disagreements"
    )
    record = models.TextField()
    here = models.TextField(blank=True)
    there = models.TextField(blank=True)
    cause = models.TextField()
    url = models.TextField(blank=True)

    class Meta:
        verbose_name = "difference from the CRM"
        verbose_name_plural = "differences from the CRM"
        indexes = [
            models.Index(fields=["connection", "what", "cause"], name="crm_disagreement_by_cause")
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.what}"
