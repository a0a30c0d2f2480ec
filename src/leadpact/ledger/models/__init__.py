"""Every table of the ledger, one file a concern."""

from leadpact.ledger.models.access import ApiKey, Role, Scope, User
from leadpact.ledger.models.agreements import Acceptance, AgreementVersion
from leadpact.ledger.models.audit import AuditEntry
from leadpact.ledger.models.channels import Channel, DigestDay, Mute
from leadpact.ledger.models.crm import (
    CrmComparison,
    CrmConnection,
    CrmCursor,
    CrmDisagreement,
    CrmDue,
    CrmNudge,
    CrmOwner,
    CrmRecord,
    CrmWrite,
)
from leadpact.ledger.models.erasures import Erased
from leadpact.ledger.models.events import Batch, Event
from leadpact.ledger.models.forms import Form, FormCount
from leadpact.ledger.models.installation import Installation
from leadpact.ledger.models.leads import (
    Company,
    Deal,
    DealReview,
    DealRole,
    Identity,
    Lead,
    Proposal,
)
from leadpact.ledger.models.live import Change, Handoff, Notice, Webhook
from leadpact.ledger.models.meetings import Outcome
from leadpact.ledger.models.people import Absence, Person, Standing, Team
from leadpact.ledger.models.published import (
    Measurement,
    PublishedList,
    PublishedMetric,
    PublishedPart,
    PublishedPiece,
    PublishedStanding,
    PublishedTrait,
)
from leadpact.ledger.models.running import Heartbeat, Quarantine
from leadpact.ledger.models.state import (
    Clock,
    ClockShare,
    Episode,
    Exclusion,
    LeadState,
    NurtureEntry,
    StageEntry,
)
from leadpact.ledger.models.uploads import Upload
from leadpact.ledger.models.views import SavedView

__all__ = [
    "Absence",
    "Acceptance",
    "AgreementVersion",
    "ApiKey",
    "AuditEntry",
    "Batch",
    "Change",
    "Channel",
    "Clock",
    "ClockShare",
    "Company",
    "CrmComparison",
    "CrmConnection",
    "CrmCursor",
    "CrmDisagreement",
    "CrmDue",
    "CrmNudge",
    "CrmOwner",
    "CrmRecord",
    "CrmWrite",
    "Deal",
    "DealReview",
    "DealRole",
    "DigestDay",
    "Episode",
    "Erased",
    "Event",
    "Exclusion",
    "Form",
    "FormCount",
    "Handoff",
    "Heartbeat",
    "Identity",
    "Installation",
    "Lead",
    "LeadState",
    "Measurement",
    "Mute",
    "Notice",
    "NurtureEntry",
    "Outcome",
    "Person",
    "Proposal",
    "PublishedList",
    "PublishedMetric",
    "PublishedPart",
    "PublishedPiece",
    "PublishedStanding",
    "PublishedTrait",
    "Quarantine",
    "Role",
    "SavedView",
    "Scope",
    "StageEntry",
    "Standing",
    "Team",
    "Upload",
    "User",
    "Webhook",
]
