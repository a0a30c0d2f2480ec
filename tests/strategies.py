"""Random small agreements and random logs, on a coarse grid of times so that boundaries are hit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
LogRow = dict[str, Any]

START = datetime(2026, 3, 26, 6, tzinfo=UTC)  # three days before Europe's clocks change
HOUR = timedelta(hours=1)
SPANS = ("3 hours", "6 hours", "1 day", "2 days", "3 days")
TERMS = (
    "1 business hour",
    "2 business hours",
    "3 business hours",
    "8 business hours",
    "1 business day",
    "2 business days",
    "end of the business day",
    "end of the next business day",
    "3 clock hours",
    "1 day",
)
STAGES = ("Lead", "MQL", "SAL", "Deal", "Customer")
GROUPS = ("fit", "engagement", "extra")
PEOPLE = ("Ana", "Ben", "Eva")
REASONS = ("no budget", "wrong timing", "bad data")
CHANNELS = ("phone", "email")
OBLIGATIONS = ("First response", "Decision", "Welcome", "Nurture")
PROGRAMS = ("Later", "Welcome")
LEADS = ("Ada", "Bo", "Cy", "Di")

CALENDARS: dict[str, Document] = {
    "berlin": {"timezone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}},
    "split": {
        "timezone": "Europe/Berlin",
        "hours": {"mon-fri": ["08:00-12:00", "14:00-18:00"], "sat": ["10:00-13:00"]},
        "exceptions": {"2026-03-30": [], "2026-03-29": ["10:00-14:00"]},
    },
    "new_york": {
        "timezone": "America/New_York",
        "hours": {"mon-fri": ["09:00-17:00"]},
        "holidays": {"country": "US", "also": ["2026-04-02"]},
    },
    "always": {"timezone": "UTC", "hours": {"mon-sun": ["00:00-24:00"]}},
}


def some(options: st.SearchStrategy[Any], likely: bool = False) -> st.SearchStrategy[Any]:
    """An option, or nothing."""
    chances = [st.none(), options, options] if likely else [st.none(), st.none(), options]
    return st.one_of(chances)


def pruned(document: Document) -> Document:
    """A document without what is nothing."""
    return {key: value for key, value in document.items() if value is not None}


# Conditions.

FIELDS: list[Document] = [
    {"field": "size", "at_least": 10},
    {"field": "size", "less_than": 20},
    {"field": "size", "more_than": 5, "at_most": 20},
    {"field": "size", "unknown": True},
    {"field": "size", "is": 10},
    {"field": "size", "is": "10"},
    {"field": "region", "is": "North"},
    {"field": "region", "in": ["north", "east"]},
    {"field": "region", "not": "south"},
    {"field": "region", "not_in": ["north", "south"]},
    {"field": "region", "known": True},
    {"field": "region", "contains": "ou"},
    {"field": "region", "starts_with": "No"},
    {"field": "vip", "is": True},
    {"field": "vip", "not": True},
    {"field": "since", "at_least": "2026-01-01"},
    {"field": "origin", "is": "partner"},
]

EVENTS: list[Document] = [
    {"event": "visit"},
    {"event": "form"},
    {"event": "form", "where": {"form": "demo"}},
    {"event": "form", "where": {"form": {"not": "demo"}}},
    {"event": ["visit", "mail"]},
    {"event": "any"},
    {"event": "any", "where": {"minutes": {"at_least": 5}}},
    {"event": "visit", "where": {"minutes": {"less_than": 5}}},
    {"event": "form", "where": {"form": {"unknown": True}}},
    {"event": "visit", "where": {"pages": 3}},
    {"event": "visit", "where": {"pages": {"at_least": 3}}},
    {"event": "visit", "where": {"pages": ["2", "3"]}},
    {"event": "visit", "where": {"pages": {"contains": "3"}}},
    {"event": "visit", "where": {"read_on": {"at_least": "2026-03-27"}}},
    {"event": "sales.attempted"},
    {"event": "sales.attempted", "where": {"channel": "phone"}},
    {"event": "sales.connected"},
    {"event": "sales.accepted"},
    {"event": "sales.snoozed"},
    {"event": "sales.resumed"},
    {"event": "sales.rejected"},
    {"event": "lead.assigned"},
    {"event": "lead.updated"},
    {"event": "deal.opened"},
    {"event": "deal.won"},
    {"event": "deal.lost", "where": {"reason": "price"}},
    {"event": "stage.entered"},
]


def _field(random: Random) -> Document:
    return random.choice(FIELDS)


def _event(random: Random) -> Document:
    return random.choice(EVENTS)


def _state_leaf(random: Random) -> Document:
    match random.randrange(6):
        case 0:
            return _field(random)
        case 1:
            test = random.choice(["at_least", "at_least", "more_than", "at_most", "less_than"])
            return {
                "score": random.choice(["total", *GROUPS]),
                test: random.choice([-2, 0, 2.5, 5, 10, 20]),
            }
        case 2:
            return {**_event(random), "not_within": random.choice(SPANS)}
        case 3:
            return {
                **_event(random),
                "count": random.randint(1, 2),
                "within": random.choice(SPANS),
            }
    return {**_event(random), "count": random.randint(1, 3)}


def _row_condition(random: Random) -> Document:
    match random.randrange(6):
        case 0:
            return {"all": [_event(random), _field(random)]}
        case 1:
            return {"any": [_event(random), {"all": [_field(random), {"event": "any"}]}]}
        case 2:
            return {"all": [{"event": "any"}, {"none": [_event(random), _field(random)]}]}
    return _event(random)


def _nested(leaf: Callable[[Random], Document], random: Random, depth: int = 2) -> Document:
    if depth == 0 or random.random() < 0.5:
        return leaf(random)
    inner = [_nested(leaf, random, depth - 1) for _ in range(random.randint(1, 3))]
    return {random.choice(["all", "any", "none"]): inner}


def _pool(make: Callable[[Random], Document]) -> st.SearchStrategy[Document]:
    """Many conditions, made once and the short ones first: drawing one is a single choice."""
    random = Random(7)
    texts = {json.dumps(make(random)) for _ in range(600)}
    return st.sampled_from([json.loads(text) for text in sorted(texts, key=lambda t: (len(t), t))])


events = st.sampled_from(EVENTS)
attribute_conditions = _pool(lambda random: _nested(_field, random))
state_conditions = _pool(lambda random: _nested(_state_leaf, random))
row_conditions = _pool(_row_condition)

# What sends a lead back: never what holds from the start of an episode, or it would go on for ever.
goings_back = st.one_of(
    st.builds(lambda e, span: {**e, "not_within": span}, events, st.sampled_from(SPANS)),
    st.builds(lambda e, c: {"all": [e, c]}, events, state_conditions),
)


# What usually leads to a stage; anything else may, too.
STAGE_EVENTS: dict[str, st.SearchStrategy[Any]] = {
    "MQL": st.sampled_from([{"event": "form"}, {"event": "visit", "count": 2}]),
    "SAL": st.sampled_from([{"event": "sales.accepted"}]),
    "Deal": st.sampled_from([{"event": "deal.opened"}]),
    "Customer": st.sampled_from([{"event": "deal.won"}]),
}


# Agreements.


@st.composite
def rules(draw: st.DrawFn, number: int) -> Document:
    """A scoring rule."""
    activity = draw(st.booleans())
    ageing = st.fixed_dictionaries(
        {
            "every": st.sampled_from(SPANS),
            "by": st.sampled_from(["50%", "100%", "33.3 %", "40 %"]),
        }
    )
    return pruned(
        {
            "name": f"Rule {number}",
            "group": draw(some(st.sampled_from(GROUPS))),
            "when": draw(row_conditions if activity else attribute_conditions),
            "points": draw(st.sampled_from([5, 10, 2.5, 1.001, -5, -10, 20])),
            "at_most": draw(some(st.sampled_from([5, 12, 20]))),
            "ageing": draw(some(ageing, likely=True)) if activity else None,
        }
    )


@st.composite
def scorings(draw: st.DrawFn) -> Document:
    """Scoring with groups, limits and tiers."""
    limits = st.sampled_from([{"at_most": 15}, {"at_least": 0}, {"at_least": -5, "at_most": 25}])
    tiers = {
        "fit": {"A": 10, "B": 5},
        "engagement": {"1": 10, "2": 5},
        "high_quality": ["A1", "A2", "B1"],
    }
    return pruned(
        {
            "rules": [draw(rules(number)) for number in range(draw(st.integers(0, 5)))],
            "groups": {
                "extra": {},
                **draw(st.dictionaries(st.sampled_from(GROUPS), limits, max_size=2)),
            },
            "total": draw(some(limits)),
            "tiers": draw(some(st.just(tiers), likely=True)),
        }
    )


@st.composite
def obligations(draw: st.DrawFn, name: str, stages: list[str]) -> Document:
    """A promise with any of the features that clocks have."""
    start = draw(
        st.one_of(
            st.just("handoff"),
            st.just("handoff"),
            st.just("handoff"),
            st.builds(lambda s: {"stage": s}, st.sampled_from(stages)),
            row_conditions,
        )
    )
    return pruned(
        {
            "name": name,
            "side": draw(st.sampled_from(["sales", "sales", "marketing"])),
            "starts_on": start,
            "stops_on": draw(some(row_conditions, likely=True)),
            "within": draw(st.sampled_from(TERMS)),
            "when": draw(some(attribute_conditions)),
            "calendar": draw(
                st.sampled_from(["organisation", "organisation", "person", "team", "split"])
            ),
            "pauses_on": draw(some(st.one_of(st.just({"event": "sales.snoozed"}), row_conditions))),
            "resumes_on": draw(some(st.just({"event": "sales.resumed"}), likely=True)),
            "cancels_on": draw(some(row_conditions)),
            "completed_by_protocol": draw(st.booleans()),
        }
    )


@st.composite
def programs(draw: st.DrawFn, name: str, stages: list[str]) -> Document:
    """A nurture program with any way in and out."""
    ways_in = st.one_of(st.builds(lambda s: {"stage": s}, st.sampled_from(stages)), row_conditions)
    steps = st.lists(st.sampled_from(SPANS), max_size=3)
    return pruned(
        {
            "name": name,
            "owner": PEOPLE[0],
            "enters": draw(some(ways_in, likely=True)),
            "exits": draw(some(row_conditions)),
            "steps": [
                {"name": f"Step {number}", "after": after}
                for number, after in enumerate(draw(steps), start=1)
            ],
        }
    )


@st.composite
def segments(draw: st.DrawFn, number: int, stages: list[str]) -> Document:
    """A segment with other conditions and terms."""
    other = st.builds(lambda c: {"when": c}, state_conditions)
    term = st.builds(
        lambda t: {"within": t}, st.sampled_from(["not asked", "1 business hour", "6 clock hours"])
    )
    return {
        "name": f"Segment {number}",
        "when": draw(attribute_conditions),
        "stages": draw(st.dictionaries(st.sampled_from(stages[1:]), other, max_size=2)),
        "obligations": draw(st.dictionaries(st.sampled_from(OBLIGATIONS), term, max_size=2)),
    }


@st.composite
def handoffs(draw: st.DrawFn, stages: list[str]) -> Document:
    """Handoff, rejections, recycling and re-entry."""
    cool = some(st.sampled_from(["6 hours", "1 day", "2 days"]), likely=True)
    recycling = [
        pruned(
            {
                "name": f"Recycling {number}",
                "from": draw(st.sampled_from(stages)),
                "when": draw(goings_back),
                "cool_down": draw(cool),
            }
        )
        for number in range(draw(st.sampled_from([0, 0, 0, 1])))
    ]
    late = st.sampled_from(
        [{"limit": "1 day", "flag_after": "1 hour"}, {"limit": "3 hours"}, {"limit": "2 days"}]
    )
    return pruned(
        {
            "stage": draw(st.sampled_from(["MQL", "MQL", "MQL", *stages[1:]])),
            "recorded_by": draw(st.sampled_from(["stage", "stage", "event"])),
            "existing_customers": draw(st.sampled_from(["keep out", "qualify"])),
            "rejections": [
                pruned({"reason": "no budget", "then": "recycle", "cool_down": draw(cool)}),
                pruned({"reason": "wrong timing", "then": "recycle", "cool_down": draw(cool)}),
                {"reason": "bad data", "then": "disqualify"},
            ],
            "recycling": recycling,
            "reentry": pruned(
                {"activity": draw(some(row_conditions)), "triggers": draw(some(row_conditions))}
            ),
            "late_logging": draw(some(late, likely=True)),
        }
    )


@st.composite
def protocols(draw: st.DrawFn) -> Document:
    """A contact protocol of up to three steps."""
    channel = st.one_of(st.sampled_from(CHANNELS), st.just(["phone", "email"]))
    steps = [
        {
            "name": f"Step {number}",
            "channel": draw(channel),
            "within": draw(st.sampled_from(TERMS)),
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    return pruned(
        {
            "steps": steps,
            "calendar": draw(st.sampled_from(["organisation", "person", "split"])),
            "done_when": draw(some(row_conditions)),
        }
    )


criteria = st.lists(
    st.builds(
        lambda c, weight: {"name": "Trait", "when": c, "weight": weight},
        state_conditions,
        st.sampled_from([1, 1, 2, 0.5]),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def hygienes(draw: st.DrawFn) -> Document:
    """What marketing removes, of what the logs have."""
    return pruned(
        {
            "duplicates": draw(st.booleans()),
            "competitors": draw(st.sampled_from([[], ["rival.io"], ["Rival"]])),
            "own_domains": draw(st.sampled_from([[], ["acme.example.org"]])),
            "test_patterns": draw(st.sampled_from([[], ["bo@*"]])),
            "opt_out": draw(some(attribute_conditions)),
            "bot": draw(some(st.just({"event": "form", "where": {"form": "news"}}))),
            "form_kinds": ["form"],
            "machine_kinds": ["visit"],
            "sent_kind": "mail",
            "machine_within": draw(some(st.sampled_from(["1 hour", "6 hours"]))),
        }
    )


@st.composite
def agreements(draw: st.DrawFn) -> Document:
    """An agreement as it stands in a file."""
    stages = [name for name in STAGES if name in ("Lead", "MQL") or draw(st.integers(0, 3))]
    told: list[Document] = [{"name": stages[0]}]
    for name in stages[1:]:
        when = draw(some(st.one_of(*[STAGE_EVENTS[name]] * 4, state_conditions), likely=True))
        told.append(pruned({"name": name, "when": when}))
    if draw(st.booleans()):
        told[-1]["outcome"] = "won"
    names = draw(st.lists(st.sampled_from(OBLIGATIONS), unique=True, min_size=1, max_size=3))
    disqualifier = st.builds(
        lambda c: {"reason": "unfit", "when": c},
        st.one_of(st.just({"event": "mail", "count": 3}), state_conditions),
    )
    disqualifiers = st.lists(disqualifier, min_size=1, max_size=2)
    teams = [
        {"name": "Americas", "calendar": "new_york", "people": [{"name": "Ana"}]},
        {
            "name": "EMEA",
            "calendar": "berlin",
            "people": [{"name": "Ben", "calendar": "split"}, {"name": "Eva"}],
        },
    ]
    return pruned(
        {
            "leadpact": 1,
            "name": "Random",
            "calendar": CALENDARS[draw(st.sampled_from(sorted(CALENDARS)))],
            "calendars": CALENDARS,
            "fields": {
                "size": draw(st.sampled_from(["number", "number", "text"])),
                "region": "text",
                "vip": "boolean",
                "since": "date",
            },
            "properties": {"minutes": draw(st.sampled_from(["number", "number", "text"]))},
            "personas": [
                {"name": f"Persona {number}", "when": draw(attribute_conditions)}
                for number in range(draw(st.integers(0, 2)))
            ],
            "ideal_customers": [
                {"name": f"Ideal {number}", "criteria": draw(criteria)}
                for number in range(draw(st.integers(0, 2)))
            ],
            "hygiene": draw(hygienes()),
            "scoring": draw(scorings()),
            "stages": told,
            "disqualification": pruned(
                {
                    "rules": draw(disqualifiers) if draw(st.integers(0, 4)) == 4 else [],
                    "closed_lost": draw(
                        some(st.one_of(*[st.just({"event": "deal.lost"})] * 5, row_conditions))
                    ),
                    "reopens_on": draw(some(row_conditions, likely=True)),
                }
            ),
            "handoff": draw(handoffs(stages)),
            "routing": {"teams": teams},
            "obligations": [draw(obligations(name, stages)) for name in names],
            "contact_protocol": draw(some(protocols(), likely=True)),
            "nurture": [
                draw(programs(name, stages))
                for name in draw(st.lists(st.sampled_from(PROGRAMS), unique=True, max_size=2))
            ],
            "segments": [
                draw(segments(number, stages)) for number in range(draw(st.integers(0, 2)))
            ],
        }
    )


@st.composite
def versions(draw: st.DrawFn) -> list[Document]:
    """One agreement, or two in turn."""
    first = draw(agreements())
    if draw(st.integers(0, 2)):
        return [first]
    second = draw(agreements())
    return [
        {**first, "term": {"from": "2026-01-01"}},
        {**second, "term": {"from": draw(st.sampled_from(["2026-03-27", "2026-03-30"]))}},
    ]


# Logs.

instants = st.one_of(
    st.integers(0, 24).map(lambda n: START + 6 * HOUR * n),
    st.integers(0, 144).map(lambda n: START + HOUR * n),
)

imports = st.sampled_from([None, None, "b1", "b2"])
seldom = st.sampled_from([False, False, False, False, True])

attributes = st.fixed_dictionaries(
    {},
    optional={
        "size": st.sampled_from([4, 10, 20, "15", "many", "10\t", "10.0", "", None]),
        "region": st.sampled_from(["north", " South ", "EAST", "\u00a0North\t", "\t", "", None]),
        "vip": st.sampled_from([True, False, "yes", "no", "perhaps"]),
        "since": st.sampled_from(
            ["2025-06-01", "2026-01-01", "soon", "2026-01-01T09:00", "\n2026-01-02", "2026-1-2"]
        ),
        "origin": st.sampled_from(["marketing", "customer", "partner"]),
        "email": st.sampled_from(
            ["ada@acme.example.org", " ADA@acme.example.org", "bo@acme.example.org", "ada@rival.io"]
        ),
        "company": st.sampled_from(["Acme", "Rival Ltd"]),
    },
)

PROPERTIES: dict[str, st.SearchStrategy[Document]] = {
    "lead.created": attributes,
    "lead.updated": attributes,
    "visit": st.fixed_dictionaries(
        {},
        optional={
            "minutes": st.sampled_from([2, 5, "9", "long"]),
            "pages": st.sampled_from([2, 3, "3", "3.0", "30", "many", ["3"]]),
            "read_on": st.sampled_from(["2026-03-27", "2026-03-26 10:00", "yesterday"]),
        },
    ),
    "form": st.fixed_dictionaries(
        {}, optional={"form": st.sampled_from(["demo", "Demo ", "news"])}
    ),
    "mail": st.just({}),
    "lead.excluded": st.sampled_from(["bot", "opt-out"]).map(lambda why: {"reason": why}),
    "lead.restored": st.just({}),
    "stage.entered": st.fixed_dictionaries(
        {
            "stage": st.sampled_from(["MQL", " mql", "MQL", *STAGES]),
            "episode": st.sampled_from([1, 1, 2]),
        }
    ),
    "lead.handed_off": st.just({}),
    "lead.assigned": st.fixed_dictionaries({"to": st.sampled_from(PEOPLE)}),
    "nurture.entered": st.fixed_dictionaries({"program": st.sampled_from(PROGRAMS)}),
    "nurture.touched": st.fixed_dictionaries(
        {"program": st.sampled_from(PROGRAMS)}, optional={"step": st.just("Step 2")}
    ),
    "nurture.left": st.fixed_dictionaries({"program": st.sampled_from(PROGRAMS)}),
    "sales.attempted": st.fixed_dictionaries({"channel": st.sampled_from(CHANNELS)}),
    "sales.connected": st.just({}),
    "sales.accepted": st.just({}),
    "sales.rejected": st.fixed_dictionaries({"reason": st.sampled_from([*REASONS, "other"])}),
    "sales.rated": st.just({"rating": 4}),
    "sales.snoozed": st.just({}),
    "sales.resumed": st.just({}),
    "deal.opened": st.just({"deal_id": "D1"}),
    "deal.won": st.just({"deal_id": "D1"}),
    "deal.lost": st.just({"deal_id": "D1", "reason": "price"}),
    "lead.recycled": st.fixed_dictionaries({"reason": st.sampled_from(REASONS)}),
    "lead.disqualified": st.just({"reason": "student"}),
    "clock.waived": st.fixed_dictionaries(
        {"obligation": st.sampled_from([*OBLIGATIONS, "contact protocol: Step 0"])}
    ),
    "dispute.ruled": st.fixed_dictionaries(
        {"upheld": st.booleans()},
        optional={
            "obligation": st.sampled_from(OBLIGATIONS),
            "stage": st.sampled_from(STAGES),
        },
    ),
}
LIKELY = (
    "visit",
    "form",
    "mail",
    "lead.updated",
    "sales.attempted",
    "stage.entered",
    "lead.assigned",
    "lead.handed_off",
    "sales.snoozed",
    "sales.resumed",
    "form",
    "visit",
    "form",
    "sales.attempted",
    "lead.assigned",
    "sales.snoozed",
)
kinds = st.sampled_from([*PROPERTIES, *LIKELY, *LIKELY, *LIKELY, *LIKELY])
DECIDED = ("stage.entered", "lead.handed_off", "lead.assigned", "lead.excluded", "lead.restored")


@st.composite
def rows(draw: st.DrawFn, number: int, leads: tuple[str, ...]) -> LogRow:
    """One row about a lead."""
    kind = draw(kinds)
    at = draw(instants)
    late = draw(st.sampled_from([None, None, None, 0, 1, 3, 25, 48]))
    return {
        "event_id": str(number),
        "source": draw(st.sampled_from(["crm", "web"])),
        "lead_id": draw(st.sampled_from(leads)),
        "happened_at": at,
        "recorded_at": None if late is None else at + late * HOUR,
        "kind": kind,
        "actor": None,
        "decided": kind in DECIDED and draw(st.integers(0, 3)) == 0,
        "batch": draw(imports),
        "properties": draw(PROPERTIES[kind]),
    }


@st.composite
def logs(draw: st.DrawFn, mixing: bool = True) -> list[LogRow]:
    """A log of a few leads, with corrections, closures and copies.

    Where it is `mixing`, leads are merged, and a copy may be about another lead.
    """
    leads = LEADS[: draw(st.integers(1, 3))]
    size = draw(st.integers(1, 10)) * len(leads)
    log = [draw(rows(number, leads)) for number in range(size)]
    for lead in leads:
        log += draw(stories(lead))
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        log.append(draw(voids(f"v{number}", size, number)))
    if draw(st.integers(0, 2)) == 0:
        log.append(draw(closures()))
    if draw(st.integers(0, 2)) == 0:
        log.append(draw(copies(log[:size], leads if mixing else ())))
    if mixing and len(leads) > 1 and draw(st.integers(0, 3)) == 0:
        for number in range(draw(st.sampled_from([1, 1, 2, 3]))):
            log += draw(merges(leads, number))
    return log


@st.composite
def stories(draw: st.DrawFn, lead: str) -> list[LogRow]:
    """The usual course of a lead: it comes, qualifies, is assigned, is answered."""
    start = draw(st.integers(0, 72))
    told = []
    for kind, properties in (
        ("lead.created", draw(attributes)),
        ("form", {"form": "demo"}),
        ("lead.assigned", {"to": draw(st.sampled_from(PEOPLE))}),
        ("sales.attempted", {"channel": "phone"}),
        ("sales.attempted", {"channel": "email"}),
        ("sales.attempted", {"channel": "phone"}),
        ("sales.connected", {}),
    ):
        if draw(st.integers(0, 2)):
            start += draw(st.sampled_from([0, 0, 1, 1, 2, 3, 6, 24]))
            name = f"{lead} {len(told)}"
            row = _bare(name, START + start * HOUR, kind, lead, properties)
            late = draw(st.sampled_from([0, 0, 2, 26]))
            told.append({**row, "recorded_at": row["happened_at"] + late * HOUR})
    return told


@st.composite
def voids(draw: st.DrawFn, name: str, size: int, earlier: int) -> LogRow:
    """A correction of one row, of an import, or of an earlier correction."""
    named = {"event_id": str(draw(st.integers(0, size - 1))), "source": "crm"}
    if draw(st.integers(0, 3)) == 0:
        named = {"batch": "b1"}
    elif draw(st.integers(0, 5)) == 0:
        named = {"event_id": draw(st.sampled_from(["c", "merge 0", "unmerge 0"]))}
    elif earlier and draw(st.booleans()):
        named = {"event_id": "v0"}
    void = _bare(name, draw(instants), "fact.voided", None, named)
    return {**void, "batch": draw(imports)}


@st.composite
def closures(draw: st.DrawFn) -> LogRow:
    """A day declared closed."""
    named = {"date": draw(st.sampled_from(["2026-03-27", "2026-03-30", "2026-03-31"]))}
    calendar = draw(st.sampled_from([None, "split", "new_york"]))
    named |= pruned({"calendar": calendar})
    closure = _bare("c", draw(instants), "calendar.closed", None, named)
    return {**closure, "batch": draw(imports), "decided": draw(seldom)}


@st.composite
def copies(draw: st.DrawFn, log: list[LogRow], leads: tuple[str, ...]) -> LogRow:
    """A row delivered again, perhaps with another time, perhaps about another of the leads."""
    copy = dict(draw(st.sampled_from(log)))
    if leads and draw(st.integers(0, 3)) == 0:
        copy |= {"lead_id": draw(st.sampled_from(leads)), "batch": draw(imports)}
    if draw(st.booleans()):
        copy["happened_at"] = draw(instants)
        copy["recorded_at"] = None
    return copy


@st.composite
def merges(draw: st.DrawFn, leads: tuple[str, ...], number: int) -> list[LogRow]:
    """One lead absorbs another, which usually was there before, perhaps by mistake."""
    survivor, absorbed = draw(st.permutations(leads))[:2]
    at = draw(instants)
    merge = _bare(f"merge {number}", at, "lead.merged", survivor, {"absorbed": absorbed})
    found = [{**merge, "batch": draw(imports), "decided": draw(seldom)}]
    if draw(st.integers(0, 3)):
        found.append(_bare(f"born {number}", START, "lead.created", absorbed, {}))
    if draw(st.integers(0, 3)) == 0:
        undone = at + 6 * HOUR
        found.append(
            _bare(f"unmerge {number}", undone, "lead.unmerged", survivor, {"absorbed": absorbed})
        )
    return found


def _bare(name: str, at: datetime, kind: str, lead: str | None, properties: Document) -> LogRow:
    return {
        "event_id": name,
        "source": "crm",
        "lead_id": lead,
        "happened_at": at,
        "recorded_at": None,
        "kind": kind,
        "actor": None,
        "decided": False,
        "batch": None,
        "properties": properties,
    }


moments = st.one_of(
    st.just(START + timedelta(days=12)),
    st.just(START + timedelta(days=7)),
    st.integers(4, 40).map(lambda n: START + 6 * HOUR * n),
)


def as_delivered(log: list[LogRow]) -> list[LogRow]:
    """The rows with their properties as text, as sources deliver them."""
    return [{**row, "properties": json.dumps(row["properties"], sort_keys=True)} for row in log]
