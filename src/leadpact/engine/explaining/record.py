"""An explanation as data: instants in UTC, points and seconds as numbers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadpact.agreement.prose import condition_in_words
from leadpact.engine.compile.book import THOUSANDTHS
from leadpact.engine.delivered import instant
from leadpact.engine.explaining.moments import Moment
from leadpact.engine.explaining.passages import Entry, Passage
from leadpact.engine.explaining.points import Contribution, Ledger
from leadpact.engine.explaining.promises import Promise
from leadpact.engine.explaining.reasons import Part
from leadpact.engine.explaining.rows import Row
from leadpact.engine.explaining.words import SECOND
from leadpact.engine.kernels import bundles as b

if TYPE_CHECKING:
    from leadpact.engine.explain import Explanation

Record = dict[str, Any]


def as_record(told: Explanation) -> Record:
    """The whole explanation, ready to be written as JSON."""
    standing = told.standing
    line = {
        k: _plain(v) for k, v in standing.line.items() if k not in ("score", "fit", "engagement")
    }
    return {
        "lead": told.lead,
        "agreement": told.agreement,
        "as_of": _time(told.as_of),
        "zone": told.zone,
        "notes": [*told.notes, *standing.status],
        "state": {
            **line,
            **standing.who,
            "missing": standing.missing or None,
            "next": {"at": _time(standing.next_at), "what": standing.next_said},
            "criteria": [
                {"name": name, "weight": weight, "holds": _holds(part), "why": part.sentence()}
                for name, weight, part in standing.criteria
            ],
        },
        "score": _ledger(told, standing.ledger),
        "passages": [_passage(told, passage) for passage in told.passages],
        "promises": [_promise(promise) for promise in told.promises],
        "moments": [_moment(moment) for moment in told.moments],
        "without_effect": [{**_row(row), "why": why} for row, why in [*told.voided, *told.idle]],
        "delivered_again": told.copies,
    }


def _time(at: int) -> str | None:
    return None if at <= b.NEVER or at >= b.FOREVER else _plain(instant(at))


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _points(thousandths: int) -> float:
    return thousandths / THOUSANDTHS


def _holds(part: Part) -> bool | None:
    return {1: True, 0: None, -1: False}[part.truth]


def _row(row: Row) -> Record:
    return {
        "at": _time(row.at),
        "lead": row.lead,
        "kind": row.kind,
        "actor": row.actor,
        "decided": row.decided,
        "source": row.source,
        "event_id": row.event_id,
        "logged_after_seconds": row.delay / SECOND,
        "properties": {name: _plain(value) for name, value in row.properties.items()},
    }


def _ledger(told: Explanation, ledger: Ledger) -> Record | None:
    if not told.attributes.story.versions[ledger.version].gives_points:
        return None
    return {
        "at": _time(ledger.at),
        "total": _points(ledger.total),
        "groups": {name: _points(amount) for name, amount in ledger.groups.items()},
        "contributions": [_contribution(told, each) for each in ledger.contributions],
        "cuts": [
            {
                "of": cut.of,
                "name": cut.name,
                "limit": _points(cut.limit),
                "points": _points(cut.amount),
            }
            for cut in ledger.cuts
        ],
    }


def _contribution(told: Explanation, each: Contribution) -> Record:
    attributes = {field: told.attributes.value(field, each.since) for field in each.fields}
    return {
        "rule": each.rule,
        "group": each.group,
        "points": _points(each.worth),
        "given": _points(each.given),
        "since": _time(each.since),
        "row": _row(told.rows[each.place]) if each.place is not None else None,
        "attributes": attributes if each.place is None else None,
        "aged": [{"at": _time(step.at), "points": _points(step.amount)} for step in each.aged],
    }


def _passage(told: Explanation, passage: Passage) -> Record:
    ended = passage.ending.name.lower()
    return {
        "episode": passage.number,
        "started_at": _time(passage.started_at),
        "ended_at": _time(passage.ended_at),
        "ending": ended,
        "why": passage.why or None,
        "parts": _parts(passage.part),
        "cool_down_until": _time(passage.cool_down_until),
        "could_qualify_again": passage.unlocked_by or None,
        "handed_off_at": _time(passage.handed_at),
        "assigned_at": _time(passage.assigned_at),
        "stages": [_entry(told, entry) for entry in passage.entries],
    }


def _entry(told: Explanation, entry: Entry) -> Record:
    return {
        "stage": entry.stage,
        "at": _time(entry.at),
        "how": entry.how,
        "why": entry.why,
        "parts": _parts(entry.part),
        "score": _ledger(told, entry.ledger),
        "segment": entry.segment,
        "tier": entry.tier,
        "quality": None if entry.tier is None else "high" if entry.high else "low",
        "handed_over": entry.hands_over,
        "disputed": entry.disputed,
        "version": entry.version,
    }


def _parts(part: Part | None) -> list[Record]:
    leaves = part.leaves() if part is not None else ()
    return [
        {
            "condition": condition_in_words(leaf.condition),
            "holds": _holds(leaf),
            "found": leaf.found or None,
        }
        for leaf in leaves
    ]


def _promise(promise: Promise) -> Record:
    return {
        "obligation": promise.name,
        "side": promise.side,
        "episode": promise.episode,
        "outcome": promise.outcome.name.lower().replace("_", " "),
        "verdict": promise.verdict,
        "within": promise.term,
        "started_at": _time(promise.started_at),
        "due_at": _time(promise.due_at),
        "stopped_at": _time(promise.stopped_at),
        "closed_at": _time(promise.closed_at),
        "working_seconds": promise.worked / SECOND,
        "late_seconds": promise.late / SECOND,
        "steps": [{"at": _time(step.at), "what": step.said} for step in promise.steps],
        "shares": [
            {
                "holder": share.holder,
                "from": _time(share.from_at),
                "to": _time(share.to_at),
                "working_seconds": share.worked / SECOND,
            }
            for share in promise.shares
        ],
    }


def _moment(moment: Moment) -> Record:
    return {
        "at": _time(moment.at),
        "until": _time(moment.until),
        "rows": [_row(row) for row in moment.rows],
        "gained": [{"points": _points(n), "what": name} for n, name in moment.gained],
        "aged": [{"points": _points(n), "what": name} for n, name in moment.aged],
        "cut": _points(moment.cut),
        "said": moment.said,
        "score": None if moment.score is None else _points(moment.score),
    }
