"""The company's year moved in time, so that it ends at any moment and weekdays stay weekdays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadpact.demo.company import Company, generate, in_order
from leadpact.demo.leads import Row

#: A year of the company is told best from its third week of November: nothing is thin yet, and no
#: holiday stands before its end.
_LAST_DAY = (11, 20)
#: What is not worked for so long is given back: nobody will.
_LIES_FOR = timedelta(weeks=3)
_WORK = ("sales.", "deal.", "lead.assigned", "lead.recycled", "lead.disqualified")
_DONE = ("sales.rejected", "lead.recycled", "lead.disqualified")
_MANAGER = "Tara Novak"
_ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Move:
    """How a year is moved: a `moment` of it becomes another, `weeks` later."""

    moment: datetime
    weeks: int

    @classmethod
    def to(cls, until: datetime) -> Move:
        """The fewest weeks that bring a moment of a third week of November to `until` (UTC)."""
        until = until.astimezone(UTC)
        year = until.year if until >= _end(until.year) else until.year - 1
        weeks = (until - _end(year)) // timedelta(weeks=1)
        while (moment := cls(until, -weeks).of(until)) > _end(year):
            weeks += 1
        return cls(moment, weeks)

    def of(self, at: datetime) -> datetime:
        """An instant of the year where it is moved to: the same time of day in New York.

        Summer time begins and ends on other weeks, so that hours elsewhere may differ by one.
        """
        local = at.astimezone(_ZONE) + timedelta(weeks=self.weeks)
        return local.astimezone(UTC)


def generate_until(until: datetime, seed: int = 7, leads: int = 4000) -> Company:
    """The company whose year of log and deals ends at `until`; the truth about it is not moved."""
    move = Move.to(until)
    company = generate(seed, leads, move.moment.year, move.moment)
    company = replace(company, rows=sorted([*company.rows, *given_back(company)], key=in_order))
    return company.moved(move.of) if move.weeks else company


def given_back(company: Company) -> Iterator[Row]:
    """What the managers of sales give back, on Mondays: leads that nobody touched for weeks."""
    in_deals = {lead for deal in company.deals for lead in deal.roles}
    last: dict[str, Row] = {}
    for row in company.rows:
        if row.kind.startswith(_WORK):
            last[row.lead_id] = row
    for lead, row in last.items():
        if row.kind in _DONE or lead in in_deals:
            continue
        noticed = row.happened_at + _LIES_FOR
        monday = noticed.date() + timedelta(days=7 - noticed.weekday())
        at = datetime.combine(monday, time(15, int(lead[1:]) % 60), UTC)
        if at <= company.until:
            yield Row(
                f"{lead}-given-back", "crm", lead, at, at, "lead.recycled", _MANAGER, None,
                {"reason": "unreachable"},
            )  # fmt: skip


def _end(year: int) -> datetime:
    return datetime(year, *_LAST_DAY, 17, tzinfo=UTC)
