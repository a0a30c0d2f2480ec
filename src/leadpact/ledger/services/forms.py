"""Web forms are declared and retired, and what somebody filled in enters the log.

Whoever sends a form is told the same, known here or not. What a bot gives away (a hidden field that
is filled, a form filled in no time) is written down as it was; the agreement judges it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from leadpact.agreement.organisation import FieldSpec
from leadpact.agreement.spec import Agreement
from leadpact.engine.identity import email_key
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Form
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import audit, form_limits
from leadpact.ledger.services.identities import owners
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.stamps import opened

SOURCE = "forms"
PER_HOUR = 600
LONGEST = 1_000
_LONGEST_HIDDEN = 500
_MOST_FIELDS = 30
_KIND = re.compile(r"[a-z0-9_]{1,120}")
#: Attributes that say where a lead came from or whose it is are not for the lead to state.
_NOT_ASKED = ("origin", "source", "campaign", "landing_page", "asset", "company_id", "owner")
_LABELS = {"email": "Email", "title": "Job title", "domain": "Website", "product": "Interested in"}
#: Which hidden fields tell which attribute of the first touch.
_FIRST_TOUCH = {"utm_source": "source", "utm_campaign": "campaign", "landing_page": "landing_page"}
CAME = ("page", "landing_page", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term",
        "utm_content")  # fmt: skip


class FormError(Exception):
    """A form that cannot be declared so; the message is a sentence for the user."""


class Incomplete(Exception):  # noqa: N818 it is an answer, not a mistake of the program
    """What was filled in cannot be taken: by field, what is wrong with it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Asked:
    """A field of a form; `kind` is text, email, tel, number, date, boolean or choice."""

    name: str
    label: str
    kind: str
    required: bool
    values: Sequence[str] = ()


@dataclass(frozen=True)
class Filled:
    """What somebody sent: fields by name, the hidden trap, where they came from, and from where."""

    values: Mapping[str, str]
    trap: str
    came: Mapping[str, str]
    stamp: str
    address: str
    user_agent: str = ""
    visitor: str = ""


def asked_of(form: Form) -> list[Asked]:
    """The fields of a form, in order."""
    return [Asked(**each) for each in json.loads(form.fields)]


@transaction.atomic
def create(
    name: str,
    fields: Sequence[str],
    *,
    sites: Sequence[str] = (),
    states: Mapping[str, str] | None = None,
    kind: str = "form_submitted",
    button: str = "Send",
    thanks: str = "",
    per_hour: int = PER_HOUR,
    actor: str,
    now: datetime,
) -> Form:
    """Declare a form. A field is `name`, with `*` where it must be filled, and `=` and its label.

    The email is always asked for. Raises FormError.
    """
    version = agreements.in_force(now)
    if version is None:
        raise FormError("Publish an agreement first: it says which attributes leads have.")
    if not name.strip():
        raise FormError("A form needs a name; conditions ask for it as `form`.")
    if not _KIND.fullmatch(kind):
        raise FormError(f"“{kind}” is no activity; write small letters, digits and _ alone.")
    asked = _asked(version.agreement, fields)
    form = Form(
        key="f_" + base64.b32encode(secrets.token_bytes(10)).decode().lower(),
        name=name.strip(),
        kind=kind,
        fields=json.dumps([asdict(each) for each in asked], ensure_ascii=False),
        sites=json.dumps([_origin(site) for site in sites]),
        states=json.dumps(_states(version.agreement, states or {}), ensure_ascii=False),
        button=button.strip() or "Send",
        thanks=_address(thanks) if thanks else "",
        per_hour=per_hour,
        created_at=now,
    )
    try:
        with transaction.atomic():
            form.save(force_insert=True)
    except IntegrityError:
        raise FormError(f"There is a form “{name}” already; name another.") from None
    told = {"id": form.key, "sites": json.loads(form.sites)}
    audit.record(actor, "created", f"form {form.name}", told, now=now)
    return form


@transaction.atomic
def retire(key: str, *, actor: str, now: datetime) -> Form:
    """From now on nothing more is taken from a form. Raises FormError."""
    form = Form.objects.filter(key=key, retired_at=None).first()
    if form is None:
        raise FormError(f"There is no form {key} that takes anything.")
    form.retired_at = now
    form.save(update_fields=["retired_at"])
    audit.record(actor, "retired", f"form {form.name}", {"id": form.key}, now=now)
    return form


