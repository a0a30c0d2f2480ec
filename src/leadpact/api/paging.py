"""Lists in pages: a cursor says where the last one ended, whatever came since."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import models
from ninja import Schema

from leadpact.api.problems import Faulty

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)
MOST = 200


class Page(Schema, Generic[Item]):
    """Some of a list. `next` is the cursor of those that follow, null after the last."""

    items: list[Item]
    next: str | None


def page(
    rows: models.QuerySet[Row], show: Callable[[Row], Any], cursor: str | None, limit: int
) -> dict[str, Any]:
    """The rows after a cursor in the order of their keys. Raises Faulty for no cursor of ours."""
    found = rows.order_by("pk")
    if cursor:
        found = found.filter(pk__gt=_opened(cursor))
    some = list(found[: min(max(limit, 1), MOST) + 1])
    more = len(some) > min(max(limit, 1), MOST)
    shown = some[:-1] if more else some
    following = _closed(shown[-1].pk) if more else None
    return {"items": [show(row) for row in shown], "next": following}


def _closed(key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _opened(cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, int | str) or isinstance(key, bool):
        raise Faulty("This cursor is none that a list gave.", status=422)
    return key
