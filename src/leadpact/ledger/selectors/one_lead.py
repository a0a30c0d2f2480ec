"""Everything that is kept of one lead, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from leadpact.ledger.models import (
    Clock,
    Deal,
    Episode,
    Event,
    Exclusion,
    Handoff,
    Lead,
    NurtureEntry,
    Proposal,
    StageEntry,
)
from leadpact.ledger.selectors.proposals import open_pairs
from leadpact.ledger.selectors.visible import leads_for
from leadpact.ledger.services.permits import Caller


def lead_for(caller: Caller, key: str) -> Lead | None:
    """A lead that the caller may see."""
    return leads_for(caller).select_related("state", "company").filter(key=key).first()


def survivor_for(caller: Caller, key: str) -> str | None:
    """The lead into which one was merged, if the caller may see it."""
    row = Lead.objects.filter(key=key, merged_into__isnull=False).first()
    while row is not None and row.merged_into is not None:
        row = row.merged_into
    return row.key if row and lead_for(caller, row.key) else None


@dataclass(frozen=True)
class Kept:
    """The rows of the tables about one lead, in the order in which a page tells them."""

    episodes: Sequence[Episode]
    stages: Sequence[StageEntry]
    clocks: Sequence[Clock]
    handoffs: Sequence[Handoff]
    deals: Sequence[Deal]
    nurture: Sequence[NurtureEntry]
    exclusions: Sequence[Exclusion]
    absorbed: Sequence[Lead]
    proposals: Sequence[Proposal]


def kept_of(caller: Caller, lead: Lead) -> Kept:
    """All that is kept of a lead; nine queries."""
    own = {"lead": lead}
    pairs = open_pairs(caller).filter(Q(first=lead) | Q(second=lead))
    return Kept(
        episodes=list(Episode.objects.filter(**own).order_by("-episode")),
        stages=list(StageEntry.objects.filter(**own).order_by("-entered_at", "-id")),
        clocks=list(Clock.objects.filter(**own).order_by("-started_at", "due_at", "obligation")),
        handoffs=list(Handoff.objects.filter(**own).order_by("-episode")),
        deals=list(Deal.objects.filter(roles__lead=lead).order_by("-opened_at", "key")),
        nurture=list(NurtureEntry.objects.filter(**own).order_by("-entered_at")),
        exclusions=list(Exclusion.objects.filter(**own).order_by("-at")),
        absorbed=list(Lead.objects.filter(merged_into=lead).order_by("key")),
        proposals=list(pairs.select_related("first__state", "second__state").order_by("-weight")),
    )


def timeline(lead: Lead) -> QuerySet[Event]:
    """What happened to a lead, and to those that were merged into it, the latest first."""
    family = [lead.key, *Lead.objects.filter(merged_into=lead).values_list("key", flat=True)]
    return Event.objects.filter(lead__in=family).order_by("-happened", "-id")
