"""When the heads are reminded that their agreement ends."""

from __future__ import annotations

from datetime import date, timedelta

from leadpact.agreement.organisation import Period

#: So long before its end, where the agreement says nothing.
_NOTICE = timedelta(days=60)
_LAST_CALL = timedelta(days=7)


def noticed_from(term: Period) -> date | None:
    """The first day on which its end is spoken of; None for a term without one."""
    if term.until is None:
        return None
    said = term.renewal_notice
    notice = timedelta(microseconds=said.microseconds) if said else _NOTICE
    return term.until - timedelta(days=notice.days)


def reminder_due(term: Period, today: date) -> date | None:
    """The day of the latest reminder that is due: when notice is given, a week before the end, on
    the last day and on the day after it.
    """
    first = noticed_from(term)
    if first is None or term.until is None:
        return None
    days = (first, term.until - _LAST_CALL, term.until, term.until + timedelta(days=1))
    return max((day for day in days if first <= day <= today), default=None)
