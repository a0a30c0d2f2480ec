"""The views of lists that somebody saved."""

from __future__ import annotations

from django.db.models import QuerySet

from leadpact.ledger.models import SavedView, User


def views_of(user: User, listing: str) -> QuerySet[SavedView]:
    """A user's views of one list, by name."""
    return SavedView.objects.filter(user=user, listing=listing).order_by("name")
