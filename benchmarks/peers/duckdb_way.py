"""DuckDB with window functions: every step of every score as a row, ordered and added up."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.peers.task import (
    ANSWERS,
    COOL_DOWN,
    PROGRESS,
    REJECTION,
    TERM,
    Answer,
    Task,
    Test,
)


def answer(task: Task, log: Path, threads: int) -> Answer:
    """Compute all of it from the file."""
    connection = duckdb.connect(config={"threads": threads})
    hours = pa.table({"opens": task.opens, "closes": task.closes, "worked": task.worked})
    connection.register("hours_given", hours)
    connection.execute("create temp table hours as from hours_given order by opens")
    for statement in _statements(task, log):
        connection.execute(statement)
    scores, entries, clocks = (
        connection.sql(f"from {name}").to_arrow_table() for name in ("scores", "entries", "clocks")
    )
    return Answer(scores, entries, clocks)


def _statements(task: Task, log: Path) -> list[str]:
    kinds = sorted({rule.kind for rule in task.activities} | {*ANSWERS, *PROGRESS, REJECTION})
    asked = sorted({rule.test.column for rule in task.activities if rule.test})
    traits = sorted({rule.test.column for rule in task.attributes if rule.test})
    return [
        f"""create temp table told as
            select lead_id, epoch_us(happened_at) as moment, kind, {", ".join(asked + traits)}
            from '{log}' where epoch_us(happened_at) <= {task.as_of}""",
        # Leads as numbers: sorting and joining by numbers is what DuckDB does best.
        """create temp table leads as
            select lead_id, row_number() over () as lead
            from (select distinct lead_id from told)""",
        f"""create temp table rows as
            select lead, moment, kind, {", ".join(asked)} from told join leads using (lead_id)
            where kind in ({_texts(kinds)})""",
        f"""create temp table stated as
            select lead, moment, {", ".join(traits)} from told join leads using (lead_id)
            where kind in ('lead.created', 'lead.updated')""",
        # An episode ends with a rejection; what comes later belongs to the next.
        f"""create temp table ends as
            select lead, moment, row_number() over (partition by lead order by moment) as episode
            from (select distinct lead, moment from rows where kind = '{REJECTION}')""",
        f"""create temp table acts as
            select rows.*, coalesce(ends.episode, 0) as episode
            from rows asof left join ends on rows.lead = ends.lead and rows.moment > ends.moment
            where kind <> '{REJECTION}'""",
        _steps(task),
        _engagement(task),
        _fit(task),
        *_totals(),
        *_entries(task),
        *_clocks(task),
        _scores(),
    ]


def _steps(task: Task) -> str:
    """Every gain and loss of points: at a row, and at each of its steps of ageing."""
    parts = []
    for rule in task.activities:
        lost = [0, *rule.steps[:-1]]
        ages = ", ".join(
            f"({age * rule.every}, {worth - before})"
            for age, (worth, before) in enumerate(zip(rule.steps, lost, strict=True))
        )
        where = f"kind = '{rule.kind}'" + (f" and {_holds(rule.test)}" if rule.test else "")
        parts.append(
            f"""select lead, episode, {rule.number} as rule, {rule.cap} as cap,
                moment + later as moment, worth, later = 0 and {rule.points > 0} as qualifies
                from acts, (values {ages}) as ages(later, worth) where {where}"""
        )
    # A step counts as long as its episode lasts.
    return f"""create temp table steps as
        select steps.* from ({" union all ".join(parts)}) as steps
        left join ends on steps.lead = ends.lead and steps.episode + 1 = ends.episode
        where steps.moment <= least({task.as_of}, coalesce(ends.moment, {task.as_of}))"""


def _engagement(task: Task) -> str:
    """How the points of the group change, each rule and then all together within their limits."""
    low, high = task.engagement
    return f"""create temp table engagement as
        with summed as (
            select lead, episode, rule, moment, any_value(cap) as cap, sum(worth)::bigint as worth
            from steps group by all
        ), live as (
            select lead, episode, rule, moment, greatest(-cap, least(cap, sum(worth) over earlier))
                ::bigint as counted
            from summed window earlier as (partition by lead, episode, rule order by moment)
        ), changes as (
            select lead, episode, moment, counted - lag(counted, 1, 0) over
                (partition by lead, episode, rule order by moment) as change
            from live
        ), together as (
            select lead, episode, moment, sum(change)::bigint as change from changes group by all
        )
        select lead, episode, moment, greatest({low}, least({high}, sum(change) over
            (partition by lead, episode order by moment)))::bigint as engagement
        from together"""


def _fit(task: Task) -> str:
    """Points of the attributes known at each instant at which some were stated."""
    low, high = task.fit
    columns = sorted({rule.test.column for rule in task.attributes if rule.test})
    latest = ", ".join(
        f"last_value({name} ignore nulls) over earlier as {name}" for name in columns
    )
    points = " + ".join(
        f"case when {_holds(rule.test)} then {rule.points} else 0 end"
        for rule in task.attributes
        if rule.test
    )
    return f"""create temp table fits as
        with known as (
            select lead, moment, {latest} from stated
            window earlier as (partition by lead order by moment)
        )
        select lead, moment, any_value(greatest({low}, least({high}, {points})))::bigint as fit
        from known group by lead, moment"""


def _totals() -> list[str]:
    """The whole score at every instant at which something happened, as it stood then."""
    return [
        f"""create temp table looks as
            select found.lead, found.moment, coalesce(ends.episode, 0) as episode from (
                select lead, moment from fits union all
                select lead, moment from acts where kind in ({_texts(PROGRESS)})
            ) as found asof left join ends on found.lead = ends.lead and found.moment > ends.moment
            union all select lead, moment, episode from engagement""",
        """create temp table totals as
            with instants as (select distinct lead, episode, moment from looks),
            engaged as (
                select instants.*, coalesce(engagement, 0) as engagement
                from instants asof left join engagement
                on instants.lead = engagement.lead and instants.episode = engagement.episode
                and instants.moment >= engagement.moment
            )
            select engaged.lead, engaged.episode, engaged.moment, engagement + fit as total
            from engaged asof join fits
            on engaged.lead = fits.lead and engaged.moment >= fits.moment""",
    ]


def _entries(task: Task) -> list[str]:
    """The first instant of an episode at which the score suffices and nothing bars the lead."""
    return [
        f"""create temp table unlocked as
            select lead, episode, min(moment) as moment from (
                select steps.lead, steps.episode, steps.moment from steps
                join ends using (lead, episode)
                where qualifies and steps.moment >= ends.moment + {COOL_DOWN}
                union all
                select lead, episode, moment from acts where kind in ({_texts(PROGRESS)})
            ) group by all""",
        f"""create temp table entered as
            select lead, episode, min(totals.moment) as moment
            from totals left join unlocked using (lead, episode)
            where total >= {task.threshold}
            and (episode = 0 or totals.moment >= unlocked.moment)
            group by lead, episode""",
        """create temp table entries as
            select lead_id, episode::bigint as episode, moment
            from entered join leads using (lead)""",
    ]


def _clocks(task: Task) -> list[str]:
    """When sales had to answer, and whether it did."""
    return [
        f"""create temp table due as
            with begun as (
                select entered.*,
                    worked + greatest(0, least(entered.moment, closes) - opens) + {TERM} as target
                from entered asof join hours on entered.moment >= hours.opens
            )
            select lead, episode, begun.moment, opens + target - worked as due
            from begun asof join hours on begun.target > hours.worked""",
        f"""create temp table answers as
            select due.lead, due.episode, due.moment, due.due,
                bool_or(acts.moment <= due.moment) as before, min(acts.moment) as first
            from due left join acts
            on due.lead = acts.lead and due.episode = acts.episode and kind in ({_texts(ANSWERS)})
            group by all""",
        f"""create temp table clocks as
            select lead_id, answers.episode::bigint as episode, due, case
                when before or first <= due then 'met'
                when first is not null then 'missed'
                when ends.moment > due then 'missed'
                when ends.moment is not null then 'rejected'
                when due < {task.as_of} then 'overdue'
                else 'running' end as outcome
            from answers join leads using (lead)
            left join ends on answers.lead = ends.lead and answers.episode + 1 = ends.episode""",
    ]


def _scores() -> str:
    """The score of each lead as of now: of the episode that is open, even one without an event."""
    return """create temp table scores as
        with last as (select lead, count(*) as episode from ends group by lead),
        present as (
            select lead, arg_max(engagement, engagement.moment) as engagement
            from engagement left join last using (lead)
            where engagement.episode = coalesce(last.episode, 0) group by lead
        ), fit as (select lead, arg_max(fit, moment) as fit from fits group by lead)
        select lead_id, (coalesce(engagement, 0) + coalesce(fit, 0))::bigint as score
        from leads left join present using (lead) left join fit using (lead)"""


def _holds(test: Test | None) -> str:
    if test is None:
        return "true"
    parts = [f"{test.column} in ({_texts(test.one_of)})"] if test.one_of else []
    parts += [f"{test.column} >= {test.at_least}"] if test.at_least is not None else []
    parts += [f"{test.column} <= {test.at_most}"] if test.at_most is not None else []
    return f"coalesce({' and '.join(parts)}, false)"


def _texts(texts: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
