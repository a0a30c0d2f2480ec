"""What somebody did with a lead, in words: every action has its service, for commands too."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from leadpact.api.writing import ActionIn
from leadpact.cli.commands.act import act
from leadpact.cli.exits import Failed
from leadpact.flows import doing
from leadpact.flows.doing import ACTIONS, Deed
from leadpact.ledger.instants import instant
from leadpact.ledger.models import Event
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.permits import of_operator
from tests.ledger.helpers import MONDAY
from tests.ledger.test_sending import agreed as agreed
from tests.ledger.test_sending import hand_over


def test_every_action_has_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    services = Mock()
    monkeypatch.setattr(doing, "actions", services)
    for action in ACTIONS:
        asked: Any = action
        assert doing.do(Doing(of_operator(), MONDAY), "Ada", Deed(asked)) is not None
    assert len(services.method_calls) == len(ACTIONS) == len({c[0] for c in services.method_calls})


def test_a_program_may_say_of_a_deed_whatever_a_command_may() -> None:
    assert set(ActionIn.model_fields) - {"happened_at"} == set(Deed.__dataclass_fields__)


def test_a_command_records_who_did_what_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    hand_over("Ada")
    at = "2026-03-02T16:20+00:00"
    act("Ada", "attempt", channel="phone", outcome="spoke", by="Ana Silva", at=at)
    fact = Event.objects.get(kind="sales.attempted")
    assert (fact.actor, fact.lead_id) == ("Ana Silva", "Ada")
    assert fact.event_id in capsys.readouterr().out
    assert instant(fact.happened).isoformat() == "2026-03-02T16:20:00+00:00"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Ada", "fly"), "is none of accept"),
        (("nobody", "accept"), "no lead nobody"),
        (("Ada", "reject"), "reason"),
    ],
)
def test_what_cannot_be_is_one_sentence(words: tuple[str, str], says: str) -> None:
    hand_over("Ada")
    with pytest.raises(Failed, match=says):
        act(*words)


@pytest.mark.parametrize("at", ["yesterday", "2026-03-02"])
def test_a_time_needs_its_zone(at: str) -> None:
    with pytest.raises(Failed, match="--at is"):
        act("Ada", "accept", at=at)
