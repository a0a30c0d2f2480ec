"""The collector: event collectors' own protocol, Segment's HTTP tracking API, spoken by us.

Source: Segment's public documentation of its HTTP API (`/v1/identify`, `track`, `page`, `screen`,
`group`, `alias`, `batch`). `messageId` makes a repetition harmless; what a sender's clock is wrong
by is taken from `sentAt`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leadpact.agreement.vocabulary import FIXED_KINDS
from leadpact.api.bodies import body_of
from leadpact.api.callers import now
from leadpact.api.problems import Fault, Faulty, told
from leadpact.api.reading import parsed
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.instants import in_range
from leadpact.ledger.models import ApiKey
from leadpact.ledger.services import access
from leadpact.ledger.services.ingest import ingest
from leadpact.ledger.services.permits import Act, of_key

LARGEST_CALL = 32 * 1024
LARGEST_BATCH = 500 * 1024
MOST_CALLS = 2_500
KINDS = ("identify", "track", "page", "screen", "group", "alias")
#: A clock that says more ahead than this is wrong beyond what `sentAt` can mend.
_AHEAD = timedelta(minutes=5)


@csrf_exempt
@require_POST
def collect(request: HttpRequest, kind: str) -> HttpResponse:
    """One call, or a batch of them: all are taken, or none and every fault is told."""
    try:
        key = _key(request)
        body = _body(request, LARGEST_BATCH if kind == "batch" else LARGEST_CALL)
        calls = _calls(kind, body)
        moment = now()
        ingest(_facts(calls, body, key.name, moment), now=moment)
    except Faulty as error:
        return _refused(error)
    return JsonResponse({"success": True})


def _refused(error: Faulty) -> HttpResponse:
    answer = told(error.status, error.detail, error.faults)
    if error.status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="Leadpact"'
    return answer


def _key(request: HttpRequest) -> ApiKey:
    """The write key: the user of basic authentication, as every client library sends it."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    name = text.strip()
    if scheme.lower() == "basic":
        try:
            name = base64.b64decode(text.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            name = ""
    found = access.key_of(name, now=now()) if name else None
    if found is None or not of_key(found).may(Act.COLLECT):
        raise Faulty("Send a key with the scope `collect` as the user name.", status=401)
    return found


def _body(request: HttpRequest, most: int) -> dict[str, Any]:
    body = parsed(body_of(request, most))
    if not isinstance(body, dict):
        raise Faulty("The body must be a JSON object.", status=400)
    return body


def _calls(kind: str, body: dict[str, Any]) -> list[Mapping[str, Any]]:
    if kind != "batch":
        return [{**body, "type": kind}]
    calls = body.get("batch")
    if not isinstance(calls, list) or not calls:
        raise Faulty("A batch needs a list of calls under `batch`.", status=400)
    if len(calls) > MOST_CALLS:
        raise Faulty(f"Send at most {MOST_CALLS:,} calls at once.", status=413)
    faults = [
        Fault(at=f"batch[{number}]", message="is no call")
        for number, call in enumerate(calls)
        if not isinstance(call, dict) or call.get("type") not in KINDS
    ]
    if faults:
        raise Faulty("Nothing was taken: some calls cannot be read.", faults, status=400)
    context = body.get("context")
    return [{"context": context, **call} if isinstance(context, dict) else call for call in calls]


def _facts(
    calls: Iterable[Mapping[str, Any]], body: Mapping[str, Any], source: str, moment: datetime
) -> list[Fact]:
    facts: list[Fact] = []
    faults: list[Fault] = []
    sent = _instant(body.get("sentAt"))
    for number, call in enumerate(calls):
        place = f"batch[{number}]" if "batch" in body else str(call["type"])
        try:
            facts.append(_fact(call, sent, source, moment))
        except ValueError as error:
            faults.append(Fault(at=place, message=str(error)))
    if faults:
        raise Faulty("Nothing was taken: some calls cannot be read.", faults, status=400)
    return facts


def _fact(call: Mapping[str, Any], sent: datetime | None, source: str, moment: datetime) -> Fact:
    kind, properties = _meaning(call)
    known = _known(call, properties)
    if not known.says_something:
        raise ValueError("names nobody; it needs a userId or an anonymousId")
    message = _text(call.get("messageId"))
    if message is None:
        raise ValueError("has no messageId, so that sending it twice would count twice")
    return Fact(
        source=source,
        event_id=message,
        kind=kind,
        happened_at=_happened(call, _instant(call.get("sentAt")) or sent, moment),
        lead=known,
        properties=properties,
        recorded_at=moment,
        actor=source,
    )


def _meaning(call: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The kind of fact that a call is, and what it says."""
    match call["type"]:
        case "identify":
            return "lead.updated", _object(call, "traits")
        case "group":
            traits = _object(call, "traits")
            company = {"company_id": call.get("groupId"), "company": traits.get("name")}
            return "lead.updated", {k: v for k, v in company.items() if v is not None}
        case "alias":
            return "identified", {"previous": call.get("previousId")}
        case "track":
            event = _text(call.get("event"))
            if event is None:
                raise ValueError("has no event")
            return activity(event), _object(call, "properties") | _context(call)
        case kind:
            name: dict[str, Any] = {"name": call["name"]} if call.get("name") else {}
            viewed = "page_viewed" if kind == "page" else "screen_viewed"
            return viewed, name | _object(call, "properties") | _context(call)


def activity(name: str) -> str:
    """An event's name as a kind: `Form Submitted` as `form_submitted`.

    A name of ours, such as `sales.accepted`, is no activity and loses its dot.
    """
    kind = "_".join(name.strip().lower().split())[:120]
    return kind.replace(".", "_") if kind in FIXED_KINDS else kind


def _known(call: Mapping[str, Any], properties: Mapping[str, Any]) -> Known:
    traits = properties if call["type"] == "identify" else _context_traits(call)
    email = _text(traits.get("email"))
    user = _text(call.get("userId"))
    if email is None and user is not None and "@" in user:
        email, user = user, None
    previous = _text(call.get("previousId")) if call["type"] == "alias" else None
    return Known(id=user, email=email, visitor=_text(call.get("anonymousId")), former=previous)


def _context_traits(call: Mapping[str, Any]) -> Mapping[str, Any]:
    traits = _object(call, "context").get("traits")
    return traits if isinstance(traits, dict) else {}


def _context(call: Mapping[str, Any]) -> dict[str, Any]:
    """What of a call's context conditions may ask: the page, the campaign, who asked."""
    context = _object(call, "context")
    page, campaign = context.get("page"), context.get("campaign")
    found = {
        "url": page.get("url") if isinstance(page, dict) else None,
        "referrer": page.get("referrer") if isinstance(page, dict) else None,
        "campaign": campaign.get("name") if isinstance(campaign, dict) else None,
        "user_agent": context.get("userAgent"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _happened(call: Mapping[str, Any], sent: datetime | None, moment: datetime) -> datetime:
    """When it happened by our clock: the sender's, put right by how much it is off."""
    said = _instant(call.get("originalTimestamp")) or _instant(call.get("timestamp"))
    if said is None:
        return moment
    happened = moment - (sent - said) if sent is not None else said
    return min(happened, moment) if happened <= moment + _AHEAD else moment


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"“{str(value)[:40]}” is no time in ISO 8601") from None
    try:
        return in_range(found.replace(tzinfo=UTC) if found.tzinfo is None else found)
    except ValueError as error:
        raise ValueError(f"“{str(value)[:40]}” {error}") from None


def _object(call: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = call.get(name) or {}
    if not isinstance(value, dict):
        raise ValueError(f"`{name}` must be an object")
    return dict(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list | bool):
        return None
    return str(value)[:200].strip() or None


urlpatterns: list[URLPattern | URLResolver] = [
    path(kind, collect, {"kind": kind}) for kind in (*KINDS, "batch")
]
