"""What sales does with the leads it is given, rep by rep, in the order in which they come."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadpact.demo.deals import DealDesk
from leadpact.demo.dice import Dice, Odds
from leadpact.demo.leads import Interest, Lead, Properties, days, seconds
from leadpact.demo.market import EMEA
from leadpact.demo.people import Rep
from leadpact.demo.readiness import ready_at
from leadpact.demo.tuning import Readiness, Selling

#: Attempts as a good rep makes them: channel, and working minutes after the one before.
_PROTOCOL = (
    ("phone", 0),
    ("email", 240),
    ("phone", 700),
    ("linkedin", 650),
    ("phone", 1100),
    ("email", 900),
)
_VOICELESS = {"email": "sent", "linkedin": "sent"}
_REFUSALS = {
    Interest.IN_MARKET: Odds({"no authority": 3.0, "wrong timing": 4.0, "no budget": 3.0}),
    Interest.CURIOUS: Odds(
        {
            "no budget": 5.0,
            "no need": 4.0,
            "wrong timing": 5.0,
            "no authority": 4,
            "competitor": 0.7,
        }
    ),
    Interest.IDLE: Odds({"no need": 8.0, "no budget": 3.0, "no authority": 2.0, "competitor": 0.7}),
}
#: The promise that is waived when the CRM is down.
FIRST_RESPONSE = "First response to an MQL"
#: How long each refusal keeps the lead in peace, in days.
COOL_DOWN = {
    "no budget": 90,
    "no authority": 30,
    "no need": 180,
    "wrong timing": 60,
    "unreachable": 30,
}

#: What reaches those who were given back, when after they joined the program, and by whom.
_SECOND_CHANCE = (
    ("What changed since we spoke", timedelta(days=14), "automation"),
    ("Story of a customer who waited too", timedelta(days=59), "automation"),
    ("Personal note", timedelta(days=149, hours=3), "Olivia Grant"),
)


@dataclass(frozen=True, order=True)
class Handoff:
    """A lead that looks ready, in the order in which sales hears of it."""

    at: datetime
    lead_id: str
    episode: int = 1
    asked: bool = False
    lead: Lead = field(compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Return:
    """A lead that sales gave back: when, and until when it is to be left in peace."""

    at: datetime
    rested: datetime


class SalesFloor:
    """Eight people at work; remembers who was given what, as a real team would."""

    def __init__(
        self, reps: tuple[Rep, ...], deals: DealDesk, selling: Selling, until: datetime, seed: int
    ) -> None:
        self._reps = reps
        self._deals = deals
        self._selling = selling
        self._until = until
        self._seed = seed
        self._given: dict[str, list[datetime]] = defaultdict(list)
        self.rejections: list[dict[str, str]] = []

    def take(self, handoff: Handoff) -> Return | None:
        """Work one lead to whatever end it comes to; how it came back, if it did."""
        lead = handoff.lead
        dice = Dice(self._seed, 3, lead.number, handoff.episode)
        assigned_at = handoff.at + seconds(self._routing_delay(dice))
        rep = self._holder(lead, assigned_at)
        self._given[rep.name].append(assigned_at)
        lead.note("lead.assigned", assigned_at, actor="routing", to=rep.name, team=rep.team)
        start, end = crm_outage(assigned_at.year)
        if start <= assigned_at < end:
            why: Properties = {"obligation": FIRST_RESPONSE, "reason": "the CRM was down"}
            lead.note("clock.waived", end + timedelta(hours=1), why, actor="Robert Adeyemi")
        if dice.chance(rep.forgets * (0.3 if handoff.asked else 1)):
            return None
        return _Case(self, lead, rep, handoff, dice).work(assigned_at)

    def rep(self, name: str) -> Rep:
        """The rep of this name."""
        return next(rep for rep in self._reps if rep.name == name)

    def load(self, rep: Rep, at: datetime) -> int:
        """How many leads a rep was given in the five days before."""
        return sum(1 for given in self._given[rep.name] if given > at - timedelta(days=5))

    def _holder(self, lead: Lead, at: datetime) -> Rep:
        """The rep of the company's deal, or whoever of the team has waited longest."""
        owner = self._deals.owner_of(lead, at)
        team = "EMEA" if lead.text("country") in EMEA else "Americas"
        pool = [
            rep
            for rep in self._reps
            if rep.name == owner or (rep.team == team and not rep.is_known_away(at))
        ]
        return min(pool, key=lambda rep: (rep.name != owner, self._given[rep.name][-1:]))

    @staticmethod
    def _routing_delay(dice: Dice) -> float:
        """Seconds from readiness to assignment; now and then the queue sticks overnight."""
        return dice.between(30_000, 90_000) if dice.chance(0.03) else dice.between(20, 400)

    def refuse(
        self, lead: Lead, rep: Rep, at: datetime, reason: str, rating: int, dice: Dice
    ) -> Return | None:
        """Give a lead back with a reason; marketing puts it into nurture, on most days in time."""
        log(lead, rep, dice, "sales.rejected", at, reason=reason, rating=rating)
        if at <= self._until:
            self.rejections.append({"lead_id": lead.lead_id, "reason": reason, "by": rep.name})
        if reason == "bad data" or dice.chance(0.03):
            self._dispute(lead, rep, at, reason, dice)
        if reason not in COOL_DOWN:
            return None
        self.nurse(lead, at, dice)
        return Return(at, at + timedelta(days=COOL_DOWN[reason]))

    @staticmethod
    def _dispute(lead: Lead, rep: Rep, at: datetime, reason: str, dice: Dice) -> None:
        """Some rejections go with the claim that this never was an MQL; marketing rules on it."""
        if not dice.chance(0.5):
            return
        lead.note(
            "clock.disputed", at + timedelta(minutes=2), actor=rep.name, stage="MQL", reason=reason
        )
        ruled = rep.desk.after(at + days(2), dice.between(5, 400))
        upheld = dice.chance(0.6)
        lead.note("dispute.ruled", ruled, actor="Olivia Grant", stage="MQL", upheld=upheld)

    @staticmethod
    def nurse(lead: Lead, at: datetime, dice: Dice) -> None:
        """Marketing's nurture program picks the lead up in the next weekday's run at 12:00 UTC."""
        runs = at + timedelta(days=dice.whole(4, 9) if dice.chance(0.14) else 1)
        while runs.weekday() >= 5:
            runs += timedelta(days=1)
        entered = runs.replace(hour=12, minute=dice.whole(0, 20), second=0)
        lead.note("nurture.entered", entered, actor="automation", program="Second chance")
        for step, after, actor in _SECOND_CHANCE:
            touched = entered + after
            # The last step is a call that somebody makes, who has not the time for all of them.
            if actor == "automation" or lead.number % 3:
                lead.note(
                    "nurture.touched", touched, actor=actor, program="Second chance", step=step
                )

    @property
    def selling(self) -> Selling:
        """The chances by which this floor works."""
        return self._selling

    @property
    def deals(self) -> DealDesk:
        """Where its deals are kept."""
        return self._deals


