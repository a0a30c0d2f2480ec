"""Scenarios: tests that an operations manager can read and write.

A file in `tests/scenarios/` has a `zone` for its times, perhaps a `base` agreement, and a list of
`scenarios`. Each has a title (`scenario`), a `why`, what it changes in the agreement, a `log`, and
one or several looks at the outcome (`as_of`, `expect`):

- Times read `Sat 2026-03-07 21:00`, in the file's zone or one named behind: `… Asia/Tokyo`. The
  weekday is optional, and checked.
- In the log, `lead` is Ada and `id` a running number unless said. What is not the name of a column
  is a property: `{at: …, kind: form_submitted, form: demo}`.
- A table named under `expect` is complete: every line, in any order, and no other. A line says only
  what it wants to say; but what it does not call implied, already in contact, late logged, paused
  or disputed must not be so.
- Lengths read `2h30m`. `version: 1` is the first version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from leadpact.agreement.spec import Agreement

FOLDER = Path(__file__).parent / "scenarios"
COLUMNS = {"at", "lead", "kind", "id", "source", "recorded_at", "decided", "batch", "actor"}
CONDITION = {"field", "event", "score", "all", "any", "none"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TABLES = {
    "stages": "stage_entries",
    "clocks": "clocks",
    "shares": "clock_shares",
    "episodes": "episodes",
    "states": "lead_states",
    "exclusions": "exclusions",
    "set_aside": "set_aside",
}
KEYS = {
    "stages": ("lead", "episode", "stage"),
    "clocks": ("lead", "episode", "obligation"),
    "shares": ("lead", "episode", "obligation", "from"),
    "episodes": ("lead", "episode"),
    "states": ("lead",),
    "exclusions": ("lead", "reason"),
    "set_aside": ("event_id",),
}
NAMES = {
    "lead": "lead_id",
    "started": "started_at",
    "due": "due_at",
    "stopped": "stopped_at",
    "closed": "closed_at",
    "ended": "ended_at",
    "from": "from_at",
    "to": "to_at",
    "since": "stage_since",
    "qualified": "qualified_at",
    "handed_off": "handed_off_at",
    "assigned": "assigned_at",
    "worked": "working_seconds",
    "late": "late_seconds",
    "already in contact": "already_in_contact",
    "step": "protocol_step",
}
UNLESS_SAID = {
    "stages": ("implied", "disputed"),
    "clocks": ("already_in_contact", "logged_late", "by_protocol", "paused"),
}
LENGTHS = ("working_seconds", "late_seconds")


@dataclass(frozen=True)
class Look:
    """One moment at which a scenario looks at the outcome."""

    as_of: datetime
    known_at: datetime | None
    simulate: bool
    expect: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A story with its agreement, its log and what must come of it."""

    file: str
    title: str
    zone: ZoneInfo
    documents: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    looks: list[Look]
    hygiene: bool
    problem: str | None

    def versions(self) -> list[Agreement]:
        """The agreement, in all its versions."""
        return [Agreement.model_validate(document) for document in self.documents]


def scenarios() -> Iterator[Scenario]:
    """Every scenario of every file."""
    for path in sorted(FOLDER.glob("*.yaml")):
        page = read(path)
        for told in page["scenarios"]:
            yield _scenario(path.stem, page, told)


def _scenario(file: str, page: dict[str, Any], told: dict[str, Any]) -> Scenario:
    zone = ZoneInfo(told.get("zone", page.get("zone", "UTC")))
    known = {
        "scenario",
        "why",
        "zone",
        "base",
        "change",
        "agreement",
        "versions",
        "log",
        "as_of",
        "known_at",
        "simulate",
        "expect",
        "looks",
        "hygiene",
        "problem",
    }
    if unknown := told.keys() - known:
        raise ValueError(f"{file}: “{told['scenario']}” says {unknown}, which no scenario has")
    looks = [*told.get("looks", []), *([told] if "expect" in told else [])]
    rows = [_row(number, row, zone) for number, row in enumerate(told.get("log", []), start=1)]
    return Scenario(
        file=file,
        title=told["scenario"],
        zone=zone,
        documents=documents(page, told),
        rows=rows,
        looks=[
            Look(
                as_of=instant(look["as_of"], zone),
                known_at=instant(look["known_at"], zone) if "known_at" in look else None,
                simulate=look.get("simulate", False),
                expect=look["expect"],
            )
            for look in looks
        ],
        hygiene=told.get("hygiene", False),
        problem=told.get("problem"),
    )


