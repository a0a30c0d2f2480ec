"""Episodes of leads that count, in order, with who held the lead in each; and what is on record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.passages import find, passages
from leadpact.engine.metrics.records import NEVER, Numbers, Records, flags, instants, whole
from leadpact.engine.metrics.words import Codes

#: Of several assignments at one instant the last counts.
_LAST_HOLDER = """
with given as (
    select lead, moment, arg_max(person, place) as person
    from facts where person > 0 group by lead, moment)
select e.row, f.person
from asked as e asof join given as f on f.lead = e.lead and f.moment <= e.moment
"""


@dataclass(frozen=True)
class Episodes:
    """Arrays of equal length, in the order of leads and episodes; NEVER for what did not happen.

    One whose handoff is under an upheld dispute was neither qualified nor handed over. `follows`
    says that the episode before ended at the instant at which this one began.
    `first_assigned` is when the lead was first given to somebody, in whichever episode.
    """

    lead: Numbers
    episode: Numbers
    began: Numbers
    ended: Numbers
    qualified: Numbers
    handed: Numbers
    is_open: NDArray[np.bool_]
    follows: NDArray[np.bool_]
    first_assigned: Numbers
    row: Numbers  # in the result's table

    def chosen(self, rows: Numbers) -> Episodes:
        """Some of the episodes."""
        return Episodes(**{name: column[rows] for name, column in vars(self).items()})


def episodes(records: Records) -> Episodes:
    """The episodes of an evaluation, looked at once."""
    return records.once("episodes", lambda: _episodes(records))


def _episodes(records: Records) -> Episodes:
    table, leads = records.result.episodes, records.leads_of("episodes")
    numbers = whole(table["episode"]).to_numpy().astype(np.int64)
    row = np.flatnonzero(np.append(records.counted, False)[leads])
    key = leads[row] * (int(numbers.max(initial=0)) + 1) + numbers[row]
    if (np.diff(key) < 0).any():
        row = row[np.argsort(key, kind="stable")]
    lead, began = leads[row], instants(table["started_at"])[row]
    ended = instants(table["ended_at"])[row]
    again = np.diff(lead, prepend=-1) == 0
    assigned = instants(table["assigned_at"])[row]
    made = passages(records)
    stands = ~np.isin(made.key(lead, numbers[row]), made.disputed)
    qualified, handed = (
        np.where(stands, instants(table[name])[row], NEVER)
        for name in ("qualified_at", "handed_off_at")
    )
    return Episodes(
        lead=lead,
        episode=numbers[row],
        began=began,
        ended=ended,
        qualified=qualified,
        handed=handed,
        is_open=flags(pc.equal(table["ending"], "open"))[row],
        follows=again & (began == np.roll(ended, 1)),
        first_assigned=_first_of_lead(assigned, np.flatnonzero(~again)),
        row=row,
    )


def _first_of_lead(at: Numbers, begins: Numbers) -> Numbers:
    """The earliest instant among the rows from each beginning to the next; NEVER for none."""
    if not len(begins):
        return at
    last = np.iinfo(np.int64).max
    earliest = np.minimum.reduceat(np.where(at == NEVER, last, at), begins)
    earliest[earliest == last] = NEVER
    return np.repeat(earliest, np.diff(np.append(begins, len(at))))


def persons(records: Records) -> Codes:
    """[episode] who held the lead last in it; for an open one, who holds it now."""
    return records.once("persons of episodes", lambda: _persons(records))


def _persons(records: Records) -> Codes:
    known = episodes(records)
    found = np.where(known.is_open, records.holder[known.lead], 0).astype(np.int32)
    closed = np.flatnonzero(~known.is_open)
    found[closed] = holder_at(records, known.lead[closed], known.ended[closed])
    return found


def holder_at(records: Records, lead: Numbers, at: Numbers) -> Codes:
    """To whom these leads were given last at these instants; 0 for nobody."""
    asked = pa.table({"row": np.arange(len(lead)), "lead": lead, "moment": at})
    held = records.query(_LAST_HOLDER, asked=asked, facts=facts(records))
    found = np.zeros(len(lead), np.int32)
    found[held["row"]] = held["person"]
    return found


def person_of(records: Records, lead: Numbers, episode: Numbers) -> Codes:
    """Who held these leads in these episodes; 0 for nobody."""
    known, made = episodes(records), passages(records)
    place = find(made.key(known.lead, known.episode), made.key(lead, episode))
    return np.append(persons(records), np.int32(0))[place]


def segment_of(records: Records, lead: Numbers, episode: Numbers) -> Codes:
    """The segment pinned at the entry into the handoff stage; without one, the lead's own now."""
    made = passages(records)
    own = np.flatnonzero((made.place == records.handoff_place) & ~made.implied)
    place = find(made.runs[made.run[own]], made.key(lead, episode))
    pinned = np.append(made.segment[own], np.int32(0))[place]
    return np.where(place < 0, records.segment[lead], pinned)


def facts(records: Records) -> pa.Table:
    """What is on record of leads that count, in order, with the person assigned and the rating."""
    return records.once("facts", lambda: _facts(records))


def _facts(records: Records) -> pa.Table:
    table, lead = records.result.facts, records.leads_of("facts")
    found = pa.table(
        {
            "lead": lead,
            "moment": whole(table["happened_at"]).cast(pa.int64()),
            "kind": table["kind"],
            "person": records.holders("facts"),
            "rating": table["rating"],
            "place": np.arange(len(lead)),
        }
    )
    return found.filter(pa.array(np.append(records.counted, False)[lead]))
