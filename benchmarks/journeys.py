"""What happens to the leads of the crowd: which events, when, and what each one says."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.columns import Numbers, Random, coded, some

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
YEAR = np.datetime64("2026-01-01", "us").astype(np.int64)
END = np.datetime64("2026-12-31", "us").astype(np.int64)
LAST_CREATION = np.datetime64("2026-12-01", "us").astype(np.int64)

#: Kinds of rows with the source that delivers them and how long after the row before, on average.
KINDS: dict[str, tuple[str, int]] = {
    "lead.created": ("crm", 0),
    "lead.updated": ("crm", 10 * DAY),
    "page_viewed": ("web", 6 * DAY),
    "pricing_viewed": ("web", 4 * DAY),
    "content_downloaded": ("web", 6 * DAY),
    "form_submitted": ("web", 4 * DAY),
    "email_sent": ("mail", 7 * DAY),
    "email_opened": ("mail", DAY),
    "email_clicked": ("mail", HOUR),
    "email_unsubscribed": ("mail", DAY),
    "email_bounced": ("mail", MINUTE),
    "webinar_registered": ("web", 8 * DAY),
    "webinar_attended": ("web", 5 * DAY),
    "trial_started": ("product", 3 * DAY),
    "product_used": ("product", DAY),
    "lead.assigned": ("crm", 20 * MINUTE),
    "sales.attempted": ("crm", 6 * HOUR),
    "sales.connected": ("crm", 12 * HOUR),
    "sales.accepted": ("crm", 4 * HOUR),
    "sales.rejected": ("crm", 12 * HOUR),
    "sales.snoozed": ("crm", HOUR),
    "sales.resumed": ("crm", 3 * DAY),
    "nurture.entered": ("crm", DAY),
    "deal.opened": ("crm", 5 * DAY),
    "deal.won": ("crm", 20 * DAY),
    "deal.lost": ("crm", 25 * DAY),
}
SOURCES = ("crm", "mail", "product", "web")
OF = {kind: number for number, kind in enumerate(KINDS)}
PEOPLE = {
    "Ana Silva": "Americas",
    "Ben Carter": "Americas",
    "Chloe Martin": "Americas",
    "David Okoye": "Americas",
    "Emma Fischer": "EMEA",
    "Farid Haddad": "EMEA",
    "Grace Lee": "EMEA",
    "Henk de Vries": "EMEA",
}

#: What leads do of their own accord or are sent, by how interested they are: cold, warm, hot.
CHANCES: dict[str, tuple[float, float, float]] = {
    "page_viewed": (30, 34, 30),
    "pricing_viewed": (1, 6, 14),
    "content_downloaded": (3, 6, 7),
    "form_submitted": (2, 4, 5),
    "email_sent": (32, 22, 16),
    "email_opened": (22, 14, 10),
    "email_clicked": (3, 5, 5),
    "email_unsubscribed": (0.6, 0.2, 0.1),
    "email_bounced": (1.4, 0.3, 0.1),
    "webinar_registered": (1, 2.5, 3),
    "webinar_attended": (0.5, 1.5, 2),
    "trial_started": (0.1, 0.5, 1.5),
    "product_used": (0.4, 2, 4.3),
    "lead.updated": (3, 2, 2),
}
INTEREST = (0.6, 0.28, 0.12)

#: How sales goes about a lead that asked for a demo; the demo request comes first.
SCRIPTS: list[tuple[float, str]] = [
    (3, "lead.assigned sales.attempted sales.connected sales.accepted deal.opened deal.won"),
    (4, "lead.assigned sales.attempted sales.connected sales.accepted deal.opened deal.lost"),
    (4, "lead.assigned sales.attempted sales.attempted sales.rejected nurture.entered"),
    (3, "lead.assigned sales.connected sales.rejected nurture.entered"),
    (3, "lead.assigned sales.attempted sales.attempted sales.attempted"),
    (2, "lead.assigned"),
    (1, ""),
    (2, "lead.assigned sales.attempted sales.snoozed sales.resumed sales.connected sales.accepted"),
]
#: How many of the cold, warm and hot leads ask for a demo.
ASKING = (0.01, 0.15, 0.5)


class Rows(NamedTuple):
    """Rows of a block: the lead of each, when it happened and was recorded, its kind by number."""

    lead: Numbers
    at: Numbers
    kind: NDArray[np.int8]
    demo: NDArray[np.bool_]


def journeys(count: int, events: int, random: Random) -> Rows:
    """The creation of so many leads, and events after it: so many on average, for few very many."""
    numbers = 1 + random.poisson(random.gamma(2.0, (events - 1) / 2.0, count))
    sizes = numbers + 1
    begins = np.cumsum(sizes) - sizes
    lead = np.repeat(np.arange(count), sizes)
    place = np.arange(len(lead)) - begins[lead]
    interest = np.searchsorted(np.cumsum(INTEREST)[:-1], random.random(count), side="right")
    kind = _free(interest[lead], random)
    kind[place == 0] = OF["lead.created"]
    demo = _scripted(kind, lead, place, interest, sizes, random)
    return Rows(lead, _instants(kind, lead, begins, sizes, random), kind, demo)


def _free(interest: Numbers, random: Random) -> NDArray[np.int8]:
    chances = np.array(list(CHANCES.values()))
    bounds = np.cumsum(chances / chances.sum(axis=0), axis=0)
    codes = np.array([OF[kind] for kind in CHANCES], np.int8)
    luck = random.random(len(interest))
    kind = np.empty(len(interest), np.int8)
    for degree in range(len(INTEREST)):
        here = interest == degree
        kind[here] = codes[np.searchsorted(bounds[:-1, degree], luck[here], side="right")]
    return kind


def _scripted(
    kind: NDArray[np.int8],
    lead: Numbers,
    place: Numbers,
    interest: Numbers,
    sizes: Numbers,
    random: Random,
) -> NDArray[np.bool_]:
    """Writes what sales does over the rows after a demo request; which rows are such requests."""
    scripts = [["form_submitted", *steps.split()] for _, steps in SCRIPTS]
    longest = max(map(len, scripts))
    table = np.full((len(scripts) + 1, longest), -1, np.int8)  # the last: sales does nothing
    for number, steps in enumerate(scripts):
        table[number, : len(steps)] = [OF[step] for step in steps]
    weights = np.array([weight for weight, _ in SCRIPTS])
    script = random.choice(len(scripts), len(sizes), p=weights / weights.sum())
    script[random.random(len(sizes)) >= np.array(ASKING)[interest]] = len(scripts)
    start = 1 + (random.random(len(sizes)) * 0.6 * (sizes - 1)).astype(np.int64)
    step = place - start[lead]
    within = (step >= 0) & (step < longest)
    planned = np.full(len(lead), -1, np.int8)
    planned[within] = table[script[lead[within]], step[within]]
    np.copyto(kind, planned, where=planned >= 0)
    demo: NDArray[np.bool_] = (step == 0) & (planned >= 0)
    return demo


def _instants(
    kind: NDArray[np.int8], lead: Numbers, begins: Numbers, sizes: Numbers, random: Random
) -> Numbers:
    means = np.array([mean for _, mean in KINDS.values()], np.float64)
    gap = (random.standard_exponential(len(kind)) * means[kind]).astype(np.int64) + 1
    sent, opened = OF["email_sent"], (OF["email_opened"], OF["email_clicked"])
    at_once = np.isin(kind[1:], opened) & (kind[:-1] == sent) & (random.random(len(kind) - 1) < 0.1)
    gap[1:][at_once] %= 10_000_000  # some mailboxes open everything within seconds
    gap[begins] = 0
    passed = np.cumsum(gap)
    passed -= passed[begins][lead]
    created = YEAR + (random.random(len(sizes)) * (LAST_CREATION - YEAR)).astype(np.int64)
    last = passed[begins + sizes - 1]
    # Who would act beyond the end of the year acts faster instead.
    haste = np.minimum(1.0, (END - created) / np.maximum(last, 1))
    at: Numbers = created[lead] + (passed * haste[lead]).astype(np.int64)
    return at


def recorded(rows: Rows, random: Random) -> pa.Array:
    """When rows became known: what sales does is entered later, of the rest it is not told."""
    sales = np.array([kind.startswith("sales.") for kind in KINDS])[rows.kind]
    delay = (random.standard_exponential(len(rows.at)) * 15 * MINUTE).astype(np.int64)
    delay[random.random(len(delay)) < 0.01] *= 400
    return some(rows.at + delay, sales).cast(pa.timestamp("us", tz="UTC"))


def properties(rows: Rows, random: Random) -> dict[str, pa.Array]:
    """What each row says besides what leads state of themselves."""
    count = len(rows.kind)

    def of(*kinds: str) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.isin(rows.kind, [OF[kind] for kind in kinds])
        return found

    def one_of(texts: str, *kinds: str, share: float = 1.0) -> pa.Array:
        names = texts.split("|")
        places = random.integers(0, len(names), count)
        return coded(names, places, of(*kinds) & (random.random(count) < share))

    holder = random.integers(0, len(PEOPLE), count)
    form = random.integers(1, 5, count)
    form[rows.demo] = 0
    mails = ("email_sent", "email_opened", "email_clicked")
    return {
        "form": coded(
            ["demo", "contact", "content", "newsletter", "webinar"], form, of("form_submitted")
        ),
        "honeypot": one_of("yes", "form_submitted", share=0.005),
        "seconds_to_fill": some(
            np.round(random.lognormal(3.2, 0.7, count), 1),
            of("form_submitted") & (random.random(count) < 0.9),
        ),
        "user_agent": one_of(_AGENTS, "form_submitted", "email_opened", "email_clicked", share=0.8),
        "minutes": some(np.round(random.gamma(3, 10, count)), of("webinar_attended")),
        "channel": one_of("phone|phone|email|linkedin", "sales.attempted", "sales.connected"),
        "outcome": one_of("no answer|left a message|automatic", "sales.attempted", share=0.9),
        "rating": some(
            random.integers(1, 6, count).astype(np.float64),
            of("sales.accepted", "sales.rejected") & (random.random(count) < 0.8),
        ),
        "reason": one_of(_REASONS, "sales.rejected", "sales.snoozed"),
        "to": coded(list(PEOPLE), holder, of("lead.assigned")),
        "team": coded(list(PEOPLE.values()), holder, of("lead.assigned")),
        "program": one_of("Second chance|Stay in touch", "nurture.entered"),
        "campaign": one_of(_MAILINGS, *mails, share=0.9),
    }


_AGENTS = "|".join(
    f"Mozilla/5.0 ({system}) Version/{number}.0" + (" Googlebot/2.1" if number == 99 else "")
    for number in range(80, 100)
    for system in ("Macintosh", "Windows NT 10.0; Win64", "X11; Linux x86_64")
)
_REASONS = "no budget|no authority|no need|wrong timing|unreachable|bad data|asked to call later"
_MAILINGS = "|".join([*(f"mailing {number:02}" for number in range(1, 40)), "trial welcome"])
