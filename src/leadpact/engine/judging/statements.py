"""The statements that hygiene puts to DuckDB, each described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadpact.engine.sql import identifier, literal, stated_text

#: Kinds of rows that state attributes.
STATING = ("lead.created", "lead.updated")


def kinds_in(kinds: Sequence[str]) -> str:
    """Whether a row is of one of these kinds."""
    return f"kind in ({', '.join(map(literal, kinds))})" if kinds else "false"


def within(begins: int, ends: int) -> str:
    """Whether a row falls into a half-open stretch of time."""
    return f"moment >= {begins} and moment < {ends}"


def _stated(text: str) -> str:
    return f"case when {kinds_in(STATING)} then {stated_text(text)} end"


def asked(
    kinds: Sequence[str],
    stretch: str,
    properties: Mapping[str, str],
    fields: Mapping[str, str],
) -> str:
    """Rows of some kinds, with texts of properties (`p:…`) and of attributes known then (`f:…`)."""
    own = "".join(
        f", {stated_text(text)} as {identifier('p:' + name)}" for name, text in properties.items()
    )
    known = "".join(
        f", last_value({_stated(text)} ignore nulls) over so_far as {identifier('f:' + name)}"
        for name, text in fields.items()
    )
    so_far = "partition by lead order by place rows unbounded preceding"
    read = [*kinds, *STATING] if fields else kinds
    return f"""
        select * from (
            select place, lead, moment, kind{own}{known}
            from log where {kinds_in(read)} window so_far as ({so_far})
        ) where {kinds_in(kinds)} and {stretch} order by place
    """


def known_attributes(lists: str, fields: Mapping[str, str]) -> str:
    """Attributes as known after each statement, by list; `lists` names a table (place, list)."""
    known = "".join(
        f", last_value({_stated(text)} ignore nulls) over so_far as {identifier('f:' + name)}"
        for name, text in fields.items()
    )
    return f"""
        select list, moment, kind{known}
        from log join {lists} lists using (place) where {kinds_in(STATING)}
        window so_far as (partition by list order by place rows unbounded preceding)
        order by list, place
    """


#: Every row in its lead's own list.
OWN_LISTS = "(select place, lead as list from log)"


def arrivals(texts: Mapping[str, str]) -> str:
    """Every lead, the earliest first, with its first instant and what it first stated of itself."""
    read = "".join(f", {stated_text(text)} as {name}" for name, text in texts.items())
    first = "".join(
        f", arg_min({name}, place) filter ({name} is not null) as {name}" for name in texts
    )
    return f"""
        select lead, min(moment) as moment{first}
        from (select place, lead, moment{read} from log where {kinds_in(STATING)})
        group by lead order by moment, lead
    """


RECORDED = """
    select lead, moment, kind, event_id, source, decided, properties from log
    where kind in ('lead.excluded', 'lead.restored') order by place
"""


def suspects(kinds: Sequence[str], agent: str, campaign: str) -> str:
    """`suspects`: rows that machines can cause, and those that an email was sent."""
    return f"""
        create or replace temp table suspects as
        select place, lead, moment, kind, {stated_text(agent)} as agent,
            lower({stated_text(campaign)}) as campaign
        from log where {kinds_in(kinds)}
    """


AGENTS = "select distinct agent from suspects where agent is not null"


def openings(kinds: Sequence[str], sent: str, span: int | None, stretch: str) -> str:
    """Openings and clicks of machines, with why: `soon` after the sending, or by a `crawler`.

    Two rows are about the same email when they name the same campaign or one of them names none.
    """
    soon = f"moment - sent < {span}" if span is not None else "false"
    return f"""
        select place, case when {soon} then 'soon' else 'crawler' end as why
        from (
            select place, moment, agent, case when campaign is null then any_sent
                else greatest(same_sent, blank_sent) end as sent
            from (
                select *,
                    max(moment) filter (is_sent) over of_lead as any_sent,
                    max(moment) filter (is_sent and campaign is null) over of_lead as blank_sent,
                    max(moment) filter (is_sent) over of_campaign as same_sent
                from (
                    select *, kind = {literal(sent)} as is_sent
                    from suspects where {kinds_in([*kinds, sent])}
                )
                window of_lead as (partition by lead order by moment),
                    of_campaign as (partition by lead, campaign order by moment)
            )
            where not is_sent and {stretch}
        )
        where coalesce({soon}, false) or agent in (select agent from crawlers)
        order by place
    """


SET_ASIDE = """
    select event_id, source, lead_id, kind, why
    from log join aside using (place) join known_leads using (lead) order by place
"""

#: Behind which row of the log each decision stands.
ANCHORED = """
    create or replace temp table anchored as
    select number, coalesce(max(place) filter (
        (log.rank, log.source, log.event_id)
        < (decisions.rank, decisions.source, decisions.event_id)
    ), -1) as anchor
    from decisions left join log on log.moment = decisions.moment
    group by number
"""

#: Decisions at an instant without a row before them stand behind the last row before the instant.
ANCHORED_BETWEEN = """
    update anchored set anchor = earlier.anchor
    from (
        select decisions.number, max(log.place) as anchor
        from decisions join log on log.moment < decisions.moment
        where decisions.number in (select number from anchored where anchor < 0)
        group by decisions.number
    ) earlier
    where earlier.number = anchored.number
"""

#: The log without what is set aside and with the decisions, numbered anew, in the same order.
JUDGED = """
    create or replace temp table renumbered as
    select (row_number() over (order by anchor, number) - 1)::bigint as place, anchor, number
    from (
        select place as anchor, -1 as number from log anti join aside using (place)
        union all
        select anchor, number from anchored
    );
    create table judged as
    select renumbered.place, log.* exclude (place)
    from log join renumbered on log.place = renumbered.anchor and renumbered.number < 0;
    insert into judged by name
    select renumbered.place, lead, moment, 0 as delay, rank, source, event_id, kind,
        true as decided, properties
    from decisions join renumbered using (number);
    drop table log;
    alter table judged rename to log
"""
