"""The page of the reference that lists every lint rule."""

from __future__ import annotations

from itertools import groupby

from leadpact.agreement.lint.registry import RULES

_TITLES = {
    "names": "Names",
    "conditions": "Conditions",
    "scoring": "Scoring",
    "funnel": "The funnel",
    "promises": "Obligations",
    "goals": "Goals",
    "terms": "The agreement as a whole",
}

_HEAD = """# Lint rules

`leadpact check` reads an agreement twice. First it asks whether the file is an agreement at all.
Then these rules ask whether it can be meant as it is written. An *error* would make the agreement
do something other than it says; a *warning* is worth a look; a *note* is for tidiness. Every
finding names its place and what to do about it. This page is made from the rules (`make docs`).
"""


def reference() -> str:
    """The page as Markdown, made from the rules themselves."""
    parts = [_HEAD]
    rules = sorted(RULES.values(), key=lambda rule: list(_TITLES).index(_module(rule.check)))
    for module, group in groupby(rules, key=lambda rule: _module(rule.check)):
        parts.append(f"\n## {_TITLES[module]}\n\n| rule | kind | what it finds |\n|---|---|---|\n")
        parts += [f"| `{r.name}` | {r.severity} | {r.summary} |\n" for r in group]
    return "".join(parts)


def _module(check: object) -> str:
    return str(getattr(check, "__module__", "")).rsplit(".", 1)[-1]
