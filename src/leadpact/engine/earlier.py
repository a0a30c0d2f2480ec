"""What was known of each lead at a moment of its own: attributes, activities, and the score.

The rows of every lead up to its moment are moved in time so that all moments fall together. Then
one evaluation tells of all leads what the agreement made of them at their moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.promises import Handoff, Routing
from leadpact.agreement.qualifying import Disqualification, Hygiene, Stage
from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import BUILT_IN_PROPERTIES, FIXED_KINDS, Side
from leadpact.engine import sql
from leadpact.engine.database import cursor
from leadpact.engine.evaluate import evaluate
from leadpact.engine.log import LOG_SCHEMA, History
from leadpact.engine.metrics.tables import microseconds
from leadpact.engine.questions import property_types
from leadpact.engine.result import Result
from leadpact.engine.stating import STATING

if TYPE_CHECKING:
    import duckdb

#: What lies no further back than this is told apart.
LATELY_DAYS = 30
_LATELY = LATELY_DAYS * 86_400_000_000
#: A property with more values than this, in rows of one kind, says something else in each.
_MOST_VALUES = 30
#: So many names of attributes and of properties are looked at; more come from a faulty source.
_MOST_NAMES = 200
#: Properties that tell of machines and of single visits, not of what somebody wanted.
_TECHNICAL = (
    "user_agent", "honeypot", "seconds_to_fill", "ip", "ip_address", "url", "referrer", "visitor",
    "visitor_id", "session", "session_id", "message", "message_id", "subject",
)  # fmt: skip
_OWN_COLUMNS = ("lead_id", "created_at")

_MOVED = """
create temp table moved as
select source, event_id, n, kind, properties, moment - happened as age {typed} from (
    select l.*, o.n, o.moment, epoch_us(happened_at) as happened,
           epoch_us(coalesce(recorded_at, happened_at)) as recorded
    from log as l join owners as o using (lead_id)
    where (kind in ({stating}) or kind not in ({fixed}))
      and not coalesce(decided, false)
      and (kind in ({stating}) or lower(coalesce(actor, '')) not in (select name from sellers)))
where happened <= moment and recorded <= $known
  and (source, event_id) not in (select (source, event_id) from aside)
