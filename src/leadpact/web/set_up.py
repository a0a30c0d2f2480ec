"""How each thing of the settings stands, in a word or two: good, wrong, or not there yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from leadpact.flows.crm import clock_trouble
from leadpact.flows.crm_reading import NAMES
from leadpact.ledger.models import CrmConnection
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors.set_up import SetUp, set_up


@dataclass(frozen=True)
class Stands:
    """What is so, with the tone of its badge: `good`, `short` (to be done) or `bad` (broken).

    It leads to `url`, such as the list of what it counts.
    """

    text: str
    tone: str = ""
    url: str = ""


def as_it_stands(now: datetime) -> dict[str, Sequence[Stands]]:
    """Page of the settings → how what is set there stands."""
    found = set_up()
    version = agreements.in_force(now)
    return {
        "running": _agreement(found, bool(version), now),
        "people": _people(found),
        "imports": _imports(found),
        "crm": [_crm(each) for each in found.connections] or [Stands("not connected")],
        "forms": [Stands(counted(found.forms, "form"), "good") if found.forms else Stands("none")],
        "notices": _notices(found),
        "keys": [Stands(counted(found.keys, "key")) if found.keys else Stands("none")],
    }


def counted(count: int, noun: str, several: str = "") -> str:
    """A number of things."""
    return f"{count:,} {noun if count == 1 else several or f'{noun}s'}"


def _agreement(found: SetUp, published: bool, now: datetime) -> list[Stands]:
    if not published:
        return [Stands("no agreement yet", "short")]
    if found.shadow:
        return [Stands("only watching", "short")]
    if found.live_since is None:
        return [Stands("not live yet", "short")]
    return [Stands("live", "good") if found.live_since <= now else Stands("goes live later")]


def _people(found: SetUp) -> list[Stands]:
    there = found.getting_in
    on_teams, users = reverse("settings_people"), reverse("settings_users")
    told = [Stands(f"{counted(there.on_teams, 'person', 'people')} on teams", url=on_teams)]
    for count, text, tone, which in (
        (there.signing_in, "of them may sign in", "", "may sign in"),
        (there.not_invited, "of them not invited yet", "short", "not invited yet"),
        (there.let_go, "of them let in no more", "", "let in no more"),
    ):
        if count:
            told.append(
                Stands(f"{count:,} {text}", tone, f"{on_teams}?{urlencode({'signs': which})}")
            )
    if there.others:
        others = f"{counted(there.others, 'other')} may sign in"
        told.append(
            Stands(
                others, url=f"{users}?{urlencode({'team': 'on no team', 'state': 'may sign in'})}"
            )
        )
    return told


def _imports(found: SetUp) -> list[Stands]:
    told = []
    if found.uploads_failed:
        told.append(Stands(f"{found.uploads_failed:,} failed", "bad"))
    if found.uploads_open:
        told.append(Stands(f"{found.uploads_open:,} to be confirmed", "short"))
    if found.uploads_running:
        told.append(Stands(f"{found.uploads_running:,} running"))
    return [*told, Stands(counted(found.imports, "import") if found.imports else "none yet")]


def _crm(row: CrmConnection) -> Stands:
    name = NAMES.get(row.system, row.system)
    if row.refused:
        return Stands(f"{name} refuses us", "bad")
    if row.last_error:
        return Stands(f"{name}: the last reading failed", "bad")
    if clock_trouble(row):
        return Stands(f"{name}: the clocks differ", "bad")
    if row.shadow:
        return Stands(f"{name}, only read", "short")
    return Stands(f"{name}, read and written", "good")


def _notices(found: SetUp) -> list[Stands]:
    told = []
    if found.untold and not found.channels:
        told.append(Stands(f"{counted(found.untold, 'message')} cannot be sent", "bad"))
    if found.given_up:
        told.append(Stands(f"{found.given_up:,} given up on", "bad"))
    if found.channels:
        told.append(Stands(counted(found.channels, "channel"), "good"))
    else:
        told.append(Stands("no channel", "short"))
    if found.webhooks:
        told.append(Stands(counted(found.webhooks, "webhook")))
    return told
