"""Entries into stages, in the order of leads and episodes, and how far each episode came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.records import NEVER, Numbers, Records, flags, instants, whole
from leadpact.engine.metrics.words import Codes

HIGH, LOW, UNGRADED = 1, 0, -1


@dataclass(frozen=True)
class Passages:
    """Undisputed entries of leads that count, into stages of the agreement in force, in order.

    `runs` are the episodes with an entry, in order, by their key; `reached` has a bit for the place
    of every stage that an episode entered, by implication as well.
    """

    lead: Numbers
    episode: Numbers
    place: Numbers
    at: Numbers
    implied: NDArray[np.bool_]
    quality: NDArray[np.int8]
    segment: Codes
    run: Numbers  # [entry]
    runs: Numbers
    reached: Numbers  # [run]
    segment_of_entry: Codes  # [row of the result's table]
    disputed: Numbers  # keys of episodes with an upheld dispute over their handoff
    width: int

    def key(self, lead: Numbers, episode: Numbers) -> Numbers:
        """One number for an episode of a lead."""
        return np.asarray(lead * self.width + episode)

    def reached_by(self, lead: Numbers, episode: Numbers) -> Numbers:
        """The stages that these episodes entered, as bits; 0 for one without an entry."""
        found = find(self.runs, self.key(lead, episode))
        return np.where(found < 0, 0, np.append(self.reached, 0)[found])

    def first_at(self, lead: Numbers, episode: Numbers, place: Numbers) -> Numbers:
        """When these episodes entered a stage; NEVER for one that did not."""
        wanted, at = self.key(lead, episode), np.full(len(lead), NEVER)
        for stage in np.unique(place):
            own = np.flatnonzero(self.place == stage)
            asked = np.flatnonzero(place == stage)
            found = find(self.runs[self.run[own]], wanted[asked])
            at[asked] = np.where(found < 0, NEVER, np.append(self.at[own], NEVER)[found])
        return at


def passages(records: Records) -> Passages:
    """The entries of an evaluation, looked at once."""
    return records.once("passages", lambda: _passages(records))


def _passages(records: Records) -> Passages:
    table = records.result.stage_entries
    lead, place = records.leads_of("stage_entries"), _places(records)
    segment = records.segments.codes(table["segment"])
    disputed, implied = flags(table["disputed"]), flags(table["implied"])
    kept = np.append(records.counted, False)[lead] & (place >= 0) & ~disputed
    episode = whole(table["episode"]).to_numpy().astype(np.int64)
    width = int(episode.max(initial=0)) + 1
    at = instants(table["entered_at"])
    rows = np.flatnonzero(kept)
    key = lead[rows] * width + episode[rows]
    if not _in_order(key, at[rows]):
        rows = rows[np.lexsort((place[rows], at[rows], key))]
        key = lead[rows] * width + episode[rows]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    bits = np.left_shift(1, place[rows])
    return Passages(
        lead=lead[rows],
        episode=episode[rows],
        place=place[rows],
        at=at[rows],
        implied=implied[rows],
        quality=_qualities(table["quality"])[rows],
        segment=segment[rows],
        run=np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(key)))),
        runs=key[begins],
        reached=np.bitwise_or.reduceat(bits, begins) if len(begins) else bits,
        segment_of_entry=segment,
        disputed=(lead * width + episode)[disputed & ~implied & (place == records.handoff_place)],
        width=width,
    )


def _in_order(key: Numbers, at: Numbers) -> bool:
    steps = np.diff(key)
    return not ((steps < 0) | ((steps == 0) & (np.diff(at) < 0))).any()


def _places(records: Records) -> Numbers:
    names = records.stages["stage"]
    found = pc.index_in(whole(records.result.stage_entries["stage"]), value_set=whole(names))
    places: Numbers = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _qualities(column: object) -> NDArray[np.int8]:
    high = pc.equal(column, "high").cast("int8")
    grades: NDArray[np.int8] = whole(high).fill_null(UNGRADED).to_numpy(zero_copy_only=False)
    return grades


def entries(records: Records) -> CaseTable:
    """One case an entry into a stage, placed by the entry.

    `nth` is 1 for a lead's first entry in its own right into a stage of its role, 2 for later ones,
    0 for an implied one.
    """
    made = passages(records)
    return CaseTable(
        {
            "lead": made.lead,
            "at": made.at,
            "segment": made.segment,
            "episode": made.episode,
            "place": made.place.astype(np.int8),
            "nth": _nth(records, made),
            "quality": made.quality,
            "reached": made.reached[made.run],
        },
        keys=("place", "nth", "quality", "reached"),
    )


def _nth(records: Records, made: Passages) -> NDArray[np.int8]:
    nth = np.zeros(len(made.lead), np.int8)
    rows = records.stages.to_pylist()
    for role in dict.fromkeys(row["role"] or row["stage"] for row in rows):
        places = [row["place"] for row in rows if (row["role"] or row["stage"]) == role]
        own = np.flatnonzero(np.isin(made.place, places) & ~made.implied)
        nth[own] = np.where(np.diff(made.lead[own], prepend=-1) > 0, 1, 2)
    return nth


def find(sorted_keys: Numbers, wanted: Numbers) -> Numbers:
    """First place of every wanted key; -1 for one that is absent."""
    places = np.searchsorted(sorted_keys, wanted)
    there = np.append(sorted_keys, -1)[places] == wanted
    return np.where(there, places, -1)
