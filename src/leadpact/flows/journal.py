"""What running processes write down: one JSON object a line, and nothing of any lead or person."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_FIELDS = "leadpact_fields"
_journal = logging.getLogger("leadpact")


def configure() -> None:
    """Let this process write its journal to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for talkative in ("_granian", "apprise"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def tell(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write an entry. Fields are counts, names of processes, durations: never a value of a lead."""
    _journal.log(level, event, extra={_FIELDS: fields})


def place_of(error: BaseException) -> str:
    """A mistake's kind and where it was made; its message may quote a lead, and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "leadpact" in Path(frame.filename).parts]
    where = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{where}"


class AsJson(logging.Formatter):
    """Writes the template of a message without what was filled in, unless it is our own."""

    def format(self, record: logging.LogRecord) -> str:
        """One line for one entry."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "by": record.name}
        told["event"] = str(record.msg)
        told |= getattr(record, _FIELDS, {}) | _request(record)
        if record.exc_info and record.exc_info[1]:
            told["error"] = place_of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False, default=str)


def _request(record: logging.LogRecord) -> dict[str, Any]:
    """What was asked and how it was answered, where the entry is of a request; no key is in it."""
    status, request = getattr(record, "status_code", None), getattr(record, "request", None)
    if status is None:
        return {}
    match = getattr(request, "resolver_match", None)
    return {
        "event": "request refused" if status < 500 else "request failed",
        "status": status,
        "method": getattr(request, "method", None),
        "page": match.route if match else None,
    }
