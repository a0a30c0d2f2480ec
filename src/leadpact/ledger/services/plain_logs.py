"""Texts of a whole log, as `texts` has them: only the few rows that need it are read one by one."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.ledger import texts
from leadpact.ledger.services.ingest import json_of

_NAMED = ("source", "event_id", "lead_id", "kind", "actor")
#: A NUL or half a sign as JSON writes them, or a text that may be too long for a name.
_SUSPECT = rf'\\u0000|\\u[dD][89abAB]|"[^"]{{{texts.LONGEST_NAME + 1},}}"'


def with_plain_texts(log: pa.Table) -> pa.Table:
    """The log with plain texts and short names; its properties are JSON."""
    for column in _NAMED:
        values = log[column]
        long = pc.greater(pc.utf8_length(values), texts.LONGEST_NAME)
        log = _mended(log, column, pc.or_(long, pc.match_substring(values, "\0")))
    return _mended(log, "properties", pc.match_substring_regex(log["properties"], _SUSPECT))


def _mended(log: pa.Table, column: str, suspect: pa.ChunkedArray) -> pa.Table:
    suspect = pc.fill_null(suspect, False).combine_chunks()
    if not pc.any(suspect).as_py():
        return log
    mend = _properties if column == "properties" else texts.name
    values = [mend(text) for text in log.filter(suspect)[column].to_pylist()]
    whole = log[column].combine_chunks()
    mended = pc.replace_with_mask(whole, suspect, pa.array(values, whole.type))
    return log.set_column(log.schema.get_field_index(column), log.schema.field(column), mended)


def _properties(text: str) -> str:
    told = json.loads(text)
    return json_of(texts.properties(told)) if isinstance(told, dict) else text
