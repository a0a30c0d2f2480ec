"""How the web process makes itself ready, and how many there are."""

from __future__ import annotations

import gc
import os

import pytest
from django.db import connection

from leadpact.web import process


def test_several_processes_answer_where_several_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert process.fitting() == (4 if connection.vendor == "postgresql" else 1)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert process.fitting() == 1


def test_what_is_loaded_is_not_searched_again() -> None:
    try:
        process.settle()
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
