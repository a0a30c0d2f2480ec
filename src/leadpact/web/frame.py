"""What every page has around it: the navigation, who is signed in, light or dark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from leadpact.ledger.models import CrmConnection, User
from leadpact.ledger.selectors.inbox import waiting_for
from leadpact.ledger.services.permits import Caller, of_user
from leadpact.web.appearance import chosen
from leadpact.web.registry import PageInfo, navigation

#: Headings of the navigation, each over the pages from this place on.
_HEADINGS = ((0, ""), (30, "Measure"), (60, "Improve"), (900, ""))
#: Pages with nothing to show until a CRM is connected.
_OF_CRM = {"reconciliation"}


@dataclass(frozen=True)
class Entry:
    """A line of the navigation; `late` counts what is overdue there."""

    label: str
    url: str
    here: bool
    late: int = 0


@dataclass(frozen=True)
class Group:
    """Lines of the navigation under one heading, which the first and the last do without."""

    heading: str
    entries: list[Entry]


@dataclass(frozen=True)
class Frame:
    """The surroundings of a page for its reader; nobody signed in has no navigation."""

    caller: Caller | None
    email: str
    groups: list[Group]
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
    now = getattr(request, "now", None) or datetime.now(UTC)
    groups = _groups(caller, request.path, now)
    return Frame(caller, user.email, groups, chosen(request), mails)


def _groups(caller: Caller, here: str, now: datetime) -> list[Group]:
    pages = navigation(caller)
    if not CrmConnection.objects.exists():
        pages = [each for each in pages if each.name not in _OF_CRM]
    return [
        Group(heading, [_entry(each, caller, here, now) for each in group])
        for heading, group in groupby(pages, key=lambda each: _heading(each.order))
    ]


def _heading(order: int) -> str:
    return [heading for begins, heading in _HEADINGS if begins <= order][-1]


def _entry(each: PageInfo, caller: Caller, here: str, now: datetime) -> Entry:
    url = reverse(each.name)
    within = here == url or (url != "/" and here.startswith(url))
    # Heads see everybody's leads there, so that a number would tell nothing of their own work.
    own = each.name == "inbox" and not caller.sees_all
    return Entry(each.nav, url, within, waiting_for(caller, now).overdue if own else 0)
