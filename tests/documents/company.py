"""An invented company's year as result tables, for looking at reports: nothing here is measured."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import History
from leadpact.engine.result import Result
from tests.engine.metrics import tiny

ZONE = ZoneInfo("America/New_York")
AS_OF = datetime(2025, 10, 14, 16, 0, tzinfo=UTC)
FIRST = datetime(2025, 1, 6, 14, 0, tzinfo=UTC)
STAGES = ["Lead", "MQL", "SAL", "SQL", "Opportunity", "Customer"]
SOURCES = {
    "organic": (30, 1.0),
    "paid_search": (24, 0.7),
    "webinar": (14, 1.5),
    "referral": (8, 2.4),
    "social": (14, 0.5),
    "event": (6, 1.3),
    "partner": (4, 2.0),
}
#: People and the share of promises that they keep.
PEOPLE = {
    "Ana Silva": 0.95,
    "Ben Carter": 0.6,
    "Chloe Martin": 0.9,
    "David Okoye": 0.92,
    "Emma Fischer": 0.94,
    "Farid Haddad": 0.88,
}
REASONS = ["bad data", "no budget", "no authority", "no need", "wrong timing", "unreachable"]

AGREEMENT: dict[str, Any] = {
    "leadpact": 1,
    "name": "Northwind Cloud: marketing and sales",
    "purpose": "Every good lead is answered while warm, and sales gets leads worth answering.",
    "parties": {
        "marketing": {"head": {"name": "Maria Lopez", "role": "VP Marketing"}},
        "sales": {"head": {"name": "Tom Weber", "role": "VP Sales"}},
    },
    "term": {"from": "2025-01-01", "until": "2025-12-31", "review_every": "quarter"},
    "calendar": {
        "timezone": "America/New_York",
        "hours": {"mon-fri": ["09:00-17:00"]},
        "holidays": {"country": "US", "region": "NY"},
    },
    "fields": {"employees": "number", "job_level": "text"},
    "definitions": {"MQL": "A lead whose fit and engagement together reach 50 points."},
    "scoring": {
        "rules": [
            {
                "name": "Large company",
                "when": {"field": "employees", "at_least": 200},
                "points": 20,
            },
            {
                "name": "Asked for a demo",
                "when": {"event": "form_submitted", "where": {"form": "demo"}},
                "points": 40,
                "ageing": {"every": "30 days", "by": "50 %"},
            },
        ],
        "tiers": {"fit": {"A": 20, "B": 10}, "engagement": {"1": 40, "2": 20}},
    },
    "stages": [
        {"name": "Lead", "side": "marketing"},
        {
            "name": "MQL",
            "side": "marketing",
            "role": "mql",
            "when": {"score": "total", "at_least": 50},
        },
        {"name": "SAL", "side": "sales", "role": "sal", "when": {"event": "sales.accepted"}},
        {"name": "SQL", "side": "sales", "role": "sql"},
        {
            "name": "Opportunity",
            "side": "sales",
            "role": "opportunity",
            "when": {"event": "deal.opened"},
        },
        {
            "name": "Customer",
            "side": "sales",
            "role": "customer",
            "outcome": "won",
            "when": {"event": "deal.won"},
        },
    ],
    "handoff": {
        "stage": "MQL",
        "rejections": [{"reason": reason, "cool_down": "30 days"} for reason in REASONS],
    },
    "routing": {
        "teams": [{"name": "Americas", "people": [{"name": name} for name in PEOPLE]}],
        "routes": [{"name": "Everyone", "to": "Americas"}],
    },
    "obligations": [
        {
            "name": "Assign each MQL",
            "side": "marketing",
            "starts_on": {"stage": "MQL"},
            "stops_on": {"event": "lead.assigned"},
            "within": "30 business minutes",
            "hurdles": {"minimum": "90 %", "target": "95 %", "stretch": "99 %"},
        },
        {
            "name": "First answer",
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": ["sales.attempted", "sales.connected"]},
            "within": "2 business hours",
            "hurdles": {"minimum": "75 %", "target": "90 %", "stretch": "95 %"},
        },
        {
            "name": "Decide on each MQL",
            "side": "sales",
            "starts_on": "handoff",
            "stops_on": {"event": ["sales.accepted", "sales.rejected"]},
            "within": "3 business days",
            "hurdles": {"minimum": "88 %", "target": "92 %", "stretch": "95 %"},
        },
    ],
    "contact_protocol": {
        "steps": [
            {"name": "first call", "channel": "phone", "within": "2 business hours"},
            {"name": "first email", "channel": "email", "within": "1 business day"},
        ]
    },
    "goals": [
        {
            "name": "MQLs a quarter",
            "side": "marketing",
            "metric": "mqls",
            "per": "quarter",
            "hurdles": {"minimum": 180, "target": 240, "stretch": 300},
        },
        {
            "name": "MQLs worth calling",
            "side": "marketing",
            "metric": "acceptance_rate",
            "per": "quarter",
            "hurdles": {"minimum": "60 %", "target": "70 %", "stretch": "80 %"},
        },
        {
            "name": "New customers",
            "side": "sales",
            "metric": "won_deals",
            "per": "quarter",
            "hurdles": {"minimum": 40, "target": 55, "stretch": 70},
        },
    ],
    "responsibilities": {
        "marketing": ["Keep the list free of duplicates, competitors and bots."],
        "sales": ["Log every attempt the same day.", "Give a reason with every rejection."],
    },
    "meetings": [
        {"name": "SLA review", "every": "month", "attendees": ["Maria Lopez", "Tom Weber"]}
    ],
    "segments": [
        {
            "name": "Enterprise",
            "when": {"field": "employees", "at_least": 1000},
            "obligations": {"First answer": {"within": "1 business hour"}},
        }
    ],
}


class Company:
    """Leads, their passage through the funnel, clocks and deals, all thrown with one seed."""

    def __init__(self, leads: int = 2600, seed: int = 7) -> None:
        self.dice = random.Random(seed)
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                *("leads", "lead_states", "stage_entries", "episodes"),
                *("clocks", "exclusions", "set_aside"),
            )
        }
        self.facts: list[dict[str, Any]] = []
        self.deals: list[dict[str, Any]] = []
        for number in range(leads):
            self._lead(f"lead-{number:05}")

    def result(self) -> Result:
        agreement = Agreement.model_validate(AGREEMENT)
        return tiny.result(under=agreement, as_of=AS_OF, facts=self.facts, **self.tables)

    def history(self) -> History:
        made = tiny.history(deals=self.deals)
        notes = [
            "contacts.csv: 14 rows could not be read; they are in rejects.csv with the reason."
        ]
        return History(made.log, made.deals, attributes_as_exported=True, notes=notes)

    def _lead(self, lead: str) -> None:
        dice = self.dice
        created = FIRST + timedelta(days=dice.uniform(0, 280), hours=dice.choice([0, 2, 3, 5]))
        names, weights = list(SOURCES), [weight for weight, _ in SOURCES.values()]
        source = dice.choices(names, weights)[0]
        segment = "Enterprise" if dice.random() < 0.2 else None
        row = {"lead_id": lead, "created_at": created, "source": source, "origin": "marketing"}
        self.tables["leads"].append(row | {"company": f"Company {lead[-3:]}", "employees": 300.0})
        state = {"lead_id": lead, "segment": segment, "stage": "Lead", "status": "open"}
        if dice.random() < 0.07:
            reason = dice.choice(["duplicate", "duplicate", "bot", "competitor", "test"])
            self.tables["lead_states"].append(state | {"status": "excluded", "reason": reason})
            self.tables["exclusions"].append({"lead_id": lead, "reason": reason, "at": created})
            return
        worth = SOURCES[source][1] * (1.3 if segment else 1)
        self._funnel(lead, created, segment, worth, state)

    def _funnel(
        self, lead: str, created: datetime, segment: str | None, worth: float, state: dict[str, Any]
    ) -> None:
        dice, at = self.dice, created
        episode = {"lead_id": lead, "episode": 1, "started_at": created, "ending": "open"}
        quality = "high" if dice.random() < 0.25 + 0.15 * worth else "low"
        chances = [1, 0.27, 0.72, 0.6, 0.55, 0.4]
        for place, (stage, chance) in enumerate(zip(STAGES, chances, strict=True)):
            if place and dice.random() > min(0.95, chance * worth**0.5):
                break
            at = at if not place else at + timedelta(days=dice.expovariate(1 / 4))
            at = at if place != 1 else self._office_hours(at)
            if at > AS_OF:
                break
            pinned = {"segment": segment, "quality": quality, "entered_at": at}
            self.tables["stage_entries"].append(tiny.entry(lead, stage) | pinned)
            state["stage"], state["quality"] = stage, quality
            if stage == "MQL":
                self._promises(lead, at, segment, state)
            if stage == "Customer":
                episode |= {"ending": "won", "ended_at": at}
                state["status"] = "won"
                self._deal(lead, at, "won")
        if state["stage"] == "MQL" and at < AS_OF - timedelta(days=9) and dice.random() < 0.8:
            self._reject(lead, at + timedelta(days=4), episode, state)
        elif state["stage"] == "Opportunity" and dice.random() < 0.7:
            self._deal(lead, at + timedelta(days=20), "lost")
        self.tables["episodes"].append(episode)
        self.tables["lead_states"].append(state)

    def _reject(
        self, lead: str, at: datetime, episode: dict[str, Any], state: dict[str, Any]
    ) -> None:
        reason = self.dice.choices(REASONS, [9, 6, 3, 5, 8, 12])[0]
        episode |= {"ending": "recycled", "ended_at": at, "reason": reason}
        rating = {"reason": reason, "rating": self.dice.choice([1, 2, 2, 3])}
        self._fact(lead, "sales.rejected", at, rating)
        state["stage"] = "Lead"

    def _promises(
        self, lead: str, at: datetime, segment: str | None, state: dict[str, Any]
    ) -> None:
        dice = self.dice
        holder = dice.choice(list(PEOPLE))
        state["holder"] = holder
        local = at.astimezone(ZONE)
        friday = local.weekday() == 4 and local.hour >= 12
        kept = PEOPLE[holder] - (0.3 if friday else 0)
        shared = {"segment": segment, "started_at": at, "handed_off_at": at, "qualified_at": at}
        term = 3600 if segment else 7200
        self._clock(lead, "First answer", "sales", holder, kept, term, shared)
        self._clock(lead, "Decide on each MQL", "sales", holder, 0.84, 3 * 8 * 3600, shared)
        self._clock(lead, "Assign each MQL", "marketing", None, 0.965, 1800, shared)
        step = {"obligation": "contact protocol: first call", "protocol_step": 0}
        self._clock(lead, step["obligation"], "sales", holder, kept, term, shared | step)
        for _ in range(dice.randint(1, 5)):
            self._fact(lead, "sales.attempted", at + timedelta(hours=dice.uniform(0.2, 70)), {})
        if dice.random() < 0.6:
            given = {"rating": dice.choice([3, 4, 4, 5])}
            self._fact(lead, "sales.accepted", at + timedelta(days=2), given)

    def _clock(
        self,
        lead: str,
        name: str,
        side: str,
        holder: str | None,
        kept: float,
        term: float,
        shared: dict[str, Any],
    ) -> None:
        dice, start = self.dice, shared["started_at"]
        due = start + timedelta(seconds=term * (1 if term < 9000 else 4))
        met = dice.random() < kept
        seconds = min(term, dice.expovariate(3 / term)) if met else term * dice.uniform(1.05, 5)
        open_now = start > AS_OF - timedelta(days=2 if term < 9000 else 6)
        outcome = "met" if met else "missed"
        stopped = start + (due - start) * (seconds / term)
        if open_now and dice.random() < 0.4:
            outcome, stopped = ("running" if due > AS_OF else "overdue"), None
        row = tiny.clock(lead, outcome, seconds, obligation=name, side=side, holder=holder)
        late = max(0.0, seconds - term) if outcome in ("missed", "overdue") else None
        times = {"due_at": due, "stopped_at": stopped, "closed_at": stopped, "late_seconds": late}
        self.tables["clocks"].append(row | times | shared)

    def _deal(self, lead: str, at: datetime, outcome: str) -> None:
        if at > AS_OF:
            return
        amount = round(self.dice.lognormvariate(10, 0.6), -2)
        row = {"deal_id": f"D{len(self.deals)}", "amount": amount, "currency": "USD"}
        self.deals.append(row | {"closed_at": at, "outcome": outcome, "lead_ids": [lead]})

    def _fact(self, lead: str, kind: str, at: datetime, properties: dict[str, Any]) -> None:
        self.facts.append(
            {"lead_id": lead, "kind": kind, "happened_at": at, "properties": properties}
        )

    def _office_hours(self, at: datetime) -> datetime:
        local = at.astimezone(ZONE).replace(hour=self.dice.randint(9, 16))
        days = {5: 2, 6: 1}.get(local.weekday(), 0)
        return (local + timedelta(days=days)).astimezone(UTC)
