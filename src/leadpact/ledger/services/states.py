"""What the engine found replaces what was known of the leads before."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import models

from leadpact.engine.nurture import Entry
from leadpact.engine.result import Result
from leadpact.ledger.models import (
    Clock,
    ClockShare,
    Episode,
    Exclusion,
    LeadState,
    NurtureEntry,
    StageEntry,
)
from leadpact.ledger.services import bulk, lead_notes

Rows = dict[str, list[dict[str, Any]]]
_TABLES: dict[str, type[models.Model]] = {
    "stage_entries": StageEntry,
    "episodes": Episode,
    "clocks": Clock,
    "clock_shares": ClockShare,
    "exclusions": Exclusion,
}
_NURTURE = "nurture"
_MODELS: dict[str, type[models.Model]] = {**_TABLES, _NURTURE: NurtureEntry}
#: Columns of `lead_states` that say when the evaluation was, not what it found.
_OF_THE_MOMENT = ("next_change_at",)
_STATE = [
    *("status", "episode", "stage", "stage_since", "score", "fit", "engagement", "tier"),
    *("quality", "segment", "persona", "profile", "profile_fit", "holder", "reason"),
    *("unlocked", "version", "merged_into"),
]
#: A clock that still asks for something: it runs, or ran out unanswered.
OPEN_CLOCKS = ("running", "overdue")


def write(
    result: Result,
    entries: Iterable[Entry],
    leads: Iterable[str],
    next_at: Mapping[str, datetime | None],
    *,
    now: datetime,
) -> set[str]:
    """Write the tables of these leads; those of which something changed are returned.

    `entries` are those into nurture programs. `next_at` says when time alone may change a lead
    again.
    """
    wanted = set(leads)
    states = {row["lead_id"]: row for row in _rows(result.lead_states, wanted)}
    attributes = {row["lead_id"]: row for row in _rows(result.leads, wanted)}
    tables = {name: _by_lead(_rows(getattr(result, name), wanted)) for name in _TABLES}
    tables[_NURTURE] = _by_lead(asdict(each) for each in entries if each.lead_id in wanted)
    before = LeadState.objects.filter(lead__key__among=sorted(wanted))
    known = dict(before.values_list("lead_id", "digest"))
    digests = {
        lead: _digest(state, attributes.get(lead), [rows.get(lead, []) for rows in tables.values()])
        for lead, state in states.items()
    }
    changed = {lead for lead, digest in digests.items() if known.get(lead) != digest}
    _delete(_MODELS.values(), changed & known.keys())
    for name, model in _MODELS.items():
        _insert(model, [row for lead in sorted(changed) for row in tables[name].get(lead, [])])
    # Of these nothing is left where all their rows were withdrawn.
    forget(wanted - states.keys())
    _delete([LeadState], known)
    _insert(
        LeadState,
        [
            {
                "lead_id": lead,
                "attributes": _attributes(attributes.get(lead)),
                "evaluated_at": now,
                "next_at": next_at.get(lead),
                "digest": digests[lead],
                "handed_off_at": _handed_off_at(state, tables["episodes"].get(lead, ())),
                "owed_at": _owed_at(tables["clocks"].get(lead, ())),
                "fills_cap": _fills_cap(state, tables["episodes"].get(lead, ())),
                **{name: state[name] for name in _STATE},
            }
            for lead, state in sorted(states.items())
        ],
    )
    lead_notes.write(wanted, tables["episodes"], attributes)
    return changed


def _fills_cap(state: Mapping[str, Any], episodes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a lead is one of those of which a person takes only so many.

    One that came back to marketing keeps its holder, who has nothing to do with it meanwhile.
    """
    present = (each for each in episodes if each["episode"] == state["episode"])
    given = any(each["handed_off_at"] or each["assigned_at"] for each in present)
    return given and state["status"] == "open" and state["holder"] is not None


def _handed_off_at(
    state: Mapping[str, Any], episodes: Iterable[Mapping[str, Any]]
) -> datetime | None:
    """When the present passage of a lead was handed to sales."""
    present = (each for each in episodes if each["episode"] == state["episode"])
    return next((each["handed_off_at"] for each in present), None)


def _owed_at(clocks: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When sales owes a lead the next thing; what waits is not owed at present."""
    owed = (each for each in clocks if each["side"] == "sales" and not each["paused"])
    due = (each["due_at"] for each in owed if each["outcome"] in OPEN_CLOCKS)
    return min((at for at in due if at is not None), default=None)


def forget(leads: set[str]) -> None:
    """Nothing is known any more of where these leads stand."""
    _delete([*_MODELS.values(), LeadState], leads)


def _delete(tables: Iterable[type[models.Model]], leads: Iterable[str]) -> None:
    keys = sorted(leads)
    for table in tables if keys else ():
        table._default_manager.filter(lead__key__among=keys).delete()


def _insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        bulk.insert(model, {name: [row[name] for row in rows] for name in rows[0]})


def _rows(table: Any, wanted: set[str]) -> list[dict[str, Any]]:
    return [row for row in table.to_pylist() if row["lead_id"] in wanted]


def _by_lead(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["lead_id"]].append(row)
    return found


def _digest(
    state: Mapping[str, Any], attributes: Mapping[str, Any] | None, tables: Sequence[Any]
) -> str:
    told = {name: value for name, value in state.items() if name not in _OF_THE_MOMENT}
    text = json.dumps([told, attributes, tables], default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _attributes(row: Mapping[str, Any] | None) -> str:
    told = {k: v for k, v in (row or {}).items() if v is not None and k != "lead_id"}
    return json.dumps(told, default=lambda at: at.isoformat(), sort_keys=True, ensure_ascii=False)
