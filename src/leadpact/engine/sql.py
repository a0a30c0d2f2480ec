"""The statements that the engine puts to DuckDB, each described: no calendars, no conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadpact.engine.values import BLANKS, DAY, NUMBER

_COLUMNS = "event_id, source, lead_id, happened_at, recorded_at, kind, decided, batch, properties"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def json_text(column: str, name: str) -> str:
    """The text of a member of a JSON object; NULL when it is absent or empty."""
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"json_extract_string({column}, {literal(pointer)})"


#: The blanks inside the brackets of a regular expression.
_BLANK = "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANKS)


def trimmed(text: str) -> str:
    """A raw text without the blanks around it.

    Only what begins or ends with a sign that may be a blank is put to the search for all of them,
    which takes ten times as long.
    """
    ends = (f"left({text}, 1)", f"right({text}, 1)")
    suspect = " or ".join(f"{end} <= '!' or {end} >= '\u0080'" for end in ends)
    return f"case when {suspect} then trim({text}, {literal(BLANKS)}) else {text} end"


def stated_text(text: str) -> str:
    """A raw text without the blanks around it; NULL when it says nothing."""
    return f"nullif({trimmed(text)}, '')"


def day(text: str) -> str:
    """The day with which a raw text begins; NULL when it begins with none."""
    begins = literal(f"^[{_BLANK}]*({DAY})")
    return f"try_cast(regexp_extract({text}, {begins}, 1) as date)"


def cut(typed: Iterable[str], as_of: int | None, known_at: int | None) -> str:
    """`seen`: the rows within the cut, instants as microseconds."""
    columns = ", ".join([_COLUMNS, *map(identifier, typed)])
    limits = [f"moment <= {as_of}" if as_of is not None else "true"]
    if known_at is not None:
        limits.append(f"recorded <= {known_at}")
    return f"""
        create table seen as
        select * replace (coalesce(decided, false) as decided),
            epoch_us(happened_at) as moment,
            epoch_us(coalesce(recorded_at, happened_at)) as recorded
        from (select {columns} from delivered)
        where {" and ".join(limits)}
    """


def deduplicated(typed: Iterable[str]) -> str:
    """`single`: one row of each source and event id.

    The one recorded first counts, then the one that happened first, then the one with the smaller
    texts, so that the order of delivery never decides.
    """
    texts = ["kind", *(f"coalesce({text}, '')" for text in ("properties", "lead_id", "batch"))]
    ties = ", ".join([*texts, "decided", *(identifier(name) for name in sorted(typed))])
    return f"""
        create table single as
        select * from seen
        qualify row_number() over (
            partition by source, event_id order by recorded, moment, {ties}
        ) = 1
    """


def ranked(ranks: Mapping[str, int], other: int) -> str:
    """`kinds`: the place of every kind among the rows of one instant."""
    values = ", ".join(f"({literal(kind)}, {rank})" for kind, rank in ranks.items())
    return f"""
        create table kinds as select * from (values {values}) fixed(kind, rank);
        insert into kinds
        select distinct kind, {other} from single where kind not in (select kind from kinds)
    """


def organisation_rows(kinds: Sequence[str]) -> str:
    """Rows that concern the organisation, in order."""
    named = ", ".join(map(literal, kinds))
    return f"""
        select kind, source, event_id, batch, moment, decided, properties from single
        where kind in ({named}) order by moment, source, event_id
    """


MERGE_ROWS = """
    select kind, source, event_id, batch, lead_id, moment, decided, properties from single
    where kind in ('lead.merged', 'lead.unmerged') and lead_id is not null
    order by moment, source, event_id
"""


def counting(typed: Iterable[str], organisation: Sequence[str], simulate: bool) -> str:
    """`voided_seen` and `log`: what was withdrawn, and what counts, in order and numbered by lead.

    A lead whose earliest row is not `lead.created` is supplied one moment that instant.
    """
    named = ", ".join(map(literal, organisation))
    observed = "and not decided" if simulate else ""
    extra = "".join(f", {identifier(name)}" for name in typed)
    nulls = "".join(f", null as {identifier(name)}" for name in typed)
    return f"""
        create table withdrawn as
        select single.* from single
        where exists (from voids v where v.source = single.source and v.event_id = single.event_id)
           or (kind <> 'fact.voided' and exists (from voids v where v.batch = single.batch));
        create table counting as
        select source, event_id, lead_id, moment, recorded, kind, decided, properties{extra}
        from single anti join withdrawn using (source, event_id)
        where kind not in ({named}) and coalesce(lead_id, '') <> '' {observed};
        insert into counting by name
        select '' as source, '' as event_id, lead_id,
            min(moment) as moment, min(moment) as recorded,
            'lead.created' as kind, false as decided, null as properties{nulls}
        from counting group by lead_id
        having coalesce(min(moment) filter (where kind = 'lead.created') > min(moment), true);
        create table known_leads as
        select lead_id, (row_number() over (order by lead_id) - 1)::bigint as lead
        from (select distinct lead_id from counting);
        create table log as
        select (row_number() over (order by moment, rank, source, event_id) - 1)::bigint as place,
            lead, moment, recorded - moment as delay, rank, source, event_id, kind, decided,
            properties{extra}
        from counting join known_leads using (lead_id) join kinds using (kind)
        order by place
    """


LEADS = "select lead_id from known_leads order by lead"

VOIDED = """
    select event_id, source, lead_id, kind, 'voided' as why from withdrawn order by source, event_id
