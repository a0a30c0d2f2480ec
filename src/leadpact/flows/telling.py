"""Who must be told what: occasions are put into the outbox, each once for each receiver."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import Side
from leadpact.engine.log import History
from leadpact.engine.nurture import Entry, Found
from leadpact.engine.result import Result
from leadpact.engine.warnings import Rung, Warned
from leadpact.flows.deciding import may_decide
from leadpact.flows.quiet import QuietHours
from leadpact.ledger.models import Installation, Notice, Webhook
from leadpact.ledger.selectors.outbox import WEBHOOK
from leadpact.ledger.services import notices

DIGEST, CONNECTION, AGREEMENT = "digest", "connection", "agreement"
#: Kinds that are about no lead, and each a message of its own.
OF_NO_LEAD = (DIGEST, CONNECTION, AGREEMENT)
HANDOFF, WARNING, BREACH, ESCALATION = "handoff", "warning", "breach", "escalation"
CORRECTION, RETURNED, WITHDRAWN = "correction", "returned", "withdrawn"
ENROLLED, TOUCH, NURTURED = "enrolled", "touch", "left"
#: Every kind of notice, with what it tells.
KINDS = {
    HANDOFF: "a lead is yours",
    WARNING: "a promise is about to be broken",
    BREACH: "a promise of yours is broken",
    ESCALATION: "a promise of somebody else is broken",
    CORRECTION: "a promise was kept after all",
    RETURNED: "sales gave a lead back",
    WITHDRAWN: "a lead is yours no more, because what it rested on was withdrawn",
    TOUCH: "a lead you nurture is due a step that a person does, such as a call",
    CONNECTION: "the connection with the CRM needs somebody",
    AGREEMENT: "the agreement ends, or a version of it waits for a head's acceptance",
    DIGEST: "what waits, what was broken and what came back, at the start of the day",
}
#: Kinds that tell of one lead: programs are told of these.
OF_A_LEAD = (
    *(kind for kind in KINDS if kind not in OF_NO_LEAD),
    ENROLLED,
    NURTURED,
)
#: Of these programs alone are told.
PROGRAMS = ""
#: How a touch reaches a lead that the marketing tool sends by itself.
_SENT = "email"
_BROKEN = ("overdue", "missed")


@dataclass(frozen=True)
class Occasion:
    """Something to be told to somebody, named by the agreement; `about` is what the message needs.

    `what` names the occasion; with the receiver it is told once. It came about `at`: whoever is
    told of such things only since later is not told of it.
    """

    kind: str
    what: str
    receiver: str
    lead: str
    at: datetime
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names the occasion and the receiver."""
        return f"{self.kind} {self.what} {self.receiver}"


def plan(
    nurtured: Found,
    history: History,
    warned: Sequence[Warned],
    installation: Installation,
    closed: Sequence[tuple[date, str]],
    now: datetime,
) -> None:
    """Put into the outbox what is due and was not told yet; nothing of before going live, or of
    while it only watched.

    `closed` are days declared closed, each with the name of a calendar: then nobody is told.
    """
    since = installation.live_since
    if since is None or not may_decide(installation):
        return
    result = nurtured.result
    clocks = _live_clocks(result, since)
    found = [
        *_handoffs(result, history, since),
        *_warnings(clocks, warned, now),
        *_breaches(clocks, warned),
        *_escalations(clocks, warned, now),
        *_corrections(clocks, warned),
        *_returned(result, history, since),
        *_withdrawn(history, since),
        *_nurtured(nurtured.entries, since, now),
    ]
    acts = max(since, installation.acts_again_since or since)
    found = [each for each in found if each.at >= acts]
    found = [each for each in found if each.receiver != PROGRAMS] + _for_webhooks(found)
    quiet = QuietHours.of(result.agreement, closed)
    receivers = {each.receiver for each in found}
    at_work = {who: quiet.next_moment(who, now) for who in receivers if not _is_program(who)}
    notices.put(
        [
            Notice(
                key=each.key,
                kind=each.kind,
                receiver=each.receiver,
                lead_id=each.lead,
                payload=payload_of(each.about),
                created_at=now,
                send_at=at_work.get(each.receiver, now),
            )
            for each in found
        ]
    )


def _is_program(receiver: str) -> bool:
    return receiver.startswith(WEBHOOK)


def payload_of(about: Mapping[str, Any]) -> str:
    """What a message needs, as JSON with instants in ISO 8601."""
    return json.dumps(about, ensure_ascii=False, default=lambda at: at.isoformat())


