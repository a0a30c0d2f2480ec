"""A ledger of its own that is connected with a stand-in for a customer system, both at work."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import as_file, files

from leadpact.demo.hubspot.portal import TOKEN
from leadpact.demo.hubspot.webhooks import SECRET
from leadpact.demo.salesforce.company import CREDENTIALS
from leadpact.flows import crm
from leadpact.flows.publishing import publish
from leadpact.ledger.models import Role
from leadpact.ledger.services import access, installation
from leadpact.sources.crm.loading import parse_crm

_ACTOR = "demo"
_PEOPLE = (
    (Role.SALES_HEAD, "sam@acme.example", "Sam Cole"),
    (Role.REP, "ana@acme.example", "Ana Lopez"),
    (Role.MARKETING_HEAD, "mia@acme.example", "Mia Berg"),
    (Role.ADMINISTRATOR, "olga@acme.example", "Olga Roth"),
)


_CREDENTIALS = {
    "hubspot": {"token": TOKEN, "client_secret": SECRET},
    "salesforce": CREDENTIALS,
}


def prepare(system: str, address: str, *, now: datetime) -> None:
    """Fill an empty ledger: agreement, people, live from now on, connected, and writing."""
    installation.open_to_all(now=now)
    with as_file(files(f"leadpact.demo.{system}") / "agreement.yaml") as file:
        publish(str(file), actor=_ACTOR, now=now)
    for role, email, name in _PEOPLE:
        access.create_user(email, role, None, actor=_ACTOR, now=now, name=name)
    installation.go_live(now, actor=_ACTOR, now=now)
    credentials = _CREDENTIALS[system]
    loaded = parse_crm(crm.suggestion(system, credentials, address, now=now), "crm.yaml")
    row, _ = crm.connect(loaded, credentials, address, actor=_ACTOR, now=now)
    crm.let_write(row, actor=_ACTOR, now=now)
