"""Records of a customer system are taken into the ledger: what they say, and no longer say.

The same records again, or older ones after newer, change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from leadpact.engine.identity import employer_key
from leadpact.flows.crm_ours import Ours
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Batch, CrmConnection, CrmRecord, CrmWrite
from leadpact.ledger.services import companies, crm_records, crm_writes
from leadpact.sources.crm.facts import Reader, Statement, key_of
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Deletion, Record, Version
from leadpact.sources.crm.told import print_of

#: Beside the values of a record: when its present holder was first read, and whether Leadpact
#: itself put them there.
HOLDER_READ, HOLDER_OURS = "@holder read", "@holder ours"
#: Beside them as well: since when the value that tells the stage is what it is.
STAGE_SET = "@stage set"
#: How the log and people name each system.
NAMES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


@dataclass(frozen=True)
class Taking:
    """Takes records of one connection; `batch` is the first reading, null afterwards.

    The system's clock is `ahead` of ours.
    """

    row: CrmConnection
    crm: Crm
    names: Mapping[str, str]
    now: datetime
    batch: Batch | None = None
    ahead: timedelta = timedelta(0)

    def take(self, of: str, records: Sequence[Record], deletions: Sequence[Deletion] = ()) -> int:
        """Take records of one object in one transaction; how many were not older than known."""
        with transaction.atomic():
            rows = crm_records.known(self.row, of, [r.id for r in records])
            fresh = [r for r in records if not _is_older(r, rows.get(r.id)) and not self._own(r)]
            if of in self.crm.people:
                self._people(of, fresh, rows)
            elif of in self.crm.companies:
                self._companies(of, fresh, rows)
            elif of in self.crm.deals:
                self._deals(of, fresh, rows)
            else:
                self._activities(of, fresh, rows)
            for object_ in dict.fromkeys(each.object for each in deletions):
                self._deleted(object_, [each for each in deletions if each.object == object_])
        return len(fresh)

    def unknown_people(self, records: Iterable[Record]) -> dict[str, list[str]]:
        """People that records are linked with and that were never read, by object."""
        found: dict[str, list[str]] = {}
        linked = list(records)
        for of in self.crm.people:
            numbers = {number for record in linked for number in record.links.get(of, ())}
            missing = numbers - crm_records.known(self.row, of, numbers).keys()
            if missing:
                found[of] = sorted(missing)
        return found

    def unread(self, of: str, records: Sequence[Record]) -> set[str]:
        """Keys of people who were never read before."""
        if of not in self.crm.people:
            return set()
        known = crm_records.known(self.row, of, [record.id for record in records])
        return {self._key(record) for record in records if record.id not in known}

    def _own(self, record: Record) -> bool:
        """Whether Leadpact made the record: a task or a note says nothing new."""
        return bool(record.made_by) and record.made_by == self.row.own_mark

    def _people(self, of: str, records: Sequence[Record], rows: dict[str, CrmRecord]) -> None:
        is_ours = self._is_ours(rows)
        reader = Reader(self.crm, self.names, is_ours)
        facts: list[Fact] = []
        whose: dict[str, str] = {}
        silent = crm_records.held_by_survivors(rows.values())
        for record in records:
            known = rows.get(record.id)
            for statement in reader.person(record, json.loads(known.prints) if known else None):
                whose.setdefault(record.id, statement.id)
                # Read in time, it would not have taken the survivor from its holder either (§10).
                if record.id in silent and statement.kind == "lead.assigned":
                    continue
                facts.append(_fact(self.row.system, statement))
        leads = crm_records.tell(facts, now=self.now, batch=self.batch)
        before = set(rows)
        changed = [rows[r.id] for r in records if r.id in before and _is_newer(r, rows[r.id])]
        crm_writes.no_more_refused(changed)
        for record in records:
            row = rows.setdefault(record.id, self._row(of, record))
            row.lead_id = leads.get(whose[record.id]) or row.lead_id
            self._note(row, record, is_ours)
            if record.became is None:
                crm_records.person_restored(
                    row, key=self._key(record), at=record.modified_at, now=self.now
                )
        crm_records.save([rows[record.id] for record in records], now=self.now)
        self._come_again([r for r in records if r.id not in before], rows)
        self._merges(of, [record for record in records if record.absorbed])

    def _come_again(self, records: Sequence[Record], rows: Mapping[str, CrmRecord]) -> None:
        """Who was left out since their record was deleted is a lead again with a new one."""
        since = {rows[r.id].lead_id: r.created_at for r in records if rows[r.id].lead_id}
        for former in crm_records.deleted_of(str(lead) for lead in since):
            key = key_of(former.connection.system, former.object, former.number)
            crm_records.person_came_again(former, key=key, at=since[former.lead_id], now=self.now)

    def _merges(self, of: str, records: Sequence[Record]) -> None:
        rows = crm_records.known(self.row, of, [record.id for record in records])
        every = [each for record in records for each in record.absorbed]
        gone = {
            object_: crm_records.known(self.row, object_, [n for o, n in every if o == object_])
            for object_ in {object_ for object_, _ in every}
        }
        changed = []
        for record in records:
            for object_, number in record.absorbed:
                absorbed = gone[object_].get(number)
                if absorbed is None or absorbed.absorbed_by:
                    continue
                crm_records.person_not_deleted(
                    absorbed, key=key_of(self.row.system, object_, number), now=self.now
                )
                crm_records.merged(
                    rows[record.id], absorbed, key=self._key(record), at=record.modified_at,
                    now=self.now,
                )  # fmt: skip
                changed.append(absorbed)
        crm_records.save(changed, now=self.now)

    def _companies(self, of: str, records: Sequence[Record], rows: dict[str, CrmRecord]) -> None:
        reader = Reader(self.crm, self.names)
        before = {number: self._company_keys(row) for number, row in rows.items()}
        linked = self._linked(records)
        begins = crm_records.first_instants(_leads(linked))
        self._stand(
            of, records, rows, linked,
            lambda r: reader.company(r, self._since(linked[r.id].people, begins)),
        )  # fmt: skip
        for record in records:
            keys = self._company_keys(rows[record.id])
            companies.held_by_nobody(before.get(record.id, set()) - keys, self.row.system)
            name = record.values.get(self.crm.companies[of].name or "", "")
            companies.held(keys, name, reader.holder_of(record), self.row.system)

    def _company_keys(self, row: CrmRecord) -> set[str]:
        """By what leads belong to a company: its number, and its domain."""
        domain = self.crm.companies[row.object].domain
        told = {"domain": json.loads(row.values).get(domain or "")}
        found = (employer_key({"company_id": row.number}), employer_key(told))
        return {key for key in found if key}

    def _deals(self, of: str, records: Sequence[Record], rows: dict[str, CrmRecord]) -> None:
        reader, linked = Reader(self.crm, self.names), self._linked(records)
        self._stand(
            of, records, rows, linked, lambda r: reader.deal(r, self._alive(linked[r.id].people))
        )
        living = crm_records.living(_leads(linked))
        for record in records:
            people = linked[record.id].people
            leads = {living[row.lead_id] for row in people if row.lead_id in living}
            crm_records.note_deal(_deal(reader, record), leads)

    def _activities(self, of: str, records: Sequence[Record], rows: dict[str, CrmRecord]) -> None:
        reader, linked = Reader(self.crm, self.names), self._linked(records)
        self._stand(
            of,
            records,
            rows,
            linked,
            lambda r: reader.activity(r, self._alive(linked[r.id].people)),
        )

    def _stand(
        self,
        of: str,
        records: Sequence[Record],
        rows: dict[str, CrmRecord],
        linked: Mapping[str, _Linked],
        tell: Callable[[Record], Iterable[Statement]],
    ) -> None:
        """Records of which all that they say stands as they are now."""
        facts: list[Fact] = []
        for record in records:
            row = rows.setdefault(record.id, self._row(of, record))
            row.deleted_at, row.lacks = None, linked[record.id].lacks
            stated = [_fact(self.row.system, each) for each in tell(record)]
            self._note(row, record)
            at = min(record.modified_at, self.now)
            facts += crm_records.restate(row, stated, at=at)
        crm_records.tell(facts, now=self.now, batch=self.batch)
        crm_records.save([rows[record.id] for record in records], now=self.now)
        gone = [Deletion(o, n, r.modified_at) for r in records for o, n in r.absorbed]
        self._deleted(of, gone)

    def _linked(self, records: Iterable[Record]) -> dict[str, _Linked]:
        """The people that each record, by its number, is linked with."""
        links = {record.id: record.links for record in records}
        found = {number: _Linked() for number in links}
        for of in self.crm.people:
            wanted = {each for linked in links.values() for each in linked.get(of, ())}
            known = crm_records.known(self.row, of, wanted)
            for number, linked in links.items():
                there = [known[each] for each in linked.get(of, ()) if each in known]
                found[number].people += [row for row in there if row.lead_id]
                found[number].lacks |= len(there) < len(linked.get(of, ()))
        return found

    def _alive(self, people: Iterable[CrmRecord]) -> list[str]:
        """Their keys, without those that were merged: of these the survivor is linked."""
        alive = (row for row in people if not row.absorbed_by)
        return sorted({key_of(self.row.system, row.object, row.number) for row in alive})

    def _since(
        self, people: Iterable[CrmRecord], begins: Mapping[str, datetime]
    ) -> dict[str, datetime]:
        """Keys of people who were not merged, each with the first instant of their lead."""
        there = [row for row in people if row.lead_id in begins]
        leads = {key_of(self.row.system, row.object, row.number): row.lead_id for row in there}
        return {key: begins[str(leads[key])] for key in self._alive(there)}

    def _deleted(self, of: str, deletions: Sequence[Deletion]) -> None:
        rows = crm_records.known(self.row, of, [deletion.id for deletion in deletions])
        facts: list[Fact] = []
        gone: list[CrmRecord] = []
        for deletion in deletions:
            row = rows.get(deletion.id)
            if row is None or row.deleted_at is not None:
                continue
            gone.append(row)
            at = min(deletion.at or self.now, self.now)
            key = key_of(self.row.system, of, deletion.id)
            if of in self.crm.people:
                why = f"deleted in {NAMES[self.row.system]}"
                crm_records.person_deleted(
                    row, among=self.crm.people, key=key, at=at, why=why, now=self.now
                )
                continue
            row.deleted_at = at
            facts += crm_records.restate(row, [], at=at)
            if of in self.crm.deals:
                crm_records.forget_deal(key)
            if of in self.crm.companies:
                companies.held_by_nobody(self._company_keys(row), self.row.system)
        crm_records.tell(facts, now=self.now)
        crm_records.save(gone, now=self.now)

    def _row(self, of: str, record: Record) -> CrmRecord:
        return CrmRecord(
            connection=self.row, object=of, number=record.id, modified_at=record.modified_at
        )

    def _note(self, row: CrmRecord, record: Record, is_ours: Ours | None = None) -> None:
        """Keep what later readings and the comparison with our state need to know."""
        mapped = self.crm.read_of(record.object)
        stage = self._stage_set(row, record)
        row.modified_at = record.modified_at
        row.prints = json.dumps({n: print_of(v) for n in mapped if (v := record.values.get(n))})
        kept = {n: record.values.get(n, "") for n in compared(self.crm, record.object)}
        own = self.crm.write.prefix
        kept |= {n: v for n, v in record.values.items() if n.startswith(own)}
        if is_ours is not None:
            kept |= {n: v for n, v in is_ours.later(record).items() if n.startswith(own)}
        kept |= self._holder_read(row, record, kept, is_ours) | stage
        row.values = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        row.links = json.dumps(sorted(_keys(self.crm, record)))

    def _holder_read(
        self, row: CrmRecord, record: Record, kept: Mapping[str, str], is_ours: Ours | None
    ) -> dict[str, str]:
        """When the present holder was first read here, and whether Leadpact put them there."""
        people = self.crm.people.get(record.object)
        if people is None or people.holder is None or is_ours is None:
            return {}
        before, name = json.loads(row.values), people.holder.property
        known = before.get(HOLDER_READ) if before.get(name) == kept[name] else None
        last = (record.versions(name) or [Version(kept[name], record.modified_at)])[-1]
        ours = last.value == kept[name] and is_ours(record, name, last)
        return {HOLDER_READ: known or self.now.isoformat()} | ({HOLDER_OURS: "yes"} if ours else {})

    def _stage_set(self, row: CrmRecord, record: Record) -> dict[str, str]:
        """Since when the value that tells the stage is what it is; without a history, as §18."""
        people = self.crm.people.get(record.object)
        if people is None or people.stages is None:
            return {}
        before, name = json.loads(row.values), people.stages.property
        now, versions = record.values.get(name, ""), record.versions(name)
        if versions and versions[-1].value == now:
            return {STAGE_SET: versions[-1].at.isoformat()}
        if name not in before:
            return {STAGE_SET: record.created_at.isoformat()}
        same = before[name] == now and STAGE_SET in before
        return {STAGE_SET: before[STAGE_SET] if same else record.modified_at.isoformat()}

    def _key(self, record: Record) -> str:
        return key_of(self.row.system, record.object, record.id)

    def _is_ours(self, known: Mapping[str, CrmRecord]) -> Ours:
        numbers = {row.pk: number for number, row in known.items()}
        written = CrmWrite.objects.filter(record__in=list(numbers)).exclude(field__contains=" ")
        told: dict[str, dict[str, CrmWrite]] = {}
        for each in written:
            told.setdefault(numbers[each.record_id], {})[each.field] = each
        return Ours(self.row.own_mark, told, self.ahead)


@dataclass
class _Linked:
    """The people of a record who have a lead, and whether it names some who are not there."""

    people: list[CrmRecord] = field(default_factory=list)
    lacks: bool = False


def compared(crm: Crm, of: str) -> list[str]:
    """The properties of an object whose values are kept: those that are compared with our state."""
    if people := crm.people.get(of):
        found = [people.stages.property] if people.stages else []
        return found + ([people.holder.property] if people.holder else [])
    if account := crm.companies.get(of):
        return [account.domain] if account.domain else []
    if deals := crm.deals.get(of):
        amount = [deals.amount.property] if deals.amount and deals.amount.property else []
        return [deals.outcome.property, *amount]
    return []


def _leads(linked: Mapping[str, _Linked]) -> list[str]:
    return [str(row.lead_id) for each in linked.values() for row in each.people]


def _is_older(record: Record, known: CrmRecord | None) -> bool:
    return known is not None and record.modified_at < known.modified_at


def _is_newer(record: Record, known: CrmRecord) -> bool:
    return record.modified_at > known.modified_at or known.deleted_at is not None


def _keys(crm: Crm, record: Record) -> Iterable[str]:
    for of in crm.people:
        for number in record.links.get(of, ()):
            yield key_of(crm.system, of, number)


def _deal(reader: Reader, record: Record) -> dict[str, object]:
    outcome = reader.outcome_of(record)
    deals = reader.crm.deals[record.object]
    return {
        "deal_id": key_of(reader.crm.system, record.object, record.id),
        "company_id": None,
        "amount": reader.amount_of(record),
        "opened_at": reader.opening_of(record),
        "closed_at": reader.closing_of(record)[0] if outcome != "open" else None,
        "outcome": outcome,
        "owner": reader.names.get(record.values.get(deals.owner or "", ""), ""),
        **{name: reader.stated(record, name) for name in ("currency", "reason", "product")},
    }


def _fact(system: str, statement: Statement) -> Fact:
    return Fact(
        source=system,
        event_id=statement.id,
        kind=statement.kind,
        happened_at=statement.at,
        lead=Known(id=statement.about, email=statement.email),
        properties=dict(statement.properties),
        recorded_at=statement.recorded,
        actor=statement.actor,
    )
