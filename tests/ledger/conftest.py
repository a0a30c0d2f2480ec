"""What tests of the ledger share: they are run on SQLite, and on PostgreSQL where one is named."""

import pytest

pytest.register_assert_rewrite("tests.ledger.soaking")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here may use the database."""
    for item in items:
        if item.path.parent.name == "ledger":
            if not item.get_closest_marker("django_db"):
                item.add_marker(pytest.mark.django_db)
            item.add_marker("ledger")
