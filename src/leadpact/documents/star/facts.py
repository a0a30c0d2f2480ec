"""The tables of facts: what happened, what was reached, promised, handed over, sold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadpact.documents.star.material import Material
from leadpact.documents.star.schema import StarTable
from leadpact.engine.delivered import micros
from leadpact.engine.metrics.clocks import DECIDED
from leadpact.engine.metrics.handovers import handovers
from leadpact.engine.metrics.passages import entries
from leadpact.engine.metrics.sold import at_the_moment, roles
from leadpact.engine.result import Result

_NO_CUT = 1 << 62
#: Rows that state attributes, which the table of leads has.
_STATING = ("lead.created", "lead.updated")

#: Of copies that differ the one recorded first counts, as the engine takes them.
_EVENTS = """
with known as (
    select *, row_number() over () as place from log
    where epoch_us(happened_at) <= {as_of}
      and epoch_us(coalesce(recorded_at, happened_at)) <= {known_at}),
once as (
    select * from known
    qualify row_number() over (
        partition by source, event_id order by coalesce(recorded_at, happened_at), place) = 1)
select o.source, o.event_id, l.survivor as lead_id, s.campaign_key,
       o.lead_id as recorded_lead_id, o.kind, o.happened_at, o.recorded_at, o.actor,
       coalesce(o.decided, false) as decided, a.why as set_aside, o.batch,
       case when o.kind not in ({stating}) then o.properties end as properties
from once as o
left join leads as l on l.lead_id = o.lead_id
left join leads as s on s.lead_id = l.survivor
left join (select source, event_id, min(why) as why from aside group by all) as a
  on a.source = o.source and a.event_id = o.event_id
order by o.happened_at, o.source, o.event_id
"""

_ENTRIES = """
select e.*, l.campaign_key,
       case c.nth when 0 then 'implied' when 1 then 'first' when 2 then 'again' end as nth,
       c.nth is not null as counts
from entries as e
left join leads as l using (lead_id)
left join stages as s using (stage)
left join cases as c on c.lead = l.lead and c.episode = e.episode and c.place = s.place - 1
     and c.at = e.entered_at
order by e.entered_at, e.lead_id, e.episode, s.place
"""

_CLOCKS = """
select c.*, l.campaign_key,
       c.outcome in ({decided}) and c.protocol_step is null as decided, c.outcome = 'met' as met
from clocks as c left join leads as l using (lead_id)
order by c.started_at, c.lead_id, c.episode, c.obligation, c.protocol_step
"""

_HANDOFFS = """
select l.lead_id, l.campaign_key, c.episode, c.person, c.at as handed_off_at, c.accepted_at,
       c.ended_at, c.accepted > 0 as accepted, c.rejected > 0 as rejected,
       c.recycled > 0 as recycled, coalesce(c.reason, c.cause) as reason, c.attempts,
       case when c.protocol >= 0 then c.protocol > 0 end as protocol_completed, c.segment
from cases as c join leads as l using (lead)
order by c.at, l.lead_id, c.episode
"""

_DEALS = """
select d.* exclude (lead), l.lead_id, l.campaign_key, coalesce(r.leads, 0) as leads
from deals as d left join leads as l using (lead)
left join (select deal_id, count(*) as leads from roles group by deal_id) as r using (deal_id)
order by d.deal_id
"""

_ROLES = """
select r.deal_id, l.lead_id from roles as r join leads as l using (lead)
order by r.deal_id, l.lead_id
"""

_SCORES = """
select s.*, l.campaign_key from states as s left join leads as l using (lead_id)
where s.merged_into is null order by s.lead_id
"""


def events(material: Material, table: StarTable) -> pa.Table:
    """Every row of the log."""
    result = material.result
    sql = _EVENTS.format(
        as_of=micros(result.as_of),
        known_at=micros(result.known_at) if result.known_at else _NO_CUT,
        stating=_listed(_STATING),
    )
    return material.select(table, sql, log=material.history.log, aside=result.set_aside)


def stage_entries(material: Material, table: StarTable) -> pa.Table:
    """Every entry into a stage, with whether it counts and for the how many-eth time."""
    return material.select(
        table,
        _ENTRIES,
        entries=material.result.stage_entries,
        cases=material.cases(entries(material.records)),
        stages=pa.Table.from_pylist(material.all_stages),
    )


def clocks(material: Material, table: StarTable) -> pa.Table:
    """Every clock."""
    named = _with_people(material, "clocks", material.result)
    return material.select(table, _CLOCKS.format(decided=_listed(DECIDED)), clocks=named)


def handoffs(material: Material, table: StarTable) -> pa.Table:
    """Every passage that was handed over."""
    return material.select(table, _HANDOFFS, cases=material.cases(handovers(material.records)))


def deals(material: Material, table: StarTable) -> pa.Table:
    """Every deal as it stands."""
    found = at_the_moment(material.records)
    people = material.people(found["person"].to_numpy())
    named = found.set_column(found.schema.get_field_index("person"), "person", people)
    return material.select(table, _DEALS, deals=named, roles=roles(material.records))


def deal_leads(material: Material, table: StarTable) -> pa.Table:
    """Every role of a lead in a deal."""
    return material.select(table, _ROLES, roles=roles(material.records))


def scores(material: Material, table: StarTable) -> pa.Table:
    """How every lead stands."""
    states = _with_people(material, "lead_states", material.result)
    moment = pa.array([material.result.as_of] * states.num_rows, pa.timestamp("us", tz="UTC"))
    return material.select(table, _SCORES, states=states.append_column("as_of", moment))


def _with_people(material: Material, name: str, result: Result) -> pa.Table:
    """A table with whom it names as holders, spelt as the agreement does."""
    people = material.people(np.asarray(material.records.holders(name)))
    return result.tables()[name].append_column("person", people)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
