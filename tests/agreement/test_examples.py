"""The example agreements load and have no findings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadpact.agreement.lint import lint
from leadpact.agreement.loading import load

EXAMPLES = [
    Path(__file__).parents[2] / "examples" / name / "agreement.yaml"
    for name in ("small-agency", "marketplace")
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_has_no_findings(path: Path):
    loaded = load(path)
    assert loaded.problems == []
    assert lint(loaded, date(2026, 6, 1)) == []
