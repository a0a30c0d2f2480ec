"""Who gets a lead: one function for live operation, simulation, command line and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from leadpact.engine.routing import sharing, words
from leadpact.engine.routing.availability import Availability, Verdict
from leadpact.engine.routing.decision import MARKETING, UNROUTED, Decision, Outcome, Step
from leadpact.engine.routing.leads import Lead
from leadpact.engine.routing.people import Owner, Pool, Roster
from leadpact.engine.routing.rules import Receiver, Rules
from leadpact.engine.values import normal

#: What makes somebody the owner of a company, the nearest to it first.
_OWNS = {
    "account": "holds the account of the company",
    "deal": "owns an open deal of the same company",
    "lead": "owns an open lead of the same company",
}


def route(rules: Rules, lead: Lead, moment: datetime, roster: Roster) -> Decision:
    """Where a lead goes that nobody holds; nothing but the arguments decides."""
    return Desk(rules, moment, roster).route(lead)


def reassign(rules: Rules, lead: Lead, moment: datetime, roster: Roster) -> Decision:
    """Where a lead goes whose holder let a clock run out.

    It stays where the agreement does not reassign, and where nobody else can take it.
    """
    return Desk(rules, moment, roster).reassign(lead)


def give_back(rules: Rules, lead: Lead, moment: datetime, roster: Roster) -> Decision:
    """Where a lead goes that sales returned: to marketing's team, else to marketing's queue."""
    return Desk(rules, moment, roster).give_back(lead)


def after(decision: Decision, lead: Lead, moment: datetime, roster: Roster) -> Roster:
    """The roster once a decision has been carried out."""
    if decision.outcome is Outcome.KEPT:
        return roster
    if decision.from_person is not None:
        roster = roster.taken_from(decision.from_person)
    to = decision.to_person
    if to is None:
        return roster
    if decision.pool is not None:
        roster = roster.shared(decision.pool, to, decision.shares)
    # Who takes a lead back for marketing does not thereby work with its company.
    company = lead.company_id if decision.outcome is Outcome.ASSIGNED else None
    return roster.given(to, moment, bulk=lead.bulk, company=company)


class _Sent(NamedTuple):
    """A lead on its way: the route that sent it, and the steps so far."""

    lead: Lead
    route: str | None
    steps: list[Step]


class _Full(NamedTuple):
    """A pool in which nobody can take a lead: everybody's step, and when to look again."""

    steps: list[Step]
    look_again: datetime | None


