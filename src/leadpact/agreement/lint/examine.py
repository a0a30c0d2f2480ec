"""Running every rule over an agreement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from leadpact.agreement.lint.document import Document
from leadpact.agreement.lint.registry import RULES, Finding, LintRule
from leadpact.agreement.lint.rules import conditions, funnel, goals, names, promises, scoring, terms
from leadpact.agreement.spec import Agreement

__all__ = ["conditions", "examine", "funnel", "goals", "names", "promises", "scoring", "terms"]


def examine(agreement: Agreement, today: date) -> Iterator[tuple[LintRule, Finding]]:
    """Everything the rules find, rule by rule."""
    document = Document(agreement, today)
    for rule in RULES.values():
        for finding in rule.check(document):
            yield rule, finding