def crm_outage(year: int) -> tuple[datetime, datetime]:
    """Two days in July in which sales could not see its leads; first responses are waived."""
    return datetime(year, 7, 15, 8, tzinfo=UTC), datetime(year, 7, 16, 17, tzinfo=UTC)


def log(lead: Lead, rep: Rep, dice: Dice, kind: str, at: datetime, **facts: str | int) -> None:
    """Enter what a rep did into the CRM: at once, or in the evening as some do."""
    late = dice.chance(rep.logs_in_evening)
    recorded = max(at, rep.desk.evening(at, dice.between(1.2, 3.5))) if late else at
    lead.note(kind, at, dict(facts), actor=rep.name, recorded_at=recorded)


class _Case:
    """One lead in the hands of one rep."""

    def __init__(
        self, floor: SalesFloor, lead: Lead, rep: Rep, handoff: Handoff, dice: Dice
    ) -> None:
        self._floor = floor
        self._lead = lead
        self._rep = rep
        self._handoff = handoff
        self._dice = dice

    def work(self, assigned_at: datetime) -> Return | None:
        first = self._first_answer(assigned_at)
        if self._floor.deals.is_in_deal(self._lead, assigned_at):
            self._log("sales.connected", first, channel="phone")
            self._log("sales.accepted", first + timedelta(minutes=4), rating=4)
            return None
        if self._dice.chance(0.025):
            self._log("sales.attempted", first, channel="phone", outcome="no answer")
            return self._refuse(first + timedelta(minutes=9), "bad data")
        spoke, last = self._reach(first)
        return self._decide(last) if spoke else self._give_up(last)

    def _first_answer(self, assigned_at: datetime) -> datetime:
        """When the rep first reacts in person, by habit, load and weekday."""
        rep, dice = self._rep, self._dice
        if dice.chance(rep.sends_automatic):
            at = assigned_at + seconds(dice.between(30, 240))
            self._lead.note(
                "sales.attempted", at, actor=rep.name, channel="email", outcome="automatic"
            )
        slower = 1 + rep.slows_under_load * self._floor.load(rep, assigned_at)
        faster = 0.75 if self._handoff.asked else 1.0
        minutes = dice.around(rep.answers_in * slower * faster, rep.spread)
        answer = rep.desk.after(assigned_at, minutes)
        if rep.desk.local(answer).weekday() == 4 and dice.chance(rep.forgets_fridays):
            return rep.desk.after(answer + timedelta(hours=12), dice.around(25, 0.6))
        return answer

    def _reach(self, at: datetime) -> tuple[bool, datetime]:
        """Attempts one after the other: whether the two spoke, and when; else the last attempt."""
        dice, chance = self._dice, self._floor.selling.connects[self._lead.interest]
        last = at
        for channel, pause in _PROTOCOL:
            if pause:
                at = self._rep.desk.after(at, pause * dice.between(0.6, 1.5))
            if pause and not dice.chance(self._rep.persistence):
                break
            last = at
            if dice.chance(chance if channel == "phone" else chance * 0.5):
                self._log("sales.attempted", at, channel=channel, outcome="connected")
                spoke = at if channel == "phone" else self._rep.desk.after(at, dice.around(90, 0.8))
                self._log("sales.connected", spoke + seconds(5), channel=channel)
                return True, spoke
            outcome = _VOICELESS.get(channel) or dice.pick(("no answer", "left message"))
            self._log("sales.attempted", at, channel=channel, outcome=outcome)
            if dice.chance(0.035):
                at = self._snooze(at)
        return False, last

    def _snooze(self, at: datetime) -> datetime:
        reason = self._dice.pick(("contact out of office", "asked to call later"))
        self._log("sales.snoozed", at + timedelta(minutes=3), reason=reason)
        back = self._rep.desk.next_open(at + days(self._dice.between(3, 12)))
        self._log("sales.resumed", back)
        return back + timedelta(minutes=self._dice.whole(4, 50))

    def _give_up(self, last: datetime) -> Return | None:
        """Nobody picked up: most reps say so, some take the lead on anyway, some say nothing."""
        at = self._rep.desk.after(last, self._dice.around(120, 0.9))
        fate = self._dice.unit()
        if fate < 0.36:
            return self._refuse(at, "unreachable")
        if fate < 0.82:
            self._log("sales.accepted", at, rating=self._dice.whole(2, 3))
            return self._recycle(at, "unreachable")
        return None

    def _decide(self, spoke: datetime) -> Return | None:
        dice, interest = self._dice, self._lead.interest
        at = self._rep.desk.after(spoke, dice.around(75, 1.2))
        if not dice.chance(self._floor.selling.accepts[interest]):
            return self._refuse(at, dice.draw(_REFUSALS[interest]))
        promising = dice.chance(self._floor.selling.qualifies[interest])
        if not dice.chance(0.96):
            return None
        self._log("sales.accepted", at, rating=self._rating(promising))
        if not promising:
            return self._cool(at)
        return self._qualify(at)

    def _rating(self, promising: bool) -> int:
        if promising:
            return 3 if self._dice.chance(0.45) else self._dice.whole(4, 5)
        return self._dice.pick((2, 3, 3, 3))

    def _cool(self, at: datetime) -> Return | None:
        """Accepted, but it comes to nothing: given back after some weeks, or left lying."""
        if not self._dice.chance(0.6):
            return None
        return self._recycle(at, self._dice.draw(_REFUSALS[self._lead.interest]))

    def _recycle(self, at: datetime, reason: str) -> Return | None:
        back = self._rep.desk.after(
            at + days(self._dice.between(6, 35)), self._dice.between(5, 400)
        )
        self._log("lead.recycled", back, reason=reason)
        self._floor.nurse(self._lead, back, self._dice)
        return Return(back, back + timedelta(days=COOL_DOWN.get(reason, 30)))

    def _qualify(self, accepted: datetime) -> Return | None:
        """The first real meeting makes it an SQL; then a deal, or a reason why not."""
        dice, rep = self._dice, self._rep
        met = rep.desk.after(accepted, dice.around(1300, 0.6))
        self._log("sales.connected", met, channel="meeting")
        self._log("sales.rated", met + timedelta(minutes=35), rating=dice.whole(4, 5))
        self._log("stage.entered", met + timedelta(minutes=36), stage="SQL")
        if dice.chance(self._floor.selling.opens_deal):
            opened = rep.desk.after(met, dice.around(1500, 0.7))
            self._floor.deals.open(self._lead, rep, opened, dice)
            return None
        if dice.chance(0.7):
            later = rep.desk.after(met, dice.between(1800, 6000))
            return self._refuse(later, dice.draw(_REFUSALS[self._lead.interest]))
        return None

    def _refuse(self, at: datetime, reason: str) -> Return | None:
        rating = self._dice.whole(1, 2) if reason != "wrong timing" else self._dice.whole(2, 4)
        return self._floor.refuse(self._lead, self._rep, at, reason, rating, self._dice)

    def _log(self, kind: str, at: datetime, **facts: str | int) -> None:
        log(self._lead, self._rep, self._dice, kind, at, **facts)


class Queue:
    """Handoffs in time order, to which leads that came back are added as they qualify again."""

    def __init__(self) -> None:
        self._heap: list[Handoff] = []

    def add(self, handoff: Handoff) -> None:
        """A lead that looks ready."""
        heapq.heappush(self._heap, handoff)

    def add_if_ready(
        self,
        lead: Lead,
        rule: Readiness,
        since: datetime,
        *,
        rested: datetime | None = None,
        episode: int = 1,
    ) -> None:
        """A lead that may look ready after `since`; before `rested` only its own request counts."""
        if ready := ready_at(lead, rule, since=since, rested=rested):
            self.add(Handoff(ready[0], lead.lead_id, episode, ready[1], lead=lead))

    def next(self) -> Handoff | None:
        """The earliest one waiting, or None."""
        return heapq.heappop(self._heap) if self._heap else None
