"""Which ideal customer a lead fits best, and how well."""

from __future__ import annotations

from leadpact import jit
from leadpact.engine.kernels.bundles import Program, State
from leadpact.engine.kernels.formulas import truth

#: Fit is kept in millionths.
WHOLE = 1_000_000


@jit.kernel
def profile_fit(program: Program, s: State, profile: int) -> int:
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
def best_profile(program: Program, s: State) -> int:
    """Place of the version's profile that fits best, the first of equals; -1: there is none."""
    v = s.lead[0].version
    begin = program.profiles.begins[v]
    best = -1
    most = 0
    for profile in range(begin, program.profiles.begins[v + 1]):
        fit = profile_fit(program, s, profile)
        if fit > most:
            best = profile - begin
            most = fit
    return best
