"""The first agreement of an installation: from a template or an export to being in force."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leadpact.agreement import templates
from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.problems import Problem
from leadpact.agreement.spec import Agreement
from leadpact.flows.checking import AgreementError, warnings
from leadpact.flows.initialise import initialise
from leadpact.ledger.models import AgreementVersion, Person, Role, Upload, User
from leadpact.ledger.services import access, installation, uploads
from leadpact.ledger.services.agreements import publish

FILE = "the agreement"
_TEAM = "Sales"
_WITH_EMAIL = re.compile(r"(?P<name>.+?)\s*[,;<\t]\s*(?P<email>[^\s<>,;]+@[^\s<>,;]+?)\s*>?")
_MOST_PEOPLE = 200


class SetUpError(Exception):
    """What was said cannot be meant; the message is a sentence for the user."""


@dataclass(frozen=True)
class Named:
    """Somebody with a part in the agreement; without an address they cannot sign in."""

    name: str
    email: str


@dataclass(frozen=True)
class Wishes:
    """What the first agreement is to say: whose, in which zone, who sells, what makes an MQL.

    `by_form`: a lead is ready for sales once it fills in a form; else once somebody marks it so. A
    template that says that itself keeps to it. `heads` are who leads each side, as far as named.
    """

    company: str
    timezone: str
    sellers: Sequence[Named]
    by_form: bool
    template: str = "basic"
    heads: Mapping[str, Named] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """The text of a first agreement, and in sentences what was found on the way."""

    text: str
    findings: Sequence[str]


def named(text: str) -> Named:
    """Somebody: a name, and an address after a comma or in brackets. Raises SetUpError."""
    match = _WITH_EMAIL.fullmatch(text.strip())
    name = " ".join((match["name"] if match else text).split())
    email = match["email"].lower() if match else ""
    if "@" in name or len(name) > 100:
        raise SetUpError(f"“{text.strip()[:60]}”: write a name, a comma, and an email address.")
    if email:
        _refuse_no_address(email)
    return Named(name, email)


def sellers_of(text: str) -> list[Named]:
    """People, one a line. Raises SetUpError."""
    found: dict[str, Named] = {}
    for line in filter(None, (each.strip() for each in text.splitlines())):
        seller = named(line)
        if seller.name.casefold() in found:
            raise SetUpError(f"{seller.name} is there twice.")
        found[seller.name.casefold()] = seller
    if not found:
        raise SetUpError("Name at least one person who sells: leads need somebody to go to.")
    if len(found) > _MOST_PEOPLE:
        raise SetUpError(f"Begin with at most {_MOST_PEOPLE} people; more go into the agreement.")
    return list(found.values())


def _refuse_no_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise SetUpError(f"“{email}” is no email address.") from None


def from_template(wishes: Wishes, now: datetime) -> Draft:
    """The agreement of a template as wished. Raises SetUpError."""
    text = templates.text(wishes.template)
    for side, head in wishes.heads.items():
        text = text.replace(templates.HEADS[side], json.dumps(head.name, ensure_ascii=False))
    return Draft(_as_wished(text, wishes, now), [])


def from_export(upload: Upload, wishes: Wishes, now: datetime) -> Draft:
    """A basic agreement with the stages and numbers of an export, which is then ready to import.

    Raises SetUpError, UploadError, SourcesError.
    """
    folder = uploads.folder_of(upload)
    files = {sent["role"]: folder / sent["stored"] for sent in upload.files}
    begun = initialise(
        files["leads"], files.get("deals"), timezone=wishes.timezone or None, beside=folder
    )
    uploads.settle(upload, upload.meanings, wishes.timezone, begun.sources)
    return Draft(_as_wished(begun.agreement, wishes, now), begun.summary)


def _as_wished(text: str, wishes: Wishes, now: datetime) -> str:
    loaded = load_text(text, FILE)
    assert loaded.agreement is not None, "what we write ourselves can be read"
    sides = {"name": f"{wishes.company}: marketing and sales"} if wishes.company else {}
    wanted: dict[str, Any] = {**sides, **_routing(loaded.agreement, wishes.sellers)}
    wanted |= _heads(loaded.agreement, wishes.heads)
    if wishes.timezone:
        wanted["calendar.timezone"] = wishes.timezone
    zone = ZoneInfo(wishes.timezone or loaded.agreement.calendar.timezone)
    if loaded.agreement.term is not None:
        wanted["term.from"] = now.astimezone(zone).date().isoformat()
    ready = loaded.agreement.handoff.stage
    says_itself = any(s.name == ready and s.when for s in loaded.agreement.stages)
    if wishes.by_form and ready and not says_itself:
        wanted[f'stages."{ready}".when'] = {"event": "form_submitted"}
        if meaning := loaded.agreement.definitions.get(ready):
            wanted[f'definitions."{ready}"'] = f"{meaning.rstrip('.')}, or who filled in a form."
    settings = [f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in wanted.items()]
    try:
        return changed(loaded, settings)[0].text
    except ChangeError as error:
        raise SetUpError(f"{error.message} {error.hint}") from None


def _routing(agreement: Agreement, sellers: Sequence[Named]) -> dict[str, Any]:
    """One team that shares all leads."""
    team = {"name": _TEAM, "side": "sales", "people": [_person(each) for each in sellers]}
    told = {"teams": [team], "routes": [{"name": "All leads", "to": _TEAM}]}
    if "routing" not in agreement.model_fields_set:
        return {"routing": told}
    return {f"routing.{name}": value for name, value in told.items()}


def _heads(agreement: Agreement, heads: Mapping[str, Named]) -> dict[str, Any]:
    """Who leads each side; a side that was not named has its placeholder."""
    if not heads:
        return {}
    told = {
        side: {"head": _person(heads.get(side, Named(name, "")))}
        for side, name in templates.HEADS.items()
    }
    if agreement.parties is None:
        return {"parties": told}
    return {f"parties.{side}.head": told[side]["head"] for side in heads}


def _person(each: Named) -> dict[str, str]:
    return {"name": each.name, **({"email": each.email} if each.email else {})}


def problems_of(text: str, now: datetime) -> tuple[list[Problem], list[Problem]]:
    """Errors of a text, and warnings about it."""
    try:
        return [], warnings([load_text(text, FILE)], now)
    except AgreementError as error:
        return list(error.problems), []


def _people_of(agreement: Agreement | None) -> Iterator[tuple[str, Role, str]]:
    """Everybody with an address and what they may do, the heads first: they see all."""
    if agreement is not None and agreement.parties is not None:
        sides = {
            Role.MARKETING_HEAD: agreement.parties.marketing,
            Role.SALES_HEAD: agreement.parties.sales,
        }
        for role, party in sides.items():
            if party.head.email:
                yield party.head.email, role, party.head.name
    for person in Person.objects.exclude(email="").order_by("position", "name"):
        yield person.email, Role.REP, person.name


@dataclass(frozen=True)
class Begun:
    """An installation that is set up: its agreement, and who was given an account."""

    agreement: AgreementVersion
    invited: Sequence[User]


def begin(text: str, upload: Upload | None, *, live: bool, actor: str, now: datetime) -> Begun:
    """Put the first agreement into force, let its people in, and import what was sent.

    With `live` leads are handed over and clocks run from now on. Raises AgreementError,
    PublishError, UploadError, InstallationError.
    """
    loaded: Loaded = load_text(text, FILE)
    warnings([loaded], now)
    version = publish(loaded, actor=actor, now=now)
    invited = [
        access.create_user(email, role, None, actor=actor, now=now, name=name)
        for email, role, name in _people_of(loaded.agreement)
        if not User.objects.filter(email=email.lower()).exists()
    ]
    if upload is not None:
        uploads.start(upload, actor=actor, now=now)
    if live:
        installation.go_live(now, actor=actor, now=now)
    return Begun(version, invited)
