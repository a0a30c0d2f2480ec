"""A list as CSV: streamed, and with nothing in it that a spreadsheet would execute."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from leadpact.web.lists.declared import Listing

#: Tells spreadsheet programs that the text is UTF-8.
_MARK = "\ufeff"
_AT_ONCE = 1000
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """What csv writes to: it gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def spreadsheet(
    listing: Listing[Any], rows: QuerySet[Any], zone: ZoneInfo
) -> StreamingHttpResponse:
    """All rows of a list, its times on the wall clock of the zone with their offset."""
    columns = listing.in_file
    titles = [each.title for each in columns]
    found = rows.iterator(chunk_size=_AT_ONCE)
    values = ([each.value(row) for each in columns] for row in found)
    return streamed(listing.name, titles, values, zone)


def streamed(
    name: str, titles: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo
) -> StreamingHttpResponse:
    """Rows of values under titles, as a file of that name."""
    lines = _lines(titles, rows, zone)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _lines(titles: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield _MARK + _line(writer, list(titles))
    for row in rows:
        yield _line(writer, [safe(value, zone) for value in row])


def _line(writer: Any, cells: list[Any]) -> str:
    return str(writer.writerow(cells))


def safe(value: Any, zone: ZoneInfo) -> str | int | float:
    """A value as a spreadsheet may have it: a text that it would take for a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
