"""Explanations of stories that are worked out by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadpact.engine.explain import passages_of
from leadpact.engine.explaining import rows
from tests.engine.told import BERLIN, Row, agreement, history, row
from tests.scenario import instant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "explain-a-figure.md"

CREATED = row("Mon 2026-03-02 09:00", "lead.created", name="Ada Byron", employees=420)
DEMO = row("Tue 2026-03-03 10:15", "form_submitted", form="demo")


def explained(
    rows: list[Row], as_of: str, lead: str = "ada", versions: Any = None, known_at: Any = None
) -> Any:
    from leadpact.engine.explain import explain

    return explain(
        versions or [agreement()],
        history(rows),
        lead,
        as_of=instant(as_of, BERLIN),
        known_at=known_at,
    )


def contributions(told: Any) -> list[tuple[str, float]]:
    return [(c["rule"], c["points"]) for c in told.as_json()["score"]["contributions"]]


def stages(told: Any) -> list[dict[str, Any]]:
    return [stage for passage in told.as_json()["passages"] for stage in passage["stages"]]


def said(told: Any) -> list[str]:
    return [sentence for moment in told.as_json()["moments"] for sentence in moment["said"]]


def flat(text: str) -> str:
    """A page without its line breaks, for what may be wrapped."""
    return " ".join(text.split())


# The page in the documentation: capped and ageing points, a paused clock, a withdrawn row.

EXAMPLE = [
    row(
        "Mon 2026-03-02 09:00",
        "lead.created",
        name="Ada Byron",
        company="Loom & Co",
        employees=420,
    ),
    row("Mon 2026-03-02 10:00", "pricing_viewed"),
    row("Mon 2026-03-02 10:05", "pricing_viewed"),
    row("Mon 2026-03-02 11:00", "email_sent", campaign="welcome"),
    DEMO,
    row("Tue 2026-03-03 10:16", "form_submitted", form="demo", event_id="twice"),
    row("Tue 2026-03-03 10:30", "lead.assigned", to="Ben", actor="routing"),
    row("Tue 2026-03-03 11:00", "sales.snoozed", actor="Ben", reason="asked to call later"),
    row("Tue 2026-03-03 14:00", "sales.resumed", actor="Ben"),
    row("Tue 2026-03-03 14:35", "sales.connected", actor="Ben", channel="phone"),
    {
        **row("Wed 2026-03-04 09:00", "fact.voided", lead="", event_id="void"),
        "properties": json.dumps({"event_id": "twice", "reason": "sent twice"}),
    },
]
EXAMPLE_AS_OF = "Fri 2026-03-20 18:00"


def test_the_documentation_shows_what_is_written() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    # The page is wrapped as a terminal wraps it.
    assert flat(explained(EXAMPLE, EXAMPLE_AS_OF).as_text()) == flat(shown)


def test_contributions_and_cuts_now_and_at_an_entry() -> None:
    told = explained(EXAMPLE, EXAMPLE_AS_OF)
    score = told.as_json()["score"]
    assert score["total"] == 60
    assert score["groups"] == {"fit": 30, "engagement": 30}
    views = [("Pricing viewed", 5), ("Pricing viewed", 5)]
    assert sorted(contributions(told)) == sorted(
        [("Large company", 30), ("Demo asked for", 20), *views]
    )
    assert score["cuts"] == []
    (mql,) = [stage for stage in stages(told) if stage["stage"] == "MQL"]
    assert mql["score"]["total"] == 65
    assert [(cut["name"], cut["limit"], cut["points"]) for cut in mql["score"]["cuts"]] == [
        ("Pricing viewed", 15, -5)
    ]


def test_a_paused_clock_tells_why_it_was_met() -> None:
    (promise,) = explained(EXAMPLE, EXAMPLE_AS_OF).as_json()["promises"]
    assert promise["verdict"] == (
        "sales and the lead spoke after 1 h 20 min of working time; 2 business hours were allowed"
    )
    assert [step["what"] for step in promise["steps"]] == [
        "started with the handoff; due Tue 3 Mar 2026, 12:15",
        "paused (the lead asked to wait, by Ben: reason asked to call later)",
        "runs on (the wait was over, by Ben), now due Tue 3 Mar 2026, 15:15",
        "sales and the lead spoke, by Ben: channel phone",
    ]
    shares = [(share["holder"], share["working_seconds"]) for share in promise["shares"]]
    assert shares == [(None, 15 * 60), ("Ben", 65 * 60)]


def test_a_broken_promise_tells_its_ladder_as_far_as_it_was_reached() -> None:
    ladder = "[Lia, {after: 4 business hours, to: Saul}, {after: 1 business day, to: Maya}]"
    (duty,) = (tied := agreement()).obligations
    steps = load_steps(ladder)
    told = tied.model_copy(update={"obligations": [duty.model_copy(update={"escalate_to": steps})]})

    def promise(as_of: str, *rows: Row) -> Any:
        (found,) = explained([CREATED, DEMO, *rows], as_of, versions=[told]).as_json()["promises"]
        return found["verdict"], [step["what"] for step in found["steps"][1:]]

    late = "not done yet; 2 business hours were allowed; "
    assert promise("Tue 2026-03-03 16:14") == (
        f"{late}3 h 59 min of working time too late so far; Saul hears of it Tue 3 Mar 2026, 16:15",
        ["time was up", "escalates to Lia"],
    )
    assert promise("Wed 2026-03-04 12:15")[1] == [
        "time was up", "escalates to Lia", "escalates to Saul", "escalates to Maya"
    ]  # fmt: skip
    answered = row("Tue 2026-03-03 16:00", "sales.connected", actor="Ben")
    assert promise("Fri 2026-03-06 12:15", answered)[1] == [
        "time was up", "escalates to Lia", "sales and the lead spoke, by Ben"
    ]  # fmt: skip


def load_steps(ladder: str) -> list[Any]:
    from pydantic import TypeAdapter
    from ruamel.yaml import YAML

    from leadpact.agreement.promises import Escalated

    return TypeAdapter(list[Escalated]).validate_python(YAML(typ="safe").load(ladder))


@pytest.mark.parametrize(
    ("as_of", "verdict"),
    [
        (
            "Tue 2026-03-03 11:00",
            "due Tue 3 Mar 2026, 12:15, with 1 h 15 min of working time left; "
            "2 business hours were allowed",
        ),
        (
            "Tue 2026-03-03 16:15",
            "not done yet; 2 business hours were allowed; 4 h of working time too late so far",
        ),
        (
            "Wed 2026-03-04 10:00",
            "sales and the lead spoke after 7 h 15 min of working time; "
            "2 business hours were allowed; 5 h 15 min of working time too late",
        ),
    ],
)
def test_running_overdue_and_missed(as_of: str, verdict: str) -> None:
    rows = [CREATED, DEMO, row("Wed 2026-03-04 09:30", "sales.connected")]
    (promise,) = explained(rows, as_of).as_json()["promises"]
    assert promise["verdict"] == verdict


def test_the_next_deadline() -> None:
    told = explained([CREATED, DEMO], "Tue 2026-03-03 11:00")
    assert told.as_json()["state"]["next"] == {
        "at": "2026-03-03T11:15:00Z",
        "what": "“First response” is due",
    }


def test_without_scoring_there_is_no_score() -> None:
    plain = agreement(
        scoring=None,
        stages=[
            {"name": "Lead", "side": "marketing"},
            {"name": "MQL", "role": "mql", "when": {"event": "form_submitted"}},
            {"name": "SAL", "role": "sal", "when": {"event": "sales.accepted"}},
        ],
    )
    told = explained([CREATED, DEMO], "Fri 2026-03-20 18:00", versions=[plain])
    assert told.as_json()["score"] is None
    assert [stage["score"] for stage in stages(told)] == [None, None]


def test_results_have_no_score_without_scoring() -> None:
    from leadpact.engine.evaluate import evaluate

    def scores(terms: Any) -> list[Any]:
        at = instant("Fri 2026-03-20 18:00", BERLIN)
        found = evaluate([terms], history([CREATED, DEMO]), as_of=at)
        return [found.lead_states["score"].to_pylist(), found.stage_entries["fit"].to_pylist()]

    stages = [{"name": "Lead"}, {"name": "MQL", "when": {"event": "form_submitted"}}]
    assert scores(agreement(scoring=None, stages=stages)) == [[None], [None, None]]
    assert scores(agreement()) == [[50.0], [30.0, 30.0]]


# A lead that qualifies because negative points expire.

EXPIRING = [
    CREATED,
    row("Mon 2026-03-02 10:00", "email_unsubscribed"),
    row("Tue 2026-03-03 10:00", "form_submitted", form="demo"),
]


def test_before_negative_points_expire() -> None:
    told = explained(EXPIRING, "Fri 2026-03-20 18:00")
    assert told.as_json()["score"]["total"] == 40
    assert (
        told.as_json()["state"]["missing"]
        == "MQL still needs: total score is at least 50 (it is 40)"
    )
    assert told.as_json()["state"]["next"] == {
        "at": "2026-04-01T09:00:00Z",
        "what": "“Unsubscribed” ages",
    }


def test_qualified_by_expiring_negative_points() -> None:
    told = explained(EXPIRING, "Thu 2026-04-02 12:00")
    mql = stages(told)[-1]
    assert (mql["stage"], mql["at"], mql["how"]) == ("MQL", "2026-04-01T09:00:00Z", "rule")
    assert mql["why"] == (
        "total score is at least 50 (it is 50); at that moment came +10 as “Unsubscribed” of "
        "Mon 2 Mar 2026, 10:00 aged"
    )
    assert contributions(told)[-1] == ("Unsubscribed", 0)
    assert mql["score"]["total"] == 50


# A lead that sales gives back, and that qualifies again.

RECYCLED = [
    CREATED,
    DEMO,
    row("Wed 2026-03-04 10:00", "sales.rejected", actor="Ben", reason="wrong timing"),
    row("Tue 2026-03-10 10:00", "form_submitted", form="demo"),
    row("Mon 2026-04-06 10:00", "pricing_viewed"),
]


def test_a_recycled_lead_says_why_it_does_not_qualify() -> None:
    told = explained(RECYCLED, "Mon 2026-03-16 12:00")
    assert [p["ending"] for p in told.as_json()["passages"]] == ["recycled", "open"]
    assert told.as_json()["passages"][0]["why"] == (
        "sales rejected the lead, by Ben: reason wrong timing"
    )
    assert told.as_json()["passages"][0]["cool_down_until"] == "2026-04-03T09:00:00Z"
    assert "nothing has let it qualify again so far" in told.as_text()
    assert told.as_json()["score"]["total"] == 50


def test_a_recycled_lead_says_what_let_it_qualify_again() -> None:
    told = explained(RECYCLED, "Tue 2026-04-07 12:00")
    second = told.as_json()["passages"][1]
    assert second["could_qualify_again"] == "from Mon 6 Apr 2026, 10:00 on: pricing_viewed"
    assert [stage["stage"] for stage in second["stages"]] == ["Lead", "MQL"]
    # Of the first passage only what is known of the lead remains.
    assert contributions(told) == [
        ("Large company", 30),
        ("Demo asked for", 20),
        ("Pricing viewed", 10),
    ]
    assert "Second time through the funnel" in told.as_text()


def test_a_rejection_in_time_is_told_as_such() -> None:
    rows = [CREATED, DEMO, row("Tue 2026-03-03 11:00", "sales.rejected", reason="wrong timing")]
    (promise,) = explained(rows, "Mon 2026-03-16 12:00").as_json()["promises"]
    assert promise["outcome"] == "rejected"
    assert promise["verdict"].startswith("sales gave the lead back in time: sales rejected")


# Two leads that become one.

MERGED = [
    row("Mon 2026-03-02 09:00", "lead.created", name="Ada Byron"),
    row("Mon 2026-03-02 10:00", "pricing_viewed"),
    row("Tue 2026-03-03 09:00", "lead.created", lead="bo", employees=420),
    row("Wed 2026-03-04 09:00", "lead.merged", lead="bo", absorbed="ada", actor="Olivia"),
    row("Thu 2026-03-05 09:00", "form_submitted", lead="bo", form="demo"),
]


def test_a_survivor_counts_the_rows_of_both() -> None:
    told = explained(MERGED, "Fri 2026-03-06 18:00", "bo")
    record = told.as_json()
    assert record["score"]["total"] == 60
    by_rule = {each["rule"]: each for each in record["score"]["contributions"]}
    assert by_rule["Pricing viewed"]["row"]["lead"] == "ada"
    assert [stage["score"]["total"] for stage in stages(told)] == [30, 60]
    assert record["notes"] == [
        "ada was merged into it on Wed 4 Mar 2026, 09:00: 2 earlier rows of it count here since "
        "then."
    ]
    (retold,) = [moment for moment in record["moments"] if moment["at"] == "2026-03-04T08:00:00Z"]
    assert retold["said"] == ["the points were told anew, with the rows of the merged lead"]
    assert retold["score"] == 40
    assert "of ada: pricing_viewed" in told.as_text()


def test_an_absorbed_lead_ends_with_the_merge() -> None:
    told = explained(MERGED, "Fri 2026-03-06 18:00", "ada")
    record = told.as_json()
    assert record["state"]["status"] == "merged"
    assert record["notes"] == ["It was merged into bo; its story goes on there."]
    assert record["score"]["total"] == 10
    assert record["passages"][0]["why"] == "it was merged into bo"


def test_a_lead_absorbed_before_its_first_row_is_told() -> None:
    rows = [
        row("Mon 2026-03-02 09:00", "lead.created", lead="bo", employees=420),
        row("Mon 2026-03-02 10:00", "lead.merged", lead="bo", absorbed="ada"),
        row("Tue 2026-03-03 09:00", "pricing_viewed", lead="ada"),
    ]
    told = explained(rows, "Fri 2026-03-06 18:00", "ada")
    assert told.as_json()["passages"] == []
    assert "It was merged into bo" in told.as_text()
    assert explained(rows, "Fri 2026-03-06 18:00", "bo").as_json()["score"]["total"] == 40


def test_a_clock_taken_over_with_a_merge() -> None:
    rows = [
        CREATED,
        DEMO,
        row("Tue 2026-03-03 09:00", "lead.created", lead="bo"),
        row("Tue 2026-03-03 11:15", "lead.merged", lead="bo", absorbed="ada"),
        row("Tue 2026-03-03 12:00", "sales.connected", lead="bo"),
    ]
    (promise,) = explained(rows, "Fri 2026-03-06 18:00", "bo").as_json()["promises"]
    assert promise["steps"][0]["what"] == "started as a clock of ada; taken over with the merge"
    assert promise["verdict"].startswith("sales and the lead spoke after 1 h 45 min")


def test_the_passages_of_many_leads_are_told_as_those_of_each() -> None:
    rows = [
        *EXAMPLE,
        row("Mon 2026-03-02 09:30", "lead.created", lead="bo", employees=300),
        row("Mon 2026-03-02 10:30", "pricing_viewed", lead="bo"),
        row("Wed 2026-03-04 10:30", "form_submitted", lead="bo", form="demo"),
        row("Mon 2026-03-02 11:30", "lead.created", lead="cy"),
        row("Wed 2026-03-04 09:30", "lead.merged", lead="cy", absorbed="bo"),
    ]
    as_of = "Fri 2026-03-06 18:00"
    versions, log, at = [agreement()], history(rows), instant(as_of, BERLIN)
    found = passages_of(versions, log, ["cy", "ada", "nobody", "bo"], at)
    assert list(found) == ["cy", "ada", "bo"]
    for lead, told in found.items():
        assert _whys(told) == _whys(explained(rows, as_of, lead).passages), lead
    assert any("Demo asked for" in why for _, why in _whys(found["ada"]))


def _whys(passages: Any) -> list[tuple[str, str]]:
    entries = [(e.stage, e.why) for passage in passages for e in passage.entries]
    return entries + [("", passage.why) for passage in passages]


def test_how_the_system_decided_is_no_part_of_a_line() -> None:
    told = {"to": "Ana", "steps": ["Route “Europe”: does not match"], "route": "Everyone else"}
    told_row = rows.Row(0, "ada", 0, 0, "lead.assigned", True, "leadpact", "1", "leadpact", told)
    said = "the lead was assigned, by leadpact: to Ana, route Everyone else (decided by the system)"
    assert told_row.line() == said
    assert "steps ['Route" in replace(told_row, decided=False).line()
