"""The words whose meaning is fixed: kinds of rows, built-in fields, sides, outcomes, metrics."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Side(StrEnum):
    """Who owes a promise or answers for a stage."""

    MARKETING = "marketing"
    SALES = "sales"


#: Why a lead is left out that asked not to be contacted: its own wish, and no finding about it.
OPT_OUT = "opt-out"

#: Kinds with a fixed meaning, in the order in which rows of one instant are taken.
FIXED_KINDS: dict[str, str] = {
    "fact.voided": "withdraws one row (`event_id`, `source`) or one import (`batch`)",
    "calendar.closed": "declares a `date` closed in a `calendar` from now on",
    "roster.changed": "changes people, teams, hours or absences",
    "lead.created": "the lead enters the database, with its attributes",
    "lead.updated": "states attributes of the lead",
    "lead.merged": "the lead `absorbed` is the same as this one",
    "lead.unmerged": "undoes the merge with `absorbed`",
    "lead.excluded": "leaves the lead out, for a `reason`",
    "lead.restored": "takes an exclusion back",
    "stage.entered": "a CRM or a person declares a `stage`",
    "lead.handed_off": "marketing passes the lead to sales",
    "lead.assigned": "the lead has a holder: `to` a person, of a `team`",
    "nurture.entered": "the lead joins the nurture `program`",
    "nurture.touched": "a `step` of the nurture `program` reached the lead",
    "nurture.left": "the lead leaves the nurture `program`",
    "ACTIVITY": "every kind named by the user: `form_submitted`, `email_opened` …",
    "sales.attempted": "sales tried to reach the lead: `channel`, `outcome`",
    "sales.connected": "sales and the lead spoke: `channel`",
    "sales.accepted": "sales takes the lead on, perhaps with a `rating`",
    "sales.rejected": "sales gives the lead back, for a `reason`, perhaps with a `rating`",
    "sales.rated": "sales rates the lead: `rating` 1 to 5",
    "sales.snoozed": "the lead asked to wait, for a `reason`",
    "sales.resumed": "a snooze is over",
    "deal.opened": "a deal with this lead begins: `deal_id`, `amount`",
    "deal.won": "a deal with this lead is won: `deal_id`, `amount`",
    "deal.lost": "a deal with this lead is lost: `deal_id`, `reason`",
    "lead.recycled": "the lead goes back to marketing, for a `reason`",
    "lead.disqualified": "the lead is discarded, for a `reason`",
    "clock.disputed": "somebody disputes a clock (`obligation`) or a `stage`",
    "dispute.ruled": "a dispute over an `obligation` or a `stage` is `upheld` or not",
    "clock.waived": "an `obligation` is not asked of this lead, for a `reason`",
}

_RANKS = {kind: rank for rank, kind in enumerate(FIXED_KINDS)}
ACTIVITY_RANK = _RANKS["ACTIVITY"]


def rank_of(kind: str) -> int:
    """Place of a kind among the rows of one instant; every user-named activity shares one place."""
    return _RANKS.get(kind, ACTIVITY_RANK)


def is_activity(kind: str) -> bool:
    """Whether a kind is an activity named by the user."""
    return kind not in _RANKS or kind == "ACTIVITY"


#: Facts that themselves declare progress: they unlock a recycled lead.
PROGRESS_KINDS = ("stage.entered", "sales.accepted", "deal.opened", "deal.won")

#: Attributes that every agreement knows without declaring them, all text.
BUILT_IN_FIELDS: dict[str, str] = {
    "origin": "who brought the lead: marketing, sales, partner or customer",
    "source": "marketing channel of first touch",
    "campaign": "campaign of first touch",
    "landing_page": "landing page of first touch",
    "asset": "content that brought the lead",
    "product": "product of interest",
    "email": "email address",
    "phone": "telephone number",
    "name": "full name",
    "title": "job title",
    "company": "company name",
    "company_id": "key of the company",
    "domain": "web domain of the company",
    "country": "country",
    "owner": "owner named by the source",
}

#: Properties of the fixed kinds, with their types.
BUILT_IN_PROPERTIES: dict[str, str] = {
    "stage": "text",
    "episode": "number",
    "to": "text",
    "team": "text",
    "channel": "text",
    "outcome": "text",
    "reason": "text",
    "rating": "number",
    "deal_id": "text",
    "amount": "number",
    "currency": "text",
    "obligation": "text",
    "upheld": "boolean",
    "absorbed": "text",
    "program": "text",
    "step": "text",
    "date": "text",
    "calendar": "text",
    "event_id": "text",
    "source": "text",
    "batch": "text",
    "reason_for": "text",
}


class Ending(IntEnum):
    """How an episode ended; OPEN while it has not."""

    OPEN = 0
    RECYCLED = 1
    DISQUALIFIED = 2
    WON = 3
    LOST = 4
    MERGED = 5


class Outcome(IntEnum):
    """What became of a clock."""

    RUNNING = 0
    MET = 1
    MISSED = 2
    CANCELLED = 3
    REJECTED = 4
    WAIVED = 5
    OVERDUE = 6
    NOT_OBSERVED = 7


#: Metrics that goals may name: key → (title, unit).
METRICS: dict[str, tuple[str, str]] = {
    "contacts_added": ("Contacts added", "contacts"),
    "leads": ("Leads", "leads"),
    "mqls": ("MQLs", "leads"),
    "repeat_mqls": ("Repeat MQLs", "leads"),
    "sals": ("Leads accepted by sales", "leads"),
    "sqls": ("SQLs", "leads"),
    "opportunities": ("Opportunities", "leads"),
    "customers": ("Customers", "leads"),
    "stage_entries": ("Entries into a stage", "leads"),
    "nurture_entries": ("Entries into nurture programs", "leads"),
    "nurture_qualified": ("Nurtured leads that qualify", "share"),
    "won_deals": ("Deals won", "deals"),
    "lost_deals": ("Deals lost", "deals"),
    "revenue": ("Revenue from deals won", "money"),
    "average_sale": ("Average sale", "money"),
    "win_rate": ("Win rate", "share"),
    "cycle_days": ("Sales cycle from the lead", "days"),
    "mql_cycle_days": ("Sales cycle from the MQL", "days"),
    "conversion": ("Conversion between stages", "share"),
    "mql_to_sql": ("MQLs that become SQLs", "share"),
    "mql_to_close": ("MQLs that close", "share"),
    "over_threshold": ("Leads over the scoring threshold", "share"),
    "acceptance_rate": ("Handed-over leads accepted", "share"),
    "rejection_rate": ("Handed-over leads rejected", "share"),
    "recycle_rate": ("Handed-over leads recycled", "share"),
    "duplicate_rate": ("Duplicates", "share"),
    "bot_rate": ("Bots", "share"),
    "competitor_rate": ("Competitors", "share"),
    "opt_out_rate": ("Leads that opted out", "share"),
    "exclusion_rate": ("Leads excluded", "share"),
    "attainment": ("Obligation kept", "share"),
    "response_rate": ("Obligation answered at all", "share"),
    "response_p50": ("Median time to answer", "seconds"),
    "response_p90": ("Time in which 90 % are answered", "seconds"),
    "speed_to_lead": ("Speed to lead", "seconds"),
    "speed_to_lead_system": ("Speed to lead: until handed over", "seconds"),
    "speed_to_lead_assignment": ("Speed to lead: until somebody has it", "seconds"),
    "speed_to_lead_person": ("Speed to lead: until the holder answers", "seconds"),
    "attempts_per_lead": ("Attempts per lead", "attempts"),
    "protocol_completion": ("Contact protocol completed", "share"),
    "quality_rating": ("Quality as sales rates it", "rating"),
    "high_quality_share": ("MQLs of high quality", "share"),
    "revenue_from_mqls": ("Share of revenue from MQLs", "share"),
    "evenness": ("Weeks at or above 70 % of their due", "share"),
}
