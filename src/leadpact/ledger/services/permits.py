"""Who may do what: one table for pages, API and commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from leadpact.ledger.models import ApiKey, Person, Role, Scope, User


class Act(StrEnum):
    """What somebody may want to do."""

    READ = "read"
    COLLECT = "collect"
    WORK_LEAD = "work a lead"
    RATE = "rate a lead"
    NURTURE = "nurture a lead"
    CLEAN = "exclude, restore, merge"
    DISPUTE = "dispute a clock or a stage"
    RULE = "rule on a dispute"
    WAIVE = "waive a clock"
    REVIEW = "review a deal"
    MEET = "keep what a meeting settled"
    REASSIGN = "reassign a lead"
    VOID = "void a fact"
    IMPORT = "import"
    PUBLISH = "publish an agreement"
    ACCEPT = "accept an agreement"
    MANAGE_PEOPLE = "manage people and absences"
    ADMINISTER = "administer"


_HEADS = {
    *(Act.READ, Act.DISPUTE, Act.RULE, Act.WAIVE, Act.VOID, Act.MANAGE_PEOPLE, Act.CLEAN),
    *(Act.REVIEW, Act.ACCEPT, Act.MEET),
}
_MAY: dict[str, set[Act]] = {
    Role.ADMINISTRATOR: set(Act),
    Role.MARKETING_HEAD: _HEADS | {Act.COLLECT, Act.NURTURE, Act.IMPORT, Act.PUBLISH},
    Role.MARKETER: {
        *(Act.READ, Act.COLLECT, Act.NURTURE, Act.CLEAN, Act.IMPORT, Act.DISPUTE, Act.MEET)
    },
    Role.SALES_HEAD: _HEADS | {Act.WORK_LEAD, Act.RATE, Act.REASSIGN, Act.PUBLISH},
    Role.REP: {Act.READ, Act.WORK_LEAD, Act.RATE, Act.DISPUTE, Act.REASSIGN},
    Role.VIEWER: {Act.READ},
}
_SCOPES: dict[str, set[Act]] = {
    Scope.COLLECT: {Act.COLLECT},
    Scope.READ: {Act.READ},
    Scope.WRITE: {
        *(Act.READ, Act.COLLECT, Act.WORK_LEAD, Act.RATE, Act.NURTURE, Act.CLEAN),
        *(Act.DISPUTE, Act.REASSIGN, Act.IMPORT),
    },
    Scope.ADMIN: set(Act),
}


#: Rights that a fact needs which says more than that something happened to a lead.
_FOR_KIND = {
    "fact.voided": Act.VOID,
    "calendar.closed": Act.MANAGE_PEOPLE,
    "roster.changed": Act.MANAGE_PEOPLE,
    "lead.merged": Act.CLEAN,
    "lead.unmerged": Act.CLEAN,
    "lead.excluded": Act.CLEAN,
    "lead.restored": Act.CLEAN,
    "clock.disputed": Act.DISPUTE,
    "dispute.ruled": Act.RULE,
    "clock.waived": Act.WAIVE,
    "lead.assigned": Act.REASSIGN,
    "nurture.entered": Act.NURTURE,
    "nurture.touched": Act.NURTURE,
    "nurture.left": Act.NURTURE,
}
_OF_SALES = ("sales.", "deal.", "stage.", "lead.handed_off", "lead.recycled", "lead.disqualified")


def act_for(kind: str) -> Act:
    """The right that writing a fact of this kind needs."""
    if kind.startswith(_OF_SALES):
        return Act.WORK_LEAD
    return _FOR_KIND.get(kind, Act.COLLECT)


@dataclass(frozen=True)
class Caller:
    """Who asks: a user in a role, a program with a key, or whoever runs the commands.

    `team` is the first of the `teams` that a person is on.
    """

    name: str
    acts: frozenset[Act]
    role: str | None = None
    person: str | None = None
    team: str | None = None
    teams: frozenset[str] = frozenset()

    def may(self, act: Act) -> bool:
        """Whether this is allowed at all; of which leads, the selectors tell."""
        return act in self.acts

    @property
    def sees_all(self) -> bool:
        """Whether every lead is shown; a rep sees what was handed to the team."""
        return self.role != Role.REP

    @property
    def sees_before_handoff(self) -> bool:
        """Whether leads that marketing has not handed over are shown."""
        return self.role not in (Role.REP, Role.SALES_HEAD)

    @property
    def which_leads(self) -> str:
        """What stands behind “leads” where those that are shown are not all; empty where they are.

        A rep needs no telling: theirs are few, and pages say “you”.
        """
        return " handed to sales" if self.sees_all and not self.sees_before_handoff else ""


def of_user(user: User) -> Caller:
    """A user who signed in."""
    person = user.person
    return Caller(
        user.name or user.email,
        frozenset(_MAY[user.role]),
        role=user.role,
        person=person.name if person else None,
        team=person.team.name if person and person.team else None,
        teams=_teams_of(person) if person else frozenset(),
    )


def of_person(person: Person) -> Caller | None:
    """Somebody who holds leads, as a rep whose user may do as much; None for who left."""
    user = getattr(person, "user", None)
    if not person.active or (user and not user.is_active):
        return None
    acts = _MAY[Role.REP] & _MAY[user.role] if user else _MAY[Role.REP]
    team = person.team.name if person.team else None
    return Caller(
        person.name, frozenset(acts), Role.REP, person.name, team, teams=_teams_of(person)
    )


def _teams_of(person: Person) -> frozenset[str]:
    return frozenset(team.name for team in person.teams.all())


def of_key(key: ApiKey) -> Caller:
    """A program with a key; one for a user may do and see no more than that user."""
    acts = frozenset(_SCOPES[key.scope])
    if key.user is None:
        return Caller(key.name, acts)
    user = of_user(key.user)
    return replace(user, name=key.name, acts=acts & user.acts)


def of_operator(name: str = "operator") -> Caller:
    """Whoever can run commands on the machine that holds everything."""
    return Caller(name, frozenset(Act))
