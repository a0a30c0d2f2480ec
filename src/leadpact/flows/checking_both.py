"""An agreement beside the mapping that is to feed it: stages that nothing can bring a lead into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leadpact.agreement.conditions import AllOf, AnyOf, EventCondition
from leadpact.agreement.loading import Loaded
from leadpact.agreement.problems import Problem
from leadpact.sources.mapping import Event, Sources, Table

_STAGE_ENTERED = "stage.entered"


@dataclass(frozen=True)
class Delivered:
    """What mappings can bring: kinds of rows and stages by name; None where data alone tells."""

    kinds: frozenset[str] | None
    stages: frozenset[str] | None


def delivered(mappings: Sequence[Sources]) -> Delivered:
    """All that the tables of some mappings can bring together."""
    tables = [table for mapping in mappings for table in mapping.tables]
    kinds: set[str] | None = {"lead.created", *_of_deals(tables)}
    stages: set[str] | None = set()
    for table in tables:
        of_table, stages_of_table = _of_table(table)
        kinds = None if kinds is None or of_table is None else kinds | of_table
        stages = None if stages is None or stages_of_table is None else stages | stages_of_table
    return Delivered(
        None if kinds is None else frozenset(kinds), None if stages is None else frozenset(stages)
    )


def _of_table(table: Table) -> tuple[set[str] | None, set[str] | None]:
    kinds: set[str] | None = set()
    stages: set[str] | None = set()
    if table.leads:
        stages = {_normal(name) for name in table.leads.stages}
        kinds = {"lead.assigned"} if table.leads.assigned else set()
    for event in table.events:
        own = _kinds(event)
        kinds = None if kinds is None or own is None else kinds | own
        if own is None or _STAGE_ENTERED in own:
            named = event.properties.get("stage")
            value = named.value if named else None
            stages = None if stages is None or value is None else {*stages, _normal(str(value))}
    return kinds, stages


def _of_deals(tables: Sequence[Table]) -> Iterator[str]:
    """What deals bring to leads: those with a date, where something says whose deal it is."""
    linked = any(table.links for table in tables)
    for deals in (table.deals for table in tables if table.deals):
        if linked or deals.leads:
            yield from ["deal.opened"] if deals.opened else []
            yield from ["deal.won", "deal.lost"] if deals.closed else []


def _kinds(event: Event) -> set[str] | None:
    if event.kind.value is not None:
        return {event.kind.value}
    return set(event.kind.values.values()) or None


def never_entered(loaded: Loaded, found: Delivered) -> Iterator[Problem]:
    """A warning for each stage after the first that nothing delivered can bring a lead into."""
    if loaded.agreement is None or found.stages is None:
        return
    segments = loaded.agreement.segments
    for place, stage in enumerate(loaded.agreement.stages):
        own = [each.stages[stage.name].when for each in segments if stage.name in each.stages]
        ways = [when for when in (stage.when, *own) if when is not None]
        recorded = _normal(stage.name) in found.stages
        if place == 0 or recorded or any(_can_hold(way, found) for way in ways):
            continue
        path = ("stages", place, "name")
        yield Problem(
            loaded.file,
            *loaded.locate(path),
            path,
            f"nothing in the sources can bring a lead into “{stage.name}”",
            "map a date column to it, under `stages` in the table of leads"
            + (", or the events that its `when` asks for" if ways else ""),
            severity="warning",
        )


def _can_hold(condition: Any, found: Delivered) -> bool:
    """Whether what is delivered leaves a condition a chance; what is not about events has one."""
    if isinstance(condition, EventCondition):
        if condition.not_within is not None or found.kinds is None or "any" in condition.kinds:
            return True
        return bool(found.kinds & set(condition.kinds))
    if isinstance(condition, AllOf):
        return all(_can_hold(part, found) for part in condition.all)
    return not isinstance(condition, AnyOf) or any(_can_hold(each, found) for each in condition.any)


def _normal(name: str) -> str:
    return name.strip().casefold()