qualify row_number() over (partition by source, event_id order by recorded, happened) = 1
"""


@dataclass(frozen=True)
class Earlier:
    """What was known of leads at their moments; `n` is the place of a lead among `lead_ids`.

    `attributes` has a column each and a row a lead. `acts` has a row for each lead, kind and value
    of a property ("" for the kind alone): how many `times`, and how many of them `lately`.
    `score` is that of the agreement in force, None without one.
    """

    lead_ids: pa.Array
    attributes: pa.Table
    acts: pa.Table
    score: NDArray[np.float64] | None
    history: History


def as_known(
    history: History, result: Result, lead_ids: pa.Array, moments: NDArray[np.int64]
) -> Earlier:
    """What was known of these leads at these moments (microseconds since 1970).

    Left out is what people of sales did, what was withdrawn or set aside, what the system decided,
    and what only tells how something was sent. The history's log is a table.
    """
    database = cursor()
    typed = [name for name in history.log.column_names if name.startswith("p_")]
    database.register("log", history.log)
    database.register("owners", _owners(result, lead_ids, moments))
    database.register("aside", result.set_aside.select(["source", "event_id"]))
    database.register("sellers", pa.table({"name": pa.array(_sellers(result), pa.string())}))
    statement = _MOVED.format(
        typed="".join(f", {sql.identifier(name)}" for name in typed),
        stating=_listed(STATING),
        fixed=_listed(kind for kind in FIXED_KINDS if kind != "ACTIVITY"),
    )
    known_at = _FOREVER if result.known_at is None else microseconds(result.known_at)
    database.execute(statement, {"known": known_at})
    fields = _names(database, typed, f"kind in ({_listed(STATING)})")
    asked = _asking(result.agreement, fields, history)
    moved = History(_log(database, result, lead_ids, typed))
    known = evaluate([asked], moved, as_of=result.as_of, with_hygiene=False)
    order = _order(known.leads["lead_id"], lead_ids)
    score = known.lead_states["score"].take(_order(known.lead_states["lead_id"], lead_ids))
    attributes = known.leads.take(order).drop_columns(list(_OWN_COLUMNS))
    return Earlier(
        lead_ids=lead_ids,
        attributes=attributes,
        acts=_acts(database, typed, result.agreement.hygiene.sent_kind),
        score=score.to_numpy() if result.agreement.gives_points else None,
        history=moved,
    )


_FOREVER = np.iinfo(np.int64).max


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(sql.literal, texts))


def _owners(result: Result, lead_ids: pa.Array, moments: NDArray[np.int64]) -> pa.Table:
    """Every key, also of absorbed leads, with the place and the moment of the lead it is."""
    states = result.lead_states.select(["lead_id", "merged_into"])
    number = {key: n for n, key in enumerate(lead_ids.to_pylist())}
    rows = [
        (row["lead_id"], number[row["merged_into"] or row["lead_id"]])
        for row in states.to_pylist()
        if (row["merged_into"] or row["lead_id"]) in number
    ]
    places = np.array([n for _, n in rows], np.int64)
    return pa.table(
        {"lead_id": pa.array([key for key, _ in rows], pa.string()), "n": places,
         "moment": moments[places]}
    )  # fmt: skip


def _sellers(result: Result) -> list[str]:
    """People of sales, as actors of rows are named."""
    agreement = result.agreement
    teams = [team for team in agreement.routing.teams if team.side == Side.SALES]
    people = [each for team in teams for each in team.people]
    named = [text for each in people for text in (each.name, each.email) if text]
    if agreement.parties:
        own = [agreement.parties.sales.head, *agreement.parties.sales.contacts]
        named += [text for each in own for text in (each.name, each.email) if text]
    return sorted({each.strip().lower() for each in named})


def _names(database: duckdb.DuckDBPyConnection, typed: Sequence[str], where: str) -> list[str]:
    """Names of what some rows state."""
    told = database.execute(
        "select distinct unnest(json_keys(properties)) as name from moved "
        f"where properties is not null and {where} order by name limit {_MOST_NAMES}"
    )
    own = [str(name) for (name,) in told.fetchall()]
    for name in typed:
        asked = f"select 1 from moved where {where} and {sql.identifier(name)} is not null limit 1"
        if database.execute(asked).fetchone():
            own.append(name.removeprefix("p_"))
    return sorted(set(own).difference(_OWN_COLUMNS))


def _asking(agreement: Agreement, fields: Iterable[str], history: History) -> Agreement:
    """An agreement that scores as this one, knows every attribute, and decides nothing."""
    declared = agreement.field_types()
    numeric = {
        name
        for name in fields
        if f"p_{name}" in history.log.column_names
        and _is_numeric(history.log.schema.field(f"p_{name}").type)
    }
    more = {name: "number" if name in numeric else "text" for name in fields}
    properties = property_types(agreement)
    stage = Stage.model_validate({"name": "Lead", "side": "marketing"})
    return agreement.model_copy(
        update={
            "fields": {name: kind for name, kind in more.items() if name not in declared}
            | agreement.fields,
            "properties": {k: v for k, v in properties.items() if k not in BUILT_IN_PROPERTIES},
            "stages": [stage],
            "handoff": Handoff.model_validate({"stage": "Lead", "recorded_by": "event"}),
            "hygiene": Hygiene(),
            "disqualification": Disqualification(),
            "routing": Routing(),
            "obligations": [],
            "contact_protocol": None,
            "nurture": [],
            "goals": [],
            "segments": [],
            "term": None,
        }
    )


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _log(
    database: duckdb.DuckDBPyConnection, result: Result, lead_ids: pa.Array, typed: Sequence[str]
) -> pa.Table:
    """The rows, moved so that each lead's moment is that of the evaluation."""
    told = ", ".join(sql.identifier(name) for name in ("properties", *typed))
    rows = database.sql(
        f"select event_id, source, n, make_timestamptz({microseconds(result.as_of)} - age) "
        f"as happened_at, kind, {told} from moved"
    ).to_arrow_table()
    count = rows.num_rows
    columns = {
        field.name: rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(count, field.type)
        for field in LOG_SCHEMA
    }
    columns["lead_id"] = lead_ids.take(rows["n"].combine_chunks())
    columns |= {name: rows[name] for name in typed}
    return pa.table(columns)


def _acts(database: duckdb.DuckDBPyConnection, typed: Sequence[str], sent: str) -> pa.Table:
    activity = f"kind not in ({_listed([*STATING, sent])})"
    counted = f"count(*) as times, count_if(age < {_LATELY}) as lately"
    parts = [
        f"select n, kind, '' as property, '' as value, {counted} from moved where {activity} "
        "group by all"
    ]
    for name in _names(database, typed, activity):
        if name in _TECHNICAL:
            continue
        text = f"json_extract_string(properties, {sql.literal(sql.pointer(name))})"
        if f"p_{name}" in typed:
            text = f"coalesce({sql.identifier(f'p_{name}')}::varchar, {text})"
        value = f"lower({sql.stated_text(text)}) as value"
        told = f"select n, kind, {value}, age from moved where {activity}"
        parts.append(
            f"select n, kind, {sql.literal(name)} as property, value, {counted} "
            f"from (select * from ({told}) where value is not null) "
            f"semi join (select kind from ({told}) group by kind having count(distinct value) "
            f"between 1 and {_MOST_VALUES}) using (kind) group by all"
        )
    found: pa.Table = database.sql(" union all ".join(parts)).to_arrow_table()
    return found


def _order(keys: pa.ChunkedArray, wanted: pa.Array) -> pa.Array:
    return pc.index_in(wanted, value_set=keys.combine_chunks())
