"""Figures of nurture programs: who entered, who qualified and how soon, and how the others left."""

from __future__ import annotations

import numpy as np

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.passages import find, passages
from leadpact.engine.metrics.records import NEVER, Numbers, Records, instants, whole
from leadpact.engine.metrics.words import Words

_DAY = 86_400_000_000
_NOT_COUNTED = "merged leads"
_QUALIFIED = "entries of leads that qualified while in the program"


def nurtured(records: Records) -> CaseTable:
    """One case an entry into a program, placed by the entry.

    `value` is days until the lead qualified while in it; `observed` is 0 where it did not so far,
    or left before.
    """
    table, leads = records.result.nurture, records.leads_of("nurture")
    row = np.flatnonzero(~np.append(records.merged, True)[leads])
    lead = leads[row]
    entered, left = (instants(table[name])[row] for name in ("entered_at", "left_at"))
    qualified = _qualified(records, lead, whole(table["episode"]).to_numpy()[row])
    until = np.where(left == NEVER, records.as_of, left)
    inside = (qualified >= entered) & (qualified <= until)
    programs, program = Words.of(table["program"])
    ways = Words()
    exits = table["exit"].take(row).to_pylist()
    named = [programs.texts[code] for code in program[row]]
    told = [exit_ and f"{name} → {exit_}" for name, exit_ in zip(named, exits, strict=True)]
    return CaseTable(
        {
            "lead": lead,
            "at": entered,
            "segment": records.segments.codes(table["segment"])[row],
            "program": program[row],
            "way": np.array([ways.code(each) for each in told], np.int32),
            "qualified": inside.astype(np.int8),
            "value": (np.where(inside, qualified, until) - entered) / _DAY,
            "observed": inside.astype(np.int8),
        },
        keys=("program", "way", "qualified"),
        words={"program": programs, "way": ways},
    )


def _qualified(records: Records, lead: Numbers, episode: Numbers) -> Numbers:
    """When leads qualified in these episodes; NEVER also where that is under an upheld dispute."""
    table, leads = records.result.episodes, records.leads_of("episodes")
    numbers = whole(table["episode"]).to_numpy().astype(np.int64)
    made = passages(records)
    width = max(made.width, int(numbers.max(initial=0)) + 1)
    keys = leads * width + numbers
    order = np.argsort(keys, kind="stable")
    place = find(keys[order], lead * width + episode)
    at = np.append(instants(table["qualified_at"])[order], NEVER)[place]
    return np.where(np.isin(made.key(lead, episode), made.disputed), NEVER, at)


NURTURE = (
    Metric(
        name="nurture_entries",
        measure="count",
        side="marketing",
        numerator="entries of leads into each program, also repeated ones of further episodes",
        exclusions=_NOT_COUNTED,
        placed_by="the entry into the program",
        cases="nurtured",
        example="Six leads enter “Not ready”, and L4 “Second chance”, when it is given back: 7.",
        part="program",
        parts="with total",
        needs=("nurture",),
        held=None,
    ),
    Metric(
        name="nurture_qualified",
        measure="share",
        side="marketing",
        numerator=f"of these, {_QUALIFIED}",
        denominator="entries into each program",
        exclusions=f"{_NOT_COUNTED}; qualifications with an upheld dispute do not count",
        placed_by="the entry into the program",
        cases="nurtured",
        adds="n * qualified",
        example="Of six entries into “Not ready” three qualify; L4 qualifies once more from "
        "“Second chance”: 4 of 7.",
        part="program",
        parts="with total",
        needs=("nurture",),
        held=None,
    ),
    Metric(
        name="nurture_days",
        measure="p50",
        side="marketing",
        direction="down",
        numerator="days within which half of the entries are of leads that qualified while in the "
        "program (Kaplan-Meier)",
        denominator="entries into each program; one that left without, or is in it, counts as not "
        "qualified so far",
        exclusions=f"{_NOT_COUNTED}; qualifications with an upheld dispute do not count",
        placed_by="the entry into the program",
        cases="nurtured",
        adds="value",
        among="observed",
        example="Of six that enter “Not ready” three qualify after a day, two leave without, one "
        "is in it still: 1 day, for by then three of six have qualified.",
        part="program",
        parts="only",
        needs=("nurture",),
        held=None,
        heading="Days in nurture until half have qualified",
        counted_in="days",
    ),
    Metric(
        name="nurture_exits",
        measure="count",
        side="marketing",
        numerator="entries by program and by how they ended: as it says, as somebody said, "
        "qualified, excluded, or as the episode ended",
        exclusions=f"{_NOT_COUNTED}; those who are still in it",
        placed_by="the entry into the program",
        cases="nurtured",
        where="way > 0",
        example="Of six that enter “Not ready” four leave as they qualify, one of them against an "
        "upheld dispute, L7 because it asked to, and one stays: 4 for Not ready → qualified.",
        part="way",
        parts="only",
        needs=("nurture",),
        held=None,
        heading="Ways out of nurture programs",
        counted_in="leads",
    ),
)
