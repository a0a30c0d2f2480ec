"""Reports that are hard to show: nothing to say, hostile text, too much of everything."""

from __future__ import annotations

from leadpact.documents.report import Report
from tests.engine.metrics import tiny

SHA = "ab" * 32
HOSTILE = (
    "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\u2028'\"&{{7*7}}"
)
LONG = "Unpronounceable" * 6


def hostile_report() -> Report:
    agreement = tiny.agreement(
        name=HOSTILE,
        purpose=HOSTILE,
        stages=[{"name": "Lead"}, {"name": HOSTILE, "role": "mql"}],
        handoff={"stage": HOSTILE},
        obligations=[
            {
                "name": HOSTILE,
                "side": "sales",
                "starts_on": "handoff",
                "stops_on": {"event": "sales.attempted"},
                "within": "2 business hours",
            }
        ],
    )
    ids = [f"{n}{HOSTILE}" for n in range(40)]
    clocks = [
        tiny.clock(lead, ["met", "overdue"][n % 2], 60.0 * n, obligation=HOSTILE, holder=HOSTILE)
        | {"due_at": tiny.day(2 + n), "started_at": tiny.day(1 + n), "late_seconds": 60.0}
        for n, lead in enumerate(ids)
    ]
    result = tiny.result(
        under=agreement,
        leads=[{"lead_id": lead, "source": HOSTILE, "company": HOSTILE} for lead in ids],
        lead_states=[{"lead_id": "z", "status": "excluded", "reason": HOSTILE}],
        stage_entries=[tiny.entry(lead, HOSTILE) for lead in ids],
        clocks=clocks * 2,
        set_aside=[{"event_id": "e", "source": "s", "kind": HOSTILE, "why": HOSTILE}],
    )
    deals = [
        {"deal_id": f"{n}", "outcome": "won", "amount": 5.0, "lead_ids": [ids[n]]}
        | {"closed_at": tiny.day(9)}
        for n in range(3)
    ]
    return Report(result, tiny.history(deals=deals), SHA, notes=[HOSTILE])


def no_obligations() -> Report:
    bare = tiny.agreement(obligations=[], goals=[])
    return Report(tiny.result(under=bare, leads=[{"lead_id": "a"}]), tiny.history(), SHA)


def crowded_report() -> Report:
    """40 obligations, 300 sources, 50 people and names without a blank in them."""
    names = [f"Promise {n:02} of {LONG}" for n in range(40)]
    agreement = tiny.agreement(
        name=LONG,
        obligations=[
            {
                "name": name,
                "side": ("marketing", "sales")[n % 2],
                "starts_on": "handoff",
                "stops_on": {"event": "sales.attempted"},
                "within": "2 business hours",
                "hurdles": {"minimum": "70 %", "target": "90 %", "stretch": "95 %"},
            }
            for n, name in enumerate(names)
        ],
    )
    ids = [f"{LONG}-{n:04}" for n in range(300)]
    clocks = [
        tiny.clock(
            lead,
            ("met", "met", "missed", "overdue")[(n + at) % 4],
            600.0 * (n % 30),
            obligation=name,
            side=("marketing", "sales")[at % 2],
            holder=f"{n % 50} {LONG}",
        )
        | {"due_at": tiny.day(n % 90), "started_at": tiny.day(n % 90 - 1), "late_seconds": 9e6}
        for n, lead in enumerate(ids)
        for at, name in enumerate(names)
    ]
    result = tiny.result(
        under=agreement,
        leads=[
            {"lead_id": lead, "source": f"{n % 300} {LONG}", "company": LONG}
            for n, lead in enumerate(ids)
        ],
        stage_entries=[tiny.entry(lead, stage) for lead in ids for stage in ("Lead", "MQL")],
        clocks=clocks,
    )
    deals = [
        {"deal_id": f"{n}", "outcome": "won", "amount": 1e12 + n, "lead_ids": [lead]}
        | {"closed_at": tiny.day(9)}
        for n, lead in enumerate(ids)
    ]
    return Report(result, tiny.history(deals=deals), SHA, notes=[LONG])


SMALL = {
    "empty": lambda: Report(tiny.result(), tiny.history(), SHA),
    "one lead": lambda: Report(
        tiny.result(
            leads=[{"lead_id": "only"}],
            stage_entries=[tiny.entry("only", "Lead", 0), tiny.entry("only", "MQL")],
            episodes=[tiny.episode("only")],
            clocks=[tiny.clock("only", "met")],
        ),
        tiny.history(),
        SHA,
    ),
    "no obligations": no_obligations,
    "hostile": hostile_report,
}