def documents(page: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    base = told.get("base", page.get("base"))
    document = read(FOLDER / "bases" / f"{base}.yaml") if base else {}
    document = merged(document, page.get("agreement", {}))
    document = merged(document, told.get("agreement", {}))
    document = merged(document, told.get("change", {}))
    return [merged(document, change) for change in told.get("versions", [{}])]


def merged(document: Any, change: Any) -> Any:
    """A document with changes laid over it: mappings deep, lists by `name` where items have one.

    A change to `null` takes the key away, `gone: true` an item; a condition replaces the one that
    stood there.
    """
    if isinstance(document, dict) and isinstance(change, dict) and not CONDITION & change.keys():
        joint = {**document, **{k: merged(document.get(k), v) for k, v in change.items()}}
        return {key: value for key, value in joint.items() if value is not None}
    if _named(document) and _named(change):
        changes = {item["name"]: item for item in change}
        kept = [merged(item, changes.pop(item["name"], {})) for item in document]
        return [item for item in [*kept, *changes.values()] if not item.get("gone")]
    return change


def _named(items: Any) -> bool:
    return (
        isinstance(items, list)
        and bool(items)
        and all(isinstance(item, dict) and "name" in item for item in items)
    )


def _row(number: int, told: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    properties = {key: value for key, value in told.items() if key not in COLUMNS}
    properties |= properties.pop("properties", {})
    recorded = told.get("recorded_at")
    lead = told.get("lead", "Ada")
    return {
        "event_id": str(told.get("id", number)),
        "source": told.get("source", "crm"),
        "lead_id": None if lead == "everybody" else lead,
        "happened_at": instant(told["at"], zone),
        "recorded_at": instant(recorded, zone) if recorded else None,
        "kind": told["kind"],
        "actor": told.get("actor"),
        "decided": told.get("decided", False),
        "batch": told.get("batch"),
        "properties": {k: str(v) if hasattr(v, "isoformat") else v for k, v in properties.items()},
    }


def instant(text: Any, zone: ZoneInfo) -> datetime:
    """`Sat 2026-03-07 21:00 [Zone]` as an instant."""
    match = re.fullmatch(
        r"(?:([A-Za-z]{3}) )?(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: (\S+))?", str(text)
    )
    if not match:
        raise ValueError(f"“{text}” is no time; write it as Sat 2026-03-07 21:00")
    day, moment, other = match.groups()
    local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(other) if other else zone)
    if day and WEEKDAYS[local.weekday()] != day.lower():
        raise ValueError(f"“{text}”: that day is a {WEEKDAYS[local.weekday()]}")
    return local.astimezone(UTC)


def length(text: str) -> float:
    """`2h30m` in seconds."""
    match = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", str(text))
    if not match or not text:
        raise ValueError(f"“{text}” is no length; write it as 2h30m")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()


@cache
def _read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def read(path: Path) -> Any:
    """What stands in a file, for the caller alone."""
    return deepcopy(_read(path))


# Comparing.


def differences(expect: dict[str, Any], tables: Any, zone: ZoneInfo) -> list[str]:
    """What is not as expected, in sentences; `tables` maps table names to lists of lines."""
    found = []
    wanted = {name: [] for name in expect.get("nothing", [])}
    wanted |= {name: lines for name, lines in expect.items() if name != "nothing"}
    for name, lines in wanted.items():
        if name not in TABLES:
            raise ValueError(f"“{name}” is nothing that can be expected; {', '.join(TABLES)} are")
        found += _table_differences(name, lines, tables[TABLES[name]], zone)
    return found


def _table_differences(
    name: str, lines: list[dict[str, Any]], table: list[dict[str, Any]], zone: ZoneInfo
) -> list[str]:
    expected = {_key(name, _full(name, line, zone)): _full(name, line, zone) for line in lines}
    if len(expected) != len(lines):
        return [f"{name}: two expected lines are about the same thing"]
    actual: dict[Any, dict[str, Any]] = {}
    for line in table:
        actual.setdefault(_key(name, line), line)
    found = [f"{name}: missing {_said(key, zone)}" for key in expected if key not in actual]
    found += [
        f"{name}: unexpected {_said(key, zone)}: {_line(actual[key], zone)}"
        for key in actual
        if key not in expected
    ]
    if len(actual) != len(table):
        found.append(f"{name}: some lines are about the same thing twice")
    for key, line in expected.items():
        for column, want in line.items():
            have = actual[key].get(column) if key in actual else want
            if not _same(have, want):
                found.append(
                    f"{name}: {_said(key, zone)}: {column} is {_value(have, zone)}, "
                    f"expected {_value(want, zone)}"
                )
    return found


def _full(name: str, line: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    full: dict[str, Any] = {"lead_id": "Ada"}
    if "episode" in KEYS[name]:
        full["episode"] = 1
    full |= dict.fromkeys(UNLESS_SAID.get(name, ()), False)
    for key, value in line.items():
        if key in ("score", "fit", "engagement") and value is not None:
            value = float(value)
        column = "entered_at" if (name, key) == ("stages", "at") else NAMES.get(key, key)
        if value is not None and (column == "at" or column.endswith(("_at", "_since"))):
            value = instant(value, zone)
        elif value is not None and column in LENGTHS:
            value = length(value)
        elif column == "version":
            value -= 1
        full[column] = value
    return full


def _key(name: str, line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(NAMES.get(column, column)) for column in KEYS[name])


def _same(have: Any, want: Any) -> bool:
    if isinstance(have, float) and isinstance(want, int | float):
        return abs(have - want) < 1e-6
    return bool(have == want)


def _said(key: tuple[Any, ...], zone: ZoneInfo) -> str:
    return " · ".join(_value(part, zone) for part in key)


def _line(line: dict[str, Any], zone: ZoneInfo) -> str:
    return ", ".join(f"{k}={_value(v, zone)}" for k, v in line.items() if v is not None)


def _value(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%a %Y-%m-%d %H:%M:%S")
    return "nothing" if value is None else str(value)
