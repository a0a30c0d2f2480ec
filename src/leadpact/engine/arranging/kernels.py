"""Numbers texts by their hashes, puts rows in order by lead and time, and fills attributes forward.

Instants are int64 microseconds. A *place* is a row's position when rows are in order: by lead, then
by instant, then by the rank of their kind. A *print* is the number of all that is asked of a row:
rows of one print differ in nothing that any condition could tell.
"""

from __future__ import annotations

from typing import NamedTuple

from leadpact import jit

#: Up to so many rows, a lead's are sorted by moving each behind those that come before it.
FEW = 32


class Numbering(NamedTuple):
    """A table from hashes to numbers, given in the order in which the hashes come up."""

    keys: jit.Int64s  # [slot]; the number of slots is a power of two
    numbers: jit.Int32s  # [slot] -1: free
    firsts: jit.Int64s  # [number] row in which the hash first came up
    used: jit.Int64s  # of length one: how many numbers are given


class Rows(NamedTuple):
    """Rows by place, or as they were delivered: when, of what print, and which delivered row."""

    at: jit.Int64s
    prints: jit.Int32s
    row: jit.Int32s


@jit.inlined
def slot_of(table: Numbering, key: int) -> int:
    """Where a hash stands in the table, or where it would stand."""
    mask = table.keys.shape[0] - 1
    slot = key & mask
    while table.numbers[slot] >= 0 and table.keys[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)


@jit.kernel
def number_each(table: Numbering, keys: jit.Int64s, rows: jit.Int32s, out: jit.Int32s) -> int:
    """Numbers keys until the table is half full; how many keys were numbered."""
    for i in range(keys.shape[0]):
        slot = slot_of(table, keys[i])
        number = int(table.numbers[slot])
        if number < 0:
            number = int(table.used[0])
            if 2 * number >= table.keys.shape[0]:
                return i
            table.keys[slot] = keys[i]
            table.numbers[slot] = number
            table.firsts[number] = rows[i]
            table.used[0] = number + 1
        out[i] = number
    return int(keys.shape[0])


@jit.kernel
def move_over(old: Numbering, new: Numbering) -> None:
    """Enters all that a table has into a larger one that is empty."""
    for slot in range(old.keys.shape[0]):
        if old.numbers[slot] >= 0:
            place = slot_of(new, old.keys[slot])
            new.keys[place] = old.keys[slot]
            new.numbers[place] = old.numbers[slot]
    for number in range(old.used[0]):
        new.firsts[number] = old.firsts[number]
    new.used[0] = old.used[0]


@jit.kernel
def count_rows(leads: jit.Int32s, prints: jit.Int32s, kept: jit.Bools, count: jit.Int64s) -> None:
    """How many rows each lead has; a print below 0 is of a row that does not count."""
    for i in range(leads.shape[0]):
        if prints[i] >= 0 and kept[prints[i]]:
            count[leads[i]] += 1


@jit.kernel
def deal_out(
    leads: jit.Int32s,
    rows: Rows,
    kept: jit.Bools,
    number: jit.Int32s,
    cursor: jit.Int64s,
    out: Rows,
) -> None:
    """Puts rows where the next one of their lead belongs; `cursor` has that by final number."""
    for i in range(leads.shape[0]):
        if rows.prints[i] < 0 or not kept[rows.prints[i]]:
            continue
        lead = int(number[leads[i]])
        if lead >= 0:
            place = cursor[lead]
            cursor[lead] = place + 1
            out.at[place] = rows.at[i]
            out.prints[place] = rows.prints[i]
            out.row[place] = rows.row[i]


# ------------------------------------------------------------------------------------------- order


@jit.inlined
def comes_before(rows: Rows, rank: jit.Int8s, i: int, at: int, rank_then: int) -> bool:
    """Whether the row at a place comes before one of this instant and rank."""
    return bool(rows.at[i] < at or (rows.at[i] == at and rank[rows.prints[i]] < rank_then))


@jit.kernel
def put_in_order(begins: jit.Int64s, rows: Rows, rank: jit.Int8s, first: int, last: int) -> int:
    """Sorts the rows of some leads by instant and rank; how many share both with the row before."""
    ties = 0
    for lead in range(first, last):
        begin = begins[lead]
        end = begins[lead + 1]
        if end - begin > FEW:
            _sort_many(rows, rank, begin, end)
        else:
            _sort_few(rows, rank, begin, end)
        for i in range(begin + 1, end):
            same = rows.at[i] == rows.at[i - 1]
            if same and rank[rows.prints[i]] == rank[rows.prints[i - 1]]:
                ties += 1
    return ties


@jit.kernel
def _sort_few(rows: Rows, rank: jit.Int8s, begin: int, end: int) -> None:
    for i in range(begin + 1, end):
        at = rows.at[i]
        prints = int(rows.prints[i])
        row = int(rows.row[i])
        place = i
        while place > begin and not comes_before(rows, rank, place - 1, at, int(rank[prints]) + 1):
            _copy(rows, place - 1, place)
            place -= 1
        rows.at[place] = at
        rows.prints[place] = prints
        rows.row[place] = row


@jit.inlined
def _copy(rows: Rows, source: int, target: int) -> None:
    rows.at[target] = rows.at[source]
    rows.prints[target] = rows.prints[source]
    rows.row[target] = rows.row[source]


