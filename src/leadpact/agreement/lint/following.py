"""Findings that may only follow from an error elsewhere in the document, and are not told."""

from __future__ import annotations

from leadpact.agreement.lint.registry import Finding, LintRule
from leadpact.agreement.sound import Sound

_OF_CONDITIONS = (
    "hygiene scoring stages disqualification handoff routing obligations contact_protocol nurture "
    "segments ideal_customers personas"
)
#: Rule → the sections that must be whole, for it looks in them for what may have been left out.
_NEEDS: dict[str, str] = {
    "test-does-not-fit": "fields properties",
    "value-not-declared": "fields properties",
    "never-holds": "fields properties scoring",
    "threshold-out-of-reach": "fields properties scoring",
    "stage-order": "stages",
    "handoff-at-first-stage": "stages",
    "shadowed-route": "routing fields",
    "shadowed-segment": "segments fields",
    "no-default-route": "routing handoff",
    "team-cannot-receive": "routing handoff",
    "bulk-release-above-cap": "routing",
    "rejection-reasons-missing": "handoff",
    "bounces-back": "handoff scoring stages fields",
    "baseline-not-over": "term",
    "quota-of-nobody": "routing",
    "quotas-below-target": "routing",
    "evenness-of-nothing": "goals",
    "goal-not-countable": "stages scoring handoff obligations contact_protocol nurture",
    "unknown-field": "fields",
    "unknown-group": "scoring",
    "unknown-stage": "stages",
    "unknown-obligation": "obligations contact_protocol nurture",
    "unknown-segment": "segments",
    "unknown-calendar": "calendars",
    "unknown-team": "routing",
    "unknown-receiver": "routing parties",
    "unknown-person": "routing parties",
    "unknown-reason": "handoff disqualification",
    "unknown-program": "nurture",
    "undefined-term": "definitions",
    "unused-field": _OF_CONDITIONS,
    "unused-calendar": _OF_CONDITIONS,
    "obligation-never-stops": "contact_protocol",
    "obligation-never-starts": "stages",
    "warning-too-early": "calendar calendars routing",
    "due-in-ten-years": "calendar calendars routing",
    "promise-above-capacity": "routing goals stages",
    "limit-below-award": "scoring",
    "grades-out-of-order": "scoring",
    "review-missing": "term meetings",
    "own-domain-is-competitor": "hygiene",
}


def follows(rule: LintRule, found: Finding, sound: Sound) -> bool:
    """Whether a finding about what is sound may come from what was left out."""
    if sound.bears(found.path, f"{found.message} {found.hint}"):
        return True
    return not sound.sections.isdisjoint(_NEEDS.get(rule.name, "").split())
