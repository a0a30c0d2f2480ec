"""Random logs, on a coarse grid of times so that boundaries are hit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.strategies.world import (
    CHANNELS,
    HOUR,
    LEADS,
    OBLIGATIONS,
    PEOPLE,
    PROGRAMS,
    REASONS,
    STAGES,
    START,
    Document,
    LogRow,
    pruned,
)

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
        {"program": st.sampled_from(PROGRAMS)},
        optional={"step": st.sampled_from(["Step 2", "step 3 ", "other"])},
    ),
    "nurture.left": st.fixed_dictionaries(
        {"program": st.sampled_from(PROGRAMS)}, optional={"reason": st.just("asked to ")}
    ),
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
