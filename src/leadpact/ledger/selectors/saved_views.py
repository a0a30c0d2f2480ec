"""The views of lists that somebody saved."""

from __future__ import annotations

from urllib.parse import parse_qs

from django.db.models import QuerySet

from leadpact.ledger.models import SavedView, User

#: The list of campaigns, of which a marketer has one view: those that they follow.
CAMPAIGNS, FOLLOWED = "campaigns", "followed"


def views_of(user: User, listing: str) -> QuerySet[SavedView]:
    """A user's views of one list, by name."""
    return SavedView.objects.filter(user=user, listing=listing).order_by("name")


def followed_campaigns(user: User) -> set[str]:
    """The campaigns that a user follows; none means all."""
    view = SavedView.objects.filter(user=user, listing=CAMPAIGNS, name=FOLLOWED).first()
    return set(parse_qs(view.query).get(CAMPAIGNS, ())) if view else set()
