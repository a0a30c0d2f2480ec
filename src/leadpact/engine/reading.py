"""Reads a log: cut, deduplicated, without what was voided, in order by lead and time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import is_activity
from leadpact.engine import sql, threads
from leadpact.engine.arranged import SUPPLIED, Leads, Log, empty, part_of, ranks
from leadpact.engine.arranging import kernels as k
from leadpact.engine.delivered import Delivered, micros, text
from leadpact.engine.numbering import Numbers
from leadpact.engine.prints import Print, names_asked, print_sql, prints_by_row
from leadpact.engine.programs import TOLD
from leadpact.engine.questions import Questions
from leadpact.engine.rewriting import Extras, rewritten
from leadpact.engine.stating import STATING, Stated, names_stated, read_stated
from leadpact.engine.voids import (
    MERGE_KINDS,
    ORGANISATION_KINDS,
    Withdrawn,
    special_rows,
    withdrawn_by,
)

#: Properties that hygiene and the tables of results look at, whatever the agreement asks.
ALWAYS_READ = ("user_agent", "campaign", "rating", "reason")

#: Of so few rows what is asked is looked up one by one: DuckDB needs longer to plan how.
VERY_FEW_ROWS = 1000


def read_log(
    log: Any,
    questions: Questions,
    as_of: datetime | None,
    known_at: datetime | None,
    simulate: bool,
) -> Log:
    """Cuts a log, keeps one of each delivery, leaves out what was voided, puts it in order.

    `log` is a table, or a data set of Parquet files, of the columns of LOG_SCHEMA.
    """
    programs = TOLD if any(version.nurture for version in questions.versions) else ()
    names = dict.fromkeys(
        [*names_asked(questions), *names_stated(questions), *ALWAYS_READ, *programs]
    )
    until = None if as_of is None else micros(as_of)
    known = None if known_at is None else micros(known_at)
    delivered = Delivered(log, list(names), until, known)
    scan = _scan(delivered, questions)
    prints = _prints(delivered, questions, scan)
    lost = _repeated(delivered, scan)
    _strike(scan, lost)
    organisation, merges = (
        special_rows(delivered, scan.rows.row[_of_kinds(scan, prints, kinds)])
        for kinds in (ORGANISATION_KINDS, MERGE_KINDS)
    )
    void = withdrawn_by(organisation, [row for row in merges if row["lead_id"] is not None])
    withdrawn = _withdrawn(delivered, void, lost)
    _strike(scan, withdrawn)
    counts = np.array(
        [p.kind not in ORGANISATION_KINDS and not (simulate and p.decided) for p in prints],
        np.bool_,
    )
    stating = _of_kinds(scan, prints, STATING, counts)
    stated = read_stated(delivered, questions, scan.rows.row[stating])
    parts = _parts(scan, counts)
    sizes = np.sum([part.sizes for part in parts], axis=0)
    leads, number = _number_leads(delivered, scan, sizes, scan.lead[stating], stated)
    begins, rows = _arrange(parts, counts, number, sizes, ranks(prints))
    latest = int(rows.at.max()) if len(rows.at) else 0
    read = Log(
        delivered=delivered,
        questions=questions,
        leads=leads,
        begins=begins,
        rows=rows,
        prints=prints,
        stated=stated,
        organisation=_standing(organisation, void, simulate),
        merges=_standing(merges, void, simulate),
        lost=lost,
        withdrawn=withdrawn,
        handed=_handed(scan, prints, number),
        last=latest if until is None else until,
    )
    _untied(read)
    return _with_creations(read)


# -------------------------------------------------------------------------------------------- scan


class _Scan(NamedTuple):
    """Every row in the order of delivery, in numbers: of its lead and print, as they came up."""

    rows: k.Rows
    lead: NDArray[np.int32]
    doubtful: NDArray[np.int64]  # hashes of events that came up more than once
    first_of_lead: NDArray[np.int64]
    first_of_print: NDArray[np.int64]


def _scan(delivered: Delivered, questions: Questions) -> _Scan:
    room = delivered.most_rows
    leads, prints = Numbers(), Numbers()
    rows = empty(room)
    events, lead = np.empty(room, np.int64), np.empty(room, np.int32)
    count = 0
    for batch in _batches(delivered, questions):
        told = {name: batch[name].to_numpy() for name in batch.schema.names}
        part = slice(count, count + batch.num_rows)
        rows.at[part], rows.row[part] = told["at"], told["row"]
        events[part] = told["event"].view(np.int64)
        lead[part] = leads.number(told["lead"], rows.row[part])
        rows.prints[part] = prints.number(told["print"], rows.row[part])
        count += batch.num_rows
    events = events[:count]
    events.sort()
    return _Scan(
        rows=part_of(rows, slice(count)),
        lead=lead[:count],
        doubtful=np.unique(events[1:][events[1:] == events[:-1]]),
        first_of_lead=leads.firsts,
        first_of_print=prints.firsts,
    )


def _batches(delivered: Delivered, questions: Questions) -> Iterator[pa.RecordBatch]:
    if delivered.most_rows <= VERY_FEW_ROWS:
        return delivered.scan_few(partial(prints_by_row, questions))
    return delivered.scan(print_sql(questions, delivered))


def _prints(delivered: Delivered, questions: Questions, scan: _Scan) -> list[Print]:
    names = names_asked(questions)
    columns = ["kind", "decided", "moment", "recorded", *map(text, names)]
    table = delivered.fetch(scan.first_of_print, columns)
    return [
        Print(
            row["kind"],
            row["decided"],
            row["recorded"] - row["moment"],
            {name: row[text(name)] for name in names},
        )
        for row in table.to_pylist()
    ]


def _of_kinds(
    scan: _Scan, prints: Sequence[Print], kinds: Iterable[str], counts: Any = True
) -> NDArray[np.int64]:
    """Where the rows of some kinds stand in the scan, if they count and are not struck."""
    wanted = set(kinds)
    chosen = np.array([each.kind in wanted for each in prints], np.bool_) & counts
    if not chosen.any():
        return np.zeros(0, np.int64)
    # The number -1 of a struck row leads to the last, which never is chosen.
    return np.flatnonzero(np.append(chosen, False)[scan.rows.prints])


# --------------------------------------------------------------------------- what does not count


def _repeated(delivered: Delivered, scan: _Scan) -> NDArray[np.int32]:
    """Rows of which another copy counts."""
    if not len(scan.doubtful):
        return np.zeros(0, np.int32)
    hashes = pa.array(scan.doubtful.view(np.uint64))
    delivered.connection.register("doubtful", pa.table({"hash": hashes}))
    return delivered.rows_found(sql.repeated(delivered.typed))


def _withdrawn(delivered: Delivered, void: Withdrawn, lost: NDArray[np.int32]) -> NDArray[np.int32]:
    if not void:
        return np.zeros(0, np.int32)
    delivered.connection.register("voids", void.table())
    return np.setdiff1d(delivered.rows_found(sql.NAMED_BY_VOIDS), lost)


def _strike(scan: _Scan, rows: NDArray[np.int32]) -> None:
    """Rows that do not count have the print -1."""
    scan.rows.prints[np.searchsorted(scan.rows.row, rows)] = -1


def _standing(
    rows: Iterable[dict[str, Any]], void: Withdrawn, simulate: bool
) -> list[dict[str, Any]]:
    """Rows that nobody withdrew; in a simulation, of those only what was observed."""
    return [row for row in rows if not void.has(row) and not (simulate and row["decided"])]


# ------------------------------------------------------------------------------------------- leads


def _number_leads(
    delivered: Delivered,
    scan: _Scan,
    sizes: NDArray[np.int64],
    of_statement: NDArray[np.int32],
    stated: Stated,
) -> tuple[Leads, NDArray[np.int32]]:
    """The leads with rows that count, by their keys, and [lead of the scan] its number or -1."""
    keys = _keys(delivered, scan, of_statement, stated.lead_ids)
    known = np.flatnonzero((sizes > 0) & pc.fill_null(pc.not_equal(keys, ""), False).to_numpy())
    order = known[pc.sort_indices(keys.take(pa.array(known)).combine_chunks()).to_numpy()]
    number = np.full(len(sizes), -1, np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return Leads(keys.take(pa.array(order)).combine_chunks()), number


def _keys(
    delivered: Delivered, scan: _Scan, of_statement: NDArray[np.int32], stated: pa.Array
) -> pa.ChunkedArray:
    """[lead of the scan] its key, from its statements or, where it has none, its first row."""
    line = np.full(len(scan.first_of_lead), -1, np.int64)
    line[of_statement] = np.arange(len(of_statement))
    silent = np.flatnonzero(line < 0)
    others = delivered.fetch(scan.first_of_lead[silent], ["lead_id"])["lead_id"]
    line[silent] = len(of_statement) + np.arange(len(silent))
    keys = pa.chunked_array([stated, *others.chunks], pa.string()).take(pa.array(line))
    told = keys.take(pa.array(of_statement))
    if not pc.all(pc.equal(told, stated), min_count=0).as_py():
        raise ValueError("two leads have the same fingerprint; please report this log")
    return keys


def _handed(
    scan: _Scan, prints: Sequence[Print], number: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(lead, print) of all that may tell of a handoff, decided or not."""
    found = _of_kinds(scan, prints, ("lead.handed_off", "stage.entered"))
    lead, told = number[scan.lead[found]], scan.rows.prints[found]
    return lead[lead >= 0], told[lead >= 0]


