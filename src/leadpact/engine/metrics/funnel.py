"""Figures of the funnel: what enters, what is left out, what passes from stage to stage."""

from __future__ import annotations

from leadpact.engine.metrics.metric import NOT_COUNTED, OWN_RIGHT, Direction, Metric

_CREATED = "the creation of the lead"
_ALL_RECORDS = """
select s.lead_id, l.created_at as placed_at, {numerator} as numerator, 1 as denominator, s.segment,
       l.source, l.origin, s.holder
from lead_states as s join leads as l using (lead_id) where s.status <> 'merged'"""


def _entries(name: str, role: str, which: str, example: str) -> Metric:
    nth = "= 1" if which == "first" else "> 1"
    return Metric(
        name=name,
        measure="count",
        side="marketing" if role == "mql" else "both" if role == "customer" else "sales",
        numerator=f"{which} entries of a lead into the stage with the role `{role}`",
        exclusions=OWN_RIGHT,
        placed_by="the entry",
        query=f"""
select lead_id, entered_at as placed_at, 1 as numerator, 1 as denominator, segment, source, origin,
       holder
from entries where role = '{role}' and not implied
qualify row_number() over (partition by lead_id order by episode) {nth}""",
        example=example,
        needs=role,
    )


def _hygiene(name: str, test: str, numerator: str, example: str) -> Metric:
    return Metric(
        name=name,
        measure="share",
        side="marketing",
        direction="down",
        numerator=numerator,
        denominator="contacts added",
        exclusions="merged leads",
        placed_by=_CREATED,
        query=_ALL_RECORDS.format(numerator=f"cast({test} as int)"),
        example=example,
    )


def _handed_over(
    name: str, test: str, direction: Direction, numerator: str, example: str, needs: str | None
) -> Metric:
    return Metric(
        name=name,
        measure="share",
        side="both" if name == "recycle_rate" else "sales",
        direction=direction,
        numerator=numerator,
        denominator="episodes handed over to sales",
        exclusions=NOT_COUNTED,
        placed_by="the handoff",
        query=f"""
select h.lead_id, h.placed_at, cast({test} as int) as numerator, 1 as denominator,
       h.reason as part, h.segment, h.source, h.origin, h.holder
from handovers as h""",
        example=example,
        needs=needs,
    )


#: Pairs of stages, each with the next, and from the first to the customer (else the last).
_PAIRS = """
with passed as (select distinct on (lead_id, episode, place) * from entries),
ends as (
    select 0 as place,
           (select coalesce(max(place) filter (where role = 'customer'), max(place)) from stages)
           as next_place),
pairs as (
    select a.place, b.place as next_place, a.stage || ' → ' || b.stage as part
    from stages as a join stages as b on b.place = a.place + 1
    union all
    select place, next_place, null from ends where next_place > 0)
select p.lead_id, p.entered_at as placed_at, cast(n.lead_id is not null as int) as numerator,
       1 as denominator, pairs.part, if(pairs.part is null, null, pairs.place) as place, p.segment,
       p.source, p.origin, p.holder
from passed as p join pairs using (place)
left join passed as n
  on n.lead_id = p.lead_id and n.episode = p.episode and n.place = pairs.next_place"""

