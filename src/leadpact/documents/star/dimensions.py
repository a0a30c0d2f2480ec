"""The tables of dimensions: by what facts are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from leadpact import __version__
from leadpact.agreement.calendars import calendar_from
from leadpact.agreement.spec import Agreement
from leadpact.documents.star.material import Material, first_and_last
from leadpact.documents.star.schema import ATTRIBUTE, VERSION, StarTable
from leadpact.engine.metrics.periods import Unit, period_of

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: A day has the same label in every zone; its noon is on it.
_ANYWHERE, _NOON = ZoneInfo("UTC"), time(12)

_LEADS = """
select l.lead_id, l.campaign_key, l.counts, s.merged_into, s.persona, s.profile, s.profile_fit,
       case when s.status = 'excluded' then s.reason end as exclusion, t.*
from leads as l join states as s using (lead_id) join told as t on t.told_id = l.lead_id
order by l.lead_id
"""


def leads(material: Material, table: StarTable) -> pa.Table:
    """Every lead with its attributes."""
    given, states = material.result.leads, material.result.lead_states
    names = {
        column.name: column.name.removeprefix(ATTRIBUTE)
        for column in table.columns
        if column.name.startswith(ATTRIBUTE)
    }
    told = {"told_id": given["lead_id"], "created_at": given["created_at"]}
    told |= {shown: given[name] for shown, name in names.items()}
    return material.select(table, _LEADS, states=states, told=pa.table(told))


def campaigns(material: Material, table: StarTable) -> pa.Table:
    """Every source with its campaigns."""
    return material.shaped(table, material.campaigns)


def people(material: Material, table: StarTable) -> pa.Table:
    """Everybody who holds or held a lead, owns a deal, or is on a team."""
    words = material.records.persons
    codes = material.records.team_of(np.arange(len(words), dtype=np.int32))
    teams = material.records.teams.column(codes)
    return material.shaped(
        table, pa.table({"person": words.texts[1:], "team": teams.slice(1)}, schema=table.schema)
    )


def teams(material: Material, table: StarTable) -> pa.Table:
    """The teams of the agreement in force."""
    rows = [
        {"team": team.name, "side": team.side, "capacity": team.capacity}
        for team in material.result.agreement.routing.teams
    ]
    return _rows(table, rows)


def stages(material: Material, table: StarTable) -> pa.Table:
    """The stages of every version."""
    names = table.schema.names
    return _rows(table, [{name: row[name] for name in names} for row in material.all_stages])


def obligations(material: Material, table: StarTable) -> pa.Table:
    """The promises of every version, and the steps of the protocol that have a clock."""
    rows: dict[str, dict[str, Any]] = {}
    in_force = material.result.agreement
    for agreement in (in_force, *material.result.versions):
        for each in agreement.obligations:
            rows.setdefault(
                each.name,
                {
                    "obligation": each.name,
                    "side": each.side,
                    "within": each.within.text,
                    "calendar": each.calendar,
                    "description": each.description,
                    "in_force": agreement is in_force,
                },
            )
    clocks = material.result.clocks.select(["obligation", "side"])
    for row in clocks.group_by(["obligation", "side"]).aggregate([]).to_pylist():
        rows.setdefault(row["obligation"], row | {"in_force": True})
    return _rows(table, list(rows.values()))


def versions(material: Material, table: StarTable) -> pa.Table:
    """The versions in order of effect, as facts number them."""
    in_force = material.result.agreement
    checksums = [(each.agreement, each.sha256) for each in material.versions]
    rows = [
        {
            "version": number,
            "name": each.name,
            "from_date": each.term.starts if each.term else None,
            "until_date": each.term.until if each.term else None,
            "checksum": _checksum(each, checksums),
            "in_force": each == in_force,
        }
        for number, each in enumerate(material.result.versions)
    ]
    return _rows(table, rows)


def _checksum(agreement: Agreement, known: list[tuple[Agreement, str]]) -> str | None:
    return next((sha256 for other, sha256 in known if other == agreement), None)


def dates(material: Material, table: StarTable, facts: Mapping[str, pa.Table]) -> pa.Table:
    """Every day from the first of January of the first year to the end of the last."""
    found = first_and_last(facts)
    if found is None:
        return table.schema.empty_table()
    years = range(found[0].year, found[1].year + 1)
    calendar = calendar_from(material.result.agreement.calendar, years)
    for closed in material.result.closed_days:
        calendar = calendar.closed_on(closed)
    first, last = date(years[0], 1, 1), date(years[-1], 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return _rows(table, [_date(day) | {"working_day": calendar.is_business_day(day)}
                         for day in days])  # fmt: skip


def _date(day: date) -> dict[str, Any]:
    return {
        "date": day,
        "year": day.year,
        "quarter": _label(day, "quarter"),
        "month": _label(day, "month"),
        "week": _label(day, "week"),
        "weekday": day.isoweekday(),
        "weekday_name": _WEEKDAYS[day.weekday()],
    }


def _label(day: date, unit: Unit) -> str:
    return period_of(datetime.combine(day, _NOON, UTC), unit, _ANYWHERE).label


def about(material: Material, table: StarTable) -> pa.Table:
    """The export itself."""
    result = material.result
    row = {
        "schema_version": VERSION,
        "leadpact": __version__,
        "as_of": result.as_of,
        "known_at": result.known_at,
        "agreement": result.agreement.name,
        "timezone": str(material.zone),
    }
    return _rows(table, [row])


def _rows(table: StarTable, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=table.schema)