@jit.kernel
def _sort_many(rows: Rows, rank: jit.Int8s, begin: int, end: int) -> None:
    """Sorts in place, whatever the order was before, by a heap."""
    count = end - begin
    for root in range(count // 2 - 1, -1, -1):
        _sift(rows, rank, begin, root, count)
    for size in range(count - 1, 0, -1):
        _swap(rows, begin, begin + size)
        _sift(rows, rank, begin, 0, size)


@jit.kernel
def _sift(rows: Rows, rank: jit.Int8s, begin: int, root: int, size: int) -> None:
    while 2 * root + 1 < size:
        child = 2 * root + 1
        if child + 1 < size and _less(rows, rank, begin + child, begin + child + 1):
            child += 1
        if not _less(rows, rank, begin + root, begin + child):
            return
        _swap(rows, begin + root, begin + child)
        root = child


@jit.inlined
def _less(rows: Rows, rank: jit.Int8s, i: int, j: int) -> bool:
    return comes_before(rows, rank, i, rows.at[j], int(rank[rows.prints[j]]))


@jit.inlined
def _swap(rows: Rows, i: int, j: int) -> None:
    at = rows.at[i]
    prints = int(rows.prints[i])
    row = int(rows.row[i])
    _copy(rows, j, i)
    rows.at[j] = at
    rows.prints[j] = prints
    rows.row[j] = row


@jit.kernel
def find_ties(begins: jit.Int64s, rows: Rows, rank: jit.Int8s, out: jit.Int64s) -> int:
    """Places of the rows that share instant and rank with another row of their lead; how many."""
    found = 0
    for lead in range(begins.shape[0] - 1):
        for i in range(begins[lead], begins[lead + 1]):
            after = i > begins[lead] and _ties(rows, rank, i - 1, i)
            before = i + 1 < begins[lead + 1] and _ties(rows, rank, i, i + 1)
            if after or before:
                out[found] = i
                found += 1
    return found


@jit.inlined
def _ties(rows: Rows, rank: jit.Int8s, i: int, j: int) -> bool:
    return bool(rows.at[i] == rows.at[j] and rank[rows.prints[i]] == rank[rows.prints[j]])


# -------------------------------------------------------------------------------------- attributes


@jit.kernel
def fill_forward(
    begins: jit.Int64s, line: jit.Int32s, says: jit.Bools, known: jit.Int32s, last: jit.Int32s
) -> None:
    """The line that says what is known after each statement of a list, and in the end; -1: none.

    `begins` says where each list of statements begins, and where the last one's end.
    """
    for number in range(begins.shape[0] - 1):
        said = -1
        for i in range(begins[number], begins[number + 1]):
            if says[i]:
                said = int(line[i])
            known[i] = said
        last[number] = said


# -------------------------------------------------------------------------------------------- mail


@jit.kernel
def soon_after(
    begins: jit.Int64s,
    rows: Rows,
    part: jit.Int8s,
    span: int,
    opened: jit.Int64s,
    sent: jit.Int64s,
) -> int:
    """Pairs of an opening and a sending less than `span` before it, or at the same instant.

    `part` of a print: 1 an opening, 2 a sending, else 0. How many pairs there are; beyond the room
    in `opened` and `sent` they are only counted.
    """
    found = 0
    for lead in range(begins.shape[0] - 1):
        end = begins[lead + 1]
        for i in range(begins[lead], end):
            if part[rows.prints[i]] != 1:
                continue
            j = i + 1
            while j < end and rows.at[j] == rows.at[i]:
                j += 1
            j -= 1
            while j >= begins[lead] and rows.at[i] - rows.at[j] < span:
                if part[rows.prints[j]] == 2:
                    if found < opened.shape[0]:
                        opened[found] = i
                        sent[found] = j
                    found += 1
                j -= 1
    return found


# ----------------------------------------------------------------------------------------- rewrite


@jit.kernel
def find_places(
    begins: jit.Int64s,
    rows: Rows,
    rank: jit.Int8s,
    leads: jit.Int64s,
    extra: Rows,
    lower: jit.Int64s,
    upper: jit.Int64s,
) -> None:
    """Between which places extra rows belong by lead, instant and rank; what ties lies between."""
    for i in range(leads.shape[0]):
        then = int(rank[extra.prints[i]])
        low = begins[leads[i]]
        high = begins[leads[i] + 1]
        while low < high:
            middle = (low + high) // 2
            if comes_before(rows, rank, middle, extra.at[i], then):
                low = middle + 1
            else:
                high = middle
        lower[i] = low
        while low < begins[leads[i] + 1] and comes_before(rows, rank, low, extra.at[i], then + 1):
            low += 1
        upper[i] = low


@jit.kernel
def rewrite(
    begins: jit.Int64s,
    rows: Rows,
    dropped: jit.Bools,
    leads: jit.Int64s,
    places: jit.Int64s,
    extra: Rows,
    out: Rows,
) -> None:
    """Copies rows without those dropped and with extra ones of some leads, each before a place."""
    target = 0
    taken = 0
    for lead in range(begins.shape[0] - 1):
        for i in range(begins[lead], begins[lead + 1] + 1):
            while taken < leads.shape[0] and leads[taken] == lead and places[taken] == i:
                out.at[target] = extra.at[taken]
                out.prints[target] = extra.prints[taken]
                out.row[target] = extra.row[taken]
                target += 1
                taken += 1
            if i < begins[lead + 1] and not dropped[i]:
                out.at[target] = rows.at[i]
                out.prints[target] = rows.prints[i]
                out.row[target] = rows.row[i]
                target += 1
