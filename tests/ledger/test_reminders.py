"""The heads are reminded of the agreement: that it ends, and that a version waits for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadpact.agreement.organisation import Period
from leadpact.agreement.renewal import reminder_due
from leadpact.flows.messages import message_of
from leadpact.flows.renewing import plan_reminders
from leadpact.ledger.models import AgreementVersion, Notice, Role
from leadpact.ledger.services import acceptances, access, installation
from tests.ledger.helpers import go_live, put_into_force
from tests.ledger.test_digests import AGREEMENT

BEGINS = datetime(2026, 1, 5, 9, tzinfo=UTC)
UNTIL = date(2026, 6, 30)


def in_force(**term: Any) -> AgreementVersion:
    """The agreement of two desks, with this term."""
    told = {"from": "2026-01-01", **term}
    put_into_force({**AGREEMENT, "term": told}, now=BEGINS)
    return AgreementVersion.objects.latest("pk")


def told(now: datetime, what: str) -> list[tuple[str, str]]:
    """Receiver and subject of the reminders so far."""
    plan_reminders(now)
    rows = Notice.objects.filter(kind="agreement", key__contains=f" {what} ").order_by("pk")
    zone = ZoneInfo("Europe/London")
    return [(row.receiver, message_of(row, zone, now, []).subject) for row in rows]


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), date(2026, 6, 1)),
        (date(2026, 6, 22), date(2026, 6, 1)),
        (date(2026, 6, 23), date(2026, 6, 23)),
        (UNTIL, UNTIL),
        (date(2026, 9, 1), date(2026, 7, 1)),
    ],
)
def test_its_end_is_told_as_early_as_it_says_then_a_week_before_and_on_both_sides_of_it(
    today: date, due: date | None
) -> None:
    term = Period.model_validate(
        {"from": "2026-01-01", "until": "2026-06-30", "renewal_notice": "29 days"}
    )
    assert reminder_due(term, today) == due
    assert reminder_due(Period.model_validate({"from": "2026-01-01"}), today) is None


def test_a_short_notice_is_the_first_word() -> None:
    term = Period.model_validate(
        {"from": "2026-01-01", "until": "2026-06-30", "renewal_notice": "3 days"}
    )
    assert reminder_due(term, date(2026, 6, 25)) is None
    assert reminder_due(term, date(2026, 6, 27)) == date(2026, 6, 27)


def test_both_heads_are_told_once_each_time_until_another_version_follows() -> None:
    in_force(until="2026-06-30", renewal_notice="30 days")
    go_live(BEGINS)
    assert told(datetime(2026, 5, 29, 9, tzinfo=UTC), "ends") == []
    first = [(head, "The agreement ends on 30 June 2026") for head in ("Mia Moss", "Sam Stone")]
    for hour in (9, 10, 34):
        at = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert sorted(told(at, "ends")) == first
    assert len(told(datetime(2026, 6, 23, 9, tzinfo=UTC), "ends")) == 4
    over = told(datetime(2026, 7, 2, 9, tzinfo=UTC), "ends")
    assert over[-1][1] == "The agreement ended on 30 June 2026"
    put_into_force({**AGREEMENT, "term": {"from": "2026-08-01"}}, now=BEGINS)
    assert len(told(datetime(2026, 7, 9, 9, tzinfo=UTC), "ends")) == len(over)


def test_a_version_waits_for_each_head_until_they_accepted_it(
    settings: Any,
) -> None:
    settings.LEADPACT_URL = "https://leads.example.com"
    version = in_force()
    go_live(BEGINS)
    sam = access.create_user("sam@acme.org", Role.SALES_HEAD, None, actor="test", now=BEGINS)
    acceptances.accept(version.pk, version.sha256, sam, now=BEGINS)
    waits = "The agreement waits for your acceptance: Two desks"
    assert told(BEGINS, "waits") == [("Mia Moss", waits)]
    assert told(BEGINS + timedelta(days=2), "waits") == [("Mia Moss", waits)]
    message = message_of(Notice.objects.get(), ZoneInfo("UTC"), BEGINS, [])
    assert f"/agreement/?version={version.pk}" in message.text
    assert "1 January 2026" in message.text


def test_an_installation_that_only_watches_reminds_nobody() -> None:
    in_force(until="2026-01-20")
    assert told(BEGINS, "ends") == []
    go_live(BEGINS)
    installation.set_shadow(True, actor="test", now=BEGINS)
    assert told(BEGINS, "ends") == []
