"""What became of each lead in the end, as far as anybody saw: the judge of a what-if."""

from __future__ import annotations

import pyarrow as pa

from leadpact.engine.database import cursor
from leadpact.engine.log import History
from leadpact.engine.metrics.tables import microseconds
from leadpact.engine.result import Result

#: Won: a deal with the lead was won, or an episode ended so. Lost likewise. Given back: sales had
#: it, and it went back to marketing or was discarded. Open: sales has it in hand. Not observed:
#: nobody in sales has touched it.
OUTCOMES = ("won", "lost", "given back", "open", "not observed")
WON, LOST, GIVEN_BACK, OPEN, NOT_OBSERVED = OUTCOMES

#: Outcomes after which nothing more is expected: conversion is won ÷ all of these.
FINAL = (WON, LOST, GIVEN_BACK)

#: Every deal once, as far as it was closed by the moment of evaluation.
_CLOSED = """
select * from deals
where closed_at is null or epoch_us(closed_at) <= $as_of
qualify row_number() over (partition by deal_id order by closed_at desc nulls last) = 1
"""

_OUTCOMES = f"""
with dealt as (
    select lead_id, bool_or(outcome = 'won') as won, bool_or(outcome = 'lost') as lost
    from (select unnest(lead_ids) as lead_id, outcome from ({_CLOSED})) group by lead_id),
passed as (
    select lead_id, bool_or(ending = 'won') as won, bool_or(ending = 'lost') as lost,
           arg_max(ending, episode) filter (handed_off_at is not null) as last_ending
    from episodes group by lead_id),
seen as (
    select distinct lead_id from facts where kind not in ('lead.assigned', 'lead.excluded'))
select s.lead_id, s.holder,
       case when d.won or p.won then 'won'
            when d.lost or p.lost then 'lost'
            when seen.lead_id is null and d.lead_id is null then 'not observed'
            when p.last_ending in ('recycled', 'disqualified') then 'given back'
            else 'open' end as outcome
from lead_states as s
left join dealt as d using (lead_id)
left join passed as p using (lead_id)
left join seen using (lead_id)
where s.status not in ('excluded', 'merged')
order by s.lead_id
"""

_WON_DEALS = f"""
select deal_id, amount, currency, lead_ids from ({_CLOSED}) where outcome = 'won' order by deal_id
"""


def outcomes(result: Result, history: History) -> pa.Table:
    """One row for each lead that counts: `lead_id`, `holder`, and one of OUTCOMES."""
    return _asked(result, history, _OUTCOMES)


def won_deals(result: Result, history: History) -> pa.Table:
    """Every deal won by the moment of evaluation: `deal_id`, `amount`, `currency`, `lead_ids`."""
    return _asked(result, history, _WON_DEALS)


def _asked(result: Result, history: History, query: str) -> pa.Table:
    database = cursor()
    for name in ("lead_states", "episodes", "facts"):
        database.register(name, result.tables()[name])
    database.register("deals", history.deals)
    return database.sql(query, params={"as_of": microseconds(result.as_of)}).to_arrow_table()


#: When each lead that counts first became something that marketing alone does not make of it, and
#: when it was won.
_TURNS = f"""
with known as (
    select lead_id, coalesce(merged_into, lead_id) as survivor, status from lead_states),
dealt as (
    select survivor as lead_id, min(least(opened_at, closed_at)) as at,
           bool_or(outcome = 'won') as won,
           min(closed_at) filter (outcome = 'won') as won_at
    from (select unnest(lead_ids) as lead_id, * exclude lead_ids from ({_CLOSED}))
    join known using (lead_id) group by survivor),
entered as (
    select lead_id, min(entered_at) as at from stage_entries
    where stage in (select unnest($stages)) group by lead_id),
passed as (
    select lead_id, min(ended_at) as ended_at, min(handed_off_at) as handed_off_at,
           bool_or(ending = 'won') as won, min(ended_at) filter (ending = 'won') as won_at
    from episodes group by lead_id),
seen as (
    select lead_id, min(happened_at) as at from facts
    where kind not in ('lead.assigned', 'lead.excluded') group by lead_id)
select l.lead_id, l.created_at,
       least(e.at, p.handed_off_at, seen.at, d.at) as turned_at,
       p.ended_at,
       coalesce(d.won, false) or coalesce(p.won, false) as won,
       least(d.won_at, p.won_at) as won_at
from leads as l
join known as k using (lead_id)
left join dealt as d using (lead_id)
left join entered as e using (lead_id)
left join passed as p using (lead_id)
left join seen using (lead_id)
where k.status not in ('excluded', 'merged') and l.created_at is not null
order by l.lead_id
"""


def turns(result: Result, history: History) -> pa.Table:
    """One row for each lead that counts: what came first of it, and whether it was won.

    `turned_at` is when it qualified, was handed over, was dealt with by sales or got a deal,
    whichever came first; `ended_at` the end of its first episode, and `won_at` when it was won,
    which may be unknown of one that is `won`.
    """
    database = cursor()
    for name in ("leads", "lead_states", "episodes", "facts", "stage_entries"):
        table = result.tables()[name]
        columns = ["lead_id", "created_at"] if name == "leads" else table.column_names
        database.register(name, table.select(columns))
    database.register("deals", history.deals)
    params = {"as_of": microseconds(result.as_of), "stages": _from_handoff(result)}
    return database.sql(_TURNS, params=params).to_arrow_table()


def _from_handoff(result: Result) -> list[str]:
    """The MQL and all stages behind it; the first stage says nothing: every lead is in it."""
    stages = result.agreement.stages
    place = min(
        n
        for n, stage in enumerate(stages)
        if stage.role == "mql" or stage.name == result.agreement.handoff.stage
    )
    return [stage.name for stage in stages[max(1, place) :]]
