"""Columns of text read as values: each distinct text is read once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from json.encoder import encode_basestring
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.sources.amounts import Decimal, NumberError, read_number
from leadpact.sources.instants import EPOCH, DateOrder, ZoneMissingError, read_moment
from leadpact.sources.mapping import Value
from leadpact.sources.rows import Batch, TableError

T = TypeVar("T")

_BLANKS = " \t\r\n\u00a0\ufeff"
_ESCAPED_IN_JSON = '["\\\\\\x00-\\x1f]'
_YES_NO = {
    **dict.fromkeys(("yes", "true", "1", "y", "t"), "true"),
    **dict.fromkeys(("no", "false", "0", "n", "f"), "false"),
}


@dataclass(frozen=True)
class Manner:
    """How a table is read: zone, order of dates, decimal mark, texts that mean nothing."""

    zone: tzinfo | None
    order: DateOrder | None
    decimal: Decimal | None
    missing: frozenset[str]


@dataclass
class Instants:
    """A column of instants, with the row and reason of each text that is none."""

    values: pa.Array
    failures: list[tuple[int, str]]
    dates_only: bool = False
    zone_assumed: bool = False


def by_text(
    column: pa.Array, kind: pa.DataType, read: Callable[[str], Any]
) -> tuple[pa.Array, list[tuple[int, str]]]:
    """A column read text by text; what raises ValueError is null, and told with row and reason."""
    encoded = pc.dictionary_encode(column)
    values, reasons = [], {}
    for place, text in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(text))
        except ValueError as error:
            values.append(None)
            reasons[place] = f"“{_short(text)}” is {error}"
    taken = pa.array(values, kind).take(encoded.indices)
    if not reasons:
        return taken, []
    places = encoded.indices.to_pylist()
    return taken, [(row, reasons[at]) for row, at in enumerate(places) if at in reasons]


def clean(column: pa.Array, missing: Iterable[str]) -> pa.Array:
    """Texts without the blanks around them; null where they mean nothing."""
    trimmed = pc.utf8_trim(column, _BLANKS)
    if pc.any(pc.starts_with(trimmed, '="')).as_py():
        trimmed = pc.replace_substring_regex(trimmed, r'(?s)^="\s*(.*?)\s*"$', r"\1")
    nothing = pa.array(sorted({text.strip().lower() for text in missing} | {""}), pa.string())
    means_nothing = pc.is_in(pc.utf8_lower(trimmed), nothing)
    return pc.if_else(means_nothing, pa.scalar(None, pa.string()), trimmed)


def instants(name: str, column: pa.Array, manner: Manner, *, end_of_day: bool = False) -> Instants:
    """The cleaned column of that name as instants in UTC.

    Raises TableError at a time without a zone where none is declared.
    """
    seen = Instants(pa.nulls(0), [])

    def read(text: str) -> int:
        try:
            moment = read_moment(text, manner.zone, manner.order, end_of_day=end_of_day)
        except ZoneMissingError:
            raise TableError(
                f"“{_short(text)}” in {name} does not say its time zone",
                "declare one, as in `timezone: Europe/Berlin`",
                ("timezone",),
            ) from None
        seen.dates_only |= moment.date_only
        seen.zone_assumed |= moment.zone_assumed
        return moment.microseconds

    values, seen.failures = by_text(column, pa.int64(), read)
    seen.values = values.cast(pa.timestamp("us", tz="UTC"))
    return seen


def fixed_instant(day: date, zone: tzinfo | None) -> int:
    """A day's midnight in the zone, in microseconds; in UTC where no zone is declared."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone or UTC)
    return round((midnight - EPOCH).total_seconds()) * 1_000_000


