"""Under which keys somebody was known who was erased."""

from __future__ import annotations

from django.db import models


class Erased(models.Model):
    """A key of a person who was erased, as a digest that is keyed with the installation's secret.

    What happened until `at` is taken from nobody again, however late it is delivered.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "erased key"
        verbose_name_plural = "erased keys"

    def __str__(self) -> str:
        return f"erased at {self.at}"
