"""The digest as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.vocabulary import Side
from leadpact.documents import words
from leadpact.flows.wording import when
from leadpact.ledger.selectors.days import Back

#: How each part is counted in the subject and headed in the text.
_PARTS: Mapping[str, tuple[str, str]] = {
    "broken": ("{n} broken", "Broken since {since}"),
    "overdue": ("{n} overdue", "Still open, overdue from before"),
    "waiting": ("{n} waiting", "Waiting, the least time left first"),
    Back.FROM_SALES: ("{n} came back", "Came back from sales since {since}"),
    Back.TO_MARKETING: ("{n} given back", "Given back to marketing since {since}"),
    Back.TO_ME: ("{n} yours again", "Qualified again and yours since {since}"),
}
_OF_CLOCKS = ("broken", "overdue", "waiting")


def subject_of(about: Mapping[str, Any]) -> str:
    """The subject: what there is, in numbers."""
    counted = [
        _PARTS[part["name"]][0].format(n=part["count"]) for part in about["parts"] if part["count"]
    ]
    return f"{'Your day' if about['alone'] else 'The day'}: {', '.join(counted)}"


def lines_of(
    about: Mapping[str, Any], zone: ZoneInfo, now: datetime, name: Callable[[str], str]
) -> list[str]:
    """The text, a line for each promise or lead; `name` tells a lead by its key."""
    since = _day(datetime.fromisoformat(str(about["since"])), zone, now)
    lines: list[str] = []
    for part in about["parts"]:
        if part["count"]:
            heading = _PARTS[part["name"]][1].format(since=since)
            lines += [*([""] if lines else []), f"{heading} ({part['count']}):"]
            lines += _first(part, not about["alone"], zone, now, name)
    return lines


def _first(
    part: Mapping[str, Any],
    with_holder: bool,
    zone: ZoneInfo,
    now: datetime,
    name: Callable[[str], str],
) -> Sequence[str]:
    lines = []
    for row in part["first"]:
        told = [name(row["lead_id"])]
        if part["name"] in _OF_CLOCKS:
            told += [row["obligation"], _due(row, zone, now)]
            of_sales = row["side"] == Side.SALES
            told += [row["holder"]] if with_holder and of_sales and row["holder"] else []
        elif row["reason"]:
            told.append(row["reason"])
        lines.append(f"- {' · '.join(told)}")
    rest = part["count"] - len(lines)
    return [*lines, *([f"- and {words.number(rest)} more"] if rest else [])]


def _due(row: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> str:
    due = when(datetime.fromisoformat(str(row["due_at"])), zone, now)
    if row["outcome"] == "running":
        return f"due {due}"
    return f"was due {due}, {'still open' if row['outcome'] == 'overdue' else 'done late'}"


def _day(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if today - day == timedelta(days=1):
        return "yesterday"
    return f"{day:%A}" if today - day < timedelta(days=7) else f"{day.day} {day:%b}"
