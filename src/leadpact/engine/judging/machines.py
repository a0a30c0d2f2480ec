"""Forms that bots filled, and emails that scanners opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.conditions import AnyOf, Condition, EventCondition, Test
from leadpact.agreement.qualifying import Hygiene
from leadpact.engine import threads
from leadpact.engine.arranged import Log
from leadpact.engine.arranging.kernels import soon_after
from leadpact.engine.delivered import text
from leadpact.engine.judging.asking import (
    InForce,
    fields_asked,
    properties_asked,
    rows_of,
    truth,
)
from leadpact.engine.stating import codes, stated_texts
from leadpact.engine.values import TRUE

#: Why a row is set aside, as the report tells it.
BY_A_BOT = "filled by a bot"
SOON_AFTER_SENDING = "soon after the email was sent"
BY_A_CRAWLER = "by a known crawler"

#: A person needs this many seconds to fill a form, where the agreement does not say what bots do.
LEAST_SECONDS_TO_FILL = 2

# Mail gateways that follow links before delivery; the list of web crawlers does not have them.
_GATEWAYS = ("barracuda", "mimecast", "proofpoint", "link check", "url scanner")
# These fetch pictures for a mailbox when its owner opens the email.
_PICTURE_PROXIES = ("GoogleImageProxy", "YahooMailProxy")


@dataclass(frozen=True)
class Aside:
    """Rows that a machine caused, by their place in the log, each with why."""

    places: NDArray[np.int64]
    why: NDArray[np.object_]


@dataclass(frozen=True)
class BotForms:
    """Forms that bots filled, and the leads of which the first form is one: lead → in words why."""

    aside: Aside
    leads: dict[int, str]


def known_crawlers(periods: Sequence[InForce], log: Log) -> list[str]:
    """The user agents, of forms, openings and clicks, that name a crawler or a scanner."""
    rules = [period.agreement.hygiene for period in periods]
    kinds = {kind for h in rules for kind in (*h.form_kinds, *h.machine_kinds)}
    kinds &= {each.kind for each in log.prints}
    if not kinds:
        return []
    told = log.delivered.distinct("user_agent", sorted(kinds))
    return sorted(agent for agent in told if is_machine(agent.strip()))


@lru_cache(maxsize=10_000)
def is_machine(agent: str) -> bool:
    """Whether a user agent names a crawler, a library or a mail gateway that opens links."""
    if any(proxy in agent for proxy in _PICTURE_PROXIES):
        return False
    if any(mark in agent.lower() for mark in _GATEWAYS):
        return True
    texts, others = _crawler_patterns()
    return any(text in agent for text in texts) or others.search(agent) is not None


@cache
def _crawler_patterns() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Patterns that are plain texts, looked for ten times faster so, and one of all the others."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    texts, others = [], []
    for entry in CRAWLER_USER_AGENTS_DATA:
        plain = re.sub(r"\\([^\w\s])", r"\1", entry["pattern"])
        if re.escape(plain) == re.escape(re.sub(r"[\^$*+?{}\[\]|().]", "", plain)):
            texts.append(plain)
        else:
            others.append(entry["pattern"])
    return tuple(texts), re.compile("|".join(others))


def judge_forms(periods: Sequence[InForce], log: Log, crawlers: Sequence[str]) -> BotForms:
    """Every filled form is judged by the version in force at its instant.

    A lead is a bot's when the first form it filled is; a later one is only set aside, since
    browsers that fill hidden fields for their owners are known.
    """
    tables = [
        _forms(period, log, crawlers)
        for period in periods
        if period.begins < period.ends and period.agreement.hygiene.form_kinds
    ]
    if not tables:
        return BotForms(Aside(np.zeros(0, np.int64), np.zeros(0, object)), {})
    forms = pa.concat_tables(tables).sort_by("place")
    by_bot = forms.filter(pc.is_valid(forms["why"]))
    first = np.unique(forms["lead"].to_numpy(), return_index=True)[1]
    firsts = forms.take(pa.array(first))
    firsts = firsts.filter(pc.is_valid(firsts["why"]))
    return BotForms(
        aside=Aside(by_bot["place"].to_numpy(), np.full(by_bot.num_rows, BY_A_BOT, object)),
        leads=dict(zip(firsts["lead"].to_pylist(), firsts["why"].to_pylist(), strict=True)),
    )


def _forms(period: InForce, log: Log, crawlers: Sequence[str]) -> pa.Table:
    rules = period.agreement.hygiene
    condition = rules.bot or _default_bot(rules.form_kinds)
    names = list(dict.fromkeys([*properties_asked(condition), "user_agent"]))
    places = period.among(log, log.places_of(rules.form_kinds))
    rows = rows_of(log, places, rules.form_kinds, names, fields_asked(condition))
    holds = truth(condition, rows, period) == TRUE
    agents = rows["p:user_agent"]
    named = pa.array([agent.strip() for agent in crawlers], pa.string())
    why = pc.if_else(
        pc.is_in(agents, value_set=named),
        pc.binary_join_element_wise("its first form was filled by", agents, " "),
        pc.if_else(pa.array(holds), "its first form says what only a bot would", None),
    )
    return rows.select(["place", "lead"]).append_column("why", why.cast(pa.string()))


def _default_bot(kinds: list[str]) -> Condition:
    """What a bot is where the agreement does not say: the hidden field filled, or no time taken."""
    hidden, hasty = Test(known=True), Test(less_than=LEAST_SECONDS_TO_FILL)
    return AnyOf(
        any=[
            EventCondition(event=kinds, where={"honeypot": hidden}),
            EventCondition(event=kinds, where={"seconds_to_fill": hasty}),
        ]
    )


def judge_mail(periods: Sequence[InForce], log: Log, crawlers: Sequence[str]) -> Aside:
    """Openings and clicks that nobody did, each by the version in force at its instant.

    A machine's comes at the sending or less than `machine_within` after it: one exactly that late
    is a person's, as with every window. Or its user agent is a known crawler's, however late.
    """
    parts = []
    for period in periods:
        rules = period.agreement.hygiene
        opening = [kind for kind in rules.machine_kinds if kind != rules.sent_kind]
        soon = period.among(log, _soon_after_sending(log, rules, opening))
        rows = log.delivered.rows_saying("user_agent", opening, crawlers)
        crawled = np.setdiff1d(period.among(log, log.places_with(rows)), soon)
        parts += [Aside(soon, np.full(len(soon), SOON_AFTER_SENDING, object))]
        parts += [Aside(crawled, np.full(len(crawled), BY_A_CRAWLER, object))]
    return together(parts)


def _soon_after_sending(log: Log, rules: Hygiene, opening: Sequence[str]) -> NDArray[np.int64]:
    """Openings that come too soon after the sending of the same email.

    Two rows are about the same email when they name the same campaign or one of them names none.
    """
    if rules.machine_within is None:
        return np.zeros(0, np.int64)
    part = [2 if p.kind == rules.sent_kind else int(p.kind in opening) for p in log.prints]
    opened, sent = _pairs(log, np.array(part, np.int8), rules.machine_within.microseconds)
    places, of_row = np.unique(np.concatenate([opened, sent]), return_inverse=True)
    told = log.columns(places, [text("campaign")], [*opening, rules.sent_kind])
    named = pc.utf8_lower(stated_texts(told[text("campaign")])).dictionary_encode()
    campaign = codes(named)[of_row]
    of_opened, of_sent = campaign[: len(opened)], campaign[len(opened) :]
    same = (of_opened == of_sent) | (of_opened < 0) | (of_sent < 0)
    return np.unique(opened[same])


def _pairs(
    log: Log, of_print: NDArray[np.int8], span: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Openings and the sendings that they may follow too soon."""

    def of_leads(part: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        begins, room = log.begins[part[0] : part[1] + 1], 0
        while True:
            opened, sent = np.empty(room, np.int64), np.empty(room, np.int64)
            found = soon_after(begins, log.rows, of_print, span, opened, sent)
            if found <= room:
                return opened[:found], sent[:found]
            room = found

    pairs = threads.at_once(of_leads, threads.parts(log.begins))
    nothing = np.zeros(0, np.int64)
    return (
        np.concatenate([nothing, *(opened for opened, _ in pairs)]),
        np.concatenate([nothing, *(sent for _, sent in pairs)]),
    )


def together(parts: Iterable[Aside]) -> Aside:
    """All rows that are set aside, once each, in order; the first reason counts."""
    several = list(parts)
    places = np.concatenate([np.zeros(0, np.int64), *(part.places for part in several)])
    why = np.concatenate([np.zeros(0, object), *(part.why for part in several)])
    found, first = np.unique(places, return_index=True)
    return Aside(found, why[first])
