"""One example or more of everything that the interface takes and gives, for its description.

They tell one story: Ada asks for a demonstration, is handed to Ana Silva, and is called in time.
"""

from __future__ import annotations

from typing import Any

_ASKED, _DUE, _CALLED = "2026-03-02T14:00:00Z", "2026-03-02T16:00:00Z", "2026-03-02T14:40:00Z"
_AGREEMENT = "9f2c5a7e41d08b36c1f4e2a95d7730bb86e41c0f5a2d9b7e3c18f6047d5ea291"
_LEAD = {"id": "10482", "email": "ada@lovelace.example"}
_ABSENCE = {
    "id": 7,
    "begins": "2026-08-03T00:00:00Z",
    "ends": "2026-08-15T00:00:00Z",
    "reason": "holiday",
}
_RECEIPT = {"event_id": "form-2041", "lead": "10482", "repeated": False}
_PROGRAM = {
    "program": "Not ready",
    "entries": 120,
    "inside": 64,
    "touches_late": 3,
    "exits": {"qualified": 31, "recycled": 0, "exit": 25},
    "qualified": 31,
    "median_days_to_qualify": 23.5,
}
_ACCEPTED = {"side": "sales", "by": "Robert Adeyemi", "at": "2025-12-19T15:30:00Z"}
_MEETING = {
    "name": "Monthly review",
    "begins": "2026-04-07T14:00:00Z",
    "ends": "2026-04-07T15:00:00Z",
    "every": "month",
    "goal": "Both sides read the same figures.",
    "attendees": ["Maya Lindqvist", "Robert Adeyemi"],
    "agenda": ["Attainment", "Open actions"],
}
_TABLE = {
    "caption": "By source, over all time",
    "header": ["Source", "Leads", "MQLs"],
    "rows": [["webinar", "56", "18"]],
}
_ADVICE = {
    "key": "advice-lower",
    "title": "Lower the threshold from 55 to 41 points",
    "why": "Too few came: MQLs from marketing 162 of 300 promised.",
    "lines": ["- {score: total, at_least: 55}", "+ {score: total, at_least: 41}"],
    "command": "leadpact what-if agreement.yaml --sources sources.yaml --set threshold=41",
    "tables": [],
}
_THRESHOLD = {
    "points": "60",
    "in_force": False,
    "sentence": "60 points would have dropped 4 MQLs.",
    "figures": {"MQLs": "41", "MQLs dropped": "4"},
}
_METRIC = {"as_of": _CALLED, "agreement": _AGREEMENT}

