"""Which connector speaks with which customer system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from leadpact.flows.crm_wanted import own_properties
from leadpact.sources.crm.connector import BRISK, PATIENT, Connector, CrmError, Patience
from leadpact.sources.crm.mapping import Crm

if TYPE_CHECKING:
    from leadpact.sources.salesforce.client import Client

#: What a user types to install what a system needs.
_EXTRA = {"hubspot": "leadpact[hubspot]", "salesforce": "leadpact[salesforce]"}


def connector_of(
    crm: Crm, credentials: Mapping[str, str], address: str, patience: Patience = PATIENT
) -> Connector:
    """The connector of a system, reading what the mapping names. Raises CrmError."""
    make = {"hubspot": _hubspot, "salesforce": _salesforce}[crm.system]
    try:
        return make(crm, credentials, address, patience)
    except ModuleNotFoundError as missing:
        raise CrmError(
            f"To speak with {crm.system}, install its client first: "
            f"pip install '{_EXTRA[crm.system]}'."
        ) from missing


def needed_scopes(system: str) -> tuple[Sequence[str], Sequence[str]]:
    """What a credential must be allowed, to read and to write."""
    connector: ModuleType = import_module(f"leadpact.sources.{system}.connector")
    return connector.READING, connector.WRITING


def lacking_scopes(system: str, scopes: Sequence[str]) -> list[str]:
    """What a credential should be allowed and is not; nothing where the system does not say."""
    if system != "hubspot" or not scopes:
        return []
    reading, writing = needed_scopes(system)
    return [each for each in (*reading, *writing) if each not in scopes]


def scopes_of_feeds(system: str) -> Mapping[str, str]:
    """What a credential must be allowed beside all else to read each feed."""
    if system != "hubspot":
        return {}
    from leadpact.sources.hubspot.feeds import SCOPES

    return SCOPES


def suggested(
    system: str,
    credentials: Mapping[str, str],
    address: str,
    stages: Sequence[tuple[str, str]],
) -> str:
    """The text of a first mapping; `stages` are the agreement's with their roles.

    Raises CrmError.
    """
    if system not in _EXTRA:
        raise CrmError(
            f"Leadpact knows no customer system “{system}”; choose hubspot or salesforce."
        )
    vendor: ModuleType = import_module(f"leadpact.sources.{system}.suggest")
    people = {vendor.MEANT[0]: {"fields": {"email": "email"}}}
    crm = Crm.model_validate({"leadpact_crm": 1, "system": system, "people": people})
    connector = connector_of(crm, credentials, address, BRISK)
    known = {of: {each.name: each for each in connector.properties(of)} for of in vendor.MEANT}
    scopes = connector.account().scopes
    feeds = [feed for feed, scope in scopes_of_feeds(system).items() if scope in scopes]
    return str(vendor.suggest(known, stages, *([feeds] if feeds else [])))


def _hubspot(
    crm: Crm, credentials: Mapping[str, str], address: str, patience: Patience
) -> Connector:
    from leadpact.sources.hubspot.client import Client
    from leadpact.sources.hubspot.connector import HubSpotConnector

    own = [each.name for each in own_properties(crm)]
    client = Client(credentials, address, patience=patience)
    return HubSpotConnector(client, crm, dict.fromkeys(crm.people, own))


def _salesforce(
    crm: Crm, credentials: Mapping[str, str], address: str, patience: Patience
) -> Connector:
    from leadpact.sources.salesforce.connector import SalesforceConnector

    own = [each.name for each in own_properties(crm)]
    client = _salesforce_client(tuple(sorted(credentials.items())), address, patience)
    return SalesforceConnector(client, crm, dict.fromkeys(crm.people, own))


@lru_cache(maxsize=4)
def _salesforce_client(
    credentials: tuple[tuple[str, str], ...], address: str, patience: Patience
) -> Client:
    """One client a process: calls of a day are few, a token and what objects are made of last."""
    from leadpact.sources.salesforce.client import Client

    return Client(dict(credentials), address, patience=patience)
