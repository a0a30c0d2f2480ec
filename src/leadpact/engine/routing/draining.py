"""Emptying queues when somebody can take leads again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from leadpact.engine.routing.decision import Decision, Outcome
from leadpact.engine.routing.leads import Waiting, by_urgency
from leadpact.engine.routing.people import Roster
from leadpact.engine.routing.route import Desk
from leadpact.engine.routing.rules import Rules


class Drain:
    """The waiting leads that somebody can take now, the most urgent first; iterate once.

    Each decision is made on the `roster` that the one before it left. `next_look` is the earliest
    moment at which a lead that was passed over so far may find somebody; None when that takes a
    change: a lead closed, a person added.
    """

    def __init__(
        self, rules: Rules, queue: Iterable[Waiting], moment: datetime, roster: Roster
    ) -> None:
        self._desk = Desk(rules, moment, roster)
        self._queue = by_urgency(queue)
        self.next_look: datetime | None = None

    @property
    def roster(self) -> Roster:
        """The roster after the decisions so far."""
        return self._desk.roster

    def __iter__(self) -> Iterator[Decision]:
        for waiting in self._queue:
            decision = self._desk.take(waiting.lead)
            if decision.outcome is Outcome.ASSIGNED:
                yield decision
            elif decision.look_again is not None:
                looks = [look for look in (self.next_look, decision.look_again) if look]
                self.next_look = min(looks)
