"""Points: what rows earn, how it ages, and what the scores are."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import (
    COUNT_AT_LEAST,
    ENGAGEMENT,
    FIT,
    FOREVER,
    NEVER,
    OPEN,
    SCORE_AT_LEAST,
    SCORE_AT_MOST,
    TOLD_ANEW,
    TOTAL,
    TRACES,
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
def forget_points(program: Program, s: State, out: Output, now: int) -> None:
    """An episode begins, or is told again: nothing is earned, nothing counted."""
    lead = s.lead[0]
    s.live[:] = 0
    s.earned[:] = 0
    s.last[:] = NEVER
    s.declared[:] = 0
    steps = program.scoring.step_begins
    for q in range(steps[lead.version], steps[lead.version + 1]):
        s.applied[q] = lead.episode_row
        s.scouted[q] = lead.episode_row
        s.wake[q] = FOREVER
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
    for ageing in range(program.classes):
        apply_step(program, rows, s, out, row, ageing, 0, attributes, rows.time[row])
    for i in range(scoring.timer_begins[vp], scoring.timer_begins[vp + 1]):
        timer = scoring.timers[i]
        if also_holds(program, s, scoring.timer_formula[timer], pattern, attributes):
            s.last[timer] = rows.time[row]
    stage = program.stages.declared[pattern]
    if stage >= 0:
        by = 1 if program.stages.decided_for[pattern] != 0 else 2
        s.declared[stage] = max(int(s.declared[stage]), by)


@jit.kernel
def apply_step(
    program: Program,
    rows: Rows,
    s: State,
    out: Output,
    row: int,
    ageing: int,
    number: int,
    attributes: int,
    at: int,
) -> None:
    """Applies the n-th ageing step (0: the earning itself) of a row to all it earned in a class."""
    scoring = program.scoring
    pattern = int(rows.pattern[row])
    place = pattern_of(program, s, pattern) * program.classes + ageing
    for i in range(scoring.begins[place], scoring.begins[place + 1]):
        scorer = int(scoring.scorers[i])
        if also_holds(program, s, scoring.formula[scorer], pattern, attributes):
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
def attributes_when(rows: Rows, statements: int, at: int) -> int:
    """The attributes that had been stated by an instant."""
    found = rows.stated_begins[statements]
    for i in range(found, rows.stated_begins[statements + 1]):
        if rows.stated_at[i] <= at:
            found = i
    return int(rows.attributes[found])


@jit.kernel
def tell_again(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Tells the score and the counts of the open episode again, from its rows so far."""
    lead = s.lead[0]
    forget_points(program, s, out, now)
    for row in range(lead.episode_row, lead.cursor):
        attributes = attributes_when(rows, lead.statements, rows.time[row])
        count_row(program, rows, s, out, row, attributes)


@jit.kernel
def grow_older(program: Program, rows: Rows, s: State, out: Output, now: int) -> None:
    """Applies every ageing step that is due, and finds when one next matters.

    A step falls a fixed time after its row, so one pointer for each step moves along the rows.
    Steps are applied no sooner than somebody looks; a lead is woken only by one that can open a
    decision.
    """
    lead = s.lead[0]
    scoring = program.scoring
    for q in range(scoring.step_begins[lead.version], scoring.step_begins[lead.version + 1]):
        ageing = int(scoring.step_class[q])
        shift = scoring.step_shift[q]
        row = s.applied[q]
        while row < lead.cursor and rows.time[row] + shift <= now:
            at = rows.time[row] + shift
            attributes = _known_then(rows, s, row)
            apply_step(
                program, rows, s, out, row, ageing, int(scoring.step_number[q]), attributes, at
            )
            row += 1
        s.applied[q] = row
        row = max(row, s.scouted[q])
        while row < lead.cursor and not _opens(program, rows, s, row, ageing):
            row += 1
        s.scouted[q] = row
        s.wake[q] = rows.time[row] + shift if row < lead.cursor else FOREVER


@jit.kernel
def _known_then(rows: Rows, s: State, row: int) -> int:
    lead = s.lead[0]
    begins = rows.stated_begins[lead.statements]
    if rows.stated_begins[lead.statements + 1] - begins == 1:
        return int(rows.attributes[begins])
    return attributes_when(rows, lead.statements, rows.time[row])


@jit.kernel
def _opens(program: Program, rows: Rows, s: State, row: int, ageing: int) -> bool:
    vp = pattern_of(program, s, int(rows.pattern[row]))
    return bool(program.scoring.opening[vp, ageing])


@jit.kernel
def add_up(program: Program, s: State) -> None:
    """Brings the scores up to date: attributes and activities by group, and their total."""
    lead = s.lead[0]
    scoring = program.scoring
    v = lead.version
    total = 0
    for group in range(TOTAL + 1, scoring.groups[v]):
        points = scoring.base[v, lead.attributes, group] + s.earned[group]
        s.scores[group] = between(scoring.least[v, group], points, scoring.most[v, group])
        total += s.scores[group]
    s.scores[TOTAL] = between(scoring.least[v, TOTAL], total, scoring.most[v, TOTAL])


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
    """Answers every question about the state that some condition of the version asks."""
    if s.lead[0].ending == OPEN:
        take_score(program, s)
    formulas = program.formulas
    v = s.lead[0].version
    for atom in range(program.scoring.atom_begins[v], program.scoring.atom_begins[v + 1]):
        question = formulas.question[atom]
        subject = int(formulas.subject[atom])
        bound = formulas.bound[atom]
        if question == COUNT_AT_LEAST:
            holds = s.live[subject] >= bound
        elif question == SCORE_AT_LEAST:
            holds = s.scores[subject] >= bound
        elif question == SCORE_AT_MOST:
            holds = s.scores[subject] <= bound
        else:
            holds = now >= quiet_until(program, s, subject)
        s.answers[atom] = 1 if holds else -1


@jit.kernel
def next_wake(program: Program, s: State, now: int) -> int:
    """The next instant at which time alone can open a decision."""
    lead = s.lead[0]
    if lead.ending != OPEN or lead.excluded > 0:
        return FOREVER
    scoring = program.scoring
    v = lead.version
    soonest = FOREVER
    for q in range(scoring.step_begins[v], scoring.step_begins[v + 1]):
        soonest = min(soonest, s.wake[q])
    for timer in range(scoring.first_timer[v], scoring.first_timer[v + 1]):
        quiet = quiet_until(program, s, timer)
        if quiet > now:
            soonest = min(soonest, quiet)
    return soonest