# ------------------------------------------------------------------------------------------- order


class _Part(NamedTuple):
    """A stretch of the scan, and how many rows that count it has of each lead."""

    rows: k.Rows
    lead: NDArray[np.int32]
    sizes: NDArray[np.int64]


def _parts(scan: _Scan, counts: NDArray[np.bool_]) -> list[_Part]:
    """The scan in stretches, one for each thread."""

    def counted(stretch: slice) -> _Part:
        rows, lead = part_of(scan.rows, stretch), scan.lead[stretch]
        sizes = np.zeros(len(scan.first_of_lead), np.int64)
        k.count_rows(lead, rows.prints, counts, sizes)
        return _Part(rows, lead, sizes)

    return threads.at_once(counted, threads.stretches(len(scan.lead)))


def _arrange(
    parts: Sequence[_Part],
    counts: NDArray[np.bool_],
    number: NDArray[np.int32],
    sizes: NDArray[np.int64],
    rank: NDArray[np.int8],
) -> tuple[NDArray[np.int64], k.Rows]:
    """Where each lead's rows begin, and the rows by place; what ties stands in any order."""
    named = np.flatnonzero(number >= 0)
    begins = np.append(0, np.cumsum(_by_number(sizes, named, number)))
    rows = empty(int(begins[-1]))
    next_place, dealing = begins[:-1].copy(), []
    for part in parts:
        deal = partial(k.deal_out, part.lead, part.rows, counts, number, next_place, rows)
        next_place = next_place + _by_number(part.sizes, named, number)
        dealing.append(deal)
    threads.at_once(lambda deal: deal(), dealing)
    threads.at_once(lambda leads: k.put_in_order(begins, rows, rank, *leads), threads.parts(begins))
    return begins, rows


