"""Short lists: aligned for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leadpact.cli.terminal import out, plain, write, write_json


def show(rows: Sequence[Mapping[str, Any]], as_json: bool, none: str) -> None:
    """Write rows that have the same columns; `none` says that there are none."""
    if as_json:
        write_json([{name: _as_json(value) for name, value in row.items()} for row in rows])
        return
    console = out()
    if not rows:
        write(console, none)
        return
    texts = [list(rows[0]), *([_told(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for number, line in enumerate(texts):
        told = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        console.print(told.rstrip(), style="" if number else "bold", soft_wrap=True)


def _told(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return plain(str(value))


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
