"""What a history teaches together with what the agreement would have done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from leadpact.agreement.loading import Loaded
from leadpact.insight.learning.definition import Definition
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.scorecard import Scorecard
from leadpact.insight.what_if import WhatIf

What = TypeVar("What")


@dataclass(frozen=True)
class Trial(Generic[What]):
    """Something that was learned, the agreement changed by it, and what that would have done."""

    what: What
    version: Loaded
    found: WhatIf


@dataclass(frozen=True)
class Taught:
    """What a history teaches, or the sentence that says `why` it does not; and trials of it."""

    learned: Learned | None
    why: str = ""
    definition: Trial[Definition] | None = None
    scorecard: Trial[Scorecard] | None = None
