"""What a column most likely means whose name is not a known one: by its words and its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC

from leadpact.sources.instants import DateOrder, InstantError, read_moment

#: Texts that exports write where there is no value.
MEANINGLESS = (
    "", "Select", "(not set)", "(No value)", "N/A", "n/a", "null", "NULL", "None", "-", "--",
)  # fmt: skip

#: Words in the name of a date column → the moment that it tells, the surest first.
_MOMENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rejected_at", ("rejected", "rejection", "declined")),
    ("disqualified_at", ("disqualified", "unqualified", "disqualification", "lost")),
    ("mql", ("mql", "marketing qualified")),
    ("sal", ("sal", "sales accepted", "accepted")),
    ("sql", ("sql", "sales qualified")),
    ("opportunity", ("opportunity", "opp")),
    ("customer", ("customer", "client", "won")),
    ("handed_at", ("handed", "handoff", "handover", "hand over")),
    ("connected_at", (
        "connected", "connect", "talked", "talk", "spoke", "spoken", "conversation", "responded",
        "response", "answered", "reached", "contacted", "engaged", "engagement",
    )),
    ("attempted_at", ("attempt", "attempted", "called", "call", "dialled", "dialed", "outreach")),
    ("assigned_at", ("assigned", "assignment")),
    ("created", (
        "created", "creation", "signup", "sign up", "signed up", "registered", "registration",
        "added", "submitted", "received", "inquiry", "enquiry",
    )),
)  # fmt: skip
#: What makes a moment another than the first of its kind, or one that has not come.
_NOT_THE_FIRST = {
    "last", "latest", "recent", "previous", "next", "modified", "updated", "changed", "expected",
    "planned", "due", "birth", "birthday", "count", "number",
}  # fmt: skip
_NAMELESS = {"date", "day", "time", "timestamp", "datetime"}
_MOST_TEXTS = 500
_MOST = 0.5


def words_of(name: str) -> list[str]:
    """The words of a column's name, in lower case: `becameMQL_at` is became, mql, at."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).split()


def moment_of(name: str) -> str | None:
    """The role or stage that a date column of this name tells, or None."""
    words = words_of(name)
    if _NOT_THE_FIRST & set(words):
        return None
    said = f" {' '.join(words)} "
    for meaning, phrases in _MOMENTS:
        if any(f" {phrase} " in said for phrase in phrases):
            return meaning
    return None


def is_nameless(name: str) -> bool:
    """Whether a column is called nothing but a date."""
    return bool(words_of(name)) and set(words_of(name)) <= _NAMELESS


def holds_dates(values: Mapping[str, int]) -> bool:
    """Whether most of what stands in a column can be read as a date or time."""
    known = stated(values).most_common(_MOST_TEXTS)
    dated = sum(count for text, count in known if _is_date(text))
    return dated > _MOST * sum(count for _, count in known)


def stated(values: Mapping[str, int]) -> Counter[str]:
    """The texts of a column that mean something."""
    return Counter({text: n for text, n in values.items() if text not in MEANINGLESS})


def _is_date(text: str) -> bool:
    if text.isdigit():
        return False
    for order in DateOrder:
        try:
            read_moment(text, UTC, order)
        except InstantError:
            continue
        return True
    return False
