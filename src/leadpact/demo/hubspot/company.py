"""An account as a small company has it: its owners and the properties that HubSpot brings."""

from __future__ import annotations

from leadpact.demo.hubspot.portal import Clock, Definition, Portal

#: The stages of HubSpot's contacts, in order.
LIFECYCLE = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer",
)  # fmt: skip
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
#: The form on the company's page, and the email that it sends to all.
DEMO_FORM, MAILING = "b6336282-50ec-465e-894e-e368146fa25f", "501"
NO_ANSWER = "73a0d17f-1163-4015-bdd5-ec830791da20"


def account(now: Clock) -> Portal:
    """An account with HubSpot's own properties and two owners, and nothing in it."""
    portal = Portal(now)
    portal.hire("7", "Ana", "Lopez", "ana@acme.example")
    portal.hire("8", "Ben", "Okoye", "ben@acme.example")
    portal.define(
        "contacts",
        *(Definition(name, label) for name, label in _CONTACT.items()),
        Definition("lifecyclestage", "Lifecycle Stage", "enumeration", LIFECYCLE),
        Definition("hs_lead_status", "Lead Status", "enumeration",
                   ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED", "UNQUALIFIED")),
        Definition("lastmodifieddate", "Last Modified Date", "datetime", read_only=True),
        Definition("hs_object_id", "Record ID", "number", read_only=True),
        Definition("hs_merged_object_ids", "Merged record IDs", read_only=True),
    )  # fmt: skip
    portal.define("companies", *(Definition(name, label) for name, label in _COMPANY.items()))
    portal.define(
        "deals",
        *(Definition(name, label) for name, label in _DEAL.items()),
        Definition("dealstage", "Deal Stage", "enumeration", ("new", "closedwon", "closedlost")),
    )
    portal.define("calls", *(Definition(name, label) for name, label in _CALL.items()))
    portal.define("emails", *(Definition(name, label) for name, label in _EMAIL.items()))
    portal.define("meetings", *(Definition(name, label) for name, label in _MEETING.items()))
    portal.define("tasks", *(Definition(name, label) for name, label in _TASK.items()))
    portal.define("notes", *(Definition(name, label) for name, label in _NOTE.items()))
    portal.extra_scopes = ("forms", "content")
    portal.mail.forms[DEMO_FORM] = "Demo request"
    portal.mail.mailings[MAILING] = ("Spring news", "What is new this spring")
    return portal


_OWNER = {"hubspot_owner_id": "Owner"}
_CONTACT = _OWNER | {
    "email": "Email", "firstname": "First Name", "lastname": "Last Name", "phone": "Phone Number",
    "jobtitle": "Job Title", "company": "Company Name", "country": "Country/Region",
    "industry": "Industry", "numemployees": "Number of Employees", "website": "Website URL",
    "associatedcompanyid": "Primary Associated Company ID",
    "recent_conversion_date": "Recent Conversion Date",
    "hs_analytics_source": "Original Traffic Source", "hs_email_optout": "Unsubscribed",
    "recent_conversion_event_name": "Recent Conversion", "hs_email_last_open_date": "Last opened",
    "hs_email_last_click_date": "Last clicked",
}  # fmt: skip
_COMPANY = _OWNER | {
    "name": "Company name", "domain": "Company Domain Name", "industry": "Industry",
    "country": "Country/Region", "numberofemployees": "Number of Employees",
    "annualrevenue": "Annual Revenue",
}  # fmt: skip
_DEAL = _OWNER | {
    "dealname": "Deal Name", "amount": "Amount",
    "closedate": "Close Date", "createdate": "Create Date", "deal_currency_code": "Currency",
    "closed_lost_reason": "Closed Lost Reason", "dealtype": "Deal Type",
}  # fmt: skip
_CALL = _OWNER | {
    "hs_timestamp": "Activity date", "hs_call_disposition": "Call outcome",
    "hs_call_duration": "Call duration", "hs_call_direction": "Call direction",
}  # fmt: skip
_EMAIL = _OWNER | {"hs_timestamp": "Activity date", "hs_email_direction": "Email direction"}
_MEETING = _OWNER | {
    "hs_timestamp": "Activity date", "hs_meeting_start_time": "Meeting start time",
    "hs_meeting_outcome": "Meeting outcome",
}  # fmt: skip
_TASK = _OWNER | {
    "hs_timestamp": "Due date", "hs_task_subject": "Task Title", "hs_task_body": "Task notes",
    "hs_task_status": "Task Status", "hs_task_type": "Task Type",
    "hs_task_priority": "Priority", "hs_task_completion_date": "Completed at",
}  # fmt: skip
_NOTE = _OWNER | {
    "hs_timestamp": "Activity date", "hs_note_body": "Note body",
}  # fmt: skip
