"""Writing into a customer system what should stand there, each field once, again until it does.

First leads whose state changed are compared with their records, and what differs is noted down.
Then what is noted is sent. A worker that is killed in between sends again what it may have sent:
setting a value twice is harmless, and a task is looked for before it is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from leadpact.flows.crm_reading import HOLDER_OURS, HOLDER_READ, STAGE_SET
from leadpact.flows.crm_wanted import NOTE, TASK, Comparing, Lead, Promise, There
from leadpact.flows.deciding import may_decide
from leadpact.flows.qualified import why_handed_over
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import CrmConnection, CrmRecord, CrmWrite, Installation, LeadState
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors import crm as reading
from leadpact.ledger.services import crm_connections, crm_records, crm_writes, installation
from leadpact.sources.crm.connector import Connector, Made, Outcome, Wanted
from leadpact.sources.crm.facts import key_of
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import moment_of

_COMPARED_AT_ONCE = 500
_SENT_AT_ONCE = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Difference:
    """A field of a record that is to have another value."""

    lead: str
    of: str
    number: str
    field: str
    there: str
    wanted: str


@dataclass
class Pushed:
    """What one round did."""

    compared: int = 0
    written: int = 0
    failed: int = 0
    differences: list[Difference] = field(default_factory=list)


def compare(row: CrmConnection, crm: Crm, *, now: datetime, keep: bool = True) -> Pushed:
    """Compare leads that are marked with their records; with `keep` what differs is to be written.

    Without `keep` all leads are compared, and nothing is noted anywhere.
    """
    done = Pushed()
    while True:
        leads, last = reading.due_leads(row, _COMPARED_AT_ONCE) if keep else (_all_leads(row), 0)
        if not leads:
            return done
        with transaction.atomic():
            comparison = _Comparison.of(row, crm, now)
            for begin in range(0, len(leads), _COMPARED_AT_ONCE):
                some = leads[begin : begin + _COMPARED_AT_ONCE]
                done.differences += comparison.run(some, keep=keep)
            if keep:
                crm_writes.compared(row, leads, last)
        done.compared += len(leads)
        if not keep:
            return done


def _all_leads(row: CrmConnection) -> list[str]:
    rows = CrmRecord.objects.filter(
        connection=row, lead__isnull=False, deleted_at=None, absorbed_by=""
    )
    living = crm_records.living(str(lead) for lead in rows.values_list("lead_id", flat=True))
    return sorted(set(living.values()))


@dataclass(frozen=True)
class _Comparison:
    row: CrmConnection
    crm: Crm
    comparing: Comparing
    installation: Installation
    now: datetime

    @classmethod
    def of(cls, row: CrmConnection, crm: Crm, now: datetime) -> _Comparison:
        version = agreements.in_force(now)
        stages = [stage.name for stage in version.agreement.stages] if version else []
        comparing = Comparing(crm, stages, reading.owners_of(row))
        return cls(row, crm, comparing, installation.current(now=now), now)

    def run(self, leads: Sequence[str], *, keep: bool) -> list[Difference]:
        records = reading.records_of(self.row, self.crm.people, leads)
        writes = reading.writes_of(record for rows in records.values() for record in rows)
        found: list[Difference] = []
        changed: list[CrmWrite] = []
        for key, lead in self._leads(leads, writes, records).items():
            for record in records.get(key, ()):
                known = writes.get(record.pk, {})
                there = _there(record, known, self.row.system)
                if keep and (theirs := self.comparing.keeps(lead, there)):
                    self._keep_theirs(key, record, theirs, there.holder_read or self.now)
                wanted = self.comparing.wanted(lead, there)
                changed += crm_writes.intend(record, known, wanted, now=self.now)
                found += [
                    Difference(key, record.object, record.number, name, there.values.get(name, ""),
                               value)
                    for name, value in wanted.items()
                ]  # fmt: skip
        if keep:
            crm_writes.save([*changed, *self._end_tasks_of_gone(leads)])
        return found

    def _end_tasks_of_gone(self, leads: Sequence[str]) -> list[CrmWrite]:
        """Nobody is to do anything for a record that was deleted or merged."""
        changed = []
        for row in reading.tasks_of_gone(self.row, leads):
            told = json.loads(row.wanted)
            if told["open"]:
                ended = json.dumps(told | {"open": False}, sort_keys=True, ensure_ascii=False)
                changed += crm_writes.intend(row.record, {row.field: row}, {row.field: ended},
                                             now=self.now)  # fmt: skip
        return changed

    def _leads(
        self,
        keys: Sequence[str],
        writes: dict[int, dict[str, CrmWrite]],
        records: dict[str, list[CrmRecord]],
    ) -> dict[str, Lead]:
        states = reading.states(keys)
        clocks = reading.clocks_of_sales(keys)
        handoffs = reading.handoffs(keys)
        assigned = reading.last_assignments(keys)
        told = {k: s for k, s in states.items() if s.status != "merged" and records.get(k)}
        handed = {key for key, state in told.items() if (key, state.episode or 0) in handoffs}
        reasons = self._reasons(handed, records, writes)
        found = {}
        for key, state in told.items():
            episode = state.episode or 0
            named = assigned.get(key)
            found[key] = Lead(
                status=state.status,
                stage=state.stage or "",
                stage_since=state.stage_since,
                numbers={n: getattr(state, n) for n in ("score", "fit", "engagement")},
                tier=state.tier or "",
                episode=episode,
                holder=state.holder or "",
                holder_since=_instant(named.happened) if named else None,
                holder_from=named.source if named else "",
                holder_at="/".join(named.event_id.split("/")[:2]) if named else "",
                reasons=reasons.get(key, ""),
                promises=[
                    Promise(
                        c.obligation,
                        c.outcome,
                        c.started_at,
                        c.due_at,
                        c.holder or state.holder or "",
                    )
                    for c in clocks.get(key, ())
                    if c.episode == episode
                ],
                since=self.installation.live_since if may_decide(self.installation) else None,
                note=_note(state) if key in handed else "",
            )
        return found

    def _reasons(
        self,
        leads: Iterable[str],
        records: Mapping[str, Sequence[CrmRecord]],
        writes: Mapping[int, Mapping[str, CrmWrite]],
    ) -> dict[str, str]:
        """Why leads were handed over, in words; they stay once they were found."""
        name = f"{self.crm.write.prefix}reasons"
        known = {}
        for lead in leads:
            told = (writes.get(record.pk, {}).get(name) for record in records[lead])
            known[lead] = next((row.wanted for row in told if row is not None and row.wanted), "")
        return known | why_handed_over((lead for lead, why in known.items() if not why), self.now)

    def _keep_theirs(self, lead: str, record: CrmRecord, person: str, read: datetime) -> None:
        """They hold the lead since that was read: whoever is named there later is so after it."""
        key = key_of(self.row.system, record.object, record.number)
        fact = Fact(
            source=self.row.system,
            event_id=f"{key}/keeps/{read.isoformat()}",
            kind="lead.assigned",
            happened_at=read,
            lead=Known(id=lead),
            properties={"to": person},
            recorded_at=self.now,
        )
        crm_records.tell([fact], now=self.now)


def _there(record: CrmRecord, known: dict[str, CrmWrite], system: str) -> There:
    values = json.loads(record.values)
    read = values.get(HOLDER_READ)
    written = {name: row.written for name, row in known.items() if row.written is not None}
    return There(
        record.object,
        values,
        written,
        holder_read=moment_of(read) if read else None,
        holder_is_ours=HOLDER_OURS in values,
        stage_set=moment_of(values.get(STAGE_SET, "")),
        key=key_of(system, record.object, record.number),
    )


def _instant(ticks: int) -> datetime:
    from leadpact.ledger.instants import instant

    return instant(ticks)


def _note(state: LeadState) -> str:
    score = f" with {state.score:g} points" if state.score is not None else ""
    return f"Handed over by Leadpact at stage {state.stage}{score}."


@dataclass(frozen=True)
class Push:
    """Sends what is noted down for one connection; `renew` as in `Pull`."""

    row: CrmConnection
    crm: Crm
    connector: Connector
    now: Clock
    renew: Callable[[], None] = lambda: None

    def run(self) -> Pushed:
        """Compare, then send what is due. Raises CrmError; what was sent until then is kept."""
        done = compare(self.row, self.crm, now=self.now())
        if self.row.shadow:
            return done
        while rows := crm_writes.begin(self.row, _SENT_AT_ONCE, now=self.now()):
            self.renew()
            self._properties([r for r in rows if " " not in r.field], done)
            self.renew()
            self._tasks([r for r in rows if r.field.startswith(f"{TASK} ")], done)
            self.renew()
            self._notes([r for r in rows if r.field.startswith(f"{NOTE} ")], done)
        crm_connections.worked(self.row, now=self.now(), pushed=True)
        return done

    @property
    def _time_there(self) -> datetime:
        return self.connector.time_there or self.now()

    def _properties(self, rows: Sequence[CrmWrite], done: Pushed) -> None:
        """All fields of a record together; where they are refused, each alone."""
        by_record: dict[tuple[str, str], list[CrmWrite]] = {}
        for row in rows:
            by_record.setdefault((row.record.object, row.record.number), []).append(row)
        for of in sorted({of for of, _ in by_record}):
            groups = [group for (o, _), group in by_record.items() if o == of]
            refused = self._write(groups, done)
            single = [[row] for group in refused if len(group) > 1 for row in group]
            lonely = [group for group in refused if len(group) == 1]
            if single:
                lonely = [*lonely, *self._write(single, done)]
            done.failed += len(lonely)

    def _write(self, groups: Sequence[list[CrmWrite]], done: Pushed) -> list[list[CrmWrite]]:
        """Write groups of fields, each of one record; those that were refused."""
        outcomes = self.connector.write(
            [
                Wanted(g[0].record.object, g[0].record.number, {row.field: row.wanted for row in g})
                for g in groups
            ]
        )
        pairs = list(zip(groups, outcomes, strict=True))
        well = [(g, o) for g, o in pairs if not o.error]
        crm_writes.done([(row, "", o.at or self._time_there) for g, o in well for row in g])
        done.written += sum(len(g) for g, _ in well)
        ill = [(g, o) for g, o in pairs if o.error]
        for again in (True, False):
            some = [(row, o.error) for g, o in ill if o.again is again for row in g]
            crm_writes.failed(some, final=not again)
        return [g for g, _ in ill]

    def _tasks(self, rows: Sequence[CrmWrite], done: Pushed) -> None:
        told = {row.pk: json.loads(row.wanted) for row in rows}
        ending = [row for row in rows if row.made and not told[row.pk]["open"]]
        self._settle(ending, self.connector.end_tasks([row.made for row in ending]), done)
        moot = [row for row in rows if not row.made and not told[row.pk]["open"]]
        crm_writes.done([(row, row.made, self.now()) for row in moot])
        fresh = [row for row in rows if not row.made and told[row.pk]["open"]]
        self._settle(fresh, self.connector.make_tasks([self._made(row) for row in fresh]), done)
        moved = [row for row in rows if row.made and told[row.pk]["open"]]
        changes = [self._made(row) for row in moved]
        self._settle(moved, self.connector.change_tasks([row.made for row in moved], changes), done)

    def _notes(self, rows: Sequence[CrmWrite], done: Pushed) -> None:
        self._settle(rows, self.connector.make_notes([self._made(row) for row in rows]), done)

    def _made(self, row: CrmWrite) -> Made:
        told = json.loads(row.wanted)
        return Made(
            key=f"{row.record.number} {row.field}",
            about=(row.record.object, row.record.number),
            title=told["title"],
            text=told["text"],
            at=row.wanted_at,
            due=moment_of(told.get("due", "")),
            owner=told.get("owner", ""),
            again=row.attempts > 1,
        )

    def _settle(self, rows: Sequence[CrmWrite], outcomes: Sequence[Outcome], done: Pushed) -> None:
        pairs = list(zip(rows, outcomes, strict=True))
        well = [(row, o) for row, o in pairs if not o.error]
        crm_writes.done([(row, o.id or row.made, o.at or self._time_there) for row, o in well])
        done.written += len(well)
        leads = {row.record.lead_id for row, _ in well if row.record.lead_id}
        crm_records.mark_due(leads, now=self.now())
        for again in (True, False):
            ill = [(row, o.error) for row, o in pairs if o.error and o.again is again]
            crm_writes.failed(ill, final=not again)
            done.failed += len(ill)
