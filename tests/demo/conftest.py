from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadpact.demo.company import generate

if TYPE_CHECKING:
    from leadpact.demo.company import Company


@pytest.fixture(scope="package")
def company() -> Company:
    """The company as `leadpact demo` shows it."""
    return generate()
