"""The calls that the stand-in answers about forms and marketing emails: the latest comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadpact.demo.hubspot.calls import Answer
from leadpact.demo.hubspot.portal import Faulty, Portal

MOST_FORMS, MOST_SUBMISSIONS, MOST_EVENTS = 100, 50, 1000


def list_forms(
    portal: Portal, _parts: Sequence[str], query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """The forms of the account."""
    forms = [{"id": number, "name": name} for number, name in sorted(portal.mail.forms.items())]
    return 200, _page(forms, query, MOST_FORMS)


def form_submissions(
    portal: Portal, parts: Sequence[str], query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """What people sent by a form."""
    if parts[0] not in portal.mail.forms:
        raise Faulty("no such form", "NOT_FOUND")
    sent = portal.mail.submissions.get(parts[0], [])
    ordered = sorted(sent, key=lambda each: int(each["submittedAt"]), reverse=True)
    return 200, _page(ordered, query, MOST_SUBMISSIONS)


def email_events(
    portal: Portal, _parts: Sequence[str], query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """What marketing emails did."""
    limit, offset = _limit(query, MOST_EVENTS), int(query.get("offset") or 0)
    since, type_ = int(query.get("startTimestamp") or 0), query.get("eventType")
    found = [
        each
        for each in sorted(portal.mail.events, key=lambda each: int(each["created"]), reverse=True)
        if each["created"] >= since and type_ in (None, each["type"])
    ]
    more = offset + limit < len(found)
    some = found[offset : offset + limit]
    return 200, {"hasMore": more, "offset": str(offset + limit), "events": some}


def email_campaign(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """What a mailing is called."""
    if parts[0] not in portal.mail.mailings:
        return 404, {"status": "error", "category": "OBJECT_NOT_FOUND"}
    name, subject = portal.mail.mailings[parts[0]]
    return 200, {"id": int(parts[0]), "name": name, "subject": subject}


def _page(found: Sequence[Any], query: Mapping[str, str], most: int) -> dict[str, Any]:
    limit, after = _limit(query, most), int(query.get("after") or 0)
    told: dict[str, Any] = {"results": list(found[after : after + limit])}
    if after + limit < len(found):
        told["paging"] = {"next": {"after": str(after + limit)}}
    return told


def _limit(query: Mapping[str, str], most: int) -> int:
    limit = int(query.get("limit", "20"))
    if limit > most:
        raise Faulty(f"The limit is {most}")
    return limit
