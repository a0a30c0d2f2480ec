"""Lint: what a valid agreement says that cannot be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from leadpact.agreement.lint.examine import examine
from leadpact.agreement.lint.following import follows
from leadpact.agreement.lint.page import reference
from leadpact.agreement.lint.registry import RULES, Finding, LintRule
from leadpact.agreement.loading import Loaded
from leadpact.agreement.problems import Problem, in_order
from leadpact.agreement.spec import Agreement

__all__ = ["RULES", "LintRule", "lint", "reference"]


def lint(source: Loaded | Agreement, today: date) -> list[Problem]:
    """Everything the lint rules find, in the order of the document.

    An agreement without its file has its problems at line 0. Of a document with errors, which were
    told when it was loaded, the sound part is examined; what may only follow from an error is not
    told.
    """
    if isinstance(source, Agreement):
        return in_order(_problem(*found, None) for found in examine(source, today))
    if source.agreement is not None:
        return in_order(_problem(*found, source) for found in examine(source.agreement, today))
    if source.sound is None:
        return []
    return in_order(
        _problem(rule, replace(found, path=source.sound.origin(found.path)), source)
        for rule, found in examine(source.sound.agreement, today)
        if not follows(rule, found, source.sound)
    )


def _problem(rule: LintRule, found: Finding, loaded: Loaded | None) -> Problem:
    return Problem(
        loaded.file if loaded else "",
        *(loaded.locate(found.path) if loaded else (0, 0)),
        found.path,
        _plain(found.message),
        _plain(found.hint),
        rule.name,
        rule.severity,
    )


def _plain(sentence: str) -> str:
    """A sentence as it stands after a colon."""
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")