"""


def number(text: str, kind: str | None) -> str:
    """A raw text as a number, or a date as its day number; NULL when it cannot be read."""
    if kind == "date":
        return f"date_diff('day', date '0001-01-01', {day(text)}) + 1"
    whole = literal(f"^[{_BLANK}]*({NUMBER})[{_BLANK}]*$")
    found = f"try_cast(regexp_extract({text}, {whole}, 1) as double)"
    return f"nullif(nullif({found}, 'inf'::double), '-inf'::double)"


def distinct_texts(table: str, text: str, kinds: Sequence[str] | None) -> str:
    """The distinct raw texts of a property, in order."""
    named = ", ".join(map(literal, kinds or ()))
    where = "" if kinds is None else f"where kind in ({named})"
    texts = f"select distinct {text} as v from {identifier(table)} {where}"
    return f"select v from ({texts}) where v is not null order by v"


@dataclass(frozen=True)
class Column:
    """How a column gets its class: its value in SQL, and a table of classes or cut points."""

    value: str
    table: str | None
    cuts: Sequence[float]

    def named(self, place: int) -> str:
        """The class, given that the value is called `v<place>` and its table `m<place>`."""
        if self.table is not None:
            return f"coalesce(m{place}.class, 0)"
        return f"case when v{place} is null then 0 else {counted(f'v{place}', self.cuts)} end"

    def joined(self, place: int) -> str:
        """The join with the table of classes, if there is one."""
        if self.table is None:
            return ""
        return f" left join {identifier(self.table)} m{place} on m{place}.value = v{place}"


def counted(value: str, cuts: Sequence[float]) -> str:
    """One more than the number of cut points that a number has reached and passed."""
    passed = [f"({value} >= {cut!r})::bigint + ({value} > {cut!r})::bigint" for cut in cuts]
    return " + ".join(["1", *passed])


def keyed(columns: Sequence[Column]) -> str:
    """Lead, instant and pattern key of every row, in the order of the log."""
    values = "".join(
        f", case when k.stride_{i} > 0 then {column.value} end as v{i}, k.stride_{i}"
        for i, column in enumerate(columns)
    )
    terms = "".join(f" + stride_{i} * {column.named(i)}" for i, column in enumerate(columns))
    joins = "".join(column.joined(i) for i, column in enumerate(columns))
    return f"""
        select lead, moment, base{terms} as key
        from (select log.place, log.lead, log.moment, k.base{values}
              from log join "key numbers" k using (kind)){joins}
        order by place
    """


def stated(texts: Mapping[str, str]) -> str:
    """`stated`: what `lead.created` and `lead.updated` rows say, by the lists they belong to."""
    columns = "".join(
        f", {stated_text(text)} as {identifier('f_' + name)}" for name, text in texts.items()
    )
    return f"""
        create table stated as
        select owners.list, log.moment, log.place{columns}
        from log join owners using (place) where kind in ('lead.created', 'lead.updated')
    """


def filled_forward(names: Sequence[str]) -> str:
    """`known`: attributes as known from each instant on, one row a list and instant."""
    fields = [identifier("f_" + name) for name in names]
    filled = "".join(
        f", last_value({field} ignore nulls) over so_far as {field}" for field in fields
    )
    return f"""
        create table known as
        select * from (
            select list, moment, place{filled} from stated
            window so_far as (partition by list order by place rows unbounded preceding)
        )
        qualify row_number() over (partition by list, moment order by place desc) = 1
    """


def attribute_classes(columns: Sequence[Column]) -> str:
    """Class of every asked attribute at every instant at which something was stated."""
    values = "".join(f", {column.value} as v{i}" for i, column in enumerate(columns))
    classes = "".join(f", {column.named(i)} as c{i}" for i, column in enumerate(columns))
    joins = "".join(column.joined(i) for i, column in enumerate(columns))
    known = f"(select list, moment{values} from known)"
    return f"select list, moment{classes} from {known}{joins} order by list, moment"


def final_attributes(columns: str) -> str:
    """The attributes of every lead as last known, in the order of leads."""
    return f"""
        select lead{columns} from last_lists
        left join (
            select * from known
            qualify row_number() over (partition by list order by moment desc) = 1
        ) using (list) order by lead
    """


def yes_no(text: str) -> str:
    """A text without blanks around it as a boolean; NULL when it is neither."""
    word = f"lower({text})"
    return (
        f"case when {word} in ('true', 'yes', '1') then true "
        f"when {word} in ('false', 'no', '0') then false end"
    )


def reasons(kind: str, text: str) -> str:
    """Place, instant and reason of every row of a kind, in order."""
    return f"select place, moment, {text} from log where kind = {literal(kind)} order by place"


def ratings(kinds: Sequence[str], text: str) -> str:
    """Place and rating of every row of these kinds that gives one."""
    named = ", ".join(map(literal, kinds))
    rated = f"select place, {number(text, 'number')} as rating from log where kind in ({named})"
    return f"select * from ({rated}) where rating is not null"


def handoffs(stage: str) -> str:
    """Leads with a handoff on record, decided or not; or with a stage declared, and which."""
    return f"""
        select distinct lead_id, case kind when 'stage.entered' then {stage} end
        from single anti join withdrawn using (source, event_id)
        where kind = 'lead.handed_off' or (kind = 'stage.entered' and {stage} is not null)
    """