class Desk:
    """Routes leads at one moment, one after the other."""

    def __init__(self, rules: Rules, moment: datetime, roster: Roster) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone, so nobody's working hours can be told")
        self.rules = rules
        self.moment = moment
        self.roster = roster
        self._availability = Availability(moment, rules.release)
        self._full: dict[tuple[Pool, frozenset[str]], _Full] = {}

    def take(self, lead: Lead) -> Decision:
        """As `route`, and carried out, so that the next lead finds the roster changed."""
        decision = self.route(lead)
        self.roster = after(decision, lead, self.moment, self.roster)
        return decision

    def route(self, lead: Lead) -> Decision:
        """Company owner, then the first route that matches, then the handoff's receiver."""
        sent = _Sent(lead, None, [])
        if decision := self._to_owner(sent):
            return decision
        receiver, steps = self.rules.receiver(lead.attributes)
        sent.steps.extend(steps)
        if receiver is None:
            return _queued(sent, UNROUTED, "nothing says who receives it")
        return self._to_receiver(sent._replace(route=receiver.route), receiver)

    def reassign(self, lead: Lead) -> Decision:
        """The same route again, without whoever was late."""
        holder = lead.holder
        if holder is None:
            return self.route(lead)
        if not self.rules.agreement.routing.reassign_on_breach:
            return _kept(lead, holder, (), "the agreement reassigns no late leads")
        others = self.route(replace(lead, late_holders=lead.late_holders | {holder}))
        if others.outcome is Outcome.ASSIGNED:
            return replace(others, from_person=holder)
        return _kept(lead, holder, others.steps[:-1], "nobody else can take it now")

    def give_back(self, lead: Lead) -> Decision:
        """To whom marketing's pool chooses; a clock missed in sales counts for nothing there."""
        sent = _Sent(replace(lead, late_holders=frozenset()), None, [])
        team = self.rules.marketing_team
        if team is None:
            decision = _queued(sent, MARKETING, "no team of marketing is named")
        else:
            decision = self._to_pool(sent, team)
        return replace(decision, outcome=Outcome.RETURNED, from_person=lead.holder)

    def _to_owner(self, sent: _Sent) -> Decision | None:
        company = sent.lead.company_id
        if company is None or not self.rules.agreement.routing.company_owner_first:
            return None
        for owner in _in_order(self.roster.owners.get(company, ())):
            if decision := self._to_person(sent, owner.person, _OWNS[owner.by]):
                return decision
        return None

    def _to_receiver(self, sent: _Sent, receiver: Receiver) -> Decision:
        if team := self.rules.team_named(receiver.to):
            return self._to_pool(sent, team)
        person = self.roster.named(receiver.to)
        team = person.team if person else self.rules.team_of(receiver.to)
        if team is None:
            return _queued(sent, receiver.to, "it is neither a team nor a person")
        by = "the route" if receiver.route else "`handoff.to`"
        return self._to_person(sent, receiver.to, f"named by {by}") or self._to_pool(sent, team)

    def _to_person(self, sent: _Sent, name: str, told: str) -> Decision | None:
        """Gives the lead to somebody at any hour; None when they cannot have it."""
        person = self.roster.named(name)
        if person is None:
            sent.steps.append(Step(name, "skipped", f"{told}, and is not on the roster"))
            return None
        verdict = self._availability.of(person, sent.lead, self.roster, by_name=True)
        if verdict.able:
            sent.steps.append(Step(person.name, "chosen", told))
            return _assigned(sent, person.name, person.team, told)
        outcome = "waited for" if verdict.passing else "skipped"
        sent.steps.append(Step(person.name, outcome, f"{told}; {verdict.hindrance}"))
        if verdict.passing:
            why = f"waits for {person.name}"
            return _queued(sent, person.team, why, person.team, verdict.again)
        return None

    def _to_pool(self, sent: _Sent, team: str) -> Decision:
        lead = sent.lead
        pool = Pool(team, lead.bulk)
        full = self._full.get((pool, lead.late_holders))
        if full is None:
            verdicts = [
                self._availability.of(person, lead, self.roster, by_name=False)
                for person in self.roster.team(team)
            ]
            if any(verdict.able for verdict in verdicts):
                return self._share(sent, pool, verdicts)
            # Within a moment people only fill up: who can take no lead now takes no later one.
            full = self._full[pool, lead.late_holders] = _full(verdicts)
        sent.steps.extend(full.steps)
        why = "nobody on the team can take it now" if full.steps else "nobody is on the team"
        return _queued(sent, team, why, team, full.look_again)

    def _share(self, sent: _Sent, pool: Pool, verdicts: list[Verdict]) -> Decision:
        among = sharing.candidates([verdict for verdict in verdicts if verdict.able])
        chosen, compared = sharing.choose(among, pool, self.roster)
        sent.steps.extend(self._step(verdict, compared) for verdict in verdicts)
        assigned = _assigned(sent, chosen, pool.team, compared[chosen].why)
        return replace(assigned, pool=pool, shares=sharing.shares(among))

    def _step(self, verdict: Verdict, compared: dict[str, Step]) -> Step:
        person = verdict.person
        if verdict.opens is None or not verdict.able:
            return Step(person.name, "skipped", verdict.hindrance)
        opens = words.opening(verdict.opens, self.moment, person.calendar.zone)
        if person.name not in compared:
            return Step(person.name, "skipped", f"outside hours until {opens}")
        step = compared[person.name]
        at_work = verdict.opens <= self.moment
        return step if at_work else step._replace(why=f"opens first, {opens}; {step.why}")


def _in_order(owners: tuple[Owner, ...]) -> list[Owner]:
    """Each owner once, the nearest to the company first, then who has been it for longer."""
    nearest = list(_OWNS)
    ordered = sorted(owners, key=lambda o: (nearest.index(o.by), o.since, normal(o.person)))
    first: dict[str, Owner] = {}
    for owner in ordered:
        first.setdefault(normal(owner.person), owner)
    return list(first.values())


def _full(verdicts: list[Verdict]) -> _Full:
    again = [verdict.again for verdict in verdicts if verdict.again is not None]
    steps = [Step(verdict.person.name, "skipped", verdict.hindrance) for verdict in verdicts]
    return _Full(steps, min(again, default=None))


def _assigned(sent: _Sent, to: str, team: str, why: str) -> Decision:
    return Decision(
        lead_id=sent.lead.lead_id,
        outcome=Outcome.ASSIGNED,
        why=why,
        to_person=to,
        team=team,
        route=sent.route,
        steps=tuple(sent.steps),
    )


def _queued(
    sent: _Sent,
    queue: str,
    why: str,
    team: str | None = None,
    look_again: datetime | None = None,
) -> Decision:
    return Decision(
        lead_id=sent.lead.lead_id,
        outcome=Outcome.QUEUED,
        why=why,
        to_queue=queue,
        team=team,
        route=sent.route,
        look_again=look_again,
        steps=(*sent.steps, Step(f"Queue “{queue}”", "takes the lead", why)),
    )


def _kept(lead: Lead, holder: str, steps: tuple[Step, ...], why: str) -> Decision:
    return Decision(
        lead_id=lead.lead_id,
        outcome=Outcome.KEPT,
        why=why,
        to_person=holder,
        steps=(*steps, Step(holder, "keeps the lead", why)),
    )
