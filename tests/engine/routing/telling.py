"""Scenarios about routing: a base agreement, people, and what happens at which moment.

A file in `tests/scenarios/routing/` has a `zone`, a `base` and `scenarios`; times and changes to
the agreement are written as in the other scenarios. A scenario may say of `people` by name what
differs from the agreement (`absent` from and until, `active`, `weight`, `cap`, `calendar`, `open`
leads), and who are the `owners` of companies. Its `steps` follow one another; each is carried out:

- `route`, `reassign` or `give back` a lead: `lead` is Ada unless said, `company`, `tier`, `score`,
  `quality`, `bulk`, `holder`, `late` holders; every other word is an attribute. `times: 5` sends
  Ada 1 to Ada 5 one after the other. What nobody can take stays in the queue.
- `drain` is who takes what of the queue, in this order, and no more.
- `expect` says where the lead goes (`to`, `queue`, `keeps`, `returned to`, `returned to queue`), by
  which `route`, `from` whom, when to `look again`, and sentences among those that explain it
  (`says`); of several leads who gets how many (`gets`), in which `order`, how many are `queued`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadpact.agreement.calendars import calendars_of
from leadpact.agreement.spec import Agreement
from leadpact.engine.routing.decision import Decision, Outcome
from leadpact.engine.routing.draining import Drain
from leadpact.engine.routing.leads import Lead, Waiting
from leadpact.engine.routing.people import Absence, Owner, Roster, people_of
from leadpact.engine.routing.route import after, give_back, reassign, route
from leadpact.engine.routing.rules import Rules
from tests import scenario

FOLDER = scenario.FOLDER / "routing"
ACTS = {"route": route, "reassign": reassign, "give back": give_back}
OF_SCENARIO = {"scenario", "why", "change", "people", "owners", "steps"}
OF_STEP = {"at", "people", "drain", "look again", "times", "expect", *ACTS}
OF_LEAD = {"lead", "company", "tier", "score", "quality", "bulk", "holder", "late"}
OF_PERSON = {"absent", "active", "weight", "cap", "calendar", "open"}


@dataclass
class Story:
    """A scenario on its way: what was found not to be as expected is kept in sentences."""

    file: str
    title: str
    zone: ZoneInfo
    agreement: Agreement
    told: dict[str, Any]
    queue: dict[str, Waiting] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def stories() -> Iterator[Story]:
    """Every scenario of every file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        page = scenario.read(path)
        for told in page["scenarios"]:
            _known(told, OF_SCENARIO)
            document = scenario.documents(page, told)[0]
            agreement = Agreement.model_validate(document)
            yield Story(path.stem, told["scenario"], ZoneInfo(page["zone"]), agreement, told)


def play(story: Story) -> list[str]:
    """What is not as expected, in sentences."""
    rules = Rules.of(story.agreement)
    roster = Roster(people_of(story.agreement), owners=_owners(story))
    roster = _with_people(story, roster, story.told.get("people", {}))
    for step in story.told["steps"]:
        _known(step, OF_STEP)
        moment = scenario.instant(step["at"], story.zone)
        roster = _with_people(story, roster, step.get("people", {}))
        if "drain" in step:
            roster = _drain(story, rules, moment, roster, step)
        else:
            roster = _send(story, rules, moment, roster, step)
    return story.wrong


def _send(
    story: Story, rules: Rules, moment: datetime, roster: Roster, step: dict[str, Any]
) -> Roster:
    word = next(word for word in ACTS if word in step)
    decisions = []
    for lead in _leads(step[word], step.get("times")):
        decision = ACTS[word](rules, lead, moment, roster)
        roster = after(decision, lead, moment, roster)
        if decision.outcome is Outcome.QUEUED:
            story.queue[lead.lead_id] = Waiting(lead, moment)
        decisions.append(decision)
    expect = step["expect"]
    for key, have in _found(decisions, expect, story.zone):
        if have != expect[key]:
            story.wrong.append(f"{step['at']}: {key} is {have}, expected {expect[key]}")
    said = {sentence for decision in decisions for sentence in decision.sentences}
    for sentence in expect.get("says", []):
        if sentence not in said:
            story.wrong.append("\n  ".join([f"{step['at']}: “{sentence}” is not said", *said]))
    return roster


