"""Who a lead is, as pages say it: how it is called, what it does where, and how it is reached."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from leadpact.engine.identity import email_key
from leadpact.ledger.models import Lead

#: Attributes by which a person is called, those of the usual customer systems among them.
_PHONES = ("phone", "mobilephone", "mobile_phone", "mobile")
_TITLES = ("title", "job_title", "jobtitle")
#: What a telephone dials; anything else that a lead calls its phone is only shown.
_DIALLED = re.compile(r"\+?[\d\s()./-]{5,30}")


@dataclass(frozen=True)
class Who:
    """A lead in words. `tel` and `mailto` are addresses for a link, empty where there is none."""

    name: str
    title: str
    company: str
    phone: str
    email: str

    @property
    def tel(self) -> str:
        """What a click on the number dials."""
        if not _DIALLED.fullmatch(self.phone):
            return ""
        return "tel:" + re.sub(r"[^\d+]", "", self.phone)

    @property
    def mailto(self) -> str:
        """Whom a click on the address writes to."""
        return "mailto:" + quote(self.email, safe="@+") if email_key(self.email) else ""


#: Attributes that are told by name and not listed again.
TOLD = frozenset({"name", "company", "email", "created_at", *_PHONES, *_TITLES})


def who(lead: Lead) -> Who:
    """Who a lead is, from what is known now; its state and company are read already."""
    stated = json.loads(lead.state.attributes) if hasattr(lead, "state") else {}
    email = str(stated.get("email") or "")
    return Who(
        name=str(stated.get("name") or email or lead.key),
        title=_first(stated, _TITLES),
        company=str(stated.get("company") or lead.company or ""),
        phone=_first(stated, _PHONES),
        email=email,
    )


def _first(stated: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(stated[name]) for name in names if stated.get(name)), "")
