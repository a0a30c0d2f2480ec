"""What should stand in a customer system for a lead, as it stands here: a pure comparison."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadpact.engine.values import normal
from leadpact.flows.crm_people import owner_of
from leadpact.sources.crm.connector import OwnProperty
from leadpact.sources.crm.mapping import Crm, People, Stages
from leadpact.sources.crm.records import moment_of
from leadpact.sources.crm.told import number_of

WAITING, OVERDUE, KEPT, MISSED, NONE = "waiting", "overdue", "kept", "missed", "no promise open"
TASK, NOTE = "task", "note"
#: Where a stage goes back only if it is emptied first.
_BACK_BY_NOTHING = ("hubspot",)

_OWN = (
    ("score", "Leadpact score", "number", "The lead's score under the agreement in force."),
    ("fit", "Leadpact fit", "number", "How well the lead fits whom the agreement asks for."),
    ("engagement", "Leadpact engagement", "number", "How much the lead has done lately."),
    ("tier", "Leadpact tier", "text", "Fit and engagement in one sign, from A1 on."),
    ("stage", "Leadpact stage", "text", "How far the lead is under the agreement."),
    ("reasons", "Leadpact reasons", "text", "Why the lead was handed over."),
    ("due", "Leadpact due", "moment", "By when sales owes the lead the next thing."),
    ("sla", "Leadpact promise", "choice", "How the promise to the lead stands."),
)  # fmt: skip


def own_properties(crm: Crm) -> list[OwnProperty]:
    """The properties that Leadpact fills, by the names that the mapping gives them."""
    choices = (NONE, WAITING, OVERDUE, KEPT, MISSED)
    return [
        OwnProperty(crm.write.prefix + name, label, kind, about,
                    choices if kind == "choice" else ())
        for name, label, kind, about in _OWN
    ] if crm.write.properties else []  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """A clock of sales in the lead's present episode."""

    obligation: str
    outcome: str
    started_at: datetime
    due_at: datetime | None
    holder: str


@dataclass(frozen=True)
class Lead:
    """How a lead stands here. Without `since` nothing is live: stage and holder stay untouched.

    `holder_from` is who named the holder, and where that is the customer system, `holder_at` the
    key of the record at which.
    """

    status: str
    stage: str
    stage_since: datetime | None
    numbers: Mapping[str, float | None]
    tier: str
    episode: int
    holder: str
    holder_since: datetime | None
    holder_from: str
    reasons: str
    promises: Sequence[Promise]
    since: datetime | None
    note: str = ""
    holder_at: str = ""


@dataclass(frozen=True)
class There:
    """A record of the lead in the customer system, by its key, as it was read last.

    `written` is what Leadpact wrote there last by field; `holder_read` when the present holder was
    first read, `holder_is_ours` whether Leadpact put them there; `stage_set` since when the value
    that tells the stage is what it is.
    """

    of: str
    values: Mapping[str, str]
    written: Mapping[str, str] = field(default_factory=dict)
    holder_read: datetime | None = None
    holder_is_ours: bool = False
    stage_set: datetime | None = None
    key: str = ""


