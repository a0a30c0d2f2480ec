"""Each kind of message as people get it, made by the very code that sends them.

A week under the agreement of the larger template is lived through in an empty ledger; what would
be sent is caught on its way out.

python scripts/messages.py     print the page, made in a ledger of its own
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

_INTRODUCTION = """\
# Messages

This page is made by the code that sends them (`make docs`), from a made-up week under the agreement
of `leadpact init --template b2b-saas`. Times are on the receiver's own wall clock. How people are
reached, and what they can turn off, is told in [Tell people](../how-to/tell-people.md).
"""
_WHAT = {
    "handoff": ("Handoff", "To whoever is given a lead, at once: why it is qualified, what it did "
                "last, and until when sales owes it what."),
    "warning": ("Warning", "Before a promise is broken, to whoever has it to keep, as early as the "
                "agreement says."),
    "breach": ("Breach", "When a promise is broken, to whoever had it to keep."),
    "escalation": ("Escalation", "At the same time, to those whom the agreement names; and further "
                   "up, step by step, while nobody answers."),
    "correction": ("Correction", "To everybody who was told of a breach, when the answer had come "
                   "in time and was only logged late."),
    "returned": ("Given back", "To marketing, when sales gives a lead back."),
    "withdrawn": ("Withdrawn", "To whoever has a lead that no longer qualifies, because a fact was "
                  "withdrawn."),
    "together": ("Many at once", "More than three notices of one kind for one person are one "
                 "message."),
    "touch": ("Nurture", "To the owner of a program, when a step is due that no mailing does."),
    "agreement": ("Agreement", "To both heads: a version waits for their acceptance; it ends, as "
                  "early as it says, a week before, on its last day and on the day after."),
    "digest": ("Digest", "At the start of the working day, to people, teams and heads."),
    "webhook": ("As a program is told", "The body of a signed call; its `webhook-id` stays the "
                "same when it is repeated."),
}  # fmt: skip
#: In the ledger that the environment names, which is then a new one.
_HERE = "--here"
_LINK = re.compile(r"/answer/\S+")
#: A version has the number that the database gives it.
_VERSION = re.compile(r"\?version=\d+")


class Sent(NamedTuple):
    """A message that was caught: to whom, what about, what it says."""

    receiver: str
    subject: str
    text: str


def messages_markdown() -> str:
    """The page, from an empty ledger; what is written there is left to the caller."""
    sent, calls = _week()
    parts = [_INTRODUCTION]
    for kind, (title, meaning) in _WHAT.items():
        parts.append(f"## {title}\n\n{meaning}\n")
        if kind == "webhook":
            parts.append(f"```json\n{json.dumps(calls[0], indent=2, ensure_ascii=False)}\n```\n")
        parts += [_shown(each) for each in sent[kind]]
    return "\n".join(parts)


def _shown(message: Sent) -> str:
    text = _VERSION.sub("?version=1", _LINK.sub("/answer/…", message.text))
    return f"```text\nTo:      {message.receiver}\nSubject: {message.subject}\n\n{text}\n```\n"


def _week() -> tuple[Mapping[str, list[Sent]], list[Mapping[str, Any]]]:
    """What is sent in the week, by kind; and what programs are told."""
    from leadpact.agreement import templates
    from leadpact.agreement.loading import load_text
    from leadpact.flows.digesting import plan_digests
    from leadpact.flows.renewing import plan_reminders
    from leadpact.ledger.models import Channel, Webhook
    from leadpact.ledger.sealing import seal
    from leadpact.ledger.services import actions
    from leadpact.ledger.services.actions import Doing
    from leadpact.ledger.services.agreements import publish
    from leadpact.ledger.services.installation import go_live
    from leadpact.ledger.services.permits import of_operator

    monday = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in New York
    publish(load_text(templates.text("b2b-saas"), "agreement.yaml"), actor="docs", now=monday)
    go_live(monday, actor="docs", now=monday)
    Channel.objects.create(name="mail", address=seal("mailto://{email}"), created_at=monday)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    Webhook.objects.create(
        url="https://hooks.example.com", secret=seal(secret), kinds='["handoff"]', created_at=monday
    )

    def by(name: str, at: datetime) -> Doing:
        return Doing(of_operator(name), at)

    with _caught() as caught:
        _arrive(["Ada Byron, Analytical Engines"], monday)
        handoff = caught.told(monday)
        warning = caught.told(monday + timedelta(minutes=95))
        broken = caught.told(monday + timedelta(minutes=121))
        still = caught.told(monday + timedelta(hours=6))
        late = by("Ana Silva", monday + timedelta(hours=6, minutes=5))
        answered = Doing(late.caller, late.now, happened_at=monday + timedelta(minutes=30))
        actions.attempt(answered, "l-1", "phone", outcome="spoke")
        actions.connect(answered, "l-1", "phone")
        correction = caught.told(late.now)
        afternoon = monday + timedelta(hours=7)
        note = "They bought elsewhere last month."
        actions.reject(by("Ana Silva", afternoon), "l-1", "wrong timing", rating=3, note=note)
        returned = caught.told(afternoon)
        firsts, lasts = ("Grace", "Alan", "Mary", "Emmy"), ("Hopper", "Turing", "Wu", "Noether")
        _arrive([f"{one} {two}, {two} & Co" for one in firsts for two in lasts], afternoon)
        together = caught.told(afternoon)
        tuesday = monday + timedelta(days=1)
        caught.settle(tuesday)
        plan_digests(tuesday)
        digest = caught.told(tuesday)
        actions.void(by("Maya Lindqvist", tuesday), source="site", event_id="2 3")
        withdrawn = caught.told(tuesday + timedelta(minutes=1))
        touched = by("Jonas Weber", tuesday + timedelta(days=50))
        actions.touch(touched, "l-1", "Second chance", "Story of a customer who waited too")
        touch = caught.told(touched.now + timedelta(days=90))
        plan_reminders(monday)
        waits = caught.told(monday)
        november = monday.replace(month=11, day=17)
        plan_reminders(november)
        ends = caught.told(november)

    def first(sent: list[Sent], words: str) -> list[Sent]:
        return [each for each in sent if words in each.subject][:1]

    kinds = {
        "handoff": first(handoff, "New lead"),
        "warning": first(warning, "Waiting: "),
        "breach": first(broken, "Overdue: "),
        "escalation": first(broken, "told to you too") + first(still, "Still overdue"),
        "correction": first(correction, "Not overdue"),
        "returned": first(returned, "gave back"),
        "withdrawn": first(withdrawn, "No longer yours"),
        "together": first(together, "new leads"),
        "touch": first(touch, "Due: "),
        "agreement": first(waits, "waits for") + first(ends, "ends on"),
        "digest": first(digest, "Your day") + first(digest, "The day"),
        "webhook": [],
    }
    empty = [kind for kind, sent in kinds.items() if not sent and kind != "webhook"]
    if empty:
        raise RuntimeError(f"the week has no message of these kinds: {', '.join(empty)}")
    return kinds, caught.calls


def _arrive(leads: list[str], at: datetime) -> None:
    from leadpact.ledger.facts import Fact, Known
    from leadpact.ledger.models import Lead
    from leadpact.ledger.services.ingest import ingest

    for each in leads:
        number = Lead.objects.count() + 1
        name, _, company = each.partition(", ")
        known = Known(id=f"l-{number}", email=f"{name.split()[0].lower()}@company{number}.org")
        stated = {
            "email": known.email, "name": name, "company": company, "country": "US",
            "employees": 800,
        }  # fmt: skip
        viewed = at - timedelta(minutes=5)
        asked = {"form": "demo", "seconds_to_fill": 40}
        ingest(
            [
                Fact("site", f"{number} 1", "lead.created", viewed, known, stated, viewed),
                Fact("site", f"{number} 2", "pricing_viewed", viewed, known, {}, viewed),
                Fact("site", f"{number} 3", "form_submitted", at, known, asked, at),
            ],
            now=at,
        )


class _Caught:
    """What goes out, kept instead of sent."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.calls: list[Mapping[str, Any]] = []

    def settle(self, at: datetime) -> None:
        from leadpact.flows.live import turn

        while turn(lambda: at).looked:
            pass

    def told(self, at: datetime) -> list[Sent]:
        """Let the live flow work and everything be sent; what was."""
        from leadpact.flows.sending import send_due

        self.sent = []
        self.settle(at)
        while send_due(lambda: at, "docs"):
            pass
        return self.sent


@contextmanager
def _caught() -> Iterator[_Caught]:
    from unittest.mock import patch

    from leadpact.notify import chat, webhooks

    caught = _Caught()

    def mail(_url: str, message: Any, *, email: str, private: bool) -> None:
        del private
        caught.sent.append(Sent(email, message.subject, message.text))

    def call(_url: str, _secret: str, _key: str, body: Mapping[str, Any], **_: Any) -> None:
        caught.calls.append(body)

    with patch.object(chat, "send", mail), patch.object(webhooks, "send", call):
        yield caught


def made_apart() -> str:
    """The page, made by a process of its own in a ledger of its own."""
    with tempfile.TemporaryDirectory() as home:
        aside = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        environment = {k: v for k, v in os.environ.items() if k not in aside} | {
            "LEADPACT_HOME": home,
            "LEADPACT_SECRET": "only for this page",
            "LEADPACT_URL": "https://leads.example.com",
        }
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), _HERE],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    if _HERE in sys.argv:
        from leadpact.flows.opening import open_ledger

        open_ledger()
        print(messages_markdown(), end="")
    else:
        print(made_apart(), end="")
