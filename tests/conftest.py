"""What every test may use: the reference data, the compiler's cache, hypothesis profiles."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.browser"]

ROOT = Path(__file__).resolve().parent.parent

# One cache for all workers of a run, and for the next run: kernels compile once, not once each.
os.environ.setdefault("LEADPACT_CACHE", str(ROOT / ".cache"))

# `--hypothesis-profile=thorough` searches long and finds new examples; the default is the same
# short search everywhere, so that a run can be repeated.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough",
    settings.get_profile("ci"),
    derandomize=False,
    max_examples=2000,
)
settings.load_profile("ci")


_LONGEST = "tests/ledger/test_kills.py"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database; whoever is still connected to it is sent away before it is dropped.

    A thread of a test's server keeps its connection for as long as its client keeps its own.
    """
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            connection.cursor().execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of reference data, read in place; tests that need it skip where it is absent."""
    named = os.environ.get("LEADPACT_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is not a folder (LEADPACT_DATA names it)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a file named for scenarios are scenarios; the longest test begins first.

    At the end, one worker would be at it and the others idle.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))
    for item in items:
        if "scenario" in item.path.stem:
            item.add_marker("scenario")
