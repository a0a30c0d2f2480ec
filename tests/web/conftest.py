"""Pages as the application gives them, with the company that the tests of the interface know."""

from __future__ import annotations

import pytest

from tests.api.conftest import company, published

__all__ = ["company", "published"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here may use the database."""
    for item in items:
        if item.path.parent.name == "web":
            if not item.get_closest_marker("django_db"):
                item.add_marker(pytest.mark.django_db)
            item.add_marker("ledger")
