"""JSON lines: one object a line; `a.b` names a value within another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadpact.sources.encodings import text_encoding
from leadpact.sources.rows import (
    BATCH_ROWS,
    Batch,
    OpenTable,
    Reject,
    TableError,
    fingerprint,
    shortened,
)

_LONGEST_LINE = 1_000_000
_DEEPEST = 50
_SURROGATES = re.compile("[\ud800-\udfff]")


def open_json_lines(path: Path, title: str, encoding: str | None) -> OpenTable:
    """Open a file of JSON lines; its columns are all names that any of its objects has."""
    encoding = text_encoding(path, encoding)
    header: dict[str, None] = {}
    with path.open(encoding=encoding) as file:
        for line in file:
            header.update(dict.fromkeys(_names(_object(line)[0] or {})))
    if not header:
        raise TableError(f"{path.name} has no line that is a JSON object")

    def batches(wanted: Sequence[str]) -> Iterator[Batch]:
        with path.open(encoding=encoding) as file:
            numbered = enumerate(file, start=1)
            while chunk := list(islice(numbered, BATCH_ROWS)):
                yield _batch(chunk, title, wanted)

    return OpenTable(list(header), batches)


def _batch(chunk: list[tuple[int, str]], title: str, wanted: Sequence[str]) -> Batch:
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    raws: list[str] = []
    rejects = []
    for number, line in chunk:
        if not line.strip():
            continue
        found, reason = _object(line)
        if found is None:
            rejects.append(Reject(title, number, reason, shortened(line)))
            continue
        objects.append(found)
        lines.append(number)
        raws.append(line)
    columns = {name: pa.array([_text(o, name) for o in objects], pa.string()) for name in wanted}
    prints = [fingerprint([json.dumps(o, sort_keys=True)]) for o in objects]
    return Batch(lines, prints, columns, lambda at: shortened(raws[at]), rejects)


def _object(line: str) -> tuple[dict[str, Any] | None, str]:
    if len(line) > _LONGEST_LINE:
        return None, f"is longer than {_LONGEST_LINE:,} characters"
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None, "is not JSON"
    if not isinstance(found, dict):
        return None, "is JSON, but no object"
    if _depth(found) > _DEEPEST:
        return None, f"has values nested more than {_DEEPEST} deep"
    if "\\u" in line and _SURROGATES.search(json.dumps(found, ensure_ascii=False)):
        return None, "has half of a sign in it"
    return found, ""


def _depth(found: Any) -> int:
    """How many objects and lists are within one another."""
    depth, level = 0, [found]
    while level and depth <= _DEEPEST:
        depth += 1
        inner = [list(v.values()) if isinstance(v, dict) else v for v in level]
        level = [part for values in inner for part in values if isinstance(part, dict | list)]
    return depth


def _names(found: dict[str, Any], within: str = "") -> Iterator[str]:
    for name, value in found.items():
        yield within + name
        if isinstance(value, dict):
            yield from _names(value, f"{within}{name}.")


def _text(found: dict[str, Any], name: str) -> str | None:
    value: Any = found.get(name)
    if value is None and "." in name:
        value = found
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    return cell_text(value)


def cell_text(value: Any) -> str | None:
    """A value of any type as the text that a CSV file would hold."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list() | tuple():
            return ";".join(cell_text(part) or "" for part in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)