@transaction.atomic
def take(form: Form, filled: Filled, *, now: datetime) -> None:
    """Write what somebody filled in to the log; the same form sent twice counts once.

    Raises StampError, Incomplete and form_limits.TooMany; nothing is taken then.
    """
    shown = opened(filled.stamp, form.key, now=now)
    stated = _stated(asked_of(form), filled.values)
    mailbox = str(email_key(stated["email"]))
    form_limits.count(form, filled.address, now=now)
    number = hashlib.sha256(f"{form.key} {shown.number} {mailbox}".encode()).hexdigest()[:32]
    known = Known(email=stated["email"], visitor=_plain(filled.visitor, 200) or None)
    came = {name: _plain(filled.came.get(name, ""), _LONGEST_HIDDEN) for name in CAME}
    came["landing_page"] = came["landing_page"] or came["page"].partition("?")[0]
    told = {
        "form": form.name,
        "url": came.pop("page"),
        "campaign": came["utm_campaign"],
        **came,
        "user_agent": _plain(filled.user_agent, _LONGEST_HIDDEN),
        "honeypot": _plain(filled.trap, _LONGEST_HIDDEN),
        "seconds_to_fill": round((now - shown.at).total_seconds(), 1),
    }
    facts = [
        _of_lead(form, f"{number} lead", known, stated, came, now=now),
        _fact(form, number, form.kind, known, told, now=now),
    ]
    ingest(facts, now=now)


def _of_lead(
    form: Form,
    number: str,
    known: Known,
    stated: Mapping[str, str],
    came: Mapping[str, str],
    *,
    now: datetime,
) -> Fact:
    """What the lead states; of one that nobody knew also where it came from."""
    mailbox = ("email", str(email_key(stated["email"])))
    if owners([mailbox]):
        return _fact(form, number, "lead.updated", known, stated, now=now)
    first = {name: came[hidden] for hidden, name in _FIRST_TOUCH.items()}
    told = {"origin": "marketing", **first, **json.loads(form.states), **stated}
    return _fact(form, number, "lead.created", known, told, now=now)


def _fact(
    form: Form, number: str, kind: str, known: Known, told: Mapping[str, Any], *, now: datetime
) -> Fact:
    told = {name: value for name, value in told.items() if value != ""}
    return Fact(SOURCE, number, kind, now, known, told, now, f"form {form.name}")


def _stated(asked: Sequence[Asked], values: Mapping[str, str]) -> dict[str, str]:
    """What was filled in of what is asked, and nothing else. Raises Incomplete."""
    stated: dict[str, str] = {}
    faults: dict[str, str] = {}
    for field in asked:
        text = _plain(values.get(field.name, ""), LONGEST + 1).strip()
        if field.kind == "boolean":
            text = "true" if text else ""
        if fault := _fault(field, text):
            faults[field.name] = fault
        elif text:
            stated[field.name] = text
    if faults:
        raise Incomplete(faults)
    return stated


def _fault(field: Asked, text: str) -> str:
    if not text:
        what = "must be ticked" if field.kind == "boolean" else "is missing"
        return f"“{field.label}” {what}." if field.required else ""
    if len(text) > LONGEST:
        return f"“{field.label}” is longer than {LONGEST:,} characters."
    if field.kind == "email" and email_key(text) is None:
        return f"“{field.label}” is no email address."
    if field.kind == "choice" and text not in field.values:
        return f"“{field.label}” is none of the answers."
    return ""


def _plain(text: str, most: int) -> str:
    """Text without what no keyboard types, such as a NUL, cut to a length."""
    return "".join(sign for sign in text[:most] if sign.isprintable() or sign in "\n\t")


def _asked(agreement: Agreement, fields: Sequence[str]) -> list[Asked]:
    found = [_field(agreement, each) for each in fields]
    if not any(each.name == "email" for each in found):
        found.insert(0, _field(agreement, "email*"))
    names = [each.name for each in found]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise FormError(f"The field “{repeated}” is named twice.")
    if len(found) > _MOST_FIELDS:
        raise FormError(f"A form asks at most {_MOST_FIELDS} things.")
    return found


def _field(agreement: Agreement, told: str) -> Asked:
    name, _, label = (part.strip() for part in told.partition("="))
    required = name.endswith("*") or name == "email"
    name = name.removesuffix("*").strip()
    types = agreement.field_types()
    if name in _NOT_ASKED:
        raise FormError(f"“{name}” is not for a lead to state; --states sets it for the form.")
    if name not in types:
        raise FormError(f"The agreement declares no field “{name}”; it has: {', '.join(types)}.")
    spec = agreement.fields.get(name)
    values = [str(v) for v in spec.values or ()] if isinstance(spec, FieldSpec) else []
    kind = {"email": "email", "phone": "tel"}.get(name, "choice" if values else types[name])
    label = label or label_of(name)
    return Asked(name, label, kind, required, values)


def askable(agreement: Agreement) -> list[str]:
    """The attributes that a form may ask for besides the email."""
    return [name for name in agreement.field_types() if name not in (*_NOT_ASKED, "email")]


def label_of(name: str) -> str:
    """What a form calls an attribute by itself."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def _states(agreement: Agreement, states: Mapping[str, str]) -> dict[str, str]:
    for name in states:
        if name not in agreement.field_types() or name == "email":
            raise FormError(f"A form cannot state “{name}”; the agreement declares no such field.")
    return dict(states)


def _origin(site: str) -> str:
    parts = urlsplit(site.strip().rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise FormError(f"“{site}” is no site; write it as https://www.example.com.")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _address(thanks: str) -> str:
    parts = urlsplit(thanks.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise FormError(f"“{thanks}” is no address; write it as https://www.example.com/thanks.")
    return thanks.strip()