def _by_number(
    sizes: NDArray[np.int64], named: NDArray[np.int64], number: NDArray[np.int32]
) -> NDArray[np.int64]:
    """[lead] how many rows it has, by its final number."""
    found = np.zeros(len(named), np.int64)
    found[number[named]] = sizes[named]
    return found


def _untied(log: Log) -> None:
    """Puts rows of one instant and rank in the order of their source and event id, in place.

    Activities that say the same are left as they are: they do the same.
    """
    rank = ranks(log.prints)
    ties = np.empty(len(log.rows.at), np.int64)
    places = ties[: k.find_ties(log.begins, log.rows, rank, ties)]
    if not len(places):
        return
    group = _groups(log, rank, places)
    prints = log.rows.prints[places]
    plain = np.array([is_activity(each.kind) for each in log.prints], np.bool_)[prints]
    same = np.maximum.reduceat(prints, group) == np.minimum.reduceat(prints, group)
    number = np.cumsum(np.isin(np.arange(len(places)), group)) - 1
    matters = ~(plain & same[number])
    places, number = places[matters], number[matters]
    keys = log.columns(places, ["source", "event_id"])
    order = pc.sort_indices(
        pa.table({"group": number, "source": keys["source"], "event_id": keys["event_id"]}),
        [(name, "ascending") for name in ("group", "source", "event_id")],
    ).to_numpy()
    for column in (log.rows.prints, log.rows.row):
        column[places] = column[places[order]]


def _groups(log: Log, rank: NDArray[np.int8], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a group of rows that tie begins, among these places."""
    lead, at = log.lead_of(places), log.rows.at[places]
    ranked = rank[log.rows.prints[places]]
    begins = np.ones(len(places), np.bool_)
    begins[1:] = (lead[1:] != lead[:-1]) | (at[1:] != at[:-1]) | (ranked[1:] != ranked[:-1])
    return np.flatnonzero(begins)


def _with_creations(log: Log) -> Log:
    """Supplies a lead whose earliest row is not `lead.created` with one at that instant."""
    first = log.begins[:-1]
    created = np.array([each.kind == "lead.created" for each in log.prints], np.bool_)
    leads = np.flatnonzero(~created[log.rows.prints[first]]) if len(first) else first
    if not len(leads):
        return log
    extras = Extras(
        lead=leads,
        at=log.rows.at[first[leads]],
        prints=np.zeros(len(leads), np.int32),
        row=np.full(len(leads), SUPPLIED, np.int32),
        names=None,
    )
    return rewritten(log, np.zeros(0, np.int64), extras, [Print("lead.created")])
