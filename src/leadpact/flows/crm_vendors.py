"""Which connector speaks with which customer system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadpact.flows.crm_wanted import own_properties
from leadpact.sources.crm.connector import Connector, CrmError
from leadpact.sources.crm.mapping import Crm

#: What a user types to install what a system needs.
_EXTRA = {"hubspot": "leadpact[hubspot]", "salesforce": "leadpact[salesforce]"}


def connector_of(crm: Crm, credentials: Mapping[str, str], address: str) -> Connector:
    """The connector of a system, reading what the mapping names. Raises CrmError."""
    try:
        if crm.system == "hubspot":
            return _hubspot(crm, credentials, address)
    except ModuleNotFoundError as missing:
        raise CrmError(
            f"To speak with {crm.system}, install its client first: "
            f"pip install '{_EXTRA[crm.system]}'."
        ) from missing
    raise CrmError(f"This version cannot speak with {crm.system} yet.")


def lacking_scopes(system: str, scopes: Sequence[str]) -> list[str]:
    """What a credential should be allowed and is not; nothing where the system does not say."""
    if system != "hubspot" or not scopes:
        return []
    from leadpact.sources.hubspot.connector import READING, WRITING

    return [each for each in (*READING, *WRITING) if each not in scopes]


def suggested(
    system: str,
    credentials: Mapping[str, str],
    address: str,
    stages: Sequence[tuple[str, str]],
) -> str:
    """The text of a first mapping; `stages` are the agreement's with their roles."""
    if system != "hubspot":
        raise CrmError(f"No mapping can be suggested for {system}; write one first.")
    from leadpact.sources.hubspot.suggest import MEANT, suggest

    crm = Crm.model_validate(
        {
            "leadpact_crm": 1,
            "system": system,
            "people": {"contacts": {"fields": {"email": "email"}}},
        }
    )
    connector = connector_of(crm, credentials, address)
    known = {of: {each.name: each for each in connector.properties(of)} for of in MEANT}
    return suggest(known, stages)


def _hubspot(crm: Crm, credentials: Mapping[str, str], address: str) -> Connector:
    from leadpact.sources.hubspot.client import Client
    from leadpact.sources.hubspot.connector import HubSpotConnector

    own = [each.name for each in own_properties(crm)]
    return HubSpotConnector(Client(credentials, address), crm, dict.fromkeys(crm.people, own))