def _for_webhooks(found: Sequence[Occasion]) -> list[Occasion]:
    """Each occasion once for every webhook that asks for its kind, since it was added; programs
    know no quiet hours."""
    hooks = [
        (f"{WEBHOOK}{hook.pk}", set(json.loads(hook.kinds)), hook.created_at)
        for hook in Webhook.objects.filter(active=True)
    ]
    once = {(each.kind, each.what): each for each in found}
    return [
        replace(each, receiver=name)
        for each in once.values()
        for name, kinds, added_at in hooks
        if each.at >= added_at and (not kinds or each.kind in kinds)
    ]


def _live_clocks(result: Result, since: datetime) -> list[dict[str, Any]]:
    """Clocks that started since the installation is live; steps of a protocol tell nobody."""
    clocks = result.clocks.filter(
        pc.and_(
            pc.greater_equal(result.clocks["started_at"], pa.scalar(since, _INSTANT)),
            pc.is_null(result.clocks["protocol_step"]),
        )
    )
    return list(clocks.to_pylist())


_INSTANT = pa.timestamp("us", tz="UTC")


def _handoffs(result: Result, history: History, since: datetime) -> Iterable[Occasion]:
    """The holder of a lead that was handed over is told at once."""
    given = _last_given(history)
    states = {row["lead_id"]: row for row in result.lead_states.to_pylist()}
    for row in result.episodes.to_pylist():
        state = states[row["lead_id"]]
        standing = state["status"] == "open" and state["episode"] == row["episode"]
        handed, holder = row["handed_off_at"], state["holder"]
        if standing and holder and handed is not None and handed >= since:
            yield Occasion(
                HANDOFF,
                f"{row['lead_id']} {row['episode']}",
                holder,
                row["lead_id"],
                max(handed, given.get(row["lead_id"], handed)),
                {"episode": row["episode"], "holder": holder, "handed_off_at": handed},
            )


def _last_given(history: History) -> dict[str, datetime]:
    """When each lead was last given to somebody."""
    rows = history.log.filter(pc.equal(history.log["kind"], "lead.assigned"))
    last = rows.group_by("lead_id").aggregate([("happened_at", "max")])
    return dict(zip(last["lead_id"].to_pylist(), last["happened_at_max"].to_pylist(), strict=True))


def _warnings(
    clocks: Iterable[Mapping[str, Any]], warned: Sequence[Warned], now: datetime
) -> Iterable[Occasion]:
    for clock in clocks:
        if clock["outcome"] != "running" or clock["paused"]:
            continue
        passed = [at for at in warned[clock["version"]].warnings(clock) if at <= now]
        if passed:
            who = _responsible(clock, warned[clock["version"]].agreement)
            what = f"{_name(clock)} {len(passed)}"
            yield Occasion(WARNING, what, who, clock["lead_id"], passed[-1], _about(clock))


def _breaches(clocks: Iterable[Mapping[str, Any]], warned: Sequence[Warned]) -> Iterable[Occasion]:
    """Who let a clock run out is told."""
    for clock in clocks:
        if clock["outcome"] in _BROKEN:
            who = _responsible(clock, warned[clock["version"]].agreement)
            yield Occasion(
                BREACH, _name(clock), who, clock["lead_id"], clock["due_at"], _about(clock)
            )


def _escalations(
    clocks: Iterable[Mapping[str, Any]], warned: Sequence[Warned], now: datetime
) -> Iterable[Occasion]:
    """Those whom the agreement escalates to are told: at the breach, or while nobody answers.

    Of several steps that are past everybody is told of the last that names them.
    """
    for clock in clocks:
        if clock["outcome"] not in _BROKEN:
            continue
        version = warned[clock["version"]]
        who = _responsible(clock, version.agreement)
        told: dict[str, Rung] = {}
        for rung in version.escalations(clock):
            if rung.after is None or (clock["outcome"] == "overdue" and rung.at <= now):
                told |= dict.fromkeys((name for name in rung.names if name != who), rung)
        for name, rung in told.items():
            about = _about(clock) | ({"after": str(rung.after)} if rung.after else {})
            yield Occasion(ESCALATION, _step(clock, rung), name, clock["lead_id"], rung.at, about)


def _step(clock: Mapping[str, Any], rung: Rung) -> str:
    """What names a step of an escalation among all occasions."""
    return f"{_name(clock)} after {rung.after}" if rung.after else _name(clock)


