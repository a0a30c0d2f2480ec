"""The roster as routing takes it: people, what they hold, what each was due and had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Min, Q

from leadpact.agreement.spec import Agreement
from leadpact.engine.routing.people import Absence, Owner, Person, Pool, Roster, people_of
from leadpact.engine.routing.people import Standing as Due
from leadpact.ledger.models import Absence as AbsenceRow
from leadpact.ledger.models import Company, Deal, Handoff, LeadState, Standing
from leadpact.ledger.models import Person as PersonRow

#: Bulk arrivals of the last working day decide the pace; no weekend with holidays is longer.
_PACE_LOOKS_BACK = timedelta(days=10)
#: Since when somebody holds an account is not known, and there is never more than one.
_EVER = datetime.min.replace(tzinfo=UTC)


def roster(
    agreement: Agreement,
    companies: Iterable[str],
    *,
    now: datetime,
    closed: Iterable[tuple[str, date]] = (),
    without: str | None = None,
    standings: Sequence[Standing] | None = None,
) -> Roster:
    """Everybody on the teams as they stand now; owners of the companies named.

    `without` is a lead that makes nobody an owner; `standings` are known already. What the
    agreement does not ask is not counted: open leads without caps, bulk arrivals without a pace.
    """
    people, routing = _people(agreement, closed, now), agreement.routing
    capped = any(person.cap is not None for person in people)
    return Roster(
        people=people,
        open_leads=open_leads() if capped else {},
        standings={
            (Pool(row.team, row.bulk), row.person): Due(row.due, row.had)
            for row in (Standing.objects.all() if standings is None else standings)
        },
        bulk_given=_bulk_given(now) if routing.bulk else {},
        owners=owners(companies, without) if routing.company_owner_first else {},
    )


def _people(
    agreement: Agreement, closed: Iterable[tuple[str, date]], now: datetime
) -> tuple[Person, ...]:
    """The agreement's people; whether they are active and away: as stated here."""
    rows = {row.name: row for row in PersonRow.objects.all()}
    away: dict[str, list[Absence]] = defaultdict(list)
    for each in AbsenceRow.objects.filter(ends__gt=now).select_related("person"):
        away[each.person.name].append(Absence(each.begins, each.ends))
    return tuple(
        replace(
            person,
            active=row.active if (row := rows.get(person.name)) else False,
            absences=tuple(sorted(away[person.name], key=lambda each: each.start)),
        )
        for person in people_of(agreement, closed)
    )


def open_leads() -> dict[str, int]:
    """Holder → open leads that count for them: given or handed over in their present episode.

    A lead that came back to marketing keeps its holder, who has nothing to do with it meanwhile.
    """
    held = LeadState.objects.filter(fills_cap=True)
    counted = held.values("holder").annotate(leads=Count("*"))
    return {str(row["holder"]): row["leads"] for row in counted}


def _bulk_given(now: datetime) -> dict[str, tuple[datetime, ...]]:
    given: dict[str, list[datetime]] = defaultdict(list)
    rows = Handoff.objects.filter(
        bulk=True, person__isnull=False, assigned_at__gte=now - _PACE_LOOKS_BACK
    )
    for person, at in rows.order_by("assigned_at").values_list("person", "assigned_at"):
        if at is not None:
            given[str(person)].append(at)
    return {name: tuple(times) for name, times in given.items()}


def owners(companies: Iterable[str], without: str | None = None) -> dict[str, tuple[Owner, ...]]:
    """Who works with each company: its holder, and by an open deal or open lead but `without`."""
    wanted = sorted(set(companies))
    found: dict[str, list[Owner]] = defaultdict(list)
    held = Company.objects.filter(key__among=wanted).exclude(owner="")
    for company, owner in held.values_list("key", "owner"):
        found[company].append(Owner(owner, "account", _EVER))
    deals = Deal.objects.filter(outcome="open").exclude(owner="")
    for company, owner, since in deals.filter(
        Q(company__key__among=wanted) | Q(roles__lead__company__key__among=wanted)
    ).values_list("roles__lead__company_id", "owner", "opened_at"):
        if company in wanted and since is not None:
            found[company].append(Owner(owner, "deal", since))
    leads = LeadState.objects.filter(
        lead__company__key__among=wanted, status="open", holder__isnull=False
    ).exclude(lead=without)
    # One row for each holder: a company may have any number of leads.
    longest = leads.values("lead__company_id", "holder").annotate(since=Min("lead__begins"))
    for company, holder, since in longest.values_list("lead__company_id", "holder", "since"):
        found[str(company)].append(Owner(str(holder), "lead", since))
    return {company: tuple(rows) for company, rows in found.items()}
