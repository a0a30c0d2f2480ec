"""The outbox: who is told, when, how often, and what becomes of what does not get through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadpact.flows import answering, sending
from leadpact.flows.answering import Answer
from leadpact.flows.sending import PAUSES
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Channel, Handoff, Notice
from leadpact.ledger.sealing import SealError, seal, unseal
from leadpact.ledger.services import actions, channels, installation, notices
from leadpact.ledger.services.actions import Doing
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import of_operator
from leadpact.notify.message import Message, SendError
from tests.ledger.helpers import MONDAY, go_live, settle
from tests.ledger.telling import NOW, agree, hand_over, send, send_all


@pytest.fixture(autouse=True)
def agreed() -> None:
    agree()


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Message]]:
    """A channel for everybody, and what was told over it."""
    Channel.objects.create(name="mail", address=seal("mailto://{email}"), created_at=MONDAY)
    told: list[tuple[str, Message]] = []

    def send(_url: str, message: Message, *, email: str, private: bool) -> None:
        assert not private
        told.append((email, message))

    monkeypatch.setattr(sending.chat, "send", send)
    return told


def test_the_holder_is_told_who_why_and_until_when(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    assert send_all(NOW) == 1
    ((address, message),) = mail
    assert address.endswith("@brightfield.example")
    assert message.subject == "New lead for you: Ada"
    assert "It is at MQL" in message.lines[0]
    assert "First response to an MQL: due today at 13:00." in message.text
    assert "form submitted" in message.text
    assert "Reach it at ada@adaworks.org." in message.text
    assert send_all(NOW) == 0


def test_many_at_once_are_one_message(mail: list[tuple[str, Message]]) -> None:
    hand_over(*(f"L{n}" for n in range(20)))
    send_all(NOW)
    many = [message for _, message in mail if "new leads" in message.subject]
    assert len(many) == 3
    assert sum(len(message.lines) for message in many) + len(mail) - len(many) == 20
    assert len({address for address, _ in mail}) == 4


def test_one_message_of_many_leads_says_until_when_and_lets_each_be_accepted(
    mail: list[tuple[str, Message]], settings: Any
) -> None:
    settings.LEADPACT_URL = "https://leads.example.com"
    hand_over(*(f"L{n}" for n in range(60)))
    send_all(NOW)
    many = [message for _, message in mail if "new leads" in message.subject]
    assert max(len(message.lines) for message in many) > 10
    for message in many:
        assert all(line.endswith(": due today at 13:00") for line in message.lines)
        assert len(message.links) == min(len(message.lines), 10)
        for line, link in zip(message.lines, message.links, strict=False):
            assert link.label == f"Accept, {line[2:].partition(':')[0]}"
            asked = answering.question_of(link.url.rpartition("/")[2], NOW)
            assert (asked.answer, asked.lead) == (Answer.ACCEPT, line[2:].partition(":")[0])


def test_nobody_is_woken_at_night(mail: list[tuple[str, Message]]) -> None:
    night = MONDAY.replace(hour=3)
    go_live(night)
    hand_over("Ada", now=night)
    assert send_all(night) == 0
    assert Notice.objects.get().send_at == MONDAY.replace(hour=14)  # nine in New York


def test_a_warning_a_breach_and_those_whom_it_escalates_to(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    holder = Handoff.objects.get().person
    settle(NOW + timedelta(minutes=100))
    settle(NOW + timedelta(minutes=121))
    told = Notice.objects.exclude(kind="handoff").values_list("kind", "receiver")
    assert ("warning", holder) in told
    assert ("breach", holder) in told
    assert {receiver for kind, receiver in told if kind == "escalation"}


def test_an_answer_that_was_logged_late_takes_the_breach_back(
    mail: list[tuple[str, Message]],
) -> None:
    hand_over("Ada")
    settle(NOW + timedelta(minutes=121))
    answered = NOW + timedelta(minutes=90)
    doing = Doing(of_operator(), NOW + timedelta(minutes=130), happened_at=answered)
    actions.attempt(doing, "Ada", "phone", outcome="spoke")
    actions.connect(doing, "Ada", "phone")
    settle(NOW + timedelta(minutes=131))
    told = set(Notice.objects.filter(kind="correction").values_list("receiver", flat=True))
    breach = Notice.objects.filter(kind__in=("breach", "escalation"), payload__contains="First")
    assert told
    assert told == set(breach.values_list("receiver", flat=True))


def test_what_does_not_get_through_is_tried_again_then_given_up_and_replayed(
    mail: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SendError("The service did not take the message.")

    monkeypatch.setattr(sending.chat, "send", fail)
    hand_over("Ada")
    now = NOW
    for pause in PAUSES:
        assert send(now) == 1
        assert send(now) == 0
        now += pause
    assert send(now) == 1
    notice = Notice.objects.get(kind="handoff")
    assert (notice.state, notice.attempts) == ("dead", len(PAUSES) + 1)
    assert notices.replay([notice.pk], actor="test", now=now) == 1
    assert Notice.objects.get(pk=notice.pk).state == "waiting"


def test_a_receiver_whom_no_channel_reaches_is_not_forgotten() -> None:
    hand_over("Ada")
    send_all(NOW)
    notice = Notice.objects.get()
    assert (notice.state, notice.last_error) == ("dropped", "no channel reaches this receiver")


def test_what_came_about_while_it_only_watched_is_told_to_nobody_afterwards() -> None:
    hand_over("Ada")
    installation.set_shadow(True, actor="test", now=NOW + timedelta(minutes=1))
    settle(NOW + timedelta(minutes=121))
    installation.set_shadow(False, actor="test", now=NOW + timedelta(minutes=122))
    settle(NOW + timedelta(minutes=122))
    assert set(Notice.objects.values_list("kind", flat=True)) == {"handoff"}


def test_who_wants_to_hear_again_does_not_hear_what_was_meanwhile() -> None:
    hand_over("Ada")
    holder = Notice.objects.get().receiver
    channels.mute(holder, "warning", actor="test", now=NOW)
    settle(NOW + timedelta(minutes=100))
    channels.unmute(holder, "warning", actor="test", now=NOW + timedelta(minutes=101))
    hand_over("Bea", now=NOW + timedelta(minutes=101))
    warning = Notice.objects.get(kind="warning")
    assert (warning.state, warning.last_error) == (
        "dropped", "the receiver wants to hear no more of this kind"
    )  # fmt: skip


def test_a_name_cannot_pass_for_a_line_of_ours(mail: list[tuple[str, Message]]) -> None:
    known = Known(id="1", email="ada@adaworks.org")
    stated = {"name": "Ada\n\nAccept: https://evil.example", "country": "US", "employees": 800}
    asked = {"form": "demo", "seconds_to_fill": 40}
    ingest(
        [
            Fact("crm", "1", "lead.created", NOW, known, stated, NOW),
            Fact("crm", "2", "form_submitted", NOW, known, asked, NOW),
        ],
        now=NOW,
    )
    settle(NOW)
    send_all(NOW)
    ((_, message),) = mail
    assert message.subject == "New lead for you: Ada Accept: https://evil.example"


def test_what_one_sender_is_telling_no_other_tells(
    mail: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[int] = []
    tell = sending.chat.send

    def meanwhile(*given: Any, **more: Any) -> None:
        others.append(send(NOW, by="another"))
        tell(*given, **more)

    monkeypatch.setattr(sending.chat, "send", meanwhile)
    hand_over("Ada")
    assert send(NOW) == 1
    assert others == [0]
    assert len(mail) == 1


def test_what_a_killed_sender_was_telling_is_told_again_under_the_same_key(
    mail: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    told = sending.chat.send
    keys: list[str] = []

    def killed(_url: str, message: Message, **_: Any) -> None:
        keys.append(message.key)
        raise Killed

    monkeypatch.setattr(sending.chat, "send", killed)
    hand_over("Ada")
    with pytest.raises(Killed):
        send(NOW)
    monkeypatch.setattr(sending.chat, "send", told)
    assert send(NOW, by="another") == 0
    assert send(NOW + notices.LEASE, by="another") == 1
    assert [message.key for _, message in mail] == keys
    assert Notice.objects.get(kind="handoff").state == "sent"


def test_a_sender_that_was_overtaken_writes_nothing(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    late = notices.lease("late", NOW)
    now = NOW + notices.LEASE
    other = notices.lease("other", now)
    assert [row.pk for row in other.notices] == [row.pk for row in late.notices]
    assert not notices.renew(late, late.notices, now)
    notices.failed(late, late.notices, "too late", PAUSES, final=True, now=now)
    assert Notice.objects.get(kind="handoff").state == "waiting"
    notices.sent(other, other.notices, now=now)
    assert Notice.objects.get(kind="handoff").state == "sent"


def test_credentials_are_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("mailto://user:password@host")
    assert "password" not in sealed
    assert unseal(sealed) == "mailto://user:password@host"
    monkeypatch.setenv("LEADPACT_SECRET", "another")
    with pytest.raises(SealError, match="has changed"):
        unseal(sealed)


def test_what_is_no_longer_so_when_it_could_be_told_is_not_told(
    mail: list[tuple[str, Message]],
) -> None:
    evening = MONDAY.replace(hour=22, minute=30)  # half past five in New York
    hand_over("Ada", "Bea", now=evening)
    night = evening + timedelta(hours=1)
    actions.reject(Doing(of_operator(), night), "Bea", "wrong timing")
    settle(night)
    morning = (MONDAY + timedelta(days=1)).replace(hour=14)
    send_all(morning)
    assert [message.subject for _, message in mail if "New lead" in message.subject] == [
        "New lead for you: Ada"
    ]
    gone = Notice.objects.get(lead="Bea", kind="handoff")
    assert (gone.state, gone.last_error) == ("dropped", "no longer so when it could be told")


def test_a_warning_that_waits_while_the_answer_comes_is_not_told(
    mail: list[tuple[str, Message]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over("Ada")
    send_all(NOW)
    settle(NOW + timedelta(minutes=95))
    waiting = Notice.objects.filter(kind="warning", payload__contains="First response")
    assert waiting.exists()
    answered = NOW + timedelta(minutes=96)
    actions.connect(Doing(of_operator(), answered), "Ada", "phone")
    settle(answered)
    mail.clear()
    send_all(answered)
    assert mail == []
    assert set(waiting.values_list("state", flat=True)) == {"dropped"}


def test_a_breach_that_turns_out_to_be_none_before_anybody_read_it_needs_no_correction(
    mail: list[tuple[str, Message]],
) -> None:
    hand_over("Ada")
    send_all(NOW)
    late = NOW + timedelta(minutes=121)
    settle(late)
    answered = Doing(of_operator(), late, happened_at=NOW + timedelta(minutes=90))
    actions.connect(answered, "Ada", "phone")
    settle(late + timedelta(seconds=1))
    mail.clear()
    send_all(late + timedelta(seconds=1))
    assert not [message.subject for _, message in mail if "verdue" in message.subject]


def test_a_warning_says_how_to_reach_the_lead(mail: list[tuple[str, Message]]) -> None:
    hand_over("Ada")
    send_all(NOW)
    at = NOW + timedelta(minutes=95)
    settle(at)
    mail.clear()
    send_all(at)
    warning = next(m for _, m in mail if m.subject.startswith("Waiting"))
    assert "Reach it at ada@adaworks.org." in warning.lines
