"""The sample company in a ledger: a year of history, and people who come while one looks at it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadpact.demo.present import generate_until
from leadpact.demo.visitors import Visitors
from leadpact.flows import live
from leadpact.flows.demonstration import AGREEMENT, agreement_of
from leadpact.flows.inhabiting import PEOPLE, Life, arrive, inhabit
from leadpact.ledger.models import (
    Change,
    Handoff,
    Installation,
    Lead,
    LeadState,
    Measurement,
    Notice,
    PublishedMetric,
    User,
)
from leadpact.ledger.services.installation import InstallationError

#: A Tuesday on which both offices work.
NOW = datetime(2026, 12, 8, 15, tzinfo=UTC)


def nothing(_done: float, _what: str) -> None:
    """Nobody watches."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    generate_until(NOW, leads=100).write(tmp_path)
    (tmp_path / AGREEMENT).write_text(agreement_of(NOW), encoding="utf-8")
    return tmp_path


def test_the_company_lives_in_a_ledger_of_its_own(folder: Path) -> None:
    inhabit(folder, seed=7, now=NOW, tell=nothing)
    installation = Installation.objects.get()
    assert installation.made_up
    assert installation.live_since == NOW - timedelta(hours=3)
    assert Lead.objects.count() > 100
    assert LeadState.objects.count() == Lead.objects.count()
    assert not Change.objects.exists()
    assert Measurement.objects.get().as_of == NOW
    assert PublishedMetric.objects.exists()
    users = User.objects.all()
    assert {user.role for user in users} == {role.value for role, _, _ in PEOPLE}
    assert not any(user.has_usable_password() for user in users)
    assert User.objects.get(role="rep").person.name == "Chloe Martin"
    # Only who came since it is live is handed over and told of.
    handed = Handoff.objects.all()
    assert handed
    assert all(each.handed_off_at >= installation.live_since for each in handed)
    assert all(each.person for each in handed)
    assert set(Notice.objects.values_list("lead_id", flat=True)) <= {h.lead_id for h in handed}

    came = Lead.objects.count()
    life = Life(7)
    for number in range(1, 9):
        life.step(NOW + timedelta(minutes=number))
    later = NOW + timedelta(minutes=10)
    while live.turn(lambda: later).looked:
        pass
    assert Lead.objects.count() == came + 8
    assert Handoff.objects.count() > len(handed)


def test_no_other_ledger_becomes_the_demonstration(folder: Path) -> None:
    arrive(Visitors(7).visit(1, NOW), now=NOW)
    with pytest.raises(InstallationError, match="Only an empty ledger"):
        inhabit(folder, seed=7, now=NOW, tell=nothing)
    assert not Installation.objects.filter(made_up=True).exists()
