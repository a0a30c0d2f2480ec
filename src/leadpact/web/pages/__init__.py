"""The pages, one file each; a module that is named here puts its pages on the list."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "agreement",
    "agreement_papers",
    "apart",
    "away",
    "behind",
    "crm_writes",
    "deliveries",
    "disputes",
    "figures",
    "figures_table",
    "funnel",
    "given",
    "heads",
    "home",
    "hygiene",
    "inbox",
    "lead",
    "leads",
    "marketer",
    "meetings",
    "nurture",
    "obligations",
    "own_promises",
    "pairs",
    "planner",
    "reconciliation",
    "rep",
    "saved_views",
    "set_clauses",
    "set_crm",
    "set_forms",
    "set_imports",
    "set_keys",
    "set_notices",
    "set_people",
    "set_running",
    "set_users",
    "set_webhooks",
    "setting_up",
    "settings",
    "team",
    "told",
    "why",
    "wins",
    "working",
)


def load() -> None:
    """Put every page on the list, once."""
    for name in _MODULES:
        import_module(f"leadpact.web.pages.{name}")
