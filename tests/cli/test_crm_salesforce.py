"""Salesforce from the command line: a suggested mapping, the connection, the package of fields."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadpact.demo.salesforce.org import Org
from leadpact.demo.salesforce.server import Simulator
from tests.cli.helpers import with_home

CREDENTIALS = json.dumps({"client_id": "app", "client_secret": "secret"})
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def organisation() -> Iterator[Simulator]:
    with Simulator(Org(lambda: NOW)) as simulator:
        simulator.desk.polls = 0
        yield simulator


def test_it_is_connected_set_up_by_a_package_and_read(
    organisation: Simulator, tmp_path: Path
) -> None:
    home, mapping, file = tmp_path / "home", tmp_path / "crm.yaml", tmp_path / "package.zip"
    org, address = organisation.org, organisation.address
    connect = ("crm", "connect", "salesforce", "--mapping", mapping, "--address", address)

    suggested = with_home(home, *connect, said=CREDENTIALS)
    assert suggested.code == 0, suggested.err
    assert "system: salesforce" in mapping.read_text(encoding="utf-8")
    connected = with_home(home, *connect, said=CREDENTIALS)
    assert connected.code == 0, connected.err
    assert f"Connected with Salesforce, account {org.number}." in connected.out

    assert "publish one" in suggested.out
    unread = with_home(home, "crm", "reconcile", "salesforce")
    assert (unread.code, "was not read to its end yet" in unread.err) == (3, True)
    missing = with_home(home, "crm", "setup", "salesforce")
    assert missing.code == 1
    assert missing.err.startswith("leadpact: Lead lacks leadpact_score__c")
    refused = with_home(home, "crm", "shadow", "salesforce", "off")
    assert (refused.code, refused.err) == (missing.code, missing.err)
    packed = with_home(home, "crm", "setup", "salesforce", "--package", file)
    assert packed.code == 0, packed.err
    with zipfile.ZipFile(file) as zipped:
        assert "package.xml" in zipped.namelist()

    org.create("Lead", {"LastName": "Ada", "Email": "ada@a.io", "Status": "Open"}, org.web)
    pulled = with_home(home, "crm", "pull", "salesforce")
    assert pulled.code == 0, pulled.err
    assert "Lead: 1 read." in pulled.out


def test_what_is_wrong_with_a_credential_is_one_sentence(
    organisation: Simulator, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    words = ("crm", "connect", "salesforce", "--mapping", tmp_path / "crm.yaml")
    wrong = json.dumps({"client_id": "app", "client_secret": "guess"})
    answer = with_home(home, *words, "--address", organisation.address, said=wrong)
    assert "Salesforce gives no token (invalid_client)" in answer.err
    assert answer.code == 1
    assert not (tmp_path / "crm.yaml").exists()
