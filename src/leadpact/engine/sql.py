"""The statements that the engine puts to DuckDB, each described: no calendars, no conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from leadpact.engine.values import BLANKS, DAY, NUMBER


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def pointer(name: str) -> str:
    """Where a member of a JSON object is found."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


#: The blanks inside the brackets of a regular expression.
_BLANK = "".join(rf"\x{{{ord(sign):x}}}" for sign in BLANKS)


def trimmed(text: str) -> str:
    """A raw text without the blanks around it.

    Only what begins or ends with a sign that may be a blank is put to the search for all of them,
    which takes ten times as long.
    """
    ends = (f"left({text}, 1)", f"right({text}, 1)")
    suspect = " or ".join(f"{end} <= '!' or {end} >= '\u0080'" for end in ends)
    return f"case when {suspect} then trim({text}, {literal(BLANKS)}) else {text} end"


def stated_text(text: str) -> str:
    """A raw text without the blanks around it; NULL when it says nothing."""
    return f"nullif({trimmed(text)}, '')"


def day(text: str) -> str:
    """The day with which a raw text begins; NULL when it begins with none."""
    begins = literal(f"^[{_BLANK}]*({DAY})")
    return f"try_cast(regexp_extract({text}, {begins}, 1) as date)"


def rows_of_files(files: Sequence[str]) -> str:
    """The rows of Parquet files, numbered through all of them in order."""
    parts = [
        f"select *, (file_row_number + {offset})::integer as row "
        f"from read_parquet({literal(file)}, file_row_number = true)"
        for file, offset in zip(files, _offsets(files), strict=True)
    ]
    return " union all by name ".join(parts)


def _offsets(files: Sequence[str]) -> list[int]:
    import pyarrow.parquet as pq

    rows = [pq.read_metadata(file).num_rows for file in files]
    return [sum(rows[:number]) for number in range(len(rows))]


def delivered(rows: str, names: Sequence[str]) -> str:
    """Every row, instants as microseconds, and `said`: these members of its properties."""
    pointers = ", ".join(literal(pointer(name)) for name in names)
    said = f"json_extract_string(properties, [{pointers}])" if names else "null::varchar[]"
    return f"""
        select * replace (coalesce(decided, false) as decided),
            epoch_us(happened_at) as moment,
            epoch_us(coalesce(recorded_at, happened_at)) as recorded,
            {said} as said
        from ({rows})
    """


def cut(as_of: int | None, known_at: int | None) -> str:
    """Whether a row happened by a moment and was known by another."""
    limits = [f"moment <= {as_of}"] if as_of is not None else []
    limits += [f"recorded <= {known_at}"] if known_at is not None else []
    return " and ".join(limits) or "true"


def views(rows: str, within: str) -> str:
    """`delivered`, and `seen`: those of its rows that are within the cut."""
    return f"""
        create temp view delivered as {rows};
        create temp view seen as select * from delivered where {within}
    """


def scan(
    rows: str,
    within: str,
    columns: Mapping[str, str],
    prints: str,
    others: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Of every row what tells it apart: hashes of event and lead, its instant, and its print.

    `prints` refers to `columns`, so that each is read once a row; none is told where it is empty.
    """
    told = {"print": prints} if prints else {}
    return f"""
        select row, hash(source, event_id) as event, hash(lead_id) as lead, moment as at
            {_named(told | dict(others))}
        from (select *{_named(columns)} from ({rows}) where {within})
    """


def _named(columns: Mapping[str, str]) -> str:
    return "".join(f", {value} as {identifier(name)}" for name, value in columns.items())


def print_of(
    branches: Mapping[tuple[str, ...], Sequence[str]], others: Sequence[str], always: Sequence[str]
) -> str:
    """A hash of a row's kind and of all that is asked of it: by kinds, of other kinds, always."""
    asked = "".join(
        f" when {kinds_in(kinds)} then {_hash(values)}" for values, kinds in branches.items()
    )
    by_kind = f"case{asked} else {_hash(others)} end" if asked else _hash(others)
    return _hash(["kind", "decided", *always, by_kind])


def _hash(values: Sequence[str]) -> str:
    return f"hash({', '.join(values)})" if values else "0::ubigint"


def fetched(columns: Mapping[str, str], kinds: Sequence[str], most: int) -> str:
    """Columns of the rows that a table `wanted` names, all of these kinds where any are given.

    It names so many; of none nothing is read.
    """
    rows = f"(select * from delivered where {kinds_in(kinds)})" if kinds else "delivered"
    asked = f"select row{_named(columns)} from {rows} semi join wanted using (row)"
    return asked if most else f"{asked} limit 0"


def distinct_texts(text: str, kinds: Sequence[str]) -> str:
    """The different texts of a property in rows of some kinds."""
    return f"select distinct {text} as text from seen where {kinds_in(kinds)}"


def rows_saying(text: str, kinds: Sequence[str]) -> str:
    """The rows of some kinds of which a property is one of those in a table `texts`, and which."""
    told = f"select row, {text} as text from seen where {kinds_in(kinds)}"
    return f"select * from ({told}) where text in (from texts)"


def kinds_in(kinds: Iterable[str]) -> str:
    """Whether a row is of one of these kinds."""
    return f"kind in ({', '.join(map(literal, kinds))})"


def finite(column: str) -> str:
    """A column of numbers; NULL where one is none."""
    return f"case when isfinite({column}::double) then {column}::double end"


def repeated(typed: Iterable[str]) -> str:
    """Rows of which another copy counts; `doubtful` has the hashes that come up more than once.

    The copy recorded first counts, then the one that happened first, then the one with the smaller
    texts, so that the order of delivery never decides.
    """
    texts = ["kind", *(f"coalesce({text}, '')" for text in ("properties", "lead_id", "batch"))]
    ties = ", ".join([*texts, "decided", *(identifier(name) for name in sorted(typed))])
    return f"""
        select row from (select * from seen where hash(source, event_id) in (from doubtful))
        qualify row_number() over (
            partition by source, event_id order by recorded, moment, {ties}
        ) > 1
    """


#: Rows that a table `voids` names, one by one (source, event_id) or by the import (batch).
NAMED_BY_VOIDS = """
    select row from seen semi join voids using (source, event_id)
    union
    select row from seen semi join voids using (batch) where kind <> 'fact.voided'
"""


def number(text: str, kind: str | None) -> str:
    """A raw text as a number, or a date as its day number; NULL when it cannot be read."""
    if kind == "date":
        return f"date_diff('day', date '0001-01-01', {day(text)}) + 1"
    whole = literal(f"^[{_BLANK}]*({NUMBER})[{_BLANK}]*$")
    found = f"try_cast(regexp_extract({text}, {whole}, 1) as double)"
    return f"nullif(nullif({found}, 'inf'::double), '-inf'::double)"


def class_of_number(number: str, cuts: Sequence[float]) -> str:
    """The class of a number: 0 for none, else one more than the cut points reached and passed."""
    classes = "".join(
        f" when {number} < {cut!r} then {2 * i + 1} when {number} = {cut!r} then {2 * i + 2}"
        for i, cut in enumerate(cuts)
    )
    return f"case when {number} is null then 0{classes} else {2 * len(cuts) + 1} end"
