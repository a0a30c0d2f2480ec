"""The small company whose leads programs ask for, asked by an assistant."""

from __future__ import annotations

from tests.api.conftest import company, published

__all__ = ["company", "published"]
