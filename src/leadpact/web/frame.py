"""What every page has around it: the navigation, who is signed in, light or dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from leadpact.ledger.models import User
from leadpact.ledger.services.permits import Caller, of_user
from leadpact.web.appearance import chosen
from leadpact.web.registry import navigation


@dataclass(frozen=True)
class Entry:
    """A line of the navigation."""

    label: str
    url: str
    here: bool


@dataclass(frozen=True)
class Frame:
    """The surroundings of a page for its reader; nobody signed in has no navigation."""

    caller: Caller | None
    email: str
    entries: list[Entry]
    theme: str
    mails: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: read only by templates that show it, so that other pages set no cookie."""
    return {"frame": SimpleLazyObject(lambda: _of(request)), "theme": chosen(request)}


def _of(request: HttpRequest) -> Frame:
    mails = bool(settings.LEADPACT_MAILS)
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Frame(None, "", [], chosen(request), mails)
    caller = getattr(request, "caller", None) or of_user(user)
    return Frame(caller, user.email, _entries(caller, request.path), chosen(request), mails)


def _entries(caller: Caller, here: str) -> list[Entry]:
    found = []
    for each in navigation(caller):
        url = reverse(each.name)
        within = here == url or (url != "/" and here.startswith(url))
        found.append(Entry(each.nav, url, within))
    return found
