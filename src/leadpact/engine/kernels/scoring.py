"""Points: what rows earn, how it ages, and what the scores are."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.attributes import attributes_when, known_then
from leadpact.engine.kernels.bundles import (
    COUNT_AT_LEAST,
    ENGAGEMENT,
    FIT,
    FOREVER,
    NEVER,
    OPEN,
    SCORE_AT_MOST,
    TOLD_ANEW,
    TOTAL,
    TRACES,
    UNKNOWN_YET,
    Output,
    Program,
    Rows,
    State,
)
from leadpact.engine.kernels.formulas import truth


@jit.kernel
def between(least: int, value: int, most: int) -> int:
    """The value, cut to its bounds."""
    return max(least, min(most, value))


@jit.kernel
def forget_points(s: State, out: Output, now: int) -> None:
    """An episode begins, or is told again: nothing is earned, nothing counted."""
    lead = s.lead[0]
    s.live[:] = 0
    s.earned[:] = 0
    s.last[:] = NEVER
    s.declared[:] = 0
    lead.grows_at = FOREVER
    lead.wakes_at = FOREVER
    lead.scored = max(lead.scored, 1)
    lead.counted = 1
    lead.stirred = 1
    s.ageing_count[:] = 0
    s.applied[:] = 0
    s.scouted[:] = 0
    s.due[:] = FOREVER
    if out.trace.shape[0] > 0:
        _trace(s, out, TOLD_ANEW, lead.episode, lead.begin, now, lead.merges)


@jit.kernel
def pattern_of(program: Program, s: State, pattern: int) -> int:
    """Place of a row pattern in the tables of the version in force."""
    return int(s.lead[0].version) * program.patterns + pattern


@jit.kernel
def also_holds(program: Program, s: State, formula: int, pattern: int, attributes: int) -> bool:
    """Whether what the pattern alone does not decide holds as well."""
    if formula < 0:
        return True
    return truth(program.formulas, formula, pattern, attributes, s.answers, s.stack) > 0


@jit.kernel
def count_row(
    program: Program, rows: Rows, s: State, out: Output, row: int, attributes: int
) -> None:
    """Gives a row its points and counts, judged by the attributes known at its instant."""
    scoring = program.scoring
    pattern = int(rows.pattern[row])
    vp = pattern_of(program, s, pattern)
    classes = program.classes
    for i in range(scoring.begins[vp * classes], scoring.begins[vp * classes + classes]):
        scorer = int(scoring.scorers[i])
        if also_holds(program, s, scoring.formula[scorer], pattern, attributes):
            _earn(program, s, out, scorer, 0, row, rows.time[row])
    if scoring.first_step[vp] != FOREVER:
        _let_age(program, rows, s, row, vp)
    for i in range(scoring.timer_begins[vp], scoring.timer_begins[vp + 1]):
        timer = scoring.timers[i]
        if also_holds(program, s, scoring.timer_formula[timer], pattern, attributes):
            s.last[timer] = rows.time[row]
    stage = program.stages.declared[pattern]
    if stage >= 0:
        by = 1 if program.stages.decided_for[pattern] != 0 else 2
        s.declared[stage] = max(int(s.declared[stage]), by)
        s.lead[0].stirred = 1


@jit.kernel
def _let_age(program: Program, rows: Rows, s: State, row: int, vp: int) -> None:
    """Puts a row last among those that age as it does, and heeds when its first step is due."""
    lead = s.lead[0]
    scoring = program.scoring
    steps = scoring.step_begins
    at = rows.time[row]
    for i in range(scoring.ages_begins[vp], scoring.ages_begins[vp + 1]):
        ageing = int(scoring.ages[i])
        s.ageing_rows[ageing, s.ageing_count[ageing]] = row
        s.ageing_count[ageing] += 1
        place = lead.version * program.classes + ageing
        for q in range(steps[place], steps[place + 1]):
            s.due[q] = min(s.due[q], at + scoring.step_shift[q])
    lead.grows_at = min(lead.grows_at, at + scoring.first_step[vp])
    lead.wakes_at = min(lead.wakes_at, at + scoring.first_opening[vp])


@jit.kernel
def _apply_step(
    program: Program, rows: Rows, s: State, out: Output, row: int, q: int, at: int
) -> None:
    """Applies an ageing step of a row to all it earned in the step's class."""
    scoring = program.scoring
    pattern = int(rows.pattern[row])
    number = int(scoring.step_number[q])
    place = pattern_of(program, s, pattern) * program.classes + scoring.step_class[q]
    for i in range(scoring.begins[place], scoring.begins[place + 1]):
        scorer = int(scoring.scorers[i])
        formula = scoring.formula[scorer]
        if formula < 0 or also_holds(program, s, formula, pattern, known_then(rows, s, row)):
            _earn(program, s, out, scorer, number, row, at)


