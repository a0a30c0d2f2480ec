"""Lists as people like to see them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A user's own view of a list: the search, filters and order as the query of an address."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    listing = models.TextField()
    name = models.TextField()
    query = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "listing", "name"], name="view_is_saved_under_one_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.listing}"
