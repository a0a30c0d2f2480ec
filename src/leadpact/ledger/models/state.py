"""What the engine makes of the log: a cache of its tables, made anew by `leadpact rebuild`."""

from __future__ import annotations

from django.db import models

from leadpact.ledger.models.leads import Lead


class LeadState(models.Model):
    """Where a lead stands. `next_at` is when time alone may change that; `digest` names the state.

    The columns are those of the engine's `lead_states`; `attributes` is JSON. `handed_off_at` is
    when the present passage was handed to sales, and `owed_at` when sales owes the lead the next
    thing: what an inbox is sorted by. `fills_cap` says whether it counts for its holder: it was
    given or handed over in its present passage and is open.
    """

    lead = models.OneToOneField(
        Lead, primary_key=True, on_delete=models.CASCADE, related_name="state"
    )
    status = models.TextField()
    episode = models.IntegerField(null=True)
    stage = models.TextField(null=True)
    stage_since = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    fit = models.FloatField(null=True)
    engagement = models.FloatField(null=True)
    tier = models.TextField(null=True)
    quality = models.TextField(null=True)
    segment = models.TextField(null=True)
    persona = models.TextField(null=True)
    profile = models.TextField(null=True)
    profile_fit = models.FloatField(null=True)
    holder = models.TextField(null=True)
    reason = models.TextField(null=True)
    unlocked = models.BooleanField(null=True)
    version = models.IntegerField(null=True)
    merged_into = models.TextField(null=True)
    attributes = models.TextField(default="{}")
    handed_off_at = models.DateTimeField(null=True)
    owed_at = models.DateTimeField(null=True)
    fills_cap = models.BooleanField(db_default=False)
    evaluated_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)

    class Meta:
        verbose_name = "state of a lead"
        verbose_name_plural = "states of leads"
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False),
                name="state_due",
            ),
            models.Index(fields=["holder", "status"], name="state_holder"),
            models.Index(
                fields=["owed_at"],
                condition=models.Q(status="open", handed_off_at__isnull=False),
                name="state_with_sales",
            ),
            models.Index(
                fields=["holder", "owed_at"],
                condition=models.Q(status="open", handed_off_at__isnull=False),
                name="state_with_sales_by_holder",
            ),
            models.Index(fields=["stage", "status"], name="state_stage"),
            models.Index(fields=["segment"], name="state_segment"),
            models.Index(fields=["stage", "lead"], name="state_by_stage"),
            models.Index(fields=["score", "lead"], name="state_by_score"),
            models.Index(
                fields=["holder"], condition=models.Q(fills_cap=True), name="state_fills_cap"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.status}"


class StageEntry(models.Model):
    """An entry into a stage, with what was pinned then."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="stage_entries")
    episode = models.IntegerField()
    stage = models.TextField()
    entered_at = models.DateTimeField()
    implied = models.BooleanField()
    recorded = models.BooleanField()
    segment = models.TextField(null=True)
    tier = models.TextField(null=True)
    quality = models.TextField(null=True)
    score = models.FloatField(null=True)
    fit = models.FloatField(null=True)
    engagement = models.FloatField(null=True)
    version = models.IntegerField(null=True)
    disputed = models.BooleanField(null=True)

    class Meta:
        verbose_name = "entry into a stage"
        verbose_name_plural = "entries into stages"
        indexes = [models.Index(fields=["stage", "entered_at"], name="entry_by_stage")]

    def __str__(self) -> str:
        return f"{self.lead_id} enters {self.stage}"


class Episode(models.Model):
    """A passage through the funnel."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="episodes")
    episode = models.IntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.TextField()
    reason = models.TextField(null=True)
    qualified_at = models.DateTimeField(null=True)
    handed_off_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "passage through the funnel"
        verbose_name_plural = "passages through the funnel"

    def __str__(self) -> str:
        return f"{self.lead_id} episode {self.episode}: {self.ending}"


class Clock(models.Model):
    """A promise about one lead, as it stood when the lead was last evaluated."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    episode = models.IntegerField()
    obligation = models.TextField()
    side = models.TextField()
    segment = models.TextField(null=True)
    version = models.IntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField()
    already_in_contact = models.BooleanField(default=False)
    logged_late = models.BooleanField(default=False)
    by_protocol = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    holder = models.TextField(null=True)
    qualified_at = models.DateTimeField(null=True)
    handed_off_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    working_seconds = models.FloatField(null=True)
    late_seconds = models.FloatField(null=True)
    protocol_step = models.IntegerField(null=True)

    class Meta:
        verbose_name = "promise about a lead"
        verbose_name_plural = "promises about leads"
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "episode", "obligation"], name="one_clock_a_promise"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(outcome="running"), name="clock_running"
            ),
            models.Index(
                fields=["due_at"], condition=models.Q(outcome="overdue"), name="clock_overdue"
            ),
            models.Index(fields=["holder", "outcome"], name="clock_by_holder"),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(outcome__in=("running", "overdue"), protocol_step=None),
                name="clock_open_promise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} of {self.lead_id}: {self.outcome}"


class ClockShare(models.Model):
    """A stretch of a clock's working time with one holder."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="clock_shares")
    episode = models.IntegerField()
    obligation = models.TextField()
    holder = models.TextField(null=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    working_seconds = models.FloatField()

    class Meta:
        verbose_name = "holder's share of the time of a promise"
        verbose_name_plural = "holders' shares of the time of promises"

    def __str__(self) -> str:
        return f"{self.obligation} of {self.lead_id} with {self.holder}"


class Exclusion(models.Model):
    """Why a lead was left out, also where it was taken back."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="exclusions")
    reason = models.TextField(null=True)
    at = models.DateTimeField()
    duplicate_of = models.TextField(null=True)
    detail = models.TextField(null=True)
    restored = models.BooleanField()

    class Meta:
        verbose_name = "lead left out"
        verbose_name_plural = "leads left out"
        indexes = [
            models.Index(fields=["reason"], name="exclusion_by_reason"),
            models.Index(fields=["at"], name="exclusion_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.reason}"


class NurtureEntry(models.Model):
    """A lead's time in a nurture program: touches done, the next one, and how the lead left."""

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="nurture_entries", db_index=False
    )
    episode = models.IntegerField()
    program = models.TextField()
    owner = models.TextField()
    entered_at = models.DateTimeField()
    step = models.PositiveIntegerField(default=0)
    next_step = models.TextField(null=True)
    next_channel = models.TextField(null=True)
    next_touch_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    exit = models.TextField(null=True)

    class Meta:
        verbose_name = "stay in a nurture program"
        verbose_name_plural = "stays in nurture programs"
        constraints = [
            models.UniqueConstraint(fields=["lead", "episode", "program"], name="in_a_program_once")
        ]
        indexes = [
            models.Index(fields=["next_touch_at", "id"], name="nurture_by_touch"),
            models.Index(fields=["step", "id"], name="nurture_by_step"),
            models.Index(fields=["program", "entered_at"], name="nurture_by_program"),
            models.Index(fields=["entered_at"], name="nurture_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.program}"
