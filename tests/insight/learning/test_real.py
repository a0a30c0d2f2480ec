"""A real company of which the answers are known: sellers who came to a marketplace."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadpact.backends.evaluating import evaluate
from leadpact.flows.checking import usable
from leadpact.flows.reading import read_history
from leadpact.insight.differences import Word
from leadpact.insight.learning.learned import learned

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("LEADPACT_DATA") or ROOT.parent / "shared" / "data")


def test_a_marketplace_finds_the_sources_that_are_known_to_bring_more() -> None:
    """Known: of unknown source most sign, of email and social fewest; source and page order leads
    with an area of some 0.68."""
    if not (DATA / "olist" / "mqls.csv").is_file():
        pytest.skip(f"no public data: {DATA / 'olist'} is not there (LEADPACT_DATA names it)")
    example = ROOT / "examples" / "olist"
    versions, _ = usable([str(example / "agreement.yaml")], datetime(2026, 1, 1, tzinfo=UTC))
    agreement = versions[0].agreement
    assert agreement is not None
    read = read_history(str(example / "sources.yaml"), str(DATA), lambda *_: None)
    found = learned(evaluate([agreement], read.history), read.history)
    words = {each.trait.name: each.word for each in found.compared}
    assert words["source: unknown"] is Word.HIGHER
    assert words["source: email"] is words["source: social"] is Word.LOWER
    assert found.scorecard is not None
    assert 0.62 < found.scorecard.own.area.value < 0.72
