"""The tables that metric queries read, as views over one evaluation and its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.engine.log import History
from leadpact.engine.result import VOIDED, Result

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = pa.schema(
    {"stage": pa.string(), "place": pa.int32(), "role": pa.string(), "handoff": pa.bool_()}
)

#: What sales did, once each: voided rows and second deliveries are left out.
_FACTS = """
create temp table facts as
select lead_id, happened_at, kind, {rating} as rating
from log
where kind in
      ('lead.handed_off', 'sales.attempted', 'sales.accepted', 'sales.rejected', 'sales.rated')
  and epoch_us(happened_at) <= $as_of
  and not exists (
      select 1 from set_aside as s
      where s.event_id = log.event_id and s.source = log.source and s.why = $voided)
qualify row_number() over (
    partition by source, event_id
    order by coalesce(recorded_at, happened_at), happened_at, kind, properties) = 1
"""

_VIEWS = """
create temp view counted as
select s.lead_id, l.created_at, l.source, l.origin, s.segment, s.status, s.holder
from lead_states as s join leads as l using (lead_id)
where s.status not in ('excluded', 'merged');

create temp table entries as
select e.lead_id, e.episode, e.stage, e.entered_at, e.implied, e.quality, e.segment,
       t.place, t.role, t.handoff, c.source, c.origin, c.holder
from stage_entries as e join counted as c using (lead_id) join stages as t using (stage)
where not coalesce(e.disputed, false);

create temp table handovers as
with recorded as (
    select p.lead_id, p.episode, min(f.happened_at) as given
    from episodes as p join facts as f on f.lead_id = p.lead_id and f.kind = 'lead.handed_off'
     and f.happened_at >= p.started_at and (p.ended_at is null or f.happened_at <= p.ended_at)
    group by all),
staged as (
    select lead_id, episode, entered_at as given, segment
    from entries where handoff and not implied and $by_stage)
select p.lead_id, p.episode, coalesce(r.given, s.given) as placed_at, p.started_at, p.ended_at,
       p.ending, p.reason, coalesce(s.segment, c.segment) as segment, c.source, c.origin, c.holder
from episodes as p join counted as c using (lead_id)
left join recorded as r using (lead_id, episode)
left join staged as s using (lead_id, episode)
where coalesce(r.given, s.given) is not null;
"""

#: Clocks with the lead's source. `timed`: the time to answer counts; `answered`: it is known.
_PROMISES = """
create temp view promises as
select k.*, l.source, l.origin,
       not coalesce(already_in_contact, false) and working_seconds is not null
       and outcome not in ('waived', 'not observed') as timed,
       stopped_at is not null and outcome in ('met', 'missed')
       and not coalesce(by_protocol, false) as answered
from clocks as k left join leads as l using (lead_id)
"""

#: Every deal once, closed by the moment of evaluation; a deal belongs to its earliest lead.
_DEALS = """
create temp table sold as
with once as (
    select * from deals
    where deals.closed_at is null or epoch_us(deals.closed_at) <= $as_of
    qualify row_number() over (partition by deal_id order by closed_at desc nulls last) = 1),
roles as (select deal_id, unnest(lead_ids) as lead_id from once),
first_leads as (
    select deal_id, l.lead_id, l.source, l.origin, s.segment, s.holder
    from roles join leads as l using (lead_id) left join lead_states as s using (lead_id)
    qualify row_number() over (partition by deal_id order by l.created_at, l.lead_id) = 1)
select once.deal_id, once.closed_at as placed_at, once.amount, once.outcome,
       case when (select count(distinct currency) from once where outcome = 'won') > 1
            then coalesce(once.currency, 'currency not stated') end as part,
       f.lead_id, f.source, f.origin, f.segment, f.holder
from once left join first_leads as f using (deal_id)
"""


def connect(result: Result, history: History) -> duckdb.DuckDBPyConnection:
    """A database in memory in which the metric queries find their tables."""
    database = clocks_of(result)
    for name, table in result.tables().items():
        if name not in ("leads", "clocks", "facts"):
            database.register(name, table)
    database.register("log", history.log)
    database.register("deals", history.deals)
    database.register("stages", stages(result.agreement))
    as_of = microseconds(result.as_of)
    facts = _FACTS.format(rating=_rating(history.log.schema.names))
    database.execute(facts, {"as_of": as_of, "voided": VOIDED})
    by_stage = result.agreement.handoff.recorded_by == "stage"
    for statement in _VIEWS.split(";\n"):
        needed = {"by_stage": by_stage} if "$by_stage" in statement else {}
        database.execute(statement, needed)
    database.execute(_DEALS, {"as_of": as_of})
    return database


def clocks_of(result: Result) -> duckdb.DuckDBPyConnection:
    """A database in memory that knows the clocks, as `promises`, and nothing else."""
    database = duckdb.connect()
    database.register("leads", result.leads)
    database.register("clocks", result.clocks)
    database.execute(_PROMISES)
    return database


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, the way queries compare instants."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def stages(agreement: Agreement) -> pa.Table:
    """The agreement's stages with their place in the funnel and the field's role for them.

    Without a declared role, the handoff stage is the MQL and the stage that wins the customer.
    """
    declared = {stage.role for stage in agreement.stages}
    rows = []
    for place, stage in enumerate(agreement.stages):
        handoff = stage.name == agreement.handoff.stage
        role: str | None = stage.role
        if role is None and handoff and "mql" not in declared:
            role = "mql"
        elif role is None and stage.outcome == "won" and "customer" not in declared:
            role = "customer"
        rows.append({"stage": stage.name, "place": place, "role": role, "handoff": handoff})
    return pa.Table.from_pylist(rows, schema=STAGES)


def _rating(columns: list[str]) -> str:
    written = (
        "case when json_valid(properties) "
        "then try_cast(json_extract_string(properties, '$.rating') as double) end"
    )
    typed = ["try_cast(p_rating as double)"] if "p_rating" in columns else []
    return f"coalesce({', '.join([*typed, written])}, null)"