def texts(batch: Batch, value: Value, manner: Manner) -> tuple[pa.Array, list[tuple[int, str]]]:
    """A mapped value in each row, as text of the declared type; with what could not be read."""
    if value.column is None:
        return pa.array([_constant(value.value)] * len(batch), pa.string()), []
    missing = (*manner.missing, *value.missing)
    parts = [clean(batch.columns[name], missing) for name in value.columns]
    joined = parts[0]
    if len(parts) > 1:
        joined = clean(_joined(parts, " "), ())
    if value.type == "text" and not value.values and value.fold is None:
        return joined, []
    column, failures = by_text(joined, pa.string(), _reader(value, manner))
    if len(parts) == 1 and failures:
        failures = [(row, f"{value.columns[0]}: {reason}") for row, reason in failures]
    return column, failures


def numbers(batch: Batch, value: Value, manner: Manner) -> tuple[pa.Array, list[tuple[int, str]]]:
    """A mapped value as float64, whatever type it declares."""
    column, failures = texts(batch, value.model_copy(update={"type": "number"}), manner)
    return column.cast(pa.float64()), failures


def json_objects(named: Sequence[tuple[str, str, pa.Array]]) -> pa.Array | None:
    """One JSON object a row from (name, type, texts); absent values are left out; null if none."""
    if not named:
        return None
    pieces = [_pieces(name, kind, column) for name, kind, column in named]
    inner = _joined(pieces, ", ")
    whole = pc.binary_join_element_wise("{", inner, "}", "")
    return pc.if_else(pc.equal(inner, ""), pa.scalar(None, pa.string()), whole)


def _joined(columns: Sequence[pa.Array], mark: str) -> pa.Array:
    """What each row has, with a mark between; empty where it has nothing.

    Joining with Arrow's `null_handling="skip"` loses the rows in which every column is null.
    """
    marked = [pc.fill_null(pc.binary_join_element_wise(mark, column, ""), "") for column in columns]
    return pc.utf8_slice_codeunits(pc.binary_join_element_wise(*marked, ""), len(mark))


def _pieces(name: str, kind: str, column: pa.Array) -> pa.Array:
    key = f"{json.dumps(name, ensure_ascii=False)}: "
    if kind in ("number", "boolean"):
        return pc.binary_join_element_wise(key, column, "")
    if pc.any(pc.match_substring_regex(column, _ESCAPED_IN_JSON)).as_py():
        column, _ = by_text(column, pa.string(), encode_basestring)
        return pc.binary_join_element_wise(key, column, "")
    return pc.binary_join_element_wise(f'{key}"', column, '"', "")


def chosen(batch: Batch, when: dict[str, Any], missing: Iterable[str]) -> pa.Array:
    """Which rows have the wanted values in the named columns, whatever their case."""
    wanted = pa.array([True] * len(batch))
    for name, values in when.items():
        accepted = values if isinstance(values, list) else [values]
        forms = {form for value in accepted for form in _forms(value)}
        column = clean(batch.columns[name], missing)
        fits, _ = by_text(column, pa.bool_(), lambda text, forms=forms: text.casefold() in forms)  # type: ignore[misc]
        wanted = pc.and_(wanted, pc.fill_null(fits, False))
    return wanted


def _forms(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"true", "yes", "1"} if value else {"false", "no", "0"}
    return {str(value).strip().casefold()}


def _reader(value: Value, manner: Manner) -> Callable[[str], str | None]:
    renamed = {text.strip().casefold(): new for text, new in value.values.items()}

    def read(text: str) -> str | None:
        text = renamed.get(text.casefold(), text)
        if value.fold == "lower":
            text = text.lower()
        match value.type:
            case "number":
                return _number_text(read_number(text, manner.decimal))
            case "boolean":
                return _yes_or_no(text)
            case "date":
                return _day(text, manner)
        return text

    return read


def _number_text(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def _yes_or_no(text: str) -> str:
    if text.casefold() not in _YES_NO:
        raise NumberError("neither yes nor no")
    return _YES_NO[text.casefold()]


def _day(text: str, manner: Manner) -> str:
    zone = manner.zone or UTC
    moment = read_moment(text, zone, manner.order)
    return str((EPOCH + timedelta(microseconds=moment.microseconds)).astimezone(zone).date())


def _constant(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
