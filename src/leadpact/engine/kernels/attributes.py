"""What a lead has stated of itself, and since when."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import Program, Rows, State


@jit.kernel
def attributes_when(rows: Rows, statements: int, at: int) -> int:
    """The attributes that had been stated by an instant."""
    found = rows.stated_begins[statements]
    for i in range(found, rows.stated_begins[statements + 1]):
        if rows.stated_at[i] <= at:
            found = i
    return int(rows.attributes[found])


@jit.kernel
def known_then(rows: Rows, s: State, row: int) -> int:
    """The attributes that the lead in hand had stated when a row of its happened."""
    lead = s.lead[0]
    begins = rows.stated_begins[lead.statements]
    if rows.stated_begins[lead.statements + 1] - begins == 1:
        return int(rows.attributes[begins])
    return attributes_when(rows, lead.statements, rows.time[row])


@jit.kernel
def learn_attributes(program: Program, rows: Rows, s: State, now: int) -> None:
    """What the lead has stated of itself by now, and the segment that follows from it."""
    lead = s.lead[0]
    last = rows.stated_begins[lead.statements + 1] - 1
    while lead.stated < last and rows.stated_at[lead.stated + 1] <= now:
        lead.stated += 1
    attributes = int(rows.attributes[lead.stated])
    if attributes != lead.attributes:
        lead.attributes = attributes
        lead.scored = max(lead.scored, 1)
        lead.stirred = 1
    lead.segment = program.stages.segment[lead.version, lead.attributes]