#: By the name of each shape.
EXAMPLES: dict[str, list[Any]] = {
    "LeadIn": [_LEAD, {"visitor": "v-81c2"}],
    "EventIn": [
        {
            "event_id": "form-2041",
            "kind": "form_submitted",
            "happened_at": _ASKED,
            "lead": _LEAD,
            "properties": {"form": "demo"},
        },
        {
            "event_id": "crm-77",
            "kind": "lead.updated",
            "lead": {"id": "10482"},
            "properties": {"employees": 120},
        },
    ],
    "ReceiptOut": [_RECEIPT],
    "Taken": [{"taken": 1, "repeated": 0, "receipts": [_RECEIPT]}],
    "ActionIn": [
        {"action": "attempt", "channel": "phone", "outcome": "no answer"},
        {"action": "accept", "rating": 4},
        {"action": "reject", "reason": "wrong timing", "rating": 2, "note": "Asks again in May."},
        {"action": "waive", "obligation": "First response", "reason": "asked for a letter"},
        {"action": "reassign", "to": "Ben Carter"},
    ],
    "VoidIn": [
        {"source": "website", "event_id": "form-2041"},
        {"batch": "import-3f1c52d07a9be844"},
    ],
    "LeadOut": [
        {
            "id": "10482",
            "status": "open",
            "stage": "MQL",
            "stage_since": _ASKED,
            "episode": 1,
            "score": 65,
            "fit": 20,
            "engagement": 45,
            "tier": "B1",
            "quality": "high",
            "segment": None,
            "persona": "Head of operations",
            "holder": "Ana Silva",
            "reason": None,
            "company": "lovelace.example",
            "attributes": {"email": "ada@lovelace.example", "employees": 120},
            "evaluated_at": _CALLED,
        }
    ],
    "EventOut": [
        {
            "id": 9001,
            "event_id": "form-2041",
            "source": "website",
            "lead": "10482",
            "kind": "form_submitted",
            "happened_at": _ASKED,
            "recorded_at": _ASKED,
            "actor": "website",
            "decided": False,
            "batch": None,
            "properties": {"form": "demo"},
        }
    ],
    "HandoffOut": [
        {
            "id": 311,
            "lead": "10482",
            "episode": 1,
            "handed_off_at": _ASKED,
            "assigned_at": _ASKED,
            "person": "Ana Silva",
            "team": "Americas",
            "queue": None,
            "route": "Everyone else",
            "steps": ["Ana Silva: chosen, furthest behind the due share: due 2.5, had 2"],
        }
    ],
    "ClockOut": [
        {
            "id": 512,
            "lead": "10482",
            "episode": 1,
            "obligation": "First response",
            "side": "sales",
            "outcome": "met",
            "started_at": _ASKED,
            "due_at": _DUE,
            "stopped_at": _CALLED,
            "paused": False,
            "holder": "Ana Silva",
            "working_seconds": 2400,
            "late_seconds": None,
        }
    ],
    "AgreementOut": [
        {
            "id": 3,
            "name": "Marketing and sales 2026",
            "sha256": _AGREEMENT,
            "effective_from": "2026-01-01T05:00:00Z",
            "published_at": "2025-12-18T10:12:00Z",
            "published_by": "Maya Lindqvist",
            "accepted": [_ACCEPTED],
        }
    ],
    "AcceptanceOut": [_ACCEPTED],
    "TextOut": [
        {"id": 3, "sha256": _AGREEMENT, "text": "leadpact: 1\nname: Marketing and sales 2026\n"}
    ],
    "AbsenceIn": [
        {
            "begins": "2026-08-03T00:00:00-04:00",
            "ends": "2026-08-15T00:00:00-04:00",
            "reason": "holiday",
        }
    ],
    "AbsenceOut": [_ABSENCE],
    "AbsenceAdded": [_ABSENCE | {"person": "Ana Silva"}],
    "TakenBack": [{"removed": True}],
    "PersonOut": [
        {
            "id": 12,
            "name": "Ana Silva",
            "team": "Americas",
            "weight": 1,
            "cap": 60,
            "active": True,
            "absences": [_ABSENCE],
        }
    ],
    "NoticeOut": [
        {
            "id": 8812,
            "kind": "handoff",
            "receiver": "Ana Silva",
            "lead": "10482",
            "state": "sent",
            "created_at": _ASKED,
            "send_at": _ASKED,
            "sent_at": _ASKED,
            "attempts": 1,
            "last_error": "",
        }
    ],
    "ChannelIn": [
        {
            "name": "Sales in Slack",
            "address": "slack://token-a/token-b/token-c/#sales",
            "receivers": ["sales"],
            "kinds": ["handoff", "breach"],
        }
    ],
    "ChannelOut": [
        {
            "id": 2,
            "name": "Sales in Slack",
            "receivers": ["sales"],
            "kinds": ["handoff", "breach"],
            "created_at": _ASKED,
        }
    ],
    "Done": [{"done": True}],
    "Trial": [{"receiver": "Ana Silva"}],
    "WebhookIn": [{"url": "https://hooks.example.com/leads", "kinds": ["handoff", "breach"]}],
    "WebhookOut": [
        {
            "id": 1,
            "url": "https://hooks.example.com/leads",
            "kinds": ["handoff", "breach"],
            "created_at": _ASKED,
            "secret": None,
        }
    ],
    "MetricOut": [
        {
            "id": 41,
            "name": "mqls",
            "period": "2026-03",
            "by": "source",
            "group": "webinar",
            "segment": None,
            "source": "webinar",
            "value": 18,
            "unit": "leads",
            "n": 18,
            "low": None,
            "high": None,
        }
        | _METRIC
    ],
    "StandingOut": [
        {
            "id": 5,
            "kind": "goal",
            "name": "MQLs",
            "value": {"value": 41, "target": 60, "expected_now": 45},
        }
        | _METRIC
    ],
    "EntryOut": [
        {
            "lead": "10482",
            "episode": 1,
            "program": "Not ready",
            "owner": "Maya Lindqvist",
            "entered_at": "2026-02-02T09:00:00Z",
            "touches": 2,
            "next_step": "Personal call",
            "next_channel": "phone",
            "next_touch_at": "2026-03-13T09:00:00Z",
            "left_at": None,
            "exit": None,
        }
    ],
    "ProgramOut": [_PROGRAM],
    "Programs": [{"as_of": _CALLED, "items": [_PROGRAM]}],
    "ProposalOut": [
        {
            "id": 12,
            "first": "10482",
            "second": "10777",
            "weight": 3.2,
            "because": "the same name; the same company",
            "state": "open",
            "found_at": _CALLED,
            "decided_at": None,
            "decided_by": "",
        }
    ],
    "VerdictIn": [{"verdict": "accept"}],
    "ExplanationOut": [
        {
            "lead": "10482",
            "as_of": _CALLED,
            "text": "10482  Ada\nWHERE IT STANDS\n  Open, at MQL since Mon 2 Mar 2026, 09:00.\n",
            "record": {"lead": "10482", "state": {"stage": "MQL"}, "score": {"total": 65}},
        }
    ],
    "MeetingOut": [_MEETING],
    "Meetings": [{"items": [_MEETING]}],
    "OutcomeOut": [
        {
            "id": 9,
            "kind": "action",
            "meeting": "Monthly review",
            "held_on": "2026-03-03",
            "text": "Call every webinar lead within two hours.",
            "owner": "Robert Adeyemi",
            "due": "2026-03-31",
            "by": "Maya Lindqvist",
            "at": "2026-03-03T15:40:00Z",
            "done_at": None,
            "done_by": "",
        }
    ],
    "TableOut": [_TABLE],
    "LoopOut": [
        {
            "as_of": _CALLED,
            "title": "By source, over all time",
            "how": "Each count is of what happened in the time.",
            "tables": [_TABLE],
        }
    ],
    "ThresholdOut": [_THRESHOLD],
    "Thresholds": [
        {
            "as_of": _CALLED,
            "what": "Total score that makes an MQL",
            "how": "What another threshold would have done to this history.",
            "items": [_THRESHOLD],
        }
    ],
    "AdviceOut": [_ADVICE],
    "DiagnosisOut": [
        {
            "as_of": _CALLED,
            "sentence": "Both sides fall short: too few MQLs came (162 of 300 promised).",
            "how": "Told is what happened in Q3 2026.",
            "tables": [],
            "tried_at": _CALLED,
            "recommended": [_ADVICE],
            "not_recommended": [],
        }
    ],
    "ErasureOut": [{"leads": ["E-zdyiufr3gj4tcnfi"], "rows": 5, "open": []}],
    "At": [{"limit": 100, "cursor": None}],
    "Fault": [{"at": "[1], happened_at", "message": "Input should have timezone info"}],
    "Problem": [
        {
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "Nothing was taken: some facts are not as they must be.",
            "faults": [{"at": "[1], happened_at", "message": "Input should have timezone info"}],
        }
    ],
}
_PAGE, _END = "Page_", "_"


def add(schemas: dict[str, Any]) -> None:
    """Give each of these shapes its examples; a page of a list has those of its items."""
    for name, shape in schemas.items():
        if name in EXAMPLES:
            shape["examples"] = EXAMPLES[name]
        elif name.startswith(_PAGE):
            items = EXAMPLES[name.removeprefix(_PAGE).removesuffix(_END)]
            shape["examples"] = [{"items": items, "next": None}]
