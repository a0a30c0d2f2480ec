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

from leadpact.agreement.qualifying import Hygiene
from leadpact.engine import threads
from leadpact.engine.arranged import Log
from leadpact.engine.arranging.kernels import soon_after
from leadpact.engine.delivered import text
from leadpact.engine.judging.asking import InForce, rows_of, truth
from leadpact.engine.questions import bot_of
from leadpact.engine.stating import codes, stated_texts
from leadpact.engine.values import TRUE

#: Why a row is set aside, as the report tells it.
BY_A_BOT = "filled by a bot"
SOON_AFTER_SENDING = "soon after the email was sent"
BY_A_CRAWLER = "by a known crawler"

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


@dataclass(frozen=True)
class Crawled:
    """Rows whose user agent is a crawler or a scanner, by place and in order, and that agent."""

    places: NDArray[np.int64]
    agents: pa.Array


def crawled(periods: Sequence[InForce], log: Log) -> Crawled:
    """The forms, openings and clicks by a known crawler."""
    rules = [period.agreement.hygiene for period in periods]
    asked = {kind for h in rules for kind in (*h.form_kinds, *h.machine_kinds)}
    kinds = sorted(asked & {each.kind for each in log.prints})
    told = log.delivered.distinct("user_agent", kinds) if kinds else []
    known = sorted(agent for agent in told if is_machine(agent.strip()))
    rows, agents = log.delivered.rows_saying("user_agent", kinds, known)
    places = log.places_with(rows)
    return Crawled(places, agents.take(pa.array(np.searchsorted(rows, log.rows.row[places]))))


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


def judge_forms(periods: Sequence[InForce], log: Log, crawled: Crawled) -> BotForms:
    """Every filled form is judged by the version in force at its instant.

    A lead is a bot's when the first form it filled is; a later one is only set aside, since
    browsers that fill hidden fields for their owners are known.
    """
    several = [_forms(period, log) for period in periods if period.begins < period.ends]
    forms, by_bot = (np.concatenate(parts) for parts in zip(*several, strict=True))
    order = np.argsort(forms, kind="stable")
    forms, by_bot = forms[order], by_bot[order] | np.isin(forms[order], crawled.places)
    first = np.diff(log.lead_of(forms), prepend=-1) != 0
    firsts = forms[first & by_bot]
    why = zip(log.lead_of(firsts).tolist(), _why(firsts, crawled), strict=True)
    return BotForms(Aside(forms[by_bot], np.full(by_bot.sum(), BY_A_BOT, object)), dict(why))


def _forms(period: InForce, log: Log) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The forms that a version judges, and whether each says what only a bot does."""
    rules = period.agreement.hygiene
    places = period.among(log, log.places_of(rules.form_kinds))
    condition = bot_of(rules)
    if condition is None or not len(places):
        return places, np.zeros(len(places), np.bool_)
    return places, truth(condition, rows_of(log, places, condition), period) == TRUE


def _why(forms: NDArray[np.int64], crawled: Crawled) -> list[str]:
    """Why the first form of each lead is a bot's."""
    line = np.searchsorted(crawled.places, forms)
    named = np.append(crawled.places, -1)[line] == forms
    told = pa.chunked_array([crawled.agents.take(pa.array(line[named]))])
    agents = iter(stated_texts(told).to_pylist())
    return [
        f"its first form was filled by {next(agents)}"
        if is_named
        else "its first form says what only a bot would"
        for is_named in named
    ]


def judge_mail(periods: Sequence[InForce], log: Log, crawled: Crawled) -> Aside:
    """Openings and clicks that nobody did, each by the version in force at its instant.

    A machine's comes at the sending or less than `machine_within` after it: one exactly that late
    is a person's, as with every window. Or its user agent is a known crawler's, however late.
    """
    parts = []
    for period in periods:
        rules = period.agreement.hygiene
        opening = [kind for kind in rules.machine_kinds if kind != rules.sent_kind]
        soon = period.among(log, _soon_after_sending(log, rules, opening))
        by_crawlers = crawled.places[log.are_of(crawled.places, opening)]
        late = np.setdiff1d(period.among(log, by_crawlers), soon)
        parts += [Aside(soon, np.full(len(soon), SOON_AFTER_SENDING, object))]
        parts += [Aside(late, np.full(len(late), BY_A_CRAWLER, object))]
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
