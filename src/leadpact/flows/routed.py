"""Where one lead would go now, and how that is found: the live roster, or one made from sources.

Nothing is written and nobody is told; the lead is routed as if nobody held it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.engine.evaluate import Evaluation, examine
from leadpact.engine.identity import employer_key
from leadpact.engine.log import History
from leadpact.engine.result import Result
from leadpact.engine.routing.decision import Decision
from leadpact.engine.routing.leads import Lead
from leadpact.engine.routing.people import Owner, Roster, people_of
from leadpact.engine.routing.route import route
from leadpact.engine.routing.rules import Rules
from leadpact.engine.tables import result_of

if TYPE_CHECKING:
    from leadpact.ledger.models import Lead as LeadRow


@dataclass(frozen=True)
class Routed:
    """Where a lead would go at a moment; `holder` has it in fact, `status` is where it stands."""

    lead: str
    at: datetime
    zone: ZoneInfo
    holder: str | None
    status: str
    decision: Decision

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        told = self.decision
        return {
            "lead": self.lead,
            "at": self.at.isoformat(),
            "status": self.status,
            "held_by": self.holder,
            "outcome": str(told.outcome),
            "to": told.to_person,
            "team": told.team,
            "queue": told.to_queue,
            "route": told.route,
            "why": told.why,
            "look_again": told.look_again.isoformat() if told.look_again else None,
            "steps": [step._asdict() for step in told.steps],
        }


def from_sources(
    versions: Sequence[Agreement], history: History, lead: str, as_of: datetime | None = None
) -> Routed:
    """Route by what exports tell: whose leads are open, who works with the company.

    Nobody is known to be absent, and of the leads that were shared nothing; so ties go by the order
    of the roster. Raises LookupError for a lead that is not there.
    """
    evaluation = examine(list(versions), history, as_of=as_of)
    result = result_of(evaluation)
    roster = Roster(
        people=people_of(result.agreement, _closed(evaluation)),
        open_leads=open_leads_of(result),
        owners=_owners(result, history, lead),
    )
    return _routed(result, lead, roster)


def in_ledger(lead: str) -> LeadRow:
    """The lead of the ledger in which this one lives; raises LookupError where there is none."""
    from leadpact.ledger.models import Lead as Row
    from leadpact.ledger.services.identities import merged_into

    lead = merged_into([lead]).get(lead, lead)
    row = Row.objects.filter(key=lead).first()
    if row is None:
        raise LookupError(f"There is no lead {lead} in the ledger.")
    return row


def from_ledger(versions: Sequence[Agreement], row: LeadRow, now: datetime) -> Routed:
    """Route by the roster as it stands in the ledger; `versions` may be a proposal."""
    from leadpact.ledger.selectors import logs, rosters

    lead = row.key
    evaluation = examine(list(versions), logs.history_of(logs.with_relatives([lead])), as_of=now)
    result = result_of(evaluation)
    companies = [row.company_id] if row.company_id else []
    roster = rosters.roster(
        result.agreement, companies, now=now, closed=_closed(evaluation), without=lead
    )
    return _routed(result, lead, roster)


def _routed(result: Result, key: str, roster: Roster) -> Routed:
    states = result.lead_states.filter(pc.equal(result.lead_states["lead_id"], key)).to_pylist()
    if not states:
        raise LookupError(f"There is no lead {key} in the data.")
    state = states[0]
    attributes = result.leads.filter(pc.equal(result.leads["lead_id"], key)).to_pylist()[0]
    holder = state["holder"] if state["status"] == "open" else None
    if holder:
        # Who holds it would not be over the cap by this very lead.
        roster = roster.taken_from(holder)
    lead = Lead(
        lead_id=key,
        attributes=attributes,
        company_id=employer_key(attributes),
        score=state["score"],
        tier=state["tier"],
        quality=state["quality"],
    )
    decision = route(Rules.of(result.agreement), lead, result.as_of, roster)
    zone = ZoneInfo(result.agreement.calendar.timezone)
    return Routed(key, result.as_of, zone, holder, state["status"], decision)


def _closed(evaluation: Evaluation) -> list[tuple[str, Any]]:
    return [(each.calendar, each.day) for each in evaluation.closures]


def open_leads_of(result: Result) -> Mapping[str, int]:
    """Holder → open leads given or handed over in their present episode, as the ledger counts."""
    asked = ["lead_id", "episode", "handed_off_at", "assigned_at"]
    given = {
        (row["lead_id"], row["episode"])
        for row in result.episodes.select(asked).to_pylist()
        if row["handed_off_at"] or row["assigned_at"]
    }
    states = result.lead_states.select(["lead_id", "episode", "status", "holder"]).to_pylist()
    return Counter(
        str(state["holder"])
        for state in states
        if state["status"] == "open"
        and state["holder"]
        and (state["lead_id"], state["episode"]) in given
    )


def _owners(result: Result, history: History, lead: str) -> Mapping[str, tuple[Owner, ...]]:
    """Who works with the companies: by an open deal, or by another open lead."""
    company = {row["lead_id"]: employer_key(row) for row in result.leads.to_pylist()}
    found: dict[str, list[Owner]] = defaultdict(list)
    for deal in history.deals.to_pylist():
        theirs = {company.get(key) for key in deal["lead_ids"] or ()} | {deal["company_id"]}
        since = deal["opened_at"]
        if deal["outcome"] == "open" and deal["owner"] and since and since <= result.as_of:
            for each in theirs - {None}:
                found[str(each)].append(Owner(deal["owner"], "deal", since))
    begins = dict(zip(*(result.leads[n].to_pylist() for n in ("lead_id", "created_at")),
                      strict=True))  # fmt: skip
    for state in result.lead_states.select(["lead_id", "status", "holder"]).to_pylist():
        key, its = state["lead_id"], company.get(state["lead_id"])
        if key != lead and its and state["status"] == "open" and state["holder"] and begins[key]:
            found[its].append(Owner(state["holder"], "lead", begins[key]))
    return {each: tuple(owners) for each, owners in found.items()}
