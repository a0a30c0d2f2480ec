"""The example agreements load and have no findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadpact.agreement.lint import lint
from leadpact.agreement.loading import load

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "agreements").glob("*.yaml"))


def test_there_are_examples():
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_has_no_findings(path: Path):
    loaded = load(path)
    assert loaded.problems == []
    assert lint(loaded, date(2026, 6, 1)) == []
