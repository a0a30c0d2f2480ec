"""Which ideal customer a lead fits best, and how well."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import Program, State
from leadpact.engine.kernels.formulas import truth

#: Fit is kept in millionths.
WHOLE = 1_000_000


@jit.kernel
def _fit(program: Program, s: State, profile: int) -> int:
    """The share, by weight, of a profile's criteria that hold."""
    profiles = program.profiles
    held = 0
    asked = 0
    for i in range(profiles.criteria_begins[profile], profiles.criteria_begins[profile + 1]):
        asked += profiles.weight[i]
        formula = int(profiles.criteria[i])
        if truth(program.formulas, formula, 0, s.lead[0].attributes, s.answers, s.stack) > 0:
            held += profiles.weight[i]
    return held * WHOLE // asked


@jit.kernel
def _best_profile(program: Program, s: State) -> int:
    """The profile of the version that fits best, the first of equals; -1: there is none."""
    v = s.lead[0].version
    begin = program.profiles.begins[v]
    best = -1
    most = 0
    for profile in range(begin, program.profiles.begins[v + 1]):
        fit = _fit(program, s, profile)
        if fit > most:
            best = profile
            most = fit
    return best


@jit.kernel
def take_profile(program: Program, s: State) -> None:
    """Which profile fits best as things stand; a lead that leaves the funnel keeps the last one."""
    lead = s.lead[0]
    lead.profile = _best_profile(program, s)
    lead.profile_fit = 0
    if lead.profile >= 0:
        lead.profile_fit = _fit(program, s, int(lead.profile))
