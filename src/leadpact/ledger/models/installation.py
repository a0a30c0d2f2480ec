"""The installation itself: since when it acts, and whether it does."""

from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One row. Facts before `live_since` are history: they start no clock and tell nobody.

    Without `live_since`, and in `shadow`, everything is evaluated and shown, and nothing is handed
    over, assigned or told; `acts_again_since` is when shadow mode last ended. `made_up` is the
    ledger of the demonstration: its people are nobody, so that whoever sits at this machine may be
    any of them.
    """

    live_since = models.DateTimeField(null=True)
    shadow = models.BooleanField(default=False)
    acts_again_since = models.DateTimeField(null=True)
    made_up = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "installation"
        verbose_name_plural = "installation"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="installation_is_one")]

    def __str__(self) -> str:
        return "shadow mode" if self.shadow else f"live since {self.live_since}"
