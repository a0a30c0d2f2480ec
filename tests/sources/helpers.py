"""Short ways to look at what was read."""

import json
from datetime import datetime

from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import Read

LEADS = """
timezone: UTC
tables:
  - file: leads.csv
    leads: {id: id, created: created, fields: {email: email}}
"""


def rows(read: Read, kind: str | None = None) -> list[dict]:
    """The log rows of one kind, properties as a dictionary."""
    found = read.history.log.to_pylist()
    for row in found:
        row["properties"] = json.loads(row["properties"] or "{}")
    return [row for row in found if kind in (None, row["kind"])]


def leads(read: Read) -> dict[str, dict]:
    """The attributes of each lead."""
    return {row["lead_id"]: row["properties"] for row in rows(read, "lead.created")}


def times(read: Read, kind: str) -> list[datetime]:
    return [row["happened_at"] for row in rows(read, kind)]


def reasons(read: Read) -> list[tuple[int, str]]:
    return [(reject.line, reject.reason) for reject in read.rejects]


def messages(error: SourcesError) -> list[str]:
    return [problem.message for problem in error.problems]


def hints(error: SourcesError) -> list[str | None]:
    return [problem.hint for problem in error.problems]