def _corrections(
    clocks: Iterable[Mapping[str, Any]], warned: Sequence[Warned]
) -> Iterable[Occasion]:
    """A breach that was told turns out to be none: the answer had come, and was logged late."""
    kept: dict[str, Mapping[str, Any]] = {}
    for clock in clocks:
        if clock["outcome"] not in (*_BROKEN, "running"):
            steps = warned[clock["version"]].escalations(clock)
            kept |= dict.fromkeys([_name(clock), *(_step(clock, each) for each in steps)], clock)
    if not kept:
        return
    told = notices.told((BREACH, ESCALATION), {c["lead_id"] for c in kept.values()})
    for kind, key, receiver in told:
        what = key.removeprefix(f"{kind} ").removesuffix(f" {receiver}")
        if what in kept and not receiver.startswith(WEBHOOK):
            clock = kept[what]
            yield Occasion(
                CORRECTION, _name(clock), receiver, clock["lead_id"], clock["due_at"],
                _about(clock),
            )  # fmt: skip


def _returned(result: Result, history: History, since: datetime) -> Iterable[Occasion]:
    """Marketing is told of a lead that sales gave back, with the reason."""
    aside = set(
        zip(result.set_aside["source"].to_pylist(), result.set_aside["event_id"].to_pylist(),
            strict=True)
    )  # fmt: skip
    rejected = history.log.filter(pc.equal(history.log["kind"], "sales.rejected"))
    for row in rejected.to_pylist():
        counts = (row["source"], row["event_id"]) not in aside
        if counts and row["happened_at"] >= since:
            who = contact_of(result.agreement, "marketing")
            told = json.loads(row["properties"] or "{}")
            yield Occasion(
                RETURNED,
                f"{row['source']} {row['event_id']}",
                who,
                row["lead_id"],
                max(row["happened_at"], row["recorded_at"] or row["happened_at"]),
                {"reason": told.get("reason"), "note": told.get("note"), "by": row["actor"]},
            )


def _withdrawn(history: History, since: datetime) -> Iterable[Occasion]:
    """Whoever was given a lead is told when that is withdrawn with its cause."""
    log = history.log
    own = pc.and_(pc.equal(log["kind"], "fact.voided"), pc.fill_null(log["decided"], False))
    voids = log.filter(own).to_pylist()
    if not voids:
        return
    given = {
        (row["source"], row["event_id"]): row
        for row in log.filter(pc.equal(log["kind"], "lead.assigned")).to_pylist()
    }
    for void in voids:
        named = json.loads(void["properties"])
        row = given.get((named.get("source"), named.get("event_id")))
        if row is not None and void["happened_at"] >= since:
            to = str(json.loads(row["properties"])["to"])
            yield Occasion(WITHDRAWN, void["event_id"], to, row["lead_id"], void["happened_at"])


def _nurtured(entries: Iterable[Entry], since: datetime, now: datetime) -> Iterable[Occasion]:
    """The marketing tool is told who joins, which touch is due and who leaves; the owner of a touch
    that nobody mails is told of it too.
    """
    for entry in entries:
        what = f"{entry.lead_id} {entry.episode} {entry.program}"
        about = {"episode": entry.episode, "program": entry.program, "owner": entry.owner}
        if entry.entered_at >= since:
            told = {**about, "entered_at": entry.entered_at}
            yield Occasion(ENROLLED, what, PROGRAMS, entry.lead_id, entry.entered_at, told)
        due = entry.next_touch_at
        if due is not None and since <= due <= now:
            told = {**about, "step": entry.next_step, "channel": entry.next_channel, "due_at": due}
            mailed = entry.next_channel == _SENT
            who = PROGRAMS if mailed else entry.owner
            yield Occasion(TOUCH, f"{what} {entry.next_step}", who, entry.lead_id, due, told)
        if entry.left_at is not None and entry.left_at >= since:
            told = {**about, "left_at": entry.left_at, "exit": entry.exit}
            yield Occasion(NURTURED, what, PROGRAMS, entry.lead_id, entry.left_at, told)


def _responsible(clock: Mapping[str, Any], agreement: Agreement) -> str:
    """Who holds the lead keeps sales' promises; else it is the contact of the side that owes it."""
    holder = clock["holder"] if clock["side"] == Side.SALES else None
    return str(holder or contact_of(agreement, clock["side"]))


def contact_of(agreement: Agreement, side: str) -> str:
    """The first contact of a side, else its head, else the side itself."""
    if agreement.parties is None:
        return side
    of_marketing = side == Side.MARKETING
    party = agreement.parties.marketing if of_marketing else agreement.parties.sales
    return party.contacts[0].name if party.contacts else party.head.name


def _name(clock: Mapping[str, Any]) -> str:
    return f"{clock['lead_id']} {clock['episode']} {clock['obligation']}"


def _about(clock: Mapping[str, Any]) -> dict[str, Any]:
    told = (
        "episode",
        "obligation",
        "side",
        "holder",
        "started_at",
        "due_at",
        "stopped_at",
        "outcome",
    )
    return {name: clock[name] for name in told}
