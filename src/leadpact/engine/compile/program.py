"""All versions of an agreement compiled for one log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadpact import jit
from leadpact.agreement.spec import Agreement
from leadpact.engine.compile.book import Book
from leadpact.engine.compile.calendars import Almanac, Closure, horizon, start_of
from leadpact.engine.compile.duties import duty_tables
from leadpact.engine.compile.facts import EndingRules, fact_tables
from leadpact.engine.compile.lists import column
from leadpact.engine.compile.profiles import profile_criteria, profile_tables
from leadpact.engine.compile.scoring import add_rules, scoring_tables
from leadpact.engine.compile.stages import segment_table, stage_formulas, stage_tables
from leadpact.engine.kernels import bundles as b
from leadpact.engine.patterns import AttributePatterns, RowPatterns
from leadpact.engine.questions import Questions


@dataclass(frozen=True)
class Compiled:
    """A program, with what is needed to run it and to name its results."""

    program: b.Program
    book: Book
    questions: Questions


def in_order(versions: list[Agreement]) -> list[Agreement]:
    """Versions by the day they come into force."""
    from datetime import date

    return sorted(versions, key=lambda v: v.term.starts if v.term else date.min)


def compile_program(
    versions: list[Agreement],
    questions: Questions,
    rows: RowPatterns,
    attributes: AttributePatterns,
    closures: list[Closure],
    span: tuple[datetime, datetime],
) -> Compiled:
    """Compiles versions, in order of their effect, for the patterns of one log."""
    book = Book(questions, rows, attributes)
    segments = 1 + max(len(version.segments) for version in versions)
    by_segment = segment_table(book, versions)
    first_atoms, funnels, endings, ideals = [0], [], [], []
    for v, version in enumerate(versions):
        add_rules(book, version, v)
        funnels.append(stage_formulas(book, version, v, segments))
        endings.append(EndingRules(book, version, v))
        ideals.append(profile_criteria(book, version, v))
        first_atoms.append(len(book.state_atoms))
    almanac = Almanac.of(versions)
    calendars, calendar_then = almanac.table(closures, *horizon(*span))
    stages = stage_tables(book, versions, funnels, by_segment)
    facts = fact_tables(book, versions, endings)
    duties = duty_tables(book, versions, almanac, segments)
    scoring = scoring_tables(book, versions, first_atoms)
    earns = scoring.begins[:: scoring.opening.shape[1]]
    program = b.Program(
        effective=column(_effective(versions), np.int64),
        patterns=len(rows.of),
        attribute_patterns=len(attributes.of),
        segments=segments,
        classes=scoring.opening.shape[1],
        useful=_useful((earns, scoring.timer_begins, facts.begins, duties.begins), stages.declared),
        formulas=book.formulas(),
        scoring=_packed(b.Scoring, scoring),
        stages=_packed(b.Stages, stages),
        facts=_packed(b.Facts, facts),
        duties=_packed(b.Duties, duties),
        profiles=_packed(b.Profiles, profile_tables(ideals)),
        calendars=calendars,
        closed_at=np.array([closure.declared_at for closure in closures], np.int64),
        calendar_then=calendar_then,
    )
    return Compiled(program, book, questions)


def _effective(versions: list[Agreement]) -> list[int]:
    starts = [start_of(version, version.calendar.timezone) for version in versions]
    return [b.NEVER if v == 0 or start is None else start for v, start in enumerate(starts)]


def _useful(begins: tuple[Any, ...], declared: Any) -> NDArray[np.bool_]:
    """[p] whether some version has anything in one of the lists of such rows, or they declare."""
    found: NDArray[np.bool_] = declared >= 0
    for of_rows in begins:
        found |= np.diff(of_rows).reshape(-1, len(declared)).any(0)
    return found


def _packed(bundle: Any, tables: Any) -> Any:
    return jit.pack_into(bundle, **tables._asdict())
