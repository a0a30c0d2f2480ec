"""Finds the lead that is asked for, and takes the log down to it and the leads merged with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.engine.arranged import Log
from leadpact.engine.explaining import words
from leadpact.engine.hygiene import Judged
from leadpact.engine.merges import merges_of
from leadpact.engine.sql import kinds_in
from leadpact.engine.stating import STATING

#: More letters that differ than this, and a key is another.
_MOST_DIFFERING = 2

#: Lead keys that differ least from the one asked for.
_NEAR = f"""
    select lead_id from (
        select lead_id, damerau_levenshtein(lower(lead_id), lower($asked)) as differing
        from known_leads where abs(length(lead_id) - length($asked)) <= {_MOST_DIFFERING}
    )
    where differing <= least({_MOST_DIFFERING}, length($asked) // 2)
    order by differing, lead_id limit 3
"""


def require(log: Log, lead: str) -> int:
    """The number of a lead; raises LookupError with a sentence for one that the log does not have.

    `log` may be cut; a lead that is only beyond the cut is told apart.
    """
    (number,) = log.leads.find([lead])
    if number < 0:
        raise LookupError(_about_unknown(log, lead))
    return number


def _about_unknown(log: Log, lead: str) -> str:
    named = f"“{words.cut(lead, 60)}”"
    voided = log.delivered.fetch(log.withdrawn, ["lead_id"])["lead_id"]
    if lead and lead in voided.to_pylist():
        return f"Every row of the lead {named} was withdrawn (voided), so there is nothing to tell."
    if lead and len(_rows("delivered", "lead_id = $asked", log, lead)):
        return f"The lead {named} was not known yet at that moment: ask for a later one."
    if keys := _with_email(log, lead):
        return f"{named} is the email of {_quoted(keys, 'and')}: ask for {_those(keys)}."
    con = log.delivered.connection
    con.register("known_leads", pa.table({"lead_id": log.leads.array}))
    near = [row[0] for row in con.execute(_NEAR, {"asked": lead}).fetchall()]
    hint = f" Did you mean {_quoted(near, 'or')}?" if near else ""
    return f"No lead has the key {named}.{hint}"


def _those(keys: Sequence[str]) -> str:
    return "that key" if len(keys) == 1 else "one of these keys"


def _rows(table: str, condition: str, log: Log, asked: str) -> NDArray[np.int32]:
    statement = f"select row from {table} where {condition}"
    found = log.delivered.connection.execute(statement, {"asked": asked}).fetchall()
    return np.array([row for (row,) in found], np.int32)


def _with_email(log: Log, asked: str) -> list[str]:
    if "@" not in asked:
        return []
    email = log.delivered.text_of("email")
    condition = f"{kinds_in(STATING)} and lower(trim({email})) = lower(trim($asked))"
    places = log.places_with(_rows("seen", condition, log, asked))
    return [log.leads[lead] for lead in np.unique(log.lead_of(places))[:3]]


def _quoted(keys: list[str], last: str) -> str:
    return words.listed((f"“{words.cut(key, 60)}”" for key in keys), last)


def restricted(judged: Judged, lead: int) -> Judged:
    """A judged log with one lead and those that became one with it."""
    return replace(judged, log=judged.log.only(sorted(_family(judged.log, lead))))


def _family(log: Log, lead: int) -> set[int]:
    """The lead, those it absorbed or was absorbed by, and those of them in turn."""
    pairs = [(merge.survivor, merge.absorbed) for merge in merges_of(log)]
    family = {lead}
    while more := {each for pair in pairs if family & {*pair} for each in pair} - family:
        family |= more
    return family
