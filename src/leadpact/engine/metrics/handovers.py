"""Episodes that were handed over to sales, and what sales did with them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.clocks import steps
from leadpact.engine.metrics.episodes import episodes, facts, holder_at, persons, segment_of
from leadpact.engine.metrics.passages import passages
from leadpact.engine.metrics.records import NEVER, Numbers, Records, whole
from leadpact.engine.metrics.words import Words

#: A reason that nobody gave, as figures by reason name it.
NO_REASON = "no reason given"

#: Rows of the instant at which one episode ended and the next began belong to the one that ended.
#: A protocol is completed (1) when its last step was made, or when it was ended by something else
#: than the end of the episode or an exclusion: by what both sides agreed ends it. It is not (0)
#: when it was cut off or is overdue, and undecided (NULL) while a step runs or when it was waived.
_HANDOVERS = """
with attempts as (
    select e.row, count(*) as attempts
    from asked as e join facts as f on f.lead = e.lead and f.kind = 'sales.attempted'
     and f.moment <= coalesce(e.ended, {as_of})
     and (f.moment > e.began or f.moment = e.began and not e.follows)
    group by e.row),
rejected as (
    select distinct e.row
    from asked as e join facts as f
      on f.lead = e.lead and f.moment = e.ended and f.kind = 'sales.rejected'
    where e.ending in ('recycled', 'disqualified')),
last_steps as (
    select * from steps
    qualify row_number() over (partition by lead, episode order by step desc) = 1),
protocols as (
    select e.row, case
        when l.outcome in ('running', 'waived', 'not observed') then null
        when l.stopped is not null then 1
        when l.closed is null then 0
        when bool_or(f.kind = 'sales.connected') then 1
        when l.closed = e.ended or bool_or(f.kind = 'lead.excluded') then 0
        else 1 end as protocol
    from asked as e join last_steps as l using (lead, episode)
    left join facts as f on f.lead = e.lead and f.moment = l.closed
    group by e.row, l.outcome, l.stopped, l.closed, e.ended)
select e.row, coalesce(a.attempts, 0) as attempts, (r.row is not null)::tinyint as rejected,
       (e.ending = 'recycled')::tinyint as recycled, coalesce(p.protocol, -1)::tinyint as protocol
from asked as e left join attempts as a using (row) left join rejected as r using (row)
left join protocols as p using (row)
order by e.row
"""


def handovers(records: Records) -> CaseTable:
    """One case an episode handed over, placed by the handoff."""
    known = episodes(records)
    rows = np.flatnonzero(known.handed != NEVER)
    own = known.chosen(rows)
    table = records.result.episodes.take(pa.array(own.row))
    asked = pa.table(
        {
            "row": np.arange(len(rows)),
            "lead": own.lead,
            "episode": own.episode,
            "began": own.began,
            "ended": whole(table["ended_at"]).cast(pa.int64()),
            "ending": table["ending"],
            "follows": own.follows,
        }
    )
    query = _HANDOVERS.format(as_of=records.as_of)
    found = records.query(query, asked=asked, facts=facts(records), steps=steps(records))
    accepted, accepted_at = _accepted(records, own.lead, own.episode)
    reasons = Words()
    given = reasons.codes(pc.fill_null(table["reason"], NO_REASON))
    return CaseTable(
        {
            "lead": own.lead,
            "at": own.handed,
            "segment": segment_of(records, own.lead, own.episode),
            "person": persons(records)[rows],
            "episode": own.episode,
            "accepted": accepted,
            "rejected": found["rejected"],
            "recycled": found["recycled"],
            "reason": np.where(found["rejected"] > 0, given, 0),
            "cause": np.where(found["recycled"] > 0, given, 0),
            "protocol": found["protocol"],
            "attempts": found["attempts"],
            "accepted_at": accepted_at,
            "ended_at": own.ended,
        },
        keys=("accepted", "rejected", "recycled", "reason", "cause", "protocol"),
        sums=("attempts",),
        words={"reason": reasons, "cause": reasons},
    )


def _accepted(records: Records, lead: Numbers, episode: Numbers) -> tuple[Numbers, Numbers]:
    """Whether and when these episodes reached the stage with the role `sal`."""
    place = records.place_of_role("sal")
    if place is None:
        return np.zeros(len(lead), np.int64), np.full(len(lead), NEVER)
    at = passages(records).first_at(lead, episode, np.full(len(lead), place))
    return (at != NEVER).astype(np.int64), at


def ratings(records: Records) -> CaseTable:
    """One case a rating from 1 to 5 that sales gave, placed by the rating."""
    rating = facts(records)["rating"]
    given = facts(records).filter(pc.and_(pc.greater_equal(rating, 1), pc.less_equal(rating, 5)))
    lead, at = whole(given["lead"]).to_numpy(), whole(given["moment"]).to_numpy()
    return CaseTable(
        {
            "lead": lead,
            "at": at,
            "segment": records.segment[lead],
            "person": holder_at(records, lead, at),
            "rating": whole(given["rating"]).to_numpy(),
        },
        sums=("rating",),
    )