def _found(
    decisions: list[Decision], expect: dict[str, Any], zone: ZoneInfo
) -> Iterator[tuple[str, Any]]:
    assigned = [d for d in decisions if d.outcome is Outcome.ASSIGNED]
    last = decisions[-1]
    kept, back = last.outcome is Outcome.KEPT, last.outcome is Outcome.RETURNED
    looks = [d.look_again for d in decisions if d.look_again]
    found = {
        "to": last.to_person if last.outcome is Outcome.ASSIGNED else None,
        "queue": last.to_queue if last.outcome is Outcome.QUEUED else None,
        "keeps": last.to_person if kept else None,
        "returned to": last.to_person if back else None,
        "returned to queue": last.to_queue if back else None,
        "from": last.from_person,
        "route": last.route,
        "order": [d.to_person for d in assigned],
        "gets": dict(Counter(d.to_person for d in assigned)),
        "queued": len([d for d in decisions if d.outcome is Outcome.QUEUED]),
    }
    for key in expect.keys() - {"says"}:
        if key == "look again":
            yield key, _look(min(looks, default=None), expect[key], zone)
        else:
            yield key, found[key]
    if "to" in expect:
        assert len(decisions) == 1, "of several leads say who `gets` how many"


def _look(at: datetime | None, expected: str, zone: ZoneInfo) -> str:
    """As it was expected, if it is the same instant."""
    if at is None:
        return "never"
    same = expected != "never" and scenario.instant(expected, zone) == at
    return expected if same else f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}"


def _drain(
    story: Story, rules: Rules, moment: datetime, roster: Roster, step: dict[str, Any]
) -> Roster:
    drain = Drain(rules, list(story.queue.values()), moment, roster)
    found = [{"lead": each.lead_id, "to": each.to_person} for each in drain]
    if found != step["drain"]:
        story.wrong.append(f"{step['at']}: drained {found}, expected {step['drain']}")
    for each in found:
        del story.queue[str(each["lead"])]
    if "look again" in step:
        have = _look(drain.next_look, step["look again"], story.zone)
        if have != step["look again"]:
            story.wrong.append(f"{step['at']}: look again is {have}, not {step['look again']}")
    return drain.roster


def _leads(told: dict[str, Any], times: int | None) -> Iterator[Lead]:
    attributes = {key: value for key, value in told.items() if key not in OF_LEAD}
    name = told.get("lead", "Ada")
    for number in range(1, (times or 1) + 1):
        yield Lead(
            lead_id=f"{name} {number}" if times else name,
            attributes=attributes,
            company_id=told.get("company"),
            score=told.get("score"),
            tier=told.get("tier"),
            quality=told.get("quality"),
            bulk=told.get("bulk", False),
            holder=told.get("holder"),
            late_holders=frozenset(told.get("late", ())),
        )


def _with_people(story: Story, roster: Roster, changes: dict[str, Any]) -> Roster:
    open_leads = dict(roster.open_leads)
    people = list(roster.people)
    for name, told in changes.items():
        _known(told, OF_PERSON)
        if "open" in told:
            open_leads[name] = told["open"]
        place = next(i for i, person in enumerate(people) if person.name == name)
        new = {key: told[key] for key in ("active", "weight", "cap") if key in told}
        if "absent" in told:
            start, end = (scenario.instant(each, story.zone) for each in told["absent"])
            new["absences"] = (Absence(start, end),)
        if "calendar" in told:
            new["calendar"] = calendars_of(story.agreement)[told["calendar"]]
        people[place] = replace(people[place], **new)
    return replace(roster, people=tuple(people), open_leads=open_leads)


def _owners(story: Story) -> dict[str, tuple[Owner, ...]]:
    return {
        company: tuple(
            Owner(told["person"], told["by"], scenario.instant(told["since"], story.zone))
            for told in owners
        )
        for company, owners in story.told.get("owners", {}).items()
    }


def _known(told: dict[str, Any], words: set[str]) -> None:
    if unknown := told.keys() - words:
        raise ValueError(f"{told} says {unknown}, which means nothing here")
