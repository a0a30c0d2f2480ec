"""The page of messages is what the code sends."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> ModuleType:
    settings.LEADPACT_URL = "https://leads.example.com"
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "messages", module)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_messages_is_not_stale(messages: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")
    assert messages.messages_markdown() == page, "run `make docs`"
