"""What waits for a decision of somebody: counted in small tables, never in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leadpact.agreement.renewal import noticed_from
from leadpact.ledger.models import (
    Channel,
    Handoff,
    Notice,
    Quarantine,
    Role,
)
from leadpact.ledger.selectors import acceptances, agreements, figures
from leadpact.ledger.selectors.disputes import count_unruled
from leadpact.ledger.selectors.proposals import count_open_pairs, many_pairs
from leadpact.ledger.services.permits import Act, Caller

#: Whose promises the roles answer for; the others answer for both.
_SIDE: dict[str, str] = {
    Role.MARKETING_HEAD: "marketing",
    Role.MARKETER: "marketing",
    Role.SALES_HEAD: "sales",
    Role.REP: "sales",
}
_MOST_GOALS = 4


@dataclass(frozen=True)
class Decision:
    """Something to decide: what it is about, how it stands, and what is done on a page."""

    text: str
    url_name: str = ""
    does: str = ""
    stands: str = ""
    query: str = ""


@dataclass(frozen=True)
class Waits:
    """What waits for somebody, and how many promises of the other side will likely be missed."""

    own: list[Decision]
    of_others: int = 0
    other: str = ""


def to_decide(caller: Caller, now: datetime) -> Waits:
    """What waits for the caller: a few queries."""
    side = _SIDE.get(caller.role or "", "")
    goals = _goals()
    mine = [each for of, each in goals if not side or of == side]
    found = [*mine[:_MOST_GOALS]]
    if side != "marketing":
        found += _waiting()
    if caller.role not in (Role.MARKETER, Role.VIEWER):
        found += _term(now)
    if caller.may(Act.ACCEPT) and side:
        found += _unaccepted(side, now)
    if caller.may(Act.RULE):
        found += _disputes(caller)
    if caller.may(Act.CLEAN):
        found += _proposals(caller)
    if caller.may(Act.ADMINISTER):
        found += [*_put_aside(), *_untold()]
    other = "sales" if side == "marketing" else "marketing"
    return Waits(found, len(goals) - len(mine), other)


def _waiting() -> list[Decision]:
    count = Handoff.objects.filter(person=None).count()
    if not count:
        return []
    verb = "lead waits" if count == 1 else "leads wait"
    text = f"{count:,} {verb} for somebody in sales who is free"
    return [Decision(text, "leads", "See them", query="?status=with+sales&holder=-")]


def _disputes(caller: Caller) -> list[Decision]:
    count = count_unruled(caller)
    if not count:
        return []
    noun = "dispute waits" if count == 1 else "disputes wait"
    text = f"{count:,} {noun} for a ruling"
    return [Decision(text, "disputes", "Rule on them", query="?stands=waits")]


def _proposals(caller: Caller) -> list[Decision]:
    count = count_open_pairs(caller)
    if not count:
        return []
    alike = many_pairs(count, "of leads ")
    text = f"{alike[0].upper()}{alike[1:]} like one person"
    return [Decision(text, "pairs", "Merge or keep apart", query="?state=open")]


def _put_aside() -> list[Decision]:
    count = Quarantine.objects.count()
    if not count:
        return []
    noun = "lead" if count == 1 else "leads"
    return [
        Decision(f"{count:,} {noun} cannot be evaluated", stands="the worker’s journal says why")
    ]


def _untold() -> list[Decision]:
    """Messages that nobody receives, since there is nothing to send them over."""
    if Channel.objects.filter(active=True).exists():
        return []
    count = Notice.objects.filter(state=Notice.State.WAITING).count()
    if not count:
        return []
    noun = "message waits" if count == 1 else "messages wait"
    text = f"{count:,} {noun}: nobody is told anything yet"
    return [Decision(text, "settings_notices", "Choose how to tell people")]


def _goals() -> list[tuple[str, Decision]]:
    """Promises that will likelier be missed than kept, the worst first, each with its side."""
    row = figures.part("overview")
    # What an older release published says nothing of it.
    found = json.loads(row.value).get("off_course", []) if row else []
    return [
        (each["side"], Decision(each["short"], "goals", "Pace and chance", each["stands"]))
        for each in found
    ]


def _unaccepted(side: str, now: datetime) -> list[Decision]:
    """Versions that wait for the head of the side."""
    return [
        Decision(
            f"“{each.name}”, from {each.effective_from.day} {each.effective_from:%B %Y}, waits for "
            "your acceptance",
            "agreement",
            "Read and accept",
            query=f"?version={each.pk}",
        )
        for each in acceptances.waiting_for(side, now)
    ]


def _term(now: datetime) -> list[Decision]:
    version = agreements.in_force(now)
    term = version.agreement.term if version else None
    first = noticed_from(term) if term else None
    if version is None or term is None or term.until is None or first is None:
        return []
    today, ends = now.astimezone(ZoneInfo(version.agreement.calendar.timezone)).date(), term.until
    if today < first or agreements.is_followed(version):
        return []
    text = f"The agreement {'ends' if today <= ends else 'ended'} on {ends.day} {ends:%B %Y}"
    return [Decision(text, "settings_agreement", "Renew or change it")]
