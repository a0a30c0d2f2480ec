"""Figures that pages and programs read: those of the last measurement, and of what they tell."""

from __future__ import annotations

from django.db import models

from leadpact.ledger.models.agreements import AgreementVersion


class Measurement(models.Model):
    """One row: the moment and the version that the published figures are of.

    `newest`, `recent`, `versions` and `imported_at` say how much was known when it began: another
    is worth its while once one of them has changed, or at `next_at`, when time alone moves a
    figure. `proposed_at` is when leads that may be one were looked for. Whoever measures is named
    in `leased_by`; nobody else begins before `leased_until`. `counts` is JSON.
    """

    as_of = models.DateTimeField(null=True)
    agreement = models.ForeignKey(AgreementVersion, null=True, on_delete=models.PROTECT)
    newest = models.BigIntegerField(default=0)
    recent = models.BigIntegerField(default=0)
    versions = models.BigIntegerField(default=0)
    imported_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    counts = models.TextField(default="{}")
    proposed_at = models.DateTimeField(null=True)
    leased_by = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "last measurement"
        verbose_name_plural = "last measurement"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="measurement_is_one")]

    def __str__(self) -> str:
        return f"figures as of {self.as_of}"


class PublishedMetric(models.Model):
    """A figure: a metric in a period, of everything or of one value (`group`) of a dimension.

    With `by` an empty `group` is what is not stated; no stated value is empty. `low` and `high` are
    the 95 % interval of a share, `n` the cases. A figure keeps its row from one measurement to the
    next; nothing is kept of what it was before.
    """

    name = models.TextField()
    period = models.CharField(max_length=10)
    by = models.CharField(max_length=12, blank=True)
    group = models.TextField(blank=True)
    value = models.FloatField(null=True)
    unit = models.TextField()
    n = models.BigIntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)

    class Meta:
        verbose_name = "figure"
        verbose_name_plural = "figures"
        indexes = [
            models.Index(fields=["period", "by"], name="metric_of_period"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.period} {self.group}"


class PublishedStanding(models.Model):
    """How a promise stands: an obligation with its clocks, or a goal with its hurdles, as JSON."""

    class Kind(models.TextChoices):
        """What was promised."""

        OBLIGATION = "obligation"
        GOAL = "goal"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    place = models.PositiveIntegerField()
    name = models.TextField()
    value = models.TextField()

    class Meta:
        verbose_name = "verdict on a promise"
        verbose_name_plural = "verdicts on promises"
        constraints = [
            models.UniqueConstraint(fields=["kind", "place"], name="standing_has_its_place")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class PublishedPart(models.Model):
    """A part of the pages of figures, as JSON: what `documents.stored` made of a report.

    `made_at` is when it was counted, `sha256` the agreement it was counted under.
    """

    key = models.TextField(primary_key=True)
    value = models.TextField()
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = "part of a page of figures"
        verbose_name_plural = "parts of pages of figures"

    def __str__(self) -> str:
        return self.key


class PublishedList(models.Model):
    """What a figure of a part was counted from: the first of its leads, as JSON.

    `places` says of longer groups where in `PublishedPiece` all of their cases lie. `part` names
    the part whose figures open to it, where that is renewed apart from all others.
    """

    key = models.CharField(max_length=20, primary_key=True)
    part = models.TextField(blank=True)
    value = models.TextField()
    places = models.BinaryField(null=True)
    digest = models.CharField(max_length=32)

    class Meta:
        verbose_name = "list behind a figure"
        verbose_name_plural = "lists behind figures"

    def __str__(self) -> str:
        return self.key


class PublishedPiece(models.Model):
    """Some of the cases that long lists are of, as JSON; `digest` changes when one of them does.

    `part` is that of the lists.
    """

    part = models.TextField(blank=True)
    source = models.TextField()
    number = models.PositiveIntegerField()
    value = models.TextField()
    digest = models.CharField(max_length=80)

    class Meta:
        verbose_name = "piece of a long list"
        verbose_name_plural = "pieces of long lists"
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="piece_of_cases_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"


class PublishedTrait(models.Model):
    """Something that leads had or did, and how often they became customers beside the others.

    Shares are parts of one, `times` a ratio, each with its 95 % interval; NULL is not told. What
    counts leads opens to the lists of that key. `place` is the order by what it tells.
    """

    place = models.PositiveIntegerField(primary_key=True)
    name = models.TextField()
    is_act = models.BooleanField()
    word = models.CharField(max_length=20)
    leads = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    share = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    of_others = models.FloatField(null=True)
    times = models.FloatField(null=True)
    times_low = models.FloatField(null=True)
    times_high = models.FloatField(null=True)
    leads_list = models.CharField(max_length=20, blank=True)
    customers_list = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = "trait of leads"
        verbose_name_plural = "traits of leads"

    def __str__(self) -> str:
        return self.name
