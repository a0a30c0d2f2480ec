"""By whose wall clock times are shown: the reader's own."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

from leadpact.flows.quiet import zone_of
from leadpact.ledger.models import User
from leadpact.ledger.selectors import agreements

#: The browser says here in which zone it is.
COOKIE = "zone"


def zone_of_reader(request: HttpRequest, now: datetime) -> ZoneInfo:
    """The zone that the browser names, else that of the reader's calendar in the agreement."""
    named = request.COOKIES.get(COOKIE, "")
    if named in _known():
        return ZoneInfo(named)
    version = agreements.in_force(now)
    user = request.user
    person = user.person.name if isinstance(user, User) and user.person else ""
    return zone_of(person, version.agreement if version else None)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
