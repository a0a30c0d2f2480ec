"""Random small agreements, whole."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.conditions import (
    STAGE_EVENTS,
    attribute_conditions,
    goings_back,
    row_conditions,
    state_conditions,
)
from tests.strategies.world import (
    CALENDARS,
    CHANNELS,
    GROUPS,
    OBLIGATIONS,
    PEOPLE,
    PROGRAMS,
    SPANS,
    STAGES,
    TERMS,
    Document,
    pruned,
    some,
)


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
