"""An organisation as a small company has it: two sellers, and Leadpact's fields deployed."""

from __future__ import annotations

import io
import re
import zipfile

from leadpact.demo.salesforce.org import Clock, Org

CREDENTIALS = {"client_id": "app", "client_secret": "secret"}
_FIELD = re.compile(r"<fullName>(\w+__c)</fullName>.*?<type>(\w+)</type>", re.S)
_KINDS = {"Text": "string", "LongTextArea": "textarea", "Number": "double", "DateTime": "datetime",
          "Picklist": "picklist"}  # fmt: skip


def organisation(now: Clock) -> Org:
    """An organisation with two sellers, and nobody else in it."""
    org = Org(now)
    org.user("Ana Lopez", "ana@acme.example")
    org.user("Ben Okoye", "ben@acme.example")
    return org


def deploy(org: Org, package: bytes) -> None:
    """Bring the fields of a metadata package into leads and contacts, as an administrator does."""
    with zipfile.ZipFile(io.BytesIO(package)) as zipped:
        for name in zipped.namelist():
            of = name.removeprefix("objects/").removesuffix(".object")
            if of in org.fields:
                for field, kind in _FIELD.findall(zipped.read(name).decode()):
                    org.add_field(of, field, _KINDS[kind])
