"""Saving and forgetting views of lists and the campaigns one follows; each is its user's own."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from leadpact.ledger.models import SavedView, User
from leadpact.ledger.selectors.saved_views import CAMPAIGNS, FOLLOWED

_LONGEST_NAME = 60
_LONGEST_QUERY = 2000
_MOST = 50


class ViewError(Exception):
    """A view cannot be saved as asked; the message is a sentence for the user."""


def save_view(user: User, listing: str, name: str, query: str) -> SavedView:
    """Save a view of a list under a name; one of the same name is replaced. Raises ViewError."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise ViewError(f"Give the view a name of at most {_LONGEST_NAME} letters.")
    if len(query) > _LONGEST_QUERY:
        raise ViewError("This view has too many filters to be saved.")
    known = SavedView.objects.filter(user=user, listing=listing)
    if known.exclude(name=name).count() >= _MOST:
        raise ViewError(f"You have {_MOST} views of this list: forget one first.")
    saved, _ = SavedView.objects.update_or_create(
        user=user, listing=listing, name=name, defaults={"query": query}
    )
    return saved


def forget_view(user: User, number: int) -> bool:
    """Forget one of a user's own views; whether there was one."""
    forgotten, _ = SavedView.objects.filter(user=user, pk=number).delete()
    return bool(forgotten)


def follow_campaigns(user: User, names: Iterable[str]) -> None:
    """Let the user's home be about these campaigns; about all of them where none is named."""
    chosen = sorted(set(names))[:_MOST]
    if not chosen:
        SavedView.objects.filter(user=user, listing=CAMPAIGNS).delete()
        return
    query = urlencode([(CAMPAIGNS, each[:_LONGEST_QUERY]) for each in chosen])
    SavedView.objects.update_or_create(
        user=user, listing=CAMPAIGNS, name=FOLLOWED, defaults={"query": query}
    )
