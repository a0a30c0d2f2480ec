"""What rows do to their lead, as tables, and the rules that end an episode."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import PROGRESS_KINDS
from leadpact.engine.compile.book import Book
from leadpact.engine.compile.lists import begins_of, chained, column
from leadpact.engine.compile.scoring import group_places, is_activity_rule
from leadpact.engine.kernels import bundles as b
from leadpact.engine.questions import DECIDED, place_in

_PLAIN = {
    "lead.disqualified": b.DISQUALIFIES,
    "lead.handed_off": b.HANDS_OFF,
    "lead.merged": b.MERGES,
}


def fact_tables(book: Book, versions: list[Agreement], endings: list[EndingRules]) -> b.Facts:
    """The kernels' form of everything that rows do to a lead."""
    effects: list[list[tuple[int, int, int]]] = []
    for v, version in enumerate(versions):
        of: list[list[tuple[int, int, int]]] = [[] for _ in book.rows.of]
        for pattern, effect in _effects(book, version, v):
            of[pattern].append(effect)
        effects += of
    flat = chained(effects)
    recycling = [rules.recycling for rules in endings]
    return b.Facts(
        begins=begins_of(effects),
        action=column(effect[0] for effect in flat),
        target=column((effect[1] for effect in flat), np.int64),
        formula=column(effect[2] for effect in flat),
        team=column(_team(book, p) for p in range(len(book.rows.of))),
        disqualifier_begins=begins_of([rules.disqualifiers for rules in endings]),
        disqualifiers=column(chained(rules.disqualifiers for rules in endings)),
        recycling_begins=begins_of(recycling),
        recycling=column(rule[0] for rule in chained(recycling)),
        recycling_from=column(rule[1] for rule in chained(recycling)),
        recycling_cool_down=column((rule[2] for rule in chained(recycling)), np.int64),
    )


class EndingRules:
    """Formulas of a version's disqualifiers; (formula, position, cool-down) of its recycling."""

    def __init__(self, book: Book, version: Agreement, v: int) -> None:
        groups = group_places(version)
        names = [stage.name for stage in version.stages]
        self.disqualifiers = [
            book.of_state(rule.when, v, groups) for rule in version.disqualification.rules
        ]
        self.recycling = []
        for rule in version.handoff.recycling:
            begins = names.index(rule.after_stage) if rule.after_stage in names else len(names)
            cool_down = rule.cool_down.microseconds if rule.cool_down else 0
            formula = book.of_state(rule.when, v, groups, acts_from=begins)
            self.recycling.append((formula, begins, cool_down))


def _team(book: Book, pattern: int) -> int:
    kind, _ = book.rows.of[pattern]
    return int(book.rows.look_up(pattern, "team")) if kind == "lead.assigned" else -1


def _effects(book: Book, version: Agreement, v: int) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """(pattern, (action, target, formula still to ask)) in the order in which a row acts."""
    yield from _conditional(book, v, version.disqualification.reopens_on, b.REOPENS)
    yield from _conditional(book, v, version.disqualification.closed_lost, b.LOSES)
    yield from _qualifying(book, version, v)
    yield from _conditional(book, v, version.handoff.reentry.triggers, b.TRIGGERS)
    for pattern, (kind, _) in enumerate(book.rows.of):
        for action, target in _fixed(book, version, pattern, kind):
            yield pattern, (action, target, -1)


def _conditional(
    book: Book, v: int, condition: object, action: int
) -> Iterator[tuple[int, tuple[int, int, int]]]:
    for pattern, formula in book.candidates(condition, v):
        yield pattern, (action, 0, formula)


def _qualifying(
    book: Book, version: Agreement, v: int
) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """Activities that let a recycled lead qualify again: named, or whatever earns points."""
    named = version.handoff.reentry.activity
    rules = version.scoring.rules if version.scoring else []
    earning = [rule.when for rule in rules if rule.points > 0 and is_activity_rule(rule)]
    for condition in [named] if named else earning:
        yield from _conditional(book, v, condition, b.QUALIFIES)


def _fixed(book: Book, version: Agreement, pattern: int, kind: str) -> Iterator[tuple[int, int]]:
    if kind in PROGRESS_KINDS:
        yield b.PROGRESSES, 0
    if kind in _PLAIN:
        yield _PLAIN[kind], 0
    if kind == "lead.excluded":
        yield b.FINDS_FAULT if _is_finding(book, pattern) else b.EXCLUDES, 0
    if kind == "lead.restored":
        yield b.RESTORES if book.rows.look_up(pattern, DECIDED) else b.VOUCHES, 0
    if kind == "lead.assigned":
        holder = int(book.rows.look_up(pattern, "to"))
        if holder >= 0:
            yield b.ASSIGNS, holder
    if kind == "sales.rejected":
        yield _rejection(book, version, pattern)
    if kind == "lead.recycled":
        yield b.REOPENS, 0
        yield b.RECYCLES, _cool_down(book, version, pattern)
    if kind == "dispute.ruled" and book.rows.look_up(pattern, "upheld"):
        stage = int(book.rows.look_up(pattern, "stage"))
        if stage >= 0:
            yield b.UPHOLDS, stage


def _is_finding(book: Book, pattern: int) -> bool:
    """Whether the system itself left the lead out, other than by the lead's own wish."""
    wished = book.rows.look_up(pattern, "reason", lookup=1)
    return bool(book.rows.look_up(pattern, DECIDED)) and not wished


def _rejection(book: Book, version: Agreement, pattern: int) -> tuple[int, int]:
    reasons = version.handoff.rejections
    known = place_in([reason.reason for reason in reasons])
    place = known(_reason(book, pattern))
    if place < 0:
        return b.REJECTS, 0
    reason = reasons[place]
    action = b.REJECTS if reason.then == "recycle" else b.REJECTS_FOR_GOOD
    return action, reason.cool_down.microseconds if reason.cool_down else 0


def _cool_down(book: Book, version: Agreement, pattern: int) -> int:
    named = [(each.reason, each.cool_down) for each in version.handoff.rejections]
    named += [(each.name, each.cool_down) for each in version.handoff.recycling]
    place = place_in([name for name, _ in named])(_reason(book, pattern))
    cool_down = named[place][1] if place >= 0 else None
    return cool_down.microseconds if cool_down else 0


def _reason(book: Book, pattern: int) -> str | None:
    place = int(book.rows.look_up(pattern, "reason"))
    return book.questions.reasons[place] if place >= 0 else None
