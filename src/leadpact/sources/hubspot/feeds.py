"""What HubSpot tells beside its records: forms that were sent, and what marketing emails did.

See “Get submissions for a form” and “Email analytics API” in HubSpot's documentation. Both are told
latest first, and of nobody but an address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leadpact.agreement.conditions import Scalar
from leadpact.sources.crm.mapping import FEEDS, Feed
from leadpact.sources.crm.records import Page, Record
from leadpact.sources.hubspot.client import Client

SUBMISSIONS, EMAILS = FEEDS["hubspot"]
#: What a token must be allowed beside all else to read each.
SCOPES = {SUBMISSIONS: "forms", EMAILS: "content"}
#: What one call tells at most.
_FORMS, _SUBMISSIONS, _EVENTS = 100, 50, 1000
_FORM_LIST = "/marketing/v3/forms"


class Feeds:
    """Reads the feeds of an account; what forms and emails are called is asked for once."""

    def __init__(self, client: Client, feeds: Mapping[str, Feed]) -> None:
        self._client, self._feeds = client, feeds
        self._forms: dict[str, str] = {}
        self._mailings: dict[str, Mapping[str, Any]] = {}

    def page(self, of: str, since: datetime | None, after: str) -> Page:
        """What a feed tells since an instant, or (None) ever told, a page at a time."""
        return (self._submissions if of == SUBMISSIONS else self._events)(since, after)

    def _submissions(self, since: datetime | None, after: str) -> Page:
        """A page of one form's; those of the next form follow."""
        if not after or not self._forms:
            self._forms = dict(self._list_forms())
        first = min(self._forms, default="")
        form, token = json.loads(after) if after else (first, "")
        if form not in self._forms:
            form, token = self._next_form(form), ""
        if not form:
            return Page()
        query = {"limit": str(_SUBMISSIONS), **({"after": token} if token else {})}
        told = self._client.get(f"/form-integrations/v1/submissions/forms/{form}", query)
        found = [self._sent(form, each) for each in told.get("results") or ()]
        token = _following(told)
        if not token or (since and found and min(each.created_at for each in found) < since):
            form, token = self._next_form(form), ""
        return Page(_since(found, since), after=json.dumps([form, token]) if form else "")

    def _list_forms(self) -> Iterator[tuple[str, str]]:
        after = ""
        while True:
            query = {"limit": str(_FORMS), **({"after": after} if after else {})}
            told = self._client.get(_FORM_LIST, query)
            for each in told.get("results") or ():
                yield str(each["id"]), str(each.get("name") or "")
            if not (after := _following(told)):
                return

    def _next_form(self, form: str) -> str:
        return min((each for each in self._forms if each > form), default="")

    def _sent(self, form: str, told: Mapping[str, Any]) -> Record:
        values = {str(v["name"]): str(v.get("value") or "") for v in told.get("values") or ()}
        about = {"form": self._forms[form], "form_id": form, "page": str(told.get("pageUrl") or "")}
        number = str(told.get("conversionId") or f"{form}-{told['submittedAt']}")
        return _record(SUBMISSIONS, number, told["submittedAt"], values | about)

    def _events(self, since: datetime | None, after: str) -> Page:
        """A page of one type's; those of the next type that the mapping asks about follow."""
        types = _types(self._feeds[EMAILS])
        type_, offset = json.loads(after) if after else (types[0], "")
        query = {"limit": str(_EVENTS), "excludeFilteredEvents": "true"}
        query |= {"eventType": type_} if type_ else {}
        query |= {"startTimestamp": _milliseconds(since)} if since else {}
        told = self._client.get(
            "/email/public/v1/events", query | ({"offset": offset} if offset else {})
        )
        found = [self._happened(each) for each in told.get("events") or ()]
        offset = str(told.get("offset") or "") if told.get("hasMore") else ""
        if not offset:
            type_ = next((each for each in types if each > type_), "")
        more = offset or type_
        return Page(_since(found, since), after=json.dumps([type_, offset]) if more else "")

    def _happened(self, told: Mapping[str, Any]) -> Record:
        mailing = self._mailing(told)
        values = {
            "email": told.get("recipient"),
            "type": told.get("type"),
            "campaign": mailing.get("name"),
            "campaign_id": told.get("emailCampaignId"),
            "subject": mailing.get("subject") or told.get("subject"),
            "url": told.get("url"),
        }
        said = {name: str(value) for name, value in values.items() if value is not None}
        return _record(EMAILS, str(told["id"]), told["created"], said)

    def _mailing(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is known of the mailing that an event is about."""
        number = str(told.get("emailCampaignId") or "")
        if number and number not in self._mailings:
            query = {"appId": str(told["appId"])} if told.get("appId") else {}
            path = f"/email/public/v1/campaigns/{number}"
            self._mailings[number] = self._client.find(path, query)
        return self._mailings.get(number, {})


def _types(feed: Feed) -> Sequence[str]:
    """The types of events that the rules of a feed ask about; one that is empty is all."""
    found: set[str] = set()
    for rule in feed.rules:
        wanted: list[Scalar] | Scalar = rule.when.get("type", [])
        among = wanted if isinstance(wanted, list) else [wanted]
        if not among:
            return [""]
        found |= {str(each).upper() for each in among}
    return sorted(found)


def _following(told: Mapping[str, Any]) -> str:
    return str(((told.get("paging") or {}).get("next") or {}).get("after") or "")


def _since(found: Sequence[Record], since: datetime | None) -> list[Record]:
    return [each for each in found if since is None or each.created_at >= since]


def _record(of: str, number: str, milliseconds: Any, values: Mapping[str, str]) -> Record:
    at = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    return Record(of, number, at, at, values)


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
