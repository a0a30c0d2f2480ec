"""As much of Salesforce's query language as Leadpact uses, answered from the tables of an org."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadpact.demo.salesforce.org import FaultyError, Org, stamp
from leadpact.demo.salesforce.table import CHANGED, Row

_QUERY = re.compile(
    r"SELECT (?P<names>.+?) FROM (?P<of>\w+)(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>[\w, ]+))?$",
    re.S,
)
_COMPARED = re.compile(r"(?P<name>[\w.]+) (?P<how>=|!=|>=) (?P<value>.+)", re.S)
_AMONG = re.compile(r"(?P<name>[\w.]+) IN \((?P<values>.*)\)", re.S)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")
_AND = re.compile(r" AND (?=[\w.]+ (?:=|!=|>=|IN) )")


@dataclass(frozen=True)
class Condition:
    """That a field, also one of a related record, has something to do with a value or several."""

    name: str
    how: str
    value: Any

    def holds(self, org: Org, row: Row) -> bool:
        """Whether it does."""
        found = _value(org, row, self.name)
        if self.how == "IN":
            return found in self.value
        if self.how == ">=":
            return found is not None and _moment(found) >= self.value
        return bool(found == self.value) is (self.how == "=")

    def candidates(self, org: Org, of: str) -> Iterable[Row] | None:
        """All rows for which it may hold, where they need not be looked for one by one."""
        if self.how == ">=" and self.name == CHANGED:
            return org.table(of).since(stamp(self.value))
        if self.how == "IN" and org.fields[of].get(self.name) in ("id", "reference"):
            return org.table(of).among(self.name, self.value)
        return None


@dataclass(frozen=True)
class Query:
    """A query: fields, object, conditions and order."""

    names: list[str]
    of: str
    where: list[Condition]
    order: list[str]

    def rows(self, org: Org, *, every: bool) -> list[Row]:
        """What it finds, as Salesforce tells it. Raises FaultyError."""
        for name in self.names:
            _refuse_unknown(org, self.of, name)
        found = [
            row
            for row in self._candidates(org)
            if (every or not (row["IsDeleted"] or row.get("IsArchived")))
            and all(condition.holds(org, row) for condition in self.where)
        ]
        for name in reversed(self.order):
            found.sort(key=lambda row: (row.get(name) is not None, row.get(name)))
        return [self._told(org, row) for row in found]

    def _candidates(self, org: Org) -> Iterable[Row]:
        table = org.table(self.of)
        found = (condition.candidates(org, self.of) for condition in self.where)
        return next((rows for rows in found if rows is not None), table.values())

    def _told(self, org: Org, row: Row) -> Row:
        told: Row = {"attributes": {"type": self.of}}
        for name in self.names:
            above, dot, field = name.partition(".")
            if dot:
                told[above] = _related(org, row, above, field)
            else:
                told[name] = row.get(name)
        return told


def parsed(text: str) -> Query:
    """A query from its text. Raises FaultyError."""
    found = _QUERY.fullmatch(text.strip())
    if found is None:
        raise FaultyError("MALFORMED_QUERY", f"unexpected token in {text[:60]}")
    parts = _AND.split(found["where"]) if found["where"] else []
    order = [name.strip() for name in (found["order"] or "").split(",") if name.strip()]
    names = [name.strip() for name in found["names"].split(",")]
    return Query(names, found["of"], [_condition(part.strip()) for part in parts], order)


def _condition(text: str) -> Condition:
    if among := _AMONG.fullmatch(text):
        return Condition(
            among["name"], "IN", {_plain(each) for each in _TEXT.findall(among["values"])}
        )
    compared = _COMPARED.fullmatch(text)
    if compared is None:
        raise FaultyError("MALFORMED_QUERY", f"unexpected condition {text[:60]}")
    return Condition(compared["name"], compared["how"], _literal(compared["value"]))


def _value(org: Org, row: Row, name: str) -> Any:
    above, dot, field = name.partition(".")
    return (_related(org, row, above, field) or {}).get(field) if dot else row.get(name)


def _literal(text: str) -> Any:
    if quoted := _TEXT.fullmatch(text):
        return _plain(quoted[1])
    plain = {"true": True, "false": False, "null": None}
    return plain[text] if text in plain else _moment(text)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("+0000", "+00:00"))


def _refuse_unknown(org: Org, of: str, name: str) -> None:
    known = org.fields.get(of, {})
    if "." not in name and name not in known:
        raise FaultyError("INVALID_FIELD", f"No such column '{name}' on entity '{of}'")


def _related(org: Org, row: Row, above: str, field: str) -> Row | None:
    found = org.found(row.get(f"{above}Id"))
    return None if found is None else {"attributes": {}, field: found.get(field)}
