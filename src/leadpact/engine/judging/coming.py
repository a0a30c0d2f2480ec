"""How every lead came: what it first stated of itself; and which of them must be looked at closely.

Of a million leads nearly all have an ordinary address that nobody else has. Those are told at once,
by columns; only the others are judged one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine import identity, threads
from leadpact.engine.arranged import Log
from leadpact.engine.judging.addresses import LONGEST_PLAIN, PLAIN, RESERVED, Addresses


@dataclass(frozen=True)
class Arrivals:
    """Every lead: its first instant, and the first email, company and domain that it stated."""

    at: NDArray[np.int64]
    email: pa.Array
    company: pa.Array
    domain: pa.Array

    def in_question(
        self, suspects: NDArray[np.bool_], bots: Collection[int]
    ) -> Iterator[tuple[int, int, str | None, str | None, str | None]]:
        """Leads of which anything may be found, the earliest first, of one instant by number.

        (lead, first instant, email, company, domain).
        """
        chosen = suspects.copy()
        chosen[list(bots)] = True
        leads = np.flatnonzero(chosen)
        leads = leads[np.argsort(self.at[leads], kind="stable")]
        order = pa.array(leads)
        stated = (self.email, self.company, self.domain)
        told = (column.take(order).to_pylist() for column in stated)
        yield from zip(leads.tolist(), self.at[leads].tolist(), *told, strict=True)

    def suspects(self, judges: Sequence[Addresses]) -> NDArray[np.bool_]:
        """[lead] whether anything may be found by what it stated.

        Any other lead has a well-formed address on no list, which no other lead has, and nothing
        else that a judge looks for.
        """
        spelt = pc.utf8_lower(self.email)
        plain = _is_plain(spelt)
        chosen: NDArray[np.bool_] = ~plain & _true(self.email.is_valid())
        chosen |= _shared(_mailboxes(self.email, spelt, plain))
        hosts = _hosts(spelt, plain)
        for judge in judges:
            chosen |= _matches(spelt, judge.test_patterns)
            chosen[plain] |= _hosted(hosts, judge.listed_hosts)
            chosen |= _mentions(self.domain, judge.rival_hosts)
            chosen |= _mentions(self.company, judge.rival_words)
        return chosen


def mailboxes(emails: pa.Array) -> pa.Array:
    """[email] the mailbox that it names: as `identity.email_key`, the plain ones by columns."""
    spelt = pc.utf8_lower(emails)
    return _mailboxes(emails, spelt, _is_plain(spelt))


def _mailboxes(emails: pa.Array, spelt: pa.Array, plain: NDArray[np.bool_]) -> pa.Array:
    keys = pc.if_else(pa.array(plain), _plain_keys(spelt), None)
    odd = np.flatnonzero(~plain & _true(emails.is_valid()))
    told = [identity.email_key(email) for email in emails.take(pa.array(odd)).to_pylist()]
    return pc.replace_with_mask(keys, _mask(odd, len(keys)), pa.array(told, pa.string()))


def _shared(mailboxes: pa.Array) -> NDArray[np.bool_]:
    """Which leads have the mailbox of another."""
    coded = mailboxes.dictionary_encode()
    place = pc.fill_null(coded.indices, len(coded.dictionary)).to_numpy()
    count = np.bincount(place, minlength=len(coded.dictionary) + 1)
    count[-1] = 0
    shared: NDArray[np.bool_] = count[place] > 1
    return shared


def arrivals(log: Log) -> Arrivals:
    """How the leads of a log came."""
    stating, lines = log.lead_of(log.stated_places), log.stated_lines

    def first(name: str) -> pa.Array:
        column = log.stated.columns[name]
        saying = np.flatnonzero(np.append(column.says, False)[lines])[::-1]
        said = np.full(len(log.leads), -1, np.int64)
        said[stating[saying]] = lines[saying]  # of several statements of a lead the first one stays
        return column.take(said).as_texts()

    names = ("email", "company", "domain")
    told = threads.together(len(lines), *(partial(first, name) for name in names))
    return Arrivals(log.rows.at[log.begins[:-1]], *told)


def _true(answers: Any) -> NDArray[np.bool_]:
    """Answers as an array; NULL is no."""
    found: NDArray[np.bool_] = pc.fill_null(answers, False).to_numpy(zero_copy_only=False)
    return found


def _mask(places: NDArray[np.int64], count: int) -> pa.Array:
    mask = np.zeros(count, np.bool_)
    mask[places] = True
    return pa.array(mask)


def _is_plain(spelt: pa.Array) -> NDArray[np.bool_]:
    """Which addresses are well formed beyond doubt."""
    plain = _true(pc.match_substring_regex(spelt, PLAIN))
    plain &= ~_true(pc.match_substring_regex(spelt, RESERVED))
    return plain & _true(pc.less_equal(pc.utf8_length(spelt), LONGEST_PLAIN))


def _plain_keys(spelt: pa.Array) -> pa.Array:
    """Keys of well-formed addresses in small letters: as `identity.email_key`."""
    google = pc.or_(pc.ends_with(spelt, "@gmail.com"), pc.ends_with(spelt, "@googlemail.com"))
    local = pc.replace_substring_regex(spelt.filter(google), r"[+@].*$", "")
    mailboxes = pc.binary_join_element_wise(pc.replace_substring(local, ".", ""), "gmail.com", "@")
    return pc.replace_with_mask(spelt, pc.fill_null(google, False), mailboxes)


def _matches(spelt: pa.Array, patterns: Sequence[str]) -> NDArray[np.bool_]:
    """Which addresses match one of some patterns, of which the asterisk stands for anything."""
    likes = [
        pattern.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_").replace("*", "%")
        for pattern in patterns
    ]
    none = np.zeros(len(spelt), np.bool_)
    return reduce(np.logical_or, (_true(pc.match_like(spelt, like)) for like in likes), none)


def _hosts(spelt: pa.Array, plain: NDArray[np.bool_]) -> pa.Array:
    """The hosts of the plain addresses: those have one @."""
    halves = pc.list_flatten(pc.split_pattern(spelt.filter(pa.array(plain)), "@"))
    return halves.take(pa.array(np.arange(1, len(halves), 2)))


def _hosted(hosts: pa.Array, listed: frozenset[str]) -> NDArray[np.bool_]:
    """Which hosts may be one of those listed, or lie under one: the last two labels agree."""
    tails = _tails(listed)
    if tails is None:
        return np.ones(len(hosts), np.bool_)
    found = _true(pc.is_in(hosts, tails))
    deep = np.flatnonzero(_true(pc.greater(pc.count_substring(hosts, "."), 1)))
    ends = pc.replace_substring_regex(hosts.take(pa.array(deep)), r"^.*\.([^.]+\.[^.]+)$", r"\1")
    found[deep] = _true(pc.is_in(ends, tails))
    return found


@lru_cache(maxsize=16)
def _tails(hosts: frozenset[str]) -> pa.Array | None:
    """The last two labels of all hosts; None where one has a single label."""
    tails = {".".join(host.rsplit(".", 2)[-2:]) for host in hosts}
    return pa.array(sorted(tails), pa.string()) if all("." in tail for tail in tails) else None


def _mentions(texts: pa.Array, words: Collection[str]) -> NDArray[np.bool_]:
    """Which texts may have one of some words in them; those not in plain letters always may."""
    if not words:
        return np.zeros(len(texts), np.bool_)
    small = pc.utf8_lower(texts)
    found = [_true(pc.match_substring(small, word)) for word in words]
    odd = _true(pc.invert(pc.string_is_ascii(texts))) | _true(pc.match_substring(texts, "'"))
    return reduce(np.logical_or, found, odd)
