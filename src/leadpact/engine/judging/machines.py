"""Forms that bots filled, and emails that scanners opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.conditions import AnyOf, Condition, EventCondition, Test
from leadpact.agreement.qualifying import Hygiene
from leadpact.engine.judging import statements
from leadpact.engine.judging.asking import (
    InForce,
    fields_asked,
    properties_asked,
    rows_of,
    truth,
)
from leadpact.engine.shape import Log
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
    why: list[str]


@dataclass(frozen=True)
class BotForms:
    """Forms that bots filled, and the leads of which the first form is one: lead → in words why."""

    aside: Aside
    leads: dict[int, str]


def known_crawlers(periods: Sequence[InForce], log: Log) -> set[str]:
    """The user agents, of forms, openings and clicks, that name a crawler or a scanner.

    Leaves the table `suspects` for `judge_mail`.
    """
    rules = [period.agreement.hygiene for period in periods]
    kinds = {kind for h in rules for kind in (*h.form_kinds, *h.machine_kinds, h.sent_kind)}
    texts = log.text_of("user_agent"), log.text_of("campaign")
    log.connection.execute(statements.suspects(sorted(kinds), *texts))
    told = [row[0] for row in log.connection.execute(statements.AGENTS).fetchall()]
    return {agent for agent in told if is_machine(agent)}


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


def judge_forms(periods: Sequence[InForce], log: Log, crawlers: set[str]) -> BotForms:
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
        return BotForms(Aside(np.zeros(0, np.int64), []), {})
    forms = pa.concat_tables(tables).sort_by("place")
    by_bot = forms.filter(pc.is_valid(forms["why"]))
    first = np.unique(forms["lead"].to_numpy(), return_index=True)[1]
    firsts = forms.take(pa.array(first)).to_pylist()
    return BotForms(
        aside=Aside(by_bot["place"].to_numpy(), [BY_A_BOT] * by_bot.num_rows),
        leads={row["lead"]: row["why"] for row in firsts if row["why"]},
    )


def _forms(period: InForce, log: Log, crawlers: set[str]) -> pa.Table:
    rules = period.agreement.hygiene
    condition = rules.bot or _default_bot(rules.form_kinds)
    names = dict.fromkeys([*properties_asked(condition), "user_agent"])
    query = statements.asked(
        rules.form_kinds,
        statements.within(period.begins, period.ends),
        {name: log.text_of(name) for name in names},
        {name: log.text_of(name) for name in fields_asked(condition)},
    )
    rows = rows_of(log, query)
    holds = truth(condition, rows, period.agreement) == TRUE
    agents = rows["p:user_agent"]
    crawled = pc.is_in(agents, value_set=pa.array(sorted(crawlers), pa.string()))
    why = pc.if_else(
        crawled,
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


def judge_mail(periods: Sequence[InForce], log: Log, crawlers: set[str]) -> Aside:
    """Openings and clicks that nobody did, each by the version in force at its instant.

    A machine's comes at the sending or less than `machine_within` after it: one exactly that late
    is a person's, as with every window. Or its user agent is a known crawler's, however late.
    """
    agents = pa.array(sorted(crawlers), pa.string())
    log.connection.register("crawlers", pa.table({"agent": agents}))
    found = [
        rows_of(log, _openings(period, period.agreement.hygiene))
        for period in periods
        if period.begins < period.ends
    ]
    rows = pa.concat_tables(found)
    words = {"soon": SOON_AFTER_SENDING, "crawler": BY_A_CRAWLER}
    return Aside(rows["place"].to_numpy(), [words[why] for why in rows["why"].to_pylist()])


def _openings(period: InForce, rules: Hygiene) -> str:
    return statements.openings(
        rules.machine_kinds,
        rules.sent_kind,
        rules.machine_within.microseconds if rules.machine_within else None,
        statements.within(period.begins, period.ends),
    )


def together(parts: Iterable[Aside]) -> pa.Table:
    """All rows that are set aside, once each: place and why."""
    why: dict[int, str] = {}
    for part in parts:
        for place, reason in zip(part.places.tolist(), part.why, strict=True):
            why.setdefault(place, reason)
    return pa.table(
        {"place": pa.array(why, pa.int64()), "why": pa.array(why.values(), pa.string())}
    )
