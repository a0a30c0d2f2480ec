"""Where people see a record of a customer system in their browser."""

from __future__ import annotations

import re
from urllib.parse import quote

#: HubSpot's numbers for its objects in addresses; an organisation's own object is called by its.
_IN_HUBSPOT = {"contacts": "0-1", "companies": "0-2", "deals": "0-3"}
_OWN_OBJECT = re.compile(r"2-\d+")


def record_url(system: str, pages: str, of: str, number: str) -> str:
    """The address of a record's page; empty where the system has none for it.

    `pages` is what the account's addresses begin with, as `Account.pages` has it.
    """
    if not pages.startswith(("https://", "http://")):
        return ""
    number = quote(number, safe="")
    if system == "hubspot":
        kind = _IN_HUBSPOT.get(of) or (of if _OWN_OBJECT.fullmatch(of) else "")
        return f"{pages}/record/{kind}/{number}" if kind else ""
    return f"{pages}/lightning/r/{quote(of, safe='')}/{number}/view"
