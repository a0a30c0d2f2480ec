"""The world of random agreements and logs: its calendars, people, stages and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
LogRow = dict[str, Any]

START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # three days before Europe's clocks change
HOUR = timedelta(hours=1)
SPANS = ("3 hours", "6 hours", "1 day", "2 days", "3 days")
TERMS = (
    "1 business hour",
    "2 business hours",
    "3 business hours",
    "8 business hours",
    "1 business day",
    "2 business days",
    "end of the business day",
    "end of the next business day",
    "3 clock hours",
    "1 day",
)
STAGES = ("Lead", "MQL", "SAL", "Deal", "Customer")
GROUPS = ("fit", "engagement", "extra")
PEOPLE = ("Ana", "Ben", "Eva")
REASONS = ("no budget", "wrong timing", "bad data")
CHANNELS = ("phone", "email")
OBLIGATIONS = ("First response", "Decision", "Welcome", "Nurture")
PROGRAMS = ("Later", "Welcome")
LEADS = ("Ada", "Bo", "Cy", "Di")

CALENDARS: dict[str, Document] = {
    "berlin": {"timezone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}},
    "split": {
        "timezone": "Europe/Berlin",
        "hours": {"mon-fri": ["08:00-12:00", "14:00-18:00"], "sat": ["10:00-13:00"]},
        "exceptions": {"2026-03-30": [], "2026-03-29": ["10:00-14:00"]},
    },
    "new_york": {
        "timezone": "America/New_York",
        "hours": {"mon-fri": ["09:00-17:00"]},
        "holidays": {"country": "US", "also": ["2026-04-02"]},
    },
    "always": {"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}},
}


def some(options: st.SearchStrategy[Any], likely: bool = False) -> st.SearchStrategy[Any]:
    """An option, or nothing."""
    chances = [st.none(), options, options] if likely else [st.none(), st.none(), options]
    return st.one_of(chances)


def pruned(document: Document) -> Document:
    """A document without what is nothing."""
    return {key: value for key, value in document.items() if value is not None}
