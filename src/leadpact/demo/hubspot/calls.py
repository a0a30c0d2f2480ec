"""The calls that the stand-in answers: each a function of the account and the request."""

from __future__ import annotations

import operator
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from leadpact.demo.hubspot.portal import MODIFIED, Definition, Faulty, Portal, Thing, iso

Answer = tuple[int, dict[str, Any]]
Call = Callable[[Portal, Sequence[str], Mapping[str, str], dict[str, Any]], Answer]

MOST_WITH_HISTORY, MOST, MOST_SEARCHED, MOST_FOUND, MOST_ASSOCIATED = 50, 100, 200, 10_000, 1000
#: Of a record no call tells more associations.
MOST_LINKS = 500
#: A record is found by a search only so long after its last change.
FOUND_AFTER = timedelta(seconds=10)
_NUMBER = "hs_object_id"
_OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    "GTE": operator.ge, "GT": operator.gt, "EQ": operator.eq,
}  # fmt: skip


def list_objects(
    portal: Portal, parts: Sequence[str], query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """A page of the records of an object, by number."""
    of, history = parts[0], _names(query.get("propertiesWithHistory"))
    limit = int(query.get("limit", "10"))
    most = MOST_WITH_HISTORY if history else MOST
    if limit > most:
        raise Faulty(f"The limit is {most}")
    archived = query.get("archived") == "true"
    after = int(query.get("after") or 0)
    order, objects = portal.numbers.get(of, []), portal.objects.get(of, {})
    ahead = (objects[str(number)] for number in islice(order, bisect(order, after), None))
    things = list(islice((t for t in ahead if bool(t.archived_at) == archived), limit + 1))
    page, more = things[:limit], len(things) > limit
    found = [_shown(each, _names(query.get("properties")), history) for each in page]
    for told in found:
        for to in _names(query.get("associations")):
            numbers = portal.links.get((of, told["id"]), {}).get(to, [])
            if numbers:
                results = [{"id": n, "type": f"{of}_to_{to}"} for n in numbers[:MOST]]
                told.setdefault("associations", {})[to] = {"results": results}
                if len(numbers) > MOST:
                    paging = {"next": {"after": numbers[MOST - 1]}}
                    told["associations"][to]["paging"] = paging
    return 200, _page(found, page[-1].number if more else "")


def read_objects(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Records by number; those that are not there are told as errors."""
    history = body.get("propertiesWithHistory") or []
    inputs = _inputs(body, MOST_WITH_HISTORY if history else MOST)
    found, missing = [], []
    for each in inputs:
        try:
            thing = portal.there(parts[0], str(each["id"]))
        except Faulty:
            missing.append(str(each["id"]))
        else:
            found.append(_shown(thing, body.get("properties") or [], history))
    errors = [_missing(parts[0], missing)] if missing else []
    return (207 if errors else 200), {"status": "COMPLETE", "results": found, "errors": errors}


def search_objects(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Records of which properties are as asked, in order."""
    limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
    if limit > MOST_SEARCHED:
        raise Faulty(f"The limit is {MOST_SEARCHED}")
    if after + limit > MOST_FOUND:
        raise Faulty(f"A search tells no more than {MOST_FOUND}")
    ripe = portal.now() - FOUND_AFTER
    filters = [f for group in body.get("filterGroups") or () for f in group["filters"]]
    things = [
        thing
        for thing in portal.changed_since(parts[0], _oldest(filters))
        if thing.archived_at is None and thing.updated <= ripe
        and all(_holds(thing, each) for each in filters)
    ]  # fmt: skip
    for each in body.get("sorts") or ():
        name = each["propertyName"]
        things.sort(
            key=lambda thing, name=name: (_ordered(thing, name), int(thing.number)),  # type: ignore[misc]
            reverse=each.get("direction") == "DESCENDING",
        )
    page = things[after : after + limit]
    found = [_shown(each, body.get("properties") or [], []) for each in page]
    more = after + limit < len(things)
    return 200, {"total": len(things), **_page(found, str(after + limit) if more else "")}


def update_objects(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Change records; one faulty value refuses all, a record that is not there only itself."""
    by = ("INTEGRATION", portal.app)
    inputs = _inputs(body, MOST)
    for each in inputs:
        portal._judge(parts[0], each["properties"], by)
    found, missing = [], []
    for each in inputs:
        try:
            thing = portal.set(parts[0], str(each["id"]), each["properties"], by=by)
        except Faulty:
            missing.append(str(each["id"]))
        else:
            found.append(_shown(thing, list(each["properties"]), []))
    errors = [_missing(parts[0], missing)] if missing else []
    return (207 if errors else 200), {"status": "COMPLETE", "results": found, "errors": errors}


def create_objects(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Make records with their associations."""
    by = ("INTEGRATION", portal.app)
    inputs = _inputs(body, MOST)
    for each in inputs:
        portal._judge(parts[0], each["properties"], by)
    found = []
    for each in inputs:
        number = portal.add(parts[0], each["properties"], by=by)
        for link in each.get("associations") or ():
            portal.link(parts[0], number, "contacts", str(link["to"]["id"]))
        thing = portal.there(parts[0], number)
        found.append(_shown(thing, list(each["properties"]), []))
    return 201, {"status": "COMPLETE", "results": found}


def read_associations(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """What records are associated with."""
    of, to = parts
    found = []
    for each in _inputs(body, MOST_ASSOCIATED):
        whole = portal.links.get((of, str(each["id"])), {}).get(to, [])
        numbers = whole[int(each.get("after") or 0) :]
        if numbers:
            kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}]
            some = numbers[:MOST_LINKS]
            ends = [{"toObjectId": int(n), "associationTypes": kinds} for n in some]
            told = {"from": {"id": str(each["id"])}, "to": ends}
            if len(numbers) > len(some):
                told["paging"] = {"next": {"after": str(len(whole) - len(numbers) + len(some))}}
            found.append(told)
    return 200, {"status": "COMPLETE", "results": found}


def list_owners(
    portal: Portal, _parts: Sequence[str], query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """Owners, either those who are there or those who left."""
    archived = query.get("archived") == "true"
    return 200, {"results": [o for o in portal.owners.values() if o["archived"] == archived]}


def list_properties(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """The properties of an object."""
    known = portal.definitions.get(parts[0], {}).values()
    return 200, {"results": [_defined(each) for each in known]}


def create_properties(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Let an object have more properties."""
    for each in _inputs(body, MOST):
        options = [option["value"] for option in each.get("options") or ()]
        made = Definition(each["name"], each["label"], each["type"], options)
        portal.define(parts[0], made)
    return 201, {"status": "COMPLETE", "results": []}


def create_group(
    _portal: Portal, _parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Properties may be shown under a heading."""
    return 201, {"name": body.get("name")}


def token_info(
    portal: Portal, _parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Whose token it is."""
    if body.get("tokenKey") != portal.token:
        raise Faulty("no such token")
    scopes = [f"crm.objects.{of}.{what}" for of in ("contacts", "companies", "deals")
              for what in ("read", "write")]  # fmt: skip
    scopes += [f"crm.schemas.{of}.read" for of in ("contacts", "companies", "deals")]
    scopes += ["crm.objects.owners.read", "crm.schemas.contacts.write", "sales-email-read"]
    scopes += list(portal.extra_scopes)
    told = {"userId": 1, "hubId": int(portal.hub), "appId": int(portal.app), "scopes": scopes}
    return 200, told


def account_details(
    portal: Portal, _parts: Sequence[str], _query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """What the account is, and the domain where its people work."""
    return 200, {
        "portalId": int(portal.hub), "accountType": "STANDARD", "timeZone": "UTC",
        "companyCurrency": "USD", "dataHostingLocation": "na1", "uiDomain": portal.domain,
    }  # fmt: skip


def oauth_token_info(
    portal: Portal, parts: Sequence[str], _query: Mapping[str, str], _body: dict[str, Any]
) -> Answer:
    """Whose token of an OAuth app it is."""
    _, told = token_info(portal, (), {}, {"tokenKey": parts[0]})
    names = {"hub_id": "hubId", "app_id": "appId", "user_id": "userId", "scopes": "scopes"}
    return 200, {new: told[old] for new, old in names.items()}


def renew_token(
    portal: Portal, _parts: Sequence[str], _query: Mapping[str, str], body: dict[str, Any]
) -> Answer:
    """Another access token for a refresh token; the one before ends."""
    if body.get("grant_type") != "refresh_token" or body.get("refresh_token") != portal.refresh:
        raise Faulty("no such refresh token", "BAD_REFRESH_TOKEN")
    portal.renewed += 1
    portal.token = f"oauth-{portal.renewed}"
    told = {"access_token": portal.token, "refresh_token": portal.refresh, "expires_in": 1800}
    return 200, told | {"token_type": "bearer"}


def _shown(thing: Thing, names: Sequence[str], history: Sequence[str]) -> dict[str, Any]:
    wanted = {*names, *history, "hs_object_id"}
    told: dict[str, Any] = {
        "id": thing.number,
        "properties": {name: thing.values.get(name) for name in wanted}
        | {"hs_object_id": thing.number},
        "createdAt": iso(thing.created),
        "updatedAt": iso(thing.updated),
        "archived": thing.archived_at is not None,
    }
    if history:
        told["propertiesWithHistory"] = {name: thing.history.get(name, []) for name in history}
    if thing.archived_at:
        told["archivedAt"] = iso(thing.archived_at)
    return told


def _oldest(filters: Sequence[Mapping[str, Any]]) -> datetime:
    """The earliest change that a search may find."""
    asked = [int(f["value"]) for f in filters if f["operator"] in ("GTE", "EQ")]
    return datetime.fromtimestamp(max(asked, default=0) / 1000, UTC)


def _holds(thing: Thing, asked: Mapping[str, Any]) -> bool:
    name, how = asked["propertyName"], asked["operator"]
    if how == "IN":
        return thing.values.get(name, "") in asked["values"]
    if name == _NUMBER:
        return _OPERATORS[how](int(thing.number), int(asked["value"]))
    if name not in (*MODIFIED.values(), "hs_lastmodifieddate"):
        return False
    since_1970 = (thing.updated - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
    return _OPERATORS[how](since_1970, int(asked["value"]))


def _ordered(thing: Thing, name: str) -> str:
    """What a search by this property is ordered by, before the record's number."""
    return "" if name == _NUMBER else thing.values.get(name, "")


def _page(found: Sequence[Any], after: str) -> dict[str, Any]:
    return {"results": list(found)} | ({"paging": {"next": {"after": after}}} if after else {})


def _inputs(body: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    inputs = list(body.get("inputs") or ())
    if not 0 < len(inputs) <= most:
        raise Faulty(f"A call takes 1 to {most} inputs")
    return inputs


def _missing(of: str, numbers: Sequence[str]) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {of}",
        "context": {"ids": list(numbers)},
    }


def _defined(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "options": [{"value": o, "label": o} for o in definition.options],
        "modificationMetadata": {"readOnlyValue": definition.read_only},
    }


def _names(text: str | None) -> list[str]:
    return [name for name in (text or "").split(",") if name]
