"""What the stand-in answers to each call, as Salesforce documents it."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadpact.demo.salesforce.org import CHOICES, RELATED, FaultyError, Org
from leadpact.demo.salesforce.soql import parsed
from leadpact.demo.salesforce.table import Row

#: Rows of one page of a query, records of one call that writes.
PAGE, WRITTEN = 2_000, 200
_FIXED = ("Id", "Name", "CreatedDate", "CreatedById", "SystemModstamp", "IsDeleted")
_DATA = "/services/data/v62.0/"


@dataclass(frozen=True)
class Answer:
    """A status with JSON, or with CSV and headers of its own."""

    status: int
    told: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Desk:
    """Where calls arrive: open queries and jobs by their number.

    `page` is the rows of a page; `is_locked` tells of each record that is to be written whether
    somebody else has it.
    """

    org: Org
    page: int = PAGE
    is_locked: Callable[[], bool] = lambda: False
    polls: int = 1
    numbers: Iterator[int] = field(default_factory=itertools.count)
    cursors: dict[str, list[Row]] = field(default_factory=dict)
    jobs: dict[str, tuple[list[str], list[Row], int]] = field(default_factory=dict)

    def query(self, query: Mapping[str, str], *, every: bool) -> Answer:
        """The first page of what a query finds."""
        rows = parsed(query.get("q", "")).rows(self.org, every=every)
        number = f"01g{next(self.numbers):012d}"
        if len(rows) > self.page:
            self.cursors[number] = rows
        return self._page(number, rows, 0)

    def more(self, number: str, begin: int) -> Answer:
        """Another page of a query."""
        if number not in self.cursors:
            raise FaultyError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(number, self.cursors[number], begin)

    def _page(self, number: str, rows: list[Row], begin: int) -> Answer:
        told: Row = {"totalSize": len(rows), "records": rows[begin : begin + self.page]}
        end = begin + self.page
        told["done"] = end >= len(rows)
        if not told["done"]:
            told["nextRecordsUrl"] = f"{_DATA}query/{number}-{end}"
        return Answer(200, told)

    def describe(self, of: str) -> Answer:
        """The fields of an object."""
        if of not in self.org.fields:
            raise FaultyError("NOT_FOUND", "The requested resource does not exist", 404)
        told = [
            {
                "name": name,
                "label": name,
                "type": kind,
                "updateable": name not in _FIXED,
                "picklistValues": [
                    {"value": each, "label": each, "active": True}
                    for each in CHOICES.get((of, name), ())
                ],
                "referenceTo": list(RELATED.get(name, ())),
                "relationshipName": name.removesuffix("Id") if name in RELATED else None,
            }
            for name, kind in self.org.fields[of].items()
        ]
        return Answer(200, {"name": of, "fields": told})

    def user(self) -> Answer:
        """As whom the program comes."""
        org = self.org
        told = {"user_id": org.me, "organization_id": org.number, "name": org.name}
        return Answer(200, told)

    def begin(self, body: Row) -> Answer:
        """A query job."""
        query = parsed(str(body["query"]))
        number = f"750{len(self.jobs):012d}"
        rows = query.rows(self.org, every=body["operation"] == "queryAll")
        self.jobs[number] = (query.names, rows, self.polls)
        return Answer(200, {"id": number, "state": "UploadComplete"})

    def state(self, number: str) -> Answer:
        """How far a job is."""
        names, rows, polls = self._job(number)
        self.jobs[number] = (names, rows, polls - 1)
        return Answer(200, {"id": number, "state": "JobComplete" if polls <= 0 else "InProgress"})

    def results(self, number: str, query: Mapping[str, str]) -> Answer:
        """Rows of a job that is done, as CSV."""
        names, rows, _ = self._job(number)
        begin, most = int(query.get("locator") or 0), int(query.get("maxRecords") or 50_000)
        some, end = rows[begin : begin + most], begin + most
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        writer.writerows([[_cell(row, name) for name in names] for row in some])
        headers = {"Sforce-Locator": str(end) if end < len(rows) else "null",
                   "Sforce-NumberOfRecords": str(len(some))}  # fmt: skip
        return Answer(200, text=text.getvalue(), headers=headers)

    def write(self, body: Row) -> Answer:
        """Updates of up to 200 records; each by itself."""

        def update(record: Row) -> tuple[str, bool]:
            of = record["attributes"]["type"]
            values = {n: v for n, v in record.items() if n not in ("attributes", "id")}
            self.org.update(of, record["id"], values)
            return record["id"], False

        return self._each(body, update)

    def upsert(self, of: str, key: str, body: Row) -> Answer:
        """Up to 200 records made or updated by an external id."""

        def upsert(record: Row) -> tuple[str, bool]:
            values = {n: v for n, v in record.items() if n != "attributes"}
            return self.org.upsert(of, key, values, self.org.me)

        return self._each(body, upsert)

    def _each(self, body: Row, write: Callable[[Row], tuple[str, bool]]) -> Answer:
        records: Sequence[Row] = body.get("records") or []
        if len(records) > WRITTEN:
            raise FaultyError("LIMIT_EXCEEDED", "more than 200 records")
        told = []
        for record in records:
            try:
                if self.is_locked():
                    raise FaultyError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access")
                number, created = write(record)
                told.append({"id": number, "success": True, "errors": [], "created": created})
            except FaultyError as faulty:
                error = {"statusCode": faulty.code, "message": str(faulty), "fields": []}
                told.append({"success": False, "errors": [error]})
        return Answer(200, told)

    def _job(self, number: str) -> tuple[list[str], list[Row], int]:
        if number not in self.jobs:
            raise FaultyError("NOT_FOUND", "The requested resource does not exist", 404)
        return self.jobs[number]


def _cell(row: Row, name: str) -> str:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
