"""Notifications in the settings: channels, webhooks, and what became of each notice."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leadpact.ledger.models import (
    Channel,
    Notice,
    Webhook,
)
from leadpact.ledger.sealing import unseal
from leadpact.notify import chat
from tests.web import registered
from tests.web.conftest import do


def test_channels_and_webhooks_come_and_go(ops: Client) -> None:
    do(ops, "settings_notices", "add", name="Log", address="json://8.8.8.8/x")
    channel = Channel.objects.get(name="Log")
    assert "8.8.8.8" not in ops.get(reverse("settings_notices")).content.decode()
    do(ops, "settings_notices", "drop", number=channel.pk)
    assert not Channel.objects.filter(name="Log").exists()
    assert (
        "nonsense" in do(ops, "settings_notices", "add", name="No", address="nonsense")
        or not Channel.objects.filter(name="No").exists()
    )
    told = do(ops, "settings_webhooks", "add", url="https://hooks.corp.org/x")
    assert "whsec_" in told
    webhook = Webhook.objects.latest("pk")
    do(ops, "settings_webhooks", "drop", number=webhook.pk)
    assert not Webhook.objects.filter(pk=webhook.pk).exists()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"service": "mail", "host": "", "sender": "a@b.org"}, "Name your mail server"),
        ({"service": "mail", "host": "mx.b.org/x", "sender": "a@b.org"}, "Name your mail server"),
        ({"service": "mail", "host": "mx.b.org", "sender": "us"}, "from which address"),
        ({"service": "mail", "host": "mx.b.org", "port": "0", "sender": "a@b.org"}, "a number"),
        ({"service": "slack", "hook_slack": "https://b.org/x"}, "no address of Slack"),
        ({"service": "teams", "hook_teams": "slack://a/b/c"}, "no address of Microsoft Teams"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(ops: Client, told: dict[str, str], said: str) -> None:
    assert said in do(ops, "settings_notices", "add", **told)
    assert not Channel.objects.exists()


def test_a_mail_server_and_a_chat_are_added_by_their_own_fields(ops: Client) -> None:
    do(
        ops, "settings_notices", "add", service="mail", host="smtp.b.org",
        user="us@b.org", password="p:@/?", sender="leads@b.org",
    )  # fmt: skip
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    do(ops, "settings_notices", "add", service="slack", hook_slack=hook)
    mail = unseal(Channel.objects.get(name="Mail").address)
    assert mail == (
        "mailtos://us%40b.org:p%3A%40%2F%3F@smtp.b.org:587"
        "?from=leads@b.org&mode=starttls&to={email}"
    )
    assert chat.problem_of(mail) is None
    assert unseal(Channel.objects.get(name="Slack").address) == hook
    assert "p:@/?" not in ops.get(reverse("settings_notices")).text


def test_messages_that_wait_for_a_channel_are_an_alarm(ops: Client) -> None:
    assert "cannot be sent: there is no channel" in ops.get(reverse("settings_notices")).text


def test_a_trial_to_a_private_address_is_refused(ops: Client) -> None:
    do(ops, "settings_webhooks", "add", url="http://127.0.0.1:9/x")
    webhook = Webhook.objects.latest("pk")
    told = do(ops, "settings_webhooks", "try", number=webhook.pk)
    assert "The webhook was not told" in told


def test_the_delivery_log_has_digests_and_leads_to_the_leads(ops: Client) -> None:
    at = registered.now()
    Notice.objects.create(
        key="d", kind="digest", receiver="Ana Silva", payload="{}", created_at=at, send_at=at
    )
    shown = ops.get(reverse("settings_deliveries")).text
    assert ">digest<" in shown
    assert 'href="/leads/Ada">Ada</a>' in shown
    assert "/leads/Ada" not in ops.get(f"{reverse('settings_deliveries')}?kind=digest").text
