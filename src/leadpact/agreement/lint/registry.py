"""The registry of lint rules: a rule is a function whose docstring is its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadpact.agreement.lint.document import Document
from leadpact.agreement.problems import Path, Severity


@dataclass(frozen=True)
class Finding:
    """Something a rule found: the place in the document, what is wrong, and what to do."""

    path: Path
    message: str
    hint: str


Findings = Iterator[Finding]
Check = Callable[[Document], Findings]


@dataclass(frozen=True)
class LintRule:
    """One rule: its name in the file's spelling, its summary, and how bad a finding is."""

    name: str
    summary: str
    severity: Severity
    check: Check


RULES: dict[str, LintRule] = {}


def rule(severity: Severity) -> Callable[[Check], Check]:
    """Register a function as a lint rule; its name and docstring become the rule's."""

    def register(check: Check) -> Check:
        name = check.__name__.replace("_", "-")
        summary = (check.__doc__ or "").strip().splitlines()[0]
        RULES[name] = LintRule(name, summary, severity, check)
        return check

    return register