FUNNEL = (
    Metric(
        name="contacts_added",
        measure="count",
        side="marketing",
        numerator="leads that entered the database, those that hygiene excludes as well",
        exclusions="merged leads",
        placed_by=_CREATED,
        query=_ALL_RECORDS.format(numerator=1),
        example="Ten records, one of them merged into another: 9 contacts.",
    ),
    Metric(
        name="leads",
        measure="count",
        side="marketing",
        numerator="leads that entered the database",
        exclusions=NOT_COUNTED,
        placed_by=_CREATED,
        query="""
select lead_id, created_at as placed_at, 1 as numerator, 1 as denominator, segment, source, origin,
       holder
from counted""",
        example="Ten records, one merged, two excluded (a bot, a duplicate): 7 leads.",
    ),
    _entries(
        "mqls",
        "mql",
        "first",
        "Six of seven leads pass MQL, one only by implication, one against an upheld dispute: "
        "4 MQLs.",
    ),
    _entries(
        "repeat_mqls",
        "mql",
        "second and later",
        "One of four MQLs is recycled and qualifies again: 1 repeat MQL.",
    ),
    _entries("sals", "sal", "first", "Sales accepts three of four MQLs: 3."),
    _entries("sqls", "sql", "first", "Sales qualifies two of three accepted leads: 2 SQLs."),
    _entries(
        "opportunities",
        "opportunity",
        "first",
        "A deal with two leads and a deal with one are opened: 3.",
    ),
    _entries(
        "customers",
        "customer",
        "first",
        "One deal is won with two leads: 2 leads are customers, while 1 deal is won.",
    ),
    Metric(
        name="stage_entries",
        measure="count",
        side="both",
        numerator="entries into each stage, first and repeat",
        exclusions=OWN_RIGHT,
        placed_by="the entry",
        query="""
select lead_id, entered_at as placed_at, 1 as numerator, 1 as denominator, stage as part, place,
       segment, source, origin, holder
from entries where not implied""",
        example="Five episodes enter MQL in their own right, one by implication: 5 for MQL.",
        parts="only",
    ),
    Metric(
        name="conversion",
        measure="share",
        side="both",
        numerator="of these, episodes that reached the next stage, however late; in the total, "
        "the customer stage",
        denominator="episodes that entered the stage, by implication as well; in the total, the "
        "first stage",
        exclusions="excluded and merged leads, entries with an upheld dispute",
        placed_by="the entry into the stage, so that a figure follows the same leads (a cohort)",
        query=_PAIRS,
        example="Of eight episodes at Lead six reach MQL, two reach Customer: 6 of 8 for "
        "Lead → MQL, 2 of 8 in total.",
        parts="only",
    ),
    Metric(
        name="mql_to_close",
        measure="share",
        side="both",
        numerator="of these, episodes that reached the customer stage",
        denominator="episodes that became MQL in their own right",
        exclusions=OWN_RIGHT,
        placed_by="the entry into the MQL stage",
        query="""
select m.lead_id, m.entered_at as placed_at, cast(c.lead_id is not null as int) as numerator,
       1 as denominator, m.segment, m.source, m.origin, m.holder
from entries as m left join (
    select distinct lead_id, episode from entries where role = 'customer') as c
  on c.lead_id = m.lead_id and c.episode = m.episode
where m.role = 'mql' and not m.implied""",
        example="Five MQL episodes, two of them won: 2 of 5.",
        needs="mql",
    ),
    Metric(
        name="high_quality_share",
        measure="share",
        side="marketing",
        numerator="of these, entries whose tier counts as high quality",
        denominator="MQLs, first and repeat, whose quality is known",
        exclusions=OWN_RIGHT,
        placed_by="the entry into the MQL stage",
        query="""
select lead_id, entered_at as placed_at, cast(quality = 'high' as int) as numerator,
       1 as denominator, segment, source, origin, holder
from entries where role = 'mql' and not implied and quality is not null""",
        example="Three of five MQL entries have one of the tiers A1, A2, B1: 3 of 5.",
        needs="mql",
    ),
    _handed_over(
        "acceptance_rate",
        """exists (
    select 1 from entries as e
    where e.lead_id = h.lead_id and e.episode = h.episode and e.role = 'sal')""",
        "up",
        "of these, episodes that reached the stage with the role `sal`",
        "Sales accepts three of five episodes handed over: 3 of 5.",
        "sal",
    ),
    _handed_over(
        "rejection_rate",
        """exists (
    select 1 from facts as f where f.lead_id = h.lead_id and f.kind = 'sales.rejected'
       and f.happened_at = h.ended_at and h.ending in ('recycled', 'disqualified'))""",
        "down",
        "of these, episodes that ended by a rejection",
        "Sales rejects one of five episodes handed over: 1 of 5.",
        None,
    ),
    _handed_over(
        "recycle_rate",
        "h.ending = 'recycled'",
        "down",
        "of these, episodes that went back to marketing, by whatever cause",
        "One of five episodes handed over is recycled: 1 of 5.",
        None,
    ),
    _hygiene(
        "exclusion_rate",
        "s.status = 'excluded'",
        "leads excluded by hygiene and not restored",
        "Of nine contacts a bot and a duplicate are excluded: 2 of 9.",
    ),
    _hygiene(
        "duplicate_rate",
        "s.status = 'excluded' and s.reason = 'duplicate'",
        "leads excluded as duplicates and not restored",
        "Of nine contacts one is a duplicate: 1 of 9.",
    ),
)
