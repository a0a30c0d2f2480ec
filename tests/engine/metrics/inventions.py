"""Invented result tables, larger and stranger than a log that the slow oracle can follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from leadpact.agreement.spec import Agreement
from leadpact.engine.metrics.measures import Measures
from tests.engine.metrics.naive import OF_LEADS, Naive
from tests.engine.metrics.worlds import SCORED, both
from tests.strategies import CALENDARS, PEOPLE, START

STAGES = {"Lead": None, "MQL": "mql", "SAL": "sal", "Deal": "opportunity", "Customer": "customer"}
LONGEST = 70  # days
STEP = timedelta(hours=6)
Row = dict[str, Any]


class Inventor:
    """Throws a company's tables with one seed, on a coarse grid of times."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.as_of = START + timedelta(days=self.dice.choice([20, 45, LONGEST]))
        self.agreement = Agreement.model_validate(self._document())
        self.segments: list[str | None] = [None, *(s.name for s in self.agreement.segments)]
        names = ("lead_states", "stage_entries", "episodes", "clocks", "nurture", "facts")
        self.tables: dict[str, list[Row]] = {name: [] for name in names}
        self.leads: list[Row] = []

    def world(self) -> tuple[Naive, Measures]:
        """The company twice: to be counted slowly, and to be measured."""
        names = [f"lead {n:02}" for n in range(self.dice.randint(1, 14))]
        for name in names:
            self._lead(name, names)
        self.tables["facts"].sort(key=lambda fact: fact["happened_at"])
        deals = [self._deal(n, names) for n in range(self.dice.randint(0, 6))]
        closed = [date(2026, 4, 2)] if self.dice.random() < 0.3 else []
        return both(self.agreement, self.as_of, self.leads, self.tables, deals, closed)

    def _document(self) -> Row:
        dice = self.dice
        roles = dice.random() < 0.8
        stages: list[Row] = [
            {"name": name} | ({"role": role} if role and roles and dice.random() < 0.9 else {})
            for name, role in STAGES.items()
            if name in ("Lead", "MQL") or dice.random() < 0.85
        ]
        stages[1]["when"] = dice.choice(SCORED)
        if dice.random() < 0.5:
            stages[-1]["outcome"] = "won"
        obligation = {"side": "sales", "starts_on": "handoff", "within": "2 business hours"}
        promised = {"name": "MQLs", "side": "marketing", "metric": "mqls"}
        document: Row = {
            "leadpact": 1,
            "name": "Invented",
            "calendar": CALENDARS[dice.choice(["berlin", "split", "new_york"])],
            "calendars": CALENDARS,
            "stages": stages,
            "handoff": {"stage": dice.choice(["MQL", "MQL", stages[-1]["name"]])},
            "obligations": [obligation | {"name": name} for name in ("Answer", "Decide")],
            "segments": [self._segment(n) for n in range(dice.randint(0, 2))],
            "routing": {"teams": [{"name": "EMEA", "people": [{"name": "Ben"}, {"name": "Eva"}]}]},
            "goals": [promised | {"hurdles": {"target": 9}}] if dice.random() < 0.3 else [],
        }
        if dice.random() < 0.8:
            programs = ("Not ready", "Second chance")
            document["nurture"] = [{"name": name, "owner": "Mia"} for name in programs]
        if dice.random() < 0.8:
            step = {"name": "call", "channel": "phone", "within": "1 business day"}
            document["contact_protocol"] = {"steps": [step]}
        return document

    def _segment(self, number: int) -> Row:
        other = {"when": self.dice.choice([*SCORED, {"event": "form"}])}
        own = {"stages": {"MQL": other}} if self.dice.random() < 0.6 else {}
        condition = {"field": "region", "is": str(number)}
        return {"name": f"Segment {number}", "when": condition} | own

    # Leads.

    def _moment(self, first: datetime, last: datetime) -> datetime:
        return first + self.dice.randint(0, int((last - first) / STEP)) * STEP

    def _perhaps(self, first: datetime, last: datetime, chance: float = 0.7) -> datetime | None:
        return self._moment(first, last) if self.dice.random() < chance else None

    def _lead(self, name: str, names: list[str]) -> None:
        dice = self.dice
        created = self._moment(START, self.as_of)
        told = {field: dice.choice([None, "one", "two", "Two"]) for field in OF_LEADS}
        self.leads.append({"lead_id": name, "created_at": created} | told)
        episodes = self._episodes(name, created)
        status = dice.choices(["", "excluded", "merged"], [8, 1, 1])[0] or episodes[-1]["ending"]
        others = [other for other in names if other != name]
        if status == "merged" and not others:
            status = "open"
        reasons = ["bot", "Duplicate", "competitor", "opt-out", "test", None]
        self.tables["lead_states"].append(
            {
                "lead_id": name,
                "status": status,
                "episode": len(episodes),
                "segment": dice.choice(self.segments),
                "holder": dice.choice([None, *PEOPLE]),
                "reason": dice.choice(reasons),
                "merged_into": dice.choice(others) if status == "merged" else None,
                **self._scores(),
            }
        )
        for kind in ("sales.attempted", "sales.connected", "sales.rejected", "sales.rated"):
            for _ in range(dice.choice([0, 0, 1, 2])):
                self._fact(name, kind, self._near(episodes))

    def _scores(self) -> Row:
        scores = ("score", "fit", "engagement")
        return {name: self.dice.choice([-5.0, 0.0, 2.5, 5.0, 10.0, 20.0]) for name in scores}

    def _near(self, episodes: list[Row]) -> datetime:
        """An instant, rather often one at which something else happened."""
        named = ("started_at", "ended_at", "handed_off_at")
        known = [episode[name] for episode in episodes for name in named if episode[name]]
        return self.dice.choice([*known, self._moment(episodes[0]["started_at"], self.as_of)])

    def _fact(self, name: str, kind: str, at: datetime, holder: str | None = None) -> None:
        rating = self.dice.choice([None, 1.0, 4.0, 9.0]) if kind != "lead.assigned" else None
        fact = {"lead_id": name, "kind": kind, "happened_at": at, "holder": holder}
        self.tables["facts"].append(fact | {"rating": rating})

    def _episodes(self, name: str, created: datetime) -> list[Row]:
        dice, began, found = self.dice, created, []
        for number in range(1, dice.choices([2, 3, 4], [5, 3, 2])[0]):
            last = number == dice.randint(1, 3) or began >= self.as_of
            ended = None if last and dice.random() < 0.6 else self._moment(began, self.as_of)
            found.append(self._episode(name, number, began, ended))
            if ended is None or last:
                break
            began = ended if dice.random() < 0.6 else self._moment(ended, self.as_of)
        return found

    def _episode(self, name: str, number: int, began: datetime, ended: datetime | None) -> Row:
        dice, until = self.dice, ended or self.as_of
        endings = ["recycled", "recycled", "disqualified", "won", "lost"]
        handed = self._perhaps(began, until)
        row = {
            "lead_id": name,
            "episode": number,
            "started_at": began,
            "ended_at": ended,
            "ending": dice.choice(endings) if ended else "open",
            "reason": dice.choice([None, "no budget", "cold"]) if ended else None,
            "qualified_at": self._perhaps(began, handed or until),
            "handed_off_at": handed,
            "assigned_at": self._perhaps(began, until),
        }
        self.tables["episodes"].append(row)
        if row["assigned_at"]:
            self._fact(name, "lead.assigned", row["assigned_at"], dice.choice(PEOPLE))
        if dice.random() < 0.3:
            self._fact(name, "lead.assigned", self._moment(began, until), dice.choice(PEOPLE))
        if ended and dice.random() < 0.5:
            self._fact(name, dice.choice(["sales.rejected", "lead.excluded"]), ended)
        self._entries(row, until)
        self._nurture(row, until)
        if handed:
            self._clocks(row, until)
        return row

    def _entries(self, episode: Row, until: datetime) -> None:
        at, key = episode["started_at"], {k: episode[k] for k in ("lead_id", "episode")}
        for stage in [*STAGES][: self.dice.randint(1, 5)]:
            if self.dice.random() < 0.9:
                pinned = {"segment": self.dice.choice(self.segments), **self._scores()}
                self.tables["stage_entries"].append(
                    {"stage": stage, "entered_at": at, "recorded": False, **key, **pinned}
                    | {"quality": self.dice.choice([None, "high", "low"])}
                    | {"implied": self.dice.random() < 0.2, "disputed": self.dice.random() < 0.1}
                )
            at = self._moment(at, until)

    # Programs, clocks and deals.

    def _nurture(self, episode: Row, until: datetime) -> None:
        dice, first = self.dice, episode["started_at"]
        for program in ("Not ready", "second chance", "Older"):
            entered = self._perhaps(first, until, 0.4)
            if entered:
                left = self._perhaps(entered, until)
                how = dice.choice(["exit", "left", "qualified", "won", "excluded", "asked to"])
                self.tables["nurture"].append(
                    {
                        "lead_id": episode["lead_id"],
                        "episode": episode["episode"],
                        "program": program,
                        "segment": dice.choice(self.segments),
                        "entered_at": entered,
                        "left_at": left,
                        "exit": how if left else None,
                    }
                )

    def _clocks(self, episode: Row, until: datetime) -> None:
        dice = self.dice
        for name in ("Answer", "Decide", "Route", "Older"):
            if dice.random() < 0.6:
                self._clock(episode, until, name, None)
        for step in range(dice.randint(0, 3)):
            self._clock(episode, until, f"contact protocol: {step}", step)

    def _clock(self, episode: Row, until: datetime, name: str, step: int | None) -> None:
        dice = self.dice
        starts = [episode["handed_off_at"], episode["assigned_at"], episode["started_at"]]
        started = dice.choice([at for at in starts if at])
        outcomes = ["met", "met", "missed", "running", "overdue", "cancelled", "rejected", "waived"]
        outcome = dice.choice([*outcomes, "not observed"])
        answered = outcome == "met" or (outcome == "missed" and dice.random() < 0.6)
        how = dice.choice([None, None, None, "before", "protocol"]) if answered else None
        over = outcome not in ("running", "overdue", "not observed")
        end = dice.choice([until, self._moment(started, until)]) if started <= until else started
        self.tables["clocks"].append(
            {
                "lead_id": episode["lead_id"],
                "episode": episode["episode"],
                "obligation": name,
                "side": "marketing" if name == "Route" else "sales",
                "segment": dice.choice(self.segments),
                "started_at": started,
                "due_at": self._moment(started, started + timedelta(days=9)),
                "stopped_at": end if answered else None,
                "closed_at": None if answered or not over else end,
                "outcome": outcome,
                "already_in_contact": outcome == "met" and how == "before",
                "by_protocol": how == "protocol",
                "holder": dice.choice([None, *PEOPLE]),
                "working_seconds": float(dice.choice([0, 600, 3600, 7200, 86_400])),
                "protocol_step": step,
            }
        )

    def _deal(self, number: int, names: list[str]) -> Row:
        dice = self.dice
        return {
            "deal_id": f"D{number}",
            "outcome": dice.choice(["won", "won", "lost", "open"]),
            "amount": dice.choice([None, 100.0, 250.0, 1000.5]),
            "currency": dice.choice([None, "EUR", "EUR", "USD"]),
            "closed_at": self._perhaps(START, START + timedelta(days=LONGEST), 0.85),
            "owner": dice.choice([None, *PEOPLE, "eva"]),
            "product": dice.choice([None, None, "suite"]),
            "lead_ids": dice.sample([*names, "nobody"], dice.randint(0, min(3, len(names)))),
        }
