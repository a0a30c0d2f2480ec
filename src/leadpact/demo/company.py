"""The synthetic company: one call makes a year of it, the same for the same seed everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leadpact.demo import journeys, noise
from leadpact.demo.arrivals import Reception
from leadpact.demo.deals import Deal, DealDesk
from leadpact.demo.dice import Dice
from leadpact.demo.leads import Lead, Nature, Row, seconds
from leadpact.demo.mailings import MailRoom
from leadpact.demo.market import Season, webinars
from leadpact.demo.people import Rep, roster
from leadpact.demo.prospecting import expand_customers, prospect
from leadpact.demo.sales import Handoff, Queue, Return, SalesFloor
from leadpact.demo.tuning import Tuning


@dataclass(frozen=True)
class Company:
    """A company with its log, its deals, and the truth about both.

    `rows` are ordered by time; `deals` are those opened until the end. The truth is for people who
    check the engine, never for the engine.
    """

    seed: int
    year: int
    until: datetime
    tuning: Tuning
    reps: tuple[Rep, ...]
    leads: list[Lead]
    rows: list[Row]
    deals: list[Deal]
    handoffs: list[Handoff]
    rejections: list[dict[str, str]]
    mail_room: MailRoom

    def moved(self, to: Callable[[datetime], datetime]) -> Company:
        """The same company with its log and deals at other times; the truth about it stays."""
        rows = [
            replace(
                row,
                happened_at=(at := to(row.happened_at)),
                recorded_at=max(at, to(row.recorded_at)),
            )
            for row in self.rows
        ]
        deals = [
            replace(
                deal,
                opened_at=to(deal.opened_at),
                closed_at=to(deal.closed_at),
                roles={lead: to(since) for lead, since in deal.roles.items()},
            )
            for deal in self.deals
        ]
        rows.sort(key=in_order)
        return replace(self, rows=rows, deals=deals, until=to(self.until))

    def write(self, folder: Path) -> None:
        """Write `log.parquet`, `deals.parquet` and `planted.json` into a folder, making it."""
        from leadpact.demo.writing import write_company

        write_company(self, folder)


def generate(
    seed: int = 7,
    leads: int = 4000,
    year: int = 2026,
    until: datetime | None = None,
    tuning: Tuning | None = None,
) -> Company:
    """A year of the demo company up to `until` (UTC; by default 20 November, 17:00).

    All `leads` come; who was met at an event of the last days may not be in the database yet.
    Raises ValueError when there are no leads to make or `until` does not lie in the year.
    """
    tuning = tuning or Tuning()
    until = until or datetime(year, 11, 20, 17, tzinfo=UTC)
    if not 1 <= leads <= 80_000:
        raise ValueError(f"{leads} leads cannot be made; ask for 1 to 80,000.")
    if not datetime(year, 1, 2, tzinfo=UTC) <= until < datetime(year + 1, 1, 1, tzinfo=UTC):
        raise ValueError(f"The demo's last moment, {until}, does not lie in {year}.")
    return _Year(seed, leads, year, until, tuning).live()


class _Year:
    """The course of a year: leads come and browse, sales works them, and all of it is logged."""

    def __init__(self, seed: int, count: int, year: int, until: datetime, tuning: Tuning) -> None:
        self._seed, self._year, self._until, self._tuning = seed, year, until, tuning
        self._webinars = webinars(year)
        self._mail = MailRoom.of(year)
        self._reps = roster(year)
        self._reception = Reception(seed, Season(year, until), tuning, self._reps)
        self._leads = self._reception.receive(count)
        self._desk = DealDesk(self._leads, tuning.selling)
        self._floor = SalesFloor(self._reps, self._desk, tuning.selling, until, seed)

    def live(self) -> Company:
        for lead in self._leads:
            self._act(lead, Dice(self._seed, 6, lead.number))
        handoffs = self._sell()
        rows = self._log()
        return Company(
            self._seed,
            self._year,
            self._until,
            self._tuning,
            self._reps,
            self._leads,
            rows,
            [deal for deal in self._desk.deals if deal.opened_at <= self._until],
            handoffs,
            self._floor.rejections,
            self._mail,
        )

    def _act(self, lead: Lead, dice: Dice) -> None:
        """What a lead does of its own accord, and what marketing sends it."""
        start = lead.rows[0].recorded_at
        if lead.nature is Nature.BOT:
            noise.act_as_bot(lead, dice)
            return
        if lead.nature is Nature.COMPETITOR:
            noise.act_as_rival(lead, self._until, dice)
            return
        journeys.first_contact(lead, dice, self._webinars)
        if lead.nature is Nature.PERSON:
            journeys.browse(lead, start, self._until, dice, self._webinars)
        if lead.merged_into:
            first = self._leads[int(lead.merged_into[1:]) - 1]
            noticed = start + seconds(dice.between(1, 30) * 86_400)
            first.note("lead.merged", noticed, actor="Olivia Grant", absorbed=lead.lead_id)
        self._mail.write_to(lead, self._until, dice)

    def _sell(self) -> list[Handoff]:
        queue, taken = Queue(), []
        for lead in self._leads:
            if lead.nature is not Nature.PERSON:
                continue
            if lead.text("origin") == "sales":
                prospect(lead, self._floor, Dice(self._seed, 7, lead.number))
            if lead.text("origin") == "customer":
                expand_customers(lead, self._floor, self._reps, Dice(self._seed, 7, lead.number))
            queue.add_if_ready(lead, self._tuning.readiness, lead.rows[0].recorded_at)
        while (handoff := queue.next()) and handoff.at <= self._until:
            taken.append(handoff)
            if returned := self._floor.take(handoff):
                self._requalify(handoff, returned, queue)
        return taken

    def _requalify(self, handoff: Handoff, returned: Return, queue: Queue) -> None:
        """A lead that was given back may return, and may look ready once more."""
        lead, episode = handoff.lead, handoff.episode + 1
        dice = Dice(self._seed, 8, lead.number, episode)
        if dice.chance(self._tuning.selling.returns[lead.interest]):
            start = returned.rested + timedelta(days=dice.wait(14))
            if start < self._until:
                journeys.come_back(lead, start, self._until, dice, self._webinars)
        queue.add_if_ready(
            lead, self._tuning.readiness, returned.at, rested=returned.rested, episode=episode
        )

    def _log(self) -> list[Row]:
        rows = [row for lead in self._leads for row in lead.rows]
        rows += noise.import_by_mistake(self._reception.strangers(22), self._year)
        rows.append(noise.snow_day(self._year))
        rows = noise.disturb(rows, self._tuning.shares, Dice(self._seed, 9))
        rows = [row for row in rows if max(row.happened_at, row.recorded_at) <= self._until]
        rows.sort(key=in_order)
        return rows


def in_order(row: Row) -> tuple[datetime, str, str]:
    """The place of a row in the log."""
    return row.happened_at, row.source, row.event_id
