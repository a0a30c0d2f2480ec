"""Finds the lead that is asked for, and takes the log down to it and the leads merged with it."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from leadpact.engine.explaining import words
from leadpact.engine.hygiene import Judged
from leadpact.engine.judging.statements import STATING, kinds_in
from leadpact.engine.merges import merges_of
from leadpact.engine.shape import Log

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

#: The log with the chosen leads alone, their rows and themselves numbered anew.
_RESTRICTED = """
    create table story as
    select (row_number() over (order by place) - 1)::bigint as place,
        chosen.number as lead, log.* exclude (place, lead)
    from log join chosen using (lead) order by place;
    drop table log;
    alter table story rename to log
"""


def require(log: Log, lead: str) -> int:
    """The number of a lead; raises LookupError with a sentence for one that the log does not have.

    `log` may be cut; a lead that is only beyond the cut is told apart.
    """
    if lead in log.leads:
        return log.leads.index(lead)
    raise LookupError(_about_unknown(log, lead))


def _about_unknown(log: Log, lead: str) -> str:
    named = f"“{words.cut(lead, 60)}”"
    if _exists(log, "withdrawn", lead):
        return f"Every row of the lead {named} was withdrawn (voided), so there is nothing to tell."
    if _exists(log, "delivered", lead):
        return f"The lead {named} was not known yet at that moment: ask for a later one."
    if keys := _with_email(log, lead):
        return f"{named} is the email of {_quoted(keys, 'and')}: ask for that key."
    near = [row[0] for row in log.connection.execute(_NEAR, {"asked": lead}).fetchall()]
    hint = f" Did you mean {_quoted(near, 'or')}?" if near else ""
    return f"No lead has the key {named}.{hint}"


def _exists(log: Log, table: str, lead: str) -> bool:
    query = f"select 1 from {table} where lead_id = $asked and $asked <> '' limit 1"
    return bool(log.connection.execute(query, {"asked": lead}).fetchall())


def _with_email(log: Log, asked: str) -> list[str]:
    if "@" not in asked:
        return []
    query = f"""
        select distinct lead_id from log join known_leads using (lead)
        where {kinds_in(STATING)} and lower(trim({log.text_of("email")})) = lower(trim($asked))
        order by lead_id limit 3
    """
    return [row[0] for row in log.connection.execute(query, {"asked": asked}).fetchall()]


def _quoted(keys: list[str], last: str) -> str:
    return words.listed((f"“{words.cut(key, 60)}”" for key in keys), last)


def restricted(judged: Judged, lead: int) -> Judged:
    """A judged log with one lead and those that became one with it; its table is replaced.

    Their keys stand in a table `family`.
    """
    log = judged.log
    family = sorted(_family(log, lead))
    numbers = pa.array(range(len(family)), pa.int64())
    log.connection.register(
        "chosen", pa.table({"lead": pa.array(family, pa.int64()), "number": numbers})
    )
    log.connection.execute(_RESTRICTED)
    names = [log.leads[member] for member in family]
    log.connection.register("family", pa.table({"lead_id": pa.array(names, pa.string())}))
    return replace(judged, log=replace(log, leads=names))


def _family(log: Log, lead: int) -> set[int]:
    """The lead, those it absorbed or was absorbed by, and those of them in turn."""
    pairs = [(merge.survivor, merge.absorbed) for merge in merges_of(log)]
    family = {lead}
    while more := {each for pair in pairs if family & {*pair} for each in pair} - family:
        family |= more
    return family
