"""A ledger of any size on PostgreSQL: the sample company's year, many times over, as of now.

Every copy has leads, companies, deals and salespeople of its own under keys that end in its number;
the rows of all tables are what the live flow made of the first. Figures are measured over all.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

#: Leads of one copy, and about as many events each as a lead of the sample company has.
LEADS_OF_A_COPY = 5_000
EVENTS_OF_A_LEAD = 24
_SEED = 7
#: Columns that name what a copy has of its own: each gets the number of the copy at its end.
_OWN_KEYS = {"key", "event_id", "lead_id", "deal_id", "company_id", "merged_into_id"}
_OWN_KEYS |= {"first_id", "second_id", "duplicate_of", "merged_into"}
_OWN_PEOPLE = {"holder", "person", "owner"}
#: In the order in which they refer to each other.
_TABLES = (
    *("company", "lead", "identity", "leadstate", "event", "stageentry", "episode", "clock"),
    *("clockshare", "exclusion", "nurtureentry", "handoff", "deal", "dealrole", "notice"),
    *("proposal", "person", "standing"),
)


def fill(leads: int, *, anew: bool = False) -> int:
    """Bring the opened ledger up to so many leads; how many events it has then.

    It is measured where it grew, was not measured yet, or is to be `anew`.
    """
    from django.db import connection

    from leadpact.flows import measuring
    from leadpact.ledger.models import Event, Lead, PublishedPart

    now = datetime.now(UTC).replace(microsecond=0)
    _catch_up()
    if not Lead.objects.exists():
        _inhabit(now)
    copies = max(1, leads // LEADS_OF_A_COPY)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_lead where key like 'L00001.%%'")
        there = int(cursor.fetchone()[0]) + 1
        grew = there < copies
        if grew:
            for table in _TABLES:
                began = time.monotonic()
                cursor.execute(_copying(table), {"from": there, "to": copies - 1})
                _tell(f"{table}: {cursor.rowcount:,} rows, {time.monotonic() - began:.1f} s")
            cursor.execute("vacuum analyze")
    if grew or anew or not PublishedPart.objects.exists():
        told = measuring.measure(datetime.now(UTC), "bench", lambda *_: None, take_over=True)
        _tell(f"measured in {told.seconds if told else 0:.1f} s")
    return Event.objects.count()


def _catch_up() -> None:
    """Tables, columns and indexes that models have had since a ledger was kept.

    The only migration is unreleased, so that it is made anew with every change.
    """
    from django.apps import apps
    from django.db import connection

    with connection.schema_editor() as editor, connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_app_config("ledger").get_models():
            name = model._meta.db_table
            if name not in tables:
                editor.create_model(model)
                continue
            columns = connection.introspection.get_table_description(cursor, name)
            known = {column.name for column in columns}
            for field in model._meta.concrete_fields:
                if field.column not in known:
                    editor.add_field(model, field)
            kept = connection.introspection.get_constraints(cursor, name)
            for index in model._meta.indexes:
                if index.name not in kept:
                    editor.add_index(model, index)


def _tell(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


#: What was handed over before the company went live has no handoff on record; here it has.
_HANDED_OVER = """
insert into ledger_handoff (lead_id, episode, handed_off_at, assigned_at, person, team, bulk, steps)
select e.lead_id, e.episode, e.handed_off_at, e.assigned_at, p.name, g.name, false, '[]'
from ledger_episode e join ledger_leadstate s on s.lead_id = e.lead_id
join ledger_person p on p.name = s.holder join ledger_team g on g.id = p.team_id
where e.handed_off_at is not null on conflict do nothing
"""


def _inhabit(now: datetime) -> None:
    """The first copy, with everything that the live flow made of it."""
    from django.db import connection

    from leadpact.demo.present import generate_until
    from leadpact.flows.demonstration import AGREEMENT, agreement_of
    from leadpact.flows.inhabiting import inhabit

    with tempfile.TemporaryDirectory() as folder:
        generate_until(now, _SEED, LEADS_OF_A_COPY).write(Path(folder))
        (Path(folder) / AGREEMENT).write_text(agreement_of(now), encoding="utf-8")
        inhabit(Path(folder), seed=_SEED, now=now, tell=lambda *_: None)
    with connection.cursor() as cursor:
        cursor.execute(_HANDED_OVER)


def _copying(table: str) -> str:
    """The statement that copies the rows of the first copy; rows about nobody stay alone."""
    from django.apps import apps

    model = apps.get_model("ledger", table)
    names = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    values = ", ".join(_value(table, name) for name in names)
    return (
        f"insert into {model._meta.db_table} ({', '.join(map(_quoted, names))}) "
        f"select {values} from {model._meta.db_table} t, "
        f"generate_series(%(from)s::int, %(to)s::int) n where {_of_first(table)}"
    )


def _of_first(table: str) -> str:
    """The condition under which a row belongs to the first copy."""
    if table == "person":
        return f"t.name in (select name from ({_SALESPEOPLE}) s)"
    if table == "standing":
        return f"t.person in (select name from ({_SALESPEOPLE}) s)"
    names = {"company": "key", "lead": "key", "deal": "key", "proposal": "first_id"}
    return rf"t.{names.get(table, 'lead_id')} !~ '\.\d+$' and t.{names.get(table, 'lead_id')} <> ''"


_SALESPEOPLE = (
    "select p.name from ledger_person p join ledger_team g on g.id = p.team_id "
    r"where g.side = 'sales' and p.name !~ '\.\d+$'"
)
_NUMBERED = "|| '.' || n"


def _value(table: str, name: str) -> str:
    """A column of the copy."""
    column = f"t.{_quoted(name)}"
    if (table, name) == ("identity", "value"):
        other = f"{column} {_NUMBERED}"
        return f"case when t.kind = 'email' then n || '.' || {column} else {other} end"
    if name in _OWN_KEYS or (table, name) == ("person", "name"):
        return f"{column} {_NUMBERED}"
    if name in _OWN_PEOPLE and table != "nurtureentry":
        return f"case when {column} = '' then '' else {column} {_NUMBERED} end"
    if (table, name) == ("event", "properties"):
        return _told(column)
    if (table, name) == ("leadstate", "attributes"):
        return _WITH_MAIL.format(column)
    if (table, name) == ("event", "actor"):
        return f"case when {column} in ({_SALESPEOPLE}) then {column} {_NUMBERED} else {column} end"
    return column


_WITH_MAIL = r"""regexp_replace({}, '("email": ?")', '\1' || n || '.')"""
_NAMED = "absorbed|deal_id|company_id|to|owner|duplicate_of"
_NAMING = "t.kind like any (array['lead.%%', 'sales.%%', 'deal.%%'])"


def _told(column: str) -> str:
    """The properties of a row, in which whoever is named belongs to the copy."""
    named = rf"""'("(?:{_NAMED})": ?"[^"]+)"', '\1.' || n || '"', 'g'"""
    mailed = _WITH_MAIL.format(column)
    return f"case when {_NAMING} then regexp_replace({mailed}, {named}) else {column} end"


def _quoted(name: str) -> str:
    return f'"{name}"'
