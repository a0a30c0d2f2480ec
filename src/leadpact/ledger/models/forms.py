"""Web forms that anybody may fill in, and how often they were lately."""

from __future__ import annotations

from django.db import models


class Form(models.Model):
    """A form by its public id. What is filled in becomes a fact of `kind`, with its name as `form`.

    `fields` is a JSON list of what it asks, `sites` one of the origins whose pages may hold it,
    `states` a JSON object of attributes that it states of leads it is the first to bring. `thanks`
    is the address to go to afterwards; empty for a page of ours.
    """

    key = models.CharField(max_length=20, primary_key=True)
    name = models.TextField(unique=True)
    kind = models.TextField()
    fields = models.TextField()
    sites = models.TextField(default="[]")
    states = models.TextField(default="{}")
    button = models.TextField()
    thanks = models.TextField(blank=True)
    per_hour = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "web form"
        verbose_name_plural = "web forms"

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"


class FormCount(models.Model):
    """How often a form was sent in a stretch of time, over all or from one network address.

    `digest` is keyed with the installation's secret and the stretch, so that no address can be read
    from it and none be followed.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    begins = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "count of a web form"
        verbose_name_plural = "counts of web forms"
        indexes = [models.Index(fields=["begins"], name="form_count_begins")]

    def __str__(self) -> str:
        return f"{self.count} since {self.begins}"
