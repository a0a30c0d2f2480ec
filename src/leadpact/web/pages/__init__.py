"""The pages, one file each; a module that is named here puts its pages on the list."""

from __future__ import annotations

from importlib import import_module

_MODULES = ("home", "inbox", "lead", "rep", "saved_views", "why", "working")


def load() -> None:
    """Put every page on the list, once."""
    for name in _MODULES:
        import_module(f"leadpact.web.pages.{name}")
