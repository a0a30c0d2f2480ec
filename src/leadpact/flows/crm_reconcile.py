"""Our counts beside those of a customer system, and every difference by lead and cause."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from leadpact.engine.values import normal
from leadpact.flows.crm_reading import STAGE_SET
from leadpact.flows.crm_wanted import chosen_there
from leadpact.ledger.models import (
    CrmComparison,
    CrmConnection,
    CrmDisagreement,
    CrmRecord,
    CrmWrite,
    Deal,
    LeadState,
)
from leadpact.ledger.selectors import agreements
from leadpact.ledger.selectors import crm as reading
from leadpact.ledger.services import crm_comparisons, crm_records, crm_writes
from leadpact.sources.crm.facts import key_of
from leadpact.sources.crm.mapping import Crm, Stages
from leadpact.sources.crm.pages import record_url
from leadpact.sources.crm.records import moment_of
from leadpact.sources.crm.told import number_of

_NOBODY_LOOKED = "not looked at yet: is a worker running?"
_WON, _AMOUNT, _HOLDER = "won deals", "amount of won deals", "holder"


@dataclass(frozen=True)
class Count:
    """A figure on both sides."""

    what: str
    here: float
    there: float


@dataclass(frozen=True)
class Disagreement:
    """A record about which the two sides say different things, and why.

    `record` is its object and number, `url` where people see it there, as far as they can.
    """

    what: str
    lead: str
    record: str
    here: str
    there: str
    cause: str
    url: str = ""


@dataclass
class Reconciled:
    """Figures on both sides with every difference behind them."""

    counts: list[Count] = field(default_factory=list)
    differences: list[Disagreement] = field(default_factory=list)

    @property
    def by_cause(self) -> list[tuple[str, str, int]]:
        """What differs and why, with how often, most frequent first."""
        found = Counter((each.what, each.cause) for each in self.differences)
        return [(what, cause, n) for (what, cause), n in found.most_common()]


def keep_when_due(row: CrmConnection, crm: Crm, now: Callable[[], datetime]) -> bool:
    """Compare both sides for the pages, where one moved since; whether that was done."""
    if not crm_comparisons.is_due(row, now=now()):
        return False
    keep(row, crm, now=now())
    return True


def keep(row: CrmConnection, crm: Crm, *, now: datetime) -> CrmComparison:
    """Compare both sides, and keep what was found for the pages."""
    began = time.monotonic()
    found = reconcile(row, crm, now=now)
    differences = [
        CrmDisagreement(
            what=each.what, lead_id=each.lead or None, record=each.record, here=each.here,
            there=each.there, cause=each.cause, url=each.url,
        )
        for each in found.differences
    ]  # fmt: skip
    told = crm_comparisons.Found([asdict(count) for count in found.counts], differences)
    return crm_comparisons.keep(row, told, time.monotonic() - began, now=now)


def reconcile(row: CrmConnection, crm: Crm, *, now: datetime) -> Reconciled:
    """Compare everything as both sides were read last."""
    version = agreements.in_force(now)
    stages = [stage.name for stage in version.agreement.stages] if version else []
    done = Reconciled()
    for of, people in crm.people.items():
        side = _Side.of(row, of, stages)
        if people.stages:
            side.count_stages(people.stages, done)
        if people.holder:
            done.differences += side.holders(people.holder.property)
    for of in crm.deals:
        _count_deals(row, crm, of, done)
    return done


def _disagreement(
    row: CrmConnection,
    what: str,
    lead: str,
    of: str,
    number: str,
    here: str,
    there: str,
    cause: str,
) -> Disagreement:
    url = record_url(row.system, row.pages, of, number)
    return Disagreement(what, lead, f"{of} {number}", here, there, cause, url)


@dataclass(frozen=True)
class _Side:
    """The people of one object, with their leads as they stand here."""

    row: CrmConnection
    stages: Sequence[str]
    records: Sequence[CrmRecord]
    heirs: dict[str, str]
    states: dict[str, LeadState]
    writes: dict[int, dict[str, CrmWrite]]
    owners: dict[str, str]

    @classmethod
    def of(cls, row: CrmConnection, of: str, stages: Sequence[str]) -> _Side:
        records = list(
            CrmRecord.objects.filter(
                connection=row, object=of, deleted_at=None, absorbed_by=""
            ).order_by("pk")
        )
        heirs = crm_records.living(str(record.lead_id) for record in records if record.lead_id)
        states = {state.lead_id: state for state in LeadState.objects.all().iterator()}
        owners = {number: person for number, person, _ in reading.owners_of(row)}
        return cls(row, stages, records, heirs, states, _writes(row), owners)

    def count_stages(self, mapped: Stages, done: Reconciled) -> None:
        """Leads that got at least as far as each stage that the mapping knows."""
        known = [stage for stage in self.stages if stage in mapped.values.values()]
        for stage in known:
            at_least = self.stages.index(stage)
            here, there = set(), 0
            for record in self.records:
                lead, state = self._state(record)
                ours = state is not None and self._place(state.stage) >= at_least
                ours = ours and state is not None and state.status not in ("excluded", "merged")
                value = json.loads(record.values).get(mapped.property, "")
                theirs = self._place(mapped.values.get(value)) >= at_least
                there += theirs
                if ours and lead in here:
                    done.differences.append(self._twice(stage, lead, record))
                elif ours:
                    here.add(lead)
                if ours != theirs:
                    why = self._why(record, state, mapped, ours=ours)
                    here_now = (state and state.stage) or "–"
                    done.differences.append(
                        self._differs(stage, lead, record, here_now, value or "–", why)
                    )
            done.counts.append(Count(f"{stage} or further", len(here), there))

    def holders(self, name: str) -> Iterator[Disagreement]:
        """Open leads that are held by different people."""
        for record in self.records:
            lead, state = self._state(record)
            if state is None or state.status != "open":
                continue
            theirs = self.owners.get(json.loads(record.values).get(name, ""), "")
            if normal(theirs) != normal(state.holder or ""):
                row = self.writes.get(record.pk, {}).get(name)
                cause = _of_write(row, self.row) or (
                    "nobody holds it here" if not state.holder else "named there otherwise"
                )
                ours = state.holder or "–"
                yield self._differs(_HOLDER, lead, record, ours, theirs or "–", cause)

    def _differs(
        self, what: str, lead: str, record: CrmRecord, here: str, there: str, cause: str
    ) -> Disagreement:
        return _disagreement(self.row, what, lead, record.object, record.number, here, there, cause)

    def _state(self, record: CrmRecord) -> tuple[str, LeadState | None]:
        lead = self.heirs.get(str(record.lead_id), "")
        return lead, self.states.get(lead)

    def _place(self, stage: str | None) -> int:
        return self.stages.index(stage) if stage in self.stages else -1

    def _twice(self, stage: str, lead: str, record: CrmRecord) -> Disagreement:
        cause = "two records there are one lead here"
        return self._differs(stage, lead, record, "counted once", "counted twice", cause)

    def _why(
        self, record: CrmRecord, state: LeadState | None, mapped: Stages, *, ours: bool
    ) -> str:
        if state is None:
            return _NOBODY_LOOKED if record.lead_id else "erased here"
        if state.status == "excluded":
            return f"left out here: {state.reason}"
        row = self.writes.get(record.pk, {}).get(mapped.property)
        if not ours:
            return "declared there, not followed here" if state.episode == 1 else (
                "begins anew here after it was recycled"
            )  # fmt: skip
        if mapped.write == "never":
            return "the mapping does not write stages"
        values = json.loads(record.values)
        value, chosen_at = values.get(mapped.property, ""), moment_of(values.get(STAGE_SET, ""))
        if mapped.write == "forward" and chosen_there(mapped, value, chosen_at, state.stage_since):
            return "something else was chosen there since"
        written_by_us = row is not None and row.written is not None and not row.open
        if written_by_us and mapped.values.get(str(row and row.written)) == state.stage:
            return "moved back there by hand"
        return _of_write(row, self.row) or "reached here before the installation was live"


def _writes(row: CrmConnection) -> dict[int, dict[str, CrmWrite]]:
    found: dict[int, dict[str, CrmWrite]] = {}
    for each in CrmWrite.objects.filter(record__connection=row).iterator():
        found.setdefault(each.record_id, {})[each.field] = each
    return found


def _of_write(row: CrmWrite | None, connection: CrmConnection) -> str:
    """What became of writing a field; empty where it was never to be written."""
    if row is None:
        return ""
    if row.error:
        return f"refused there: {row.error}"
    if not row.open:
        return ""
    if connection.shadow:
        return "not written: writing is off"
    answered = crm_writes.is_answered(row)
    return "written, and changed back there each time" if answered else "waits to be written"


def _count_deals(row: CrmConnection, crm: Crm, of: str, done: Reconciled) -> None:
    mapped = crm.deals[of]
    ours = {deal.key: deal for deal in Deal.objects.filter(key__startswith=f"{row.system}:{of}/")}
    there = {}
    for record in CrmRecord.objects.filter(connection=row, object=of, deleted_at=None):
        values = json.loads(record.values)
        name = mapped.amount.property if mapped.amount else None
        amount = number_of(values.get(name or "", "")) or 0.0
        won = values.get(mapped.outcome.property, "") in mapped.outcome.won
        there[key_of(row.system, of, record.number)] = (won, amount, record)
    won_here = {key: deal for key, deal in ours.items() if deal.outcome == "won"}
    won_there = {key: told for key, told in there.items() if told[0]}
    done.counts.append(Count(_WON, len(won_here), len(won_there)))
    sums = sum(d.amount or 0 for d in won_here.values()), sum(a for _, a, _ in won_there.values())
    done.counts.append(Count(_AMOUNT, *sums))
    for key in sorted(won_here.keys() | won_there.keys()):
        number = key.partition("/")[2]
        if key not in won_here or key not in won_there:
            here, said = (
                "won" if key in won_here else _outcome(ours.get(key)),
                "won" if key in won_there else "not won",
            )
            cause = _why_not_won(ours.get(key))
            done.differences.append(_disagreement(row, _WON, "", of, number, here, said, cause))
        elif (won_here[key].amount or 0) != won_there[key][1]:
            here, said = f"{won_here[key].amount or 0:g}", f"{won_there[key][1]:g}"
            cause = "changed there since it was read"
            done.differences.append(_disagreement(row, _AMOUNT, "", of, number, here, said, cause))


def _why_not_won(deal: Deal | None) -> str:
    if deal is None:
        return "not taken over"
    looked_at = LeadState.objects.filter(lead__deal_roles__deal=deal).exists()
    return "not read again yet" if looked_at or not deal.roles.exists() else _NOBODY_LOOKED


def _outcome(deal: Deal | None) -> str:
    return deal.outcome if deal else "unknown"
