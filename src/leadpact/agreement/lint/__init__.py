"""Lint: what a valid agreement says that cannot be meant."""

from __future__ import annotations

from datetime import date

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.lint.page import reference
from leadpact.agreement.lint.registry import RULES, LintRule
from leadpact.agreement.loading import Loaded
from leadpact.agreement.problems import Problem, in_order
from leadpact.agreement.spec import Agreement

__all__ = ["RULES", "LintRule", "lint", "reference"]


def lint(source: Loaded | Agreement, today: date) -> list[Problem]:
    """Everything the lint rules find, in the order of the document.

    An agreement without its file has its problems at line 0. A file that could not be loaded has
    none here: its problems were told when it was loaded.
    """
    loaded = source if isinstance(source, Loaded) else None
    agreement = loaded.agreement if loaded else source
    if not isinstance(agreement, Agreement):
        return []
    return in_order(
        Problem(
            loaded.file if loaded else "",
            *(loaded.locate(found.path) if loaded else (0, 0)),
            found.path,
            _plain(found.message),
            _plain(found.hint),
            rule.name,
            rule.severity,
        )
        for rule, found in examine(agreement, today)
    )


def _plain(sentence: str) -> str:
    """A sentence as it stands after a colon."""
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")
