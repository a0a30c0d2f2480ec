"""Names of the log and of fields as words: `sales.connected` as “sales connected”."""

from __future__ import annotations

import re
from collections.abc import Callable

from leadpact.agreement.conditions import EventCondition
from leadpact.agreement.lint.places import questions
from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import FIXED_KINDS


def plainly(agreement: Agreement) -> Callable[[str], str]:
    """What puts names that this agreement uses into words, and leaves every other text as it is."""
    names = {*FIXED_KINDS, *agreement.fields, *agreement.properties, *_activities(agreement)}
    odd = sorted((name for name in names if "." in name or "_" in name), key=len, reverse=True)
    found = re.compile(rf"(?<![\w.@-])(?:{'|'.join(map(re.escape, odd))})(?![\w@-]|\.\w)")
    return lambda text: found.sub(lambda name: re.sub("[._]", " ", name[0]), text)


def _activities(agreement: Agreement) -> set[str]:
    return {
        kind
        for question in questions(agreement)
        for _, leaf in question.leaves()
        if isinstance(leaf, EventCondition)
        for kind in leaf.kinds
    }
