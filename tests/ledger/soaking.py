"""What the soaks of both customer systems have in common: how big, how the worker dies, the end."""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction

from leadpact.flows.crm_push import compare
from leadpact.flows.crm_reconcile import reconcile
from leadpact.flows.rebuilding import rebuild
from leadpact.ledger.models import Event
from leadpact.sources.crm.connector import CrmError
from tests.ledger.crm_company import Connected

#: What the log has of each row that stands: its id without a number, and when it happened.
Standing = Counter[tuple[str, int]]


def size(otherwise: str) -> tuple[int, int]:
    """How many people and activities, as LEADPACT_SOAK says: `20000x200000`."""
    people, activities = map(int, os.environ.get("LEADPACT_SOAK", otherwise).split("x"))
    return people, activities


def dice(number: int) -> random.Random:
    """One of the dice of a soak; LEADPACT_SOAK_SEED=7 lets another week happen."""
    return random.Random(number + int(os.environ.get("LEADPACT_SOAK_SEED", "0")))


def longest_pause(activities: int) -> float:
    """Minutes between two activities at most: many of them fill no more than a week."""
    return min(4.0, 2 * 7 * 24 * 60 / activities)


class Killed(BaseException):
    """The worker was killed here."""


class Deadly:
    """Part of a client whose process may be killed just before or just after any call."""

    dice: random.Random
    share = 0.0

    def may_die(self) -> None:
        """From now on one call in fifty kills it, the same ones in every run."""
        self.dice, self.share = dice(5), 0.01

    def perhaps_die(self) -> None:
        if self.share and self.dice.random() < self.share:
            raise Killed


class Soak:
    """A soak while it goes on: what went wrong, and how long it takes."""

    def __init__(self, at: Connected, activities: int) -> None:
        self.at, self.activities = at, activities
        self.deaths: Counter[str] = Counter()
        self.began = time.monotonic()

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self.began) / 60

    def survives(self, work: Callable[[], object]) -> None:
        """Let the worker do something; it may be killed, or the system may not answer."""
        try:
            work()
        except Killed:
            self.deaths["killed"] += 1
        except CrmError:
            self.deaths["not answered"] += 1

    def done(self, steps: int) -> None:
        """Tell how far it is, where that takes long."""
        if steps % max(5000, self.activities // 20) == 0:
            print(f"{steps:,} activities, {self.minutes:.0f} minutes", file=sys.stderr)

    def came_to_rest(self, **figures: object) -> None:
        """Tell what it took; the worker must have been killed."""
        told = {
            "activities": self.activities, "facts": Event.objects.count(), **figures,
            "minutes": round(self.minutes, 1),
            "MB at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, **self.deaths,
        }  # fmt: skip
        print(json.dumps(told), file=sys.stderr)
        assert self.deaths["killed"]


def nothing_more_happens(at: Connected, written: Callable[[], int]) -> None:
    """Who is at rest stays so: no fact more, and nothing written."""
    before = Event.objects.count(), written()
    for _ in range(3):
        at.rest(minutes=1)
    after = Event.objects.count(), written()
    assert after == before, (before, after)


def standing(system: str) -> Standing:
    """The rows of a system that were not withdrawn."""
    voided = {
        json.loads(row.properties)["event_id"]
        for row in Event.objects.filter(source=system, kind="fact.voided")
    }
    rows = Event.objects.filter(source=system).exclude(kind="fact.voided")
    return Counter(
        (row.event_id.partition(" (")[0], row.happened)
        for row in rows.iterator()
        if row.event_id not in voided
    )


def by_record(there: Iterable[tuple[str, int]]) -> dict[str, set[str]]:
    """The ids of rows by the key of the record that each is of."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, _ in there:
        of, _, rest = name.partition("/")
        found[f"{of}/{rest.partition('/')[0]}"].add(name)
    return found


def nothing_twice(keys: Iterable[Any]) -> None:
    """Each of our marks of a task or a note is there once."""
    made = Counter(key for key in keys if key)
    assert made
    doubled = {key: n for key, n in made.items() if n > 1}
    assert doubled == {}, doubled


def both_sides_agree(at: Connected, explained: Sequence[str]) -> None:
    """Nothing is to be written any more, and what differs was done by people on purpose."""
    with transaction.atomic():
        unwritten = compare(at.row, at.crm, now=at.time(), keep=False).differences
    assert unwritten == [], unwritten[:3]
    found = reconcile(at.row, at.crm, now=at.time())
    left = [each for each in found.differences if each.cause not in explained]
    assert left == [], left[:3]
    counts = {each.what: each.here == each.there for each in found.counts}
    assert counts["won deals"]
    assert counts["amount of won deals"]


def a_replay_tells_the_same(at: Connected) -> None:
    """Every lead stands as the log says, looked at anew."""
    differences = rebuild(at.time, lambda _done, _what: None, keep=False).differences
    assert differences == [], differences[:3]