@dataclass(frozen=True)
class Comparing:
    """Compares leads with records. `stages` are the agreement's, in order; `owners` are numbers
    with persons and whether they are active.
    """

    crm: Crm
    stages: Sequence[str]
    owners: Sequence[tuple[str, str, bool]]

    def wanted(self, lead: Lead, there: There) -> dict[str, str]:
        """The fields that should have another value than they have, with that value."""
        people = self.crm.people[there.of]
        found = dict(self._own(lead, there))
        if _is_live(lead):
            found |= self._stage(lead, there, people) | self._holder(lead, there, people)
            found |= self._tasks(lead, there) | self._note(lead, there)
        return found

    def keeps(self, lead: Lead, there: There) -> str:
        """The person who holds the record there and goes on to, though another was named here.

        Somebody was named there before it was known that we had named somebody else; by the mapping
        the customer system's word counts. Empty where there is no such difference.
        """
        people = self.crm.people[there.of]
        if people.holder is None or people.holder.wins != "crm" or not _is_live(lead):
            return ""
        now = there.values.get(people.holder.property, "")
        theirs = next((person for number, person, _ in self.owners if number == now), "")
        if not theirs or normal(theirs) == normal(lead.holder):
            return ""
        ours = there.holder_is_ours or now == there.written.get(people.holder.property)
        if ours or lead.holder_from == "people":
            return ""
        unknown_then = (
            there.holder_read and lead.holder_since and there.holder_read > lead.holder_since
        )
        return theirs if unknown_then and lead.holder_from != self.crm.system else ""

    def _own(self, lead: Lead, there: There) -> Iterator[tuple[str, str]]:
        if not self.crm.write.properties:
            return
        for name, value in _own_values(lead).items():
            own = self.crm.write.prefix + name
            if not same(there.values.get(own, ""), value):
                yield own, value

    def _stage(self, lead: Lead, there: There, people: People) -> dict[str, str]:
        """The stage, only where the lead came further here since it is live than it is there.

        What was written once and changed there by hand is not written again, nor is what people
        chose there instead since.
        """
        mapped = people.stages
        if mapped is None or mapped.write == "never" or lead.stage not in self.stages:
            return {}
        if lead.stage_since is None or lead.since is None or lead.stage_since < lead.since:
            return {}
        value = next((v for v, stage in mapped.values.items() if stage == lead.stage), None)
        now = there.values.get(mapped.property, "")
        if value is None or mapped.values.get(now) == lead.stage:
            return {}
        if mapped.write == "forward" and there.written.get(mapped.property) == value:
            return {}
        later = chosen_there(mapped, now, there.stage_set, lead.stage_since)
        if mapped.write == "forward" and later:
            return {}
        if self._place(mapped.values.get(now)) < self._place(lead.stage):
            return {mapped.property: value}
        if mapped.write != "always":
            return {}
        return {mapped.property: "" if self.crm.system in _BACK_BY_NOTHING else value}

    def _place(self, stage: str | None) -> int:
        return self.stages.index(stage) if stage in self.stages else -1

    def _holder(self, lead: Lead, there: There, people: People) -> dict[str, str]:
        if people.holder is None or not lead.holder:
            return {}
        number, now = (
            owner_of(lead.holder, self.owners), there.values.get(people.holder.property, "")
        )  # fmt: skip
        # Whom people named there stands there, unless we wrote another before we knew.
        if lead.holder_from == self.crm.system and not there.holder_is_ours:
            if lead.holder_at == there.key or any(now == each for each, _, _ in self.owners):
                return {}
            # They named them at another record of this lead, and nobody has this one.
            if there.written.get(people.holder.property) == number:
                return {}
        if lead.holder_since is None or lead.since is None or lead.holder_since < lead.since:
            return {}
        if self.keeps(lead, there):
            return {}
        return {people.holder.property: number} if number and number != now else {}

    def _tasks(self, lead: Lead, there: There) -> dict[str, str]:
        """A task for each promise that runs and began since it is live.

        It is ended when the promise is over.
        """
        found = {}
        for promise in lead.promises if self.crm.write.tasks else ():
            name = f"{TASK} {lead.episode} {promise.obligation}"
            runs = promise.outcome in ("running", "overdue") and lead.status == "open"
            begun = lead.since is not None and promise.started_at >= lead.since
            if not (runs and begun) and name not in there.written:
                continue
            owner = owner_of(promise.holder, self.owners)
            if runs and (not owner or promise.due_at is None):
                continue
            told = {
                "title": f"{promise.obligation} (Leadpact)",
                "text": html.escape(lead.reasons),
                "due": promise.due_at.isoformat() if promise.due_at else "",
                "owner": owner,
                "open": runs,
            }
            before = json.loads(there.written.get(name) or "{}")
            keys = ("due", "owner", "open") if runs else ("open",)
            if any(before.get(key) != told[key] for key in keys):
                found[name] = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return found

    def _note(self, lead: Lead, there: There) -> dict[str, str]:
        name = f"{NOTE} {lead.episode}"
        if not self.crm.write.notes or not lead.note or name in there.written:
            return {}
        told = {"title": "", "text": html.escape(lead.note)}
        return {name: json.dumps(told, sort_keys=True, ensure_ascii=False)}


def chosen_there(
    mapped: Stages, value: str, chosen_at: datetime | None, since: datetime | None
) -> bool:
    """Whether people chose a value that is no stage, after the lead came to its stage here."""
    if not value or value in mapped.values or chosen_at is None or since is None:
        return False
    return chosen_at > since


def same(one: str, other: str) -> bool:
    """Whether two texts are one value, however the system writes numbers and instants."""
    if one == other:
        return True
    numbers = number_of(one), number_of(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    moments = moment_of(one), moment_of(other)
    return None not in moments and moments[0] == moments[1]


def _is_live(lead: Lead) -> bool:
    return lead.since is not None and lead.status not in ("excluded", "merged")


def _own_values(lead: Lead) -> dict[str, str]:
    running = [p for p in lead.promises if p.outcome in ("running", "overdue")]
    due = min((p.due_at for p in running if p.due_at), default=None)
    numbers = {n: "" if v is None else f"{round(v, 1):g}" for n, v in lead.numbers.items()}
    return {
        **numbers,
        "tier": lead.tier,
        "stage": lead.stage,
        "reasons": lead.reasons,
        "due": _to_milliseconds(due) if due and lead.status == "open" else "",
        "sla": _promise(lead),
    }


def _promise(lead: Lead) -> str:
    outcomes = {promise.outcome for promise in lead.promises}
    if lead.status == "open":
        for outcome, told in (("overdue", OVERDUE), ("running", WAITING)):
            if outcome in outcomes:
                return told
    told = MISSED if "missed" in outcomes or "overdue" in outcomes else ""
    return told or (KEPT if "met" in outcomes else NONE if lead.promises else "")


def _to_milliseconds(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