@jit.kernel
def _earn(
    program: Program, s: State, out: Output, scorer: int, number: int, row: int, at: int
) -> None:
    scoring = program.scoring
    amount = scoring.worth[scorer, number]
    if number > 0:
        amount -= scoring.worth[scorer, number - 1]
    before = s.live[scorer]
    s.live[scorer] = before + amount
    group = scoring.group[scorer]
    if group >= 0:
        cap = scoring.cap[scorer]
        s.earned[group] += between(-cap, before + amount, cap) - between(-cap, before, cap)
        s.lead[0].scored = max(s.lead[0].scored, 1)
    else:
        s.lead[0].counted = 1
    if out.trace.shape[0] > 0 and amount != 0:
        _trace(s, out, scorer, number, row, at, amount)


@jit.kernel
def _trace(s: State, out: Output, scorer: int, number: int, row: int, at: int, amount: int) -> None:
    note = out.trace[min(out.used[TRACES], out.trace.shape[0] - 1)]
    out.used[TRACES] += 1
    note.lead = s.lead[0].lead
    note.at = at
    note.version = s.lead[0].version
    note.scorer = scorer
    note.step = number
    note.row = row
    note.amount = amount


@jit.kernel
def tell_again(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Tells the score and the counts of the open episode again, from its rows so far."""
    lead = s.lead[0]
    forget_points(s, out, now)
    for row in range(lead.episode_row, lead.cursor):
        attributes = attributes_when(rows, lead.statements, rows.time[row])
        count_row(program, rows, s, out, row, attributes)


@jit.kernel
def grow_older(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Applies every ageing step that is due, and finds when one is due next, and when one matters.

    A step falls a fixed time after its row, so one pointer for each step moves along the rows that
    age so. Steps are applied no sooner than somebody looks; a lead is woken only by one that can
    open a decision.
    """
    lead = s.lead[0]
    if now < lead.grows_at:
        return
    lead.grows_at = FOREVER
    lead.wakes_at = FOREVER
    scoring = program.scoring
    first = lead.version * program.classes
    last = first + program.classes
    for q in range(scoring.step_begins[first], scoring.step_begins[last]):
        if s.due[q] <= now:
            _take_step(program, rows, s, out, q, now)
        lead.grows_at = min(lead.grows_at, s.due[q])
        if scoring.step_opens[q] and s.due[q] != FOREVER:
            _find_wake(program, rows, s, q)


@jit.kernel
def _take_step(program: Program, rows: Rows, s: State, out: Output, q: int, now: int) -> None:
    """Applies a step to every row for which it is due."""
    scoring = program.scoring
    ageing = int(scoring.step_class[q])
    place = s.applied[q]
    s.due[q] = FOREVER
    while place < s.ageing_count[ageing]:
        row = s.ageing_rows[ageing, place]
        at = rows.time[row] + scoring.step_shift[q]
        if at > now:
            s.due[q] = at
            break
        _apply_step(program, rows, s, out, row, q, at)
        place += 1
    s.applied[q] = place


@jit.kernel
def _find_wake(program: Program, rows: Rows, s: State, q: int) -> None:
    """Heeds when this step can next open a decision."""
    lead = s.lead[0]
    ageing = int(program.scoring.step_class[q])
    place = max(s.applied[q], s.scouted[q])
    while place < s.ageing_count[ageing]:
        row = s.ageing_rows[ageing, place]
        if program.scoring.opening[pattern_of(program, s, int(rows.pattern[row])), ageing]:
            lead.wakes_at = min(lead.wakes_at, rows.time[row] + program.scoring.step_shift[q])
            break
        place += 1
    s.scouted[q] = place


@jit.kernel
def add_up(program: Program, s: State) -> None:
    """Brings the scores up to date: attributes and activities by group, and their total.

    Questions on scores that have changed are answered anew.
    """
    lead = s.lead[0]
    scoring = program.scoring
    v = lead.version
    total = 0
    for group in range(TOTAL + 1, scoring.groups[v]):
        points = scoring.base[v, lead.attributes, group] + s.earned[group]
        score = between(scoring.least[v, group], points, scoring.most[v, group])
        total += score
        _take_note(program, s, group, score)
    _take_note(program, s, TOTAL, between(scoring.least[v, TOTAL], total, scoring.most[v, TOTAL]))


@jit.kernel
def _take_note(program: Program, s: State, group: int, score: int) -> None:
    if s.scores[group] != score or s.lead[0].scored == UNKNOWN_YET:
        s.scores[group] = score
        _ask_amounts(program, s, group)


@jit.kernel
def tier(program: Program, s: State) -> int:
    """0 to 8 for A1, A2, A3, B1 … C3; -1 where the version has no tiers."""
    grades = program.scoring.grades
    v = s.lead[0].version
    if not program.scoring.graded[v]:
        return -1
    fit = s.scores[FIT]
    engagement = s.scores[ENGAGEMENT]
    letter = 0 if fit >= grades[v, 0] else (1 if fit >= grades[v, 1] else 2)
    number = 0 if engagement >= grades[v, 2] else (1 if engagement >= grades[v, 3] else 2)
    return int(letter * 3 + number)


@jit.kernel
def take_score(program: Program, s: State) -> None:
    """Scores and tier as they are now; a lead that leaves the funnel keeps the last ones."""
    lead = s.lead[0]
    add_up(program, s)
    lead.tier = tier(program, s)
    high = lead.tier >= 0 and program.scoring.high[lead.version, lead.tier]
    lead.high = 1 if high else 0


@jit.kernel
def quiet_until(program: Program, s: State, timer: int) -> int:
    """When a timer will have run: from the last match, or the entry into the present stage."""
    since = max(s.last[timer], s.lead[0].stage_since)
    return int(since + program.scoring.timer_length[timer])


@jit.kernel
def look(program: Program, s: State, now: int) -> None:
    """Answers every question about the state that some condition of the version asks.

    Only what may have changed is asked anew; the lead is stirred when an answer has.
    """
    lead = s.lead[0]
    scoring = program.scoring
    if lead.scored > 0:
        if lead.ending == OPEN:
            take_score(program, s)
        else:
            for group in range(scoring.groups[lead.version]):
                _ask_amounts(program, s, group)
        lead.scored = 0
    if lead.counted > 0:
        _ask_amounts(program, s, s.scores.shape[0])
        lead.counted = 0
    for timer in range(scoring.first_timer[lead.version], scoring.first_timer[lead.version + 1]):
        _answer(program, s, int(scoring.timer_atom[timer]), now >= quiet_until(program, s, timer))


@jit.kernel
def _ask_amounts(program: Program, s: State, subject: int) -> None:
    """Answers the questions on the score of a group or, beyond the last group, those on counts."""
    scoring = program.scoring
    formulas = program.formulas
    place = s.lead[0].version * (s.scores.shape[0] + 1) + subject
    for i in range(scoring.amount_begins[place], scoring.amount_begins[place + 1]):
        atom = int(scoring.amounts[i])
        question = formulas.question[atom]
        counted = int(formulas.subject[atom])
        amount = s.live[counted] if question == COUNT_AT_LEAST else s.scores[subject]
        bound = formulas.bound[atom]
        _answer(program, s, atom, amount <= bound if question == SCORE_AT_MOST else amount >= bound)


@jit.kernel
def _answer(program: Program, s: State, atom: int, holds: bool) -> None:
    answer = 1 if holds else -1
    if s.answers[atom] != answer:
        s.answers[atom] = answer
        lead = s.lead[0]
        opens = answer == program.formulas.opens[atom]
        if opens and lead.position >= program.formulas.opens_from[atom]:
            lead.stirred = 1


@jit.kernel
def next_wake(program: Program, s: State, now: int) -> int:
    """The next instant at which time alone can open a decision."""
    lead = s.lead[0]
    if lead.ending != OPEN or lead.excluded > 0:
        return FOREVER
    scoring = program.scoring
    soonest = lead.wakes_at
    for timer in range(scoring.first_timer[lead.version], scoring.first_timer[lead.version + 1]):
        quiet = quiet_until(program, s, timer)
        acts_from = program.formulas.opens_from[scoring.timer_atom[timer]]
        if quiet > now and lead.position >= acts_from:
            soonest = min(soonest, quiet)
    return int(soonest)
