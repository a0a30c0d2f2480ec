"""Explanations of what counts for nothing, of leads that are not there, and of hostile text."""

from __future__ import annotations

import json

import pytest

from tests.engine.test_explain import (
    CREATED,
    DEMO,
    EXAMPLE,
    EXAMPLE_AS_OF,
    explained,
    flat,
    said,
    stages,
)
from tests.engine.told import BERLIN, agreement, history, row
from tests.scenario import instant


def test_voided_rows_are_shown_as_voided() -> None:
    record = explained(EXAMPLE, EXAMPLE_AS_OF).as_json()
    (voided,) = [each for each in record["without_effect"] if each["event_id"] == "twice"]
    assert voided["why"] == "voided on Wed 4 Mar 2026, 09:00: sent twice"


def test_a_duplicate_names_the_other_lead() -> None:
    rows = [
        row("Mon 2026-03-02 09:00", "lead.created", email="ada@loom.com"),
        row("Tue 2026-03-03 09:00", "lead.created", lead="bo", email="Ada@loom.com"),
    ]
    told = explained(rows, "Fri 2026-03-06 18:00", "bo")
    assert told.as_json()["notes"] == [
        "It is left out since Tue 3 Mar 2026, 09:00: duplicate (the email of ada, which came "
        "earlier). Nothing is decided for it, no clock runs, and it counts in no figure."
    ]


def test_machine_openings_are_set_aside() -> None:
    scanner = "Mimecast URL Scanner/2.1"
    rows = [
        CREATED,
        row("Mon 2026-03-02 11:00", "email_sent"),
        row("Mon 2026-03-02 11:05", "email_opened", user_agent=scanner),
    ]
    record = explained(rows, "Fri 2026-03-06 18:00").as_json()
    why = {each["kind"]: each["why"] for each in record["without_effect"]}
    assert why == {
        "email_opened": "set aside as a machine’s: by a known crawler",
        "email_sent": "no rule asks for it",
    }


def test_rows_after_the_end_and_rows_that_are_watched() -> None:
    rows = [
        CREATED,
        DEMO,
        row("Tue 2026-03-03 12:00", "sales.accepted"),
        row("Wed 2026-03-04 12:00", "deal.won", deal_id="D1"),
        row("Thu 2026-03-05 12:00", "pricing_viewed"),
        row("Thu 2026-03-05 12:30", "pricing_viewed", event_id="r5"),
    ]
    told = explained(rows, "Fri 2026-03-06 18:00")
    (idle,) = told.as_json()["without_effect"]
    assert (idle["kind"], idle["why"]) == ("pricing_viewed", "the lead was not in the funnel then")
    assert told.as_json()["delivered_again"] == 1
    assert "won: it reached Customer" in said(told)


def test_an_ideal_customer_shows_what_holds_and_what_is_not_known() -> None:
    told = explained(EXAMPLE, EXAMPLE_AS_OF)
    criteria = told.as_json()["state"]["criteria"]
    assert [(each["name"], each["holds"]) for each in criteria] == [
        ("200 people or more", True),
        ("Asked twice for prices", True),
        ("In Germany", None),
    ]
    assert told.as_json()["state"]["profile_fit"] == 0.8


def test_a_lead_that_left_keeps_the_fit_of_its_end() -> None:
    rows = [
        CREATED,
        row("Mon 2026-03-02 10:00", "pricing_viewed"),
        row("Tue 2026-03-03 09:00", "lead.disqualified", reason="student"),
        row("Wed 2026-03-04 09:00", "lead.updated", country="DE"),
        row("Wed 2026-03-04 10:00", "pricing_viewed"),
    ]
    record = explained(rows, "Fri 2026-03-06 18:00").as_json()
    assert record["score"]["total"] == 40
    assert [each["holds"] for each in record["state"]["criteria"]] == [True, False, None]
    assert record["state"]["profile_fit"] == 0.6


def test_a_disqualified_lead_says_by_which_rule() -> None:
    rows = [CREATED, row("Tue 2026-03-03 09:00", "lead.updated", consultant="yes")]
    told = explained(rows, "Fri 2026-03-06 18:00")
    assert told.as_json()["passages"][0]["why"] == "consultant: consultant is yes"
    assert told.as_json()["state"]["reason"] == "consultant"


def test_a_new_version_tells_the_points_anew() -> None:
    dearer = agreement(
        term={"from": "2026-03-04"},
        scoring={"rules": [{"name": "Demo asked for", "points": 25}]},
    )
    first = agreement(term={"from": "2026-01-01"})
    told = explained([CREATED, DEMO], "Fri 2026-03-06 18:00", versions=[first, dearer])
    assert told.as_json()["score"]["total"] == 55
    assert [stage["score"]["total"] for stage in stages(told)] == [30, 50]
    assert "a new version of the agreement took effect: the points were told anew" in said(told)


def test_recorded_and_implied_entries() -> None:
    rows = [CREATED, row("Tue 2026-03-03 09:00", "stage.entered", stage="SAL", actor="Ben")]
    told = explained(rows, "Fri 2026-03-06 18:00")
    assert [(s["stage"], s["how"], s["why"]) for s in stages(told)] == [
        ("Lead", "first", "every lead begins here"),
        ("MQL", "implied", "passed over"),
        ("SAL", "recorded", "recorded by Ben"),
    ]
    assert "SAL, passing over MQL: recorded by Ben." in told.as_text()


# Leads that are not there.


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("adda", "No lead has the key “adda”. Did you mean “ada”?"),
        ("ADA", "No lead has the key “ADA”. Did you mean “ada”?"),
        ("nobody like it", "No lead has the key “nobody like it”."),
        ("", "No lead has the key “”."),
        (" Ada@Loom.com", "“Ada@Loom.com” is the email of “ada”: ask for that key."),
        ("late", "The lead “late” was not known yet at that moment: ask for a later one."),
        (
            "gone",
            "Every row of the lead “gone” was withdrawn (voided), so there is nothing to tell.",
        ),
    ],
)
def test_a_lead_that_is_not_there(asked: str, sentence: str) -> None:
    rows = [
        row("Mon 2026-03-02 09:00", "lead.created", email="ada@loom.com"),
        row("Mon 2026-03-30 09:00", "lead.created", lead="late"),
        row("Mon 2026-03-02 09:00", "lead.created", lead="gone", batch="bought"),
        row("Mon 2026-03-02 10:00", "fact.voided", lead="", batch_named="bought"),
    ]
    rows[-1]["properties"] = json.dumps({"batch": "bought"})
    with pytest.raises(LookupError) as error:
        explained(rows, "Fri 2026-03-06 18:00", asked)
    assert error.value.args == (sentence,)


def test_no_version_is_refused() -> None:
    from leadpact.engine.explain import explain

    with pytest.raises(ValueError, match="at least one version"):
        explain([], history([CREATED]), "ada")


# Text that came from a lead.


def test_hostile_text_stays_on_its_line_and_is_cut() -> None:
    long = "x\ny\r\n" * 20_000
    rows = [
        row("Mon 2026-03-02 09:00", "lead.created", name=long, employees=420, company=long),
        row("Mon 2026-03-02 10:00", "pricing_viewed", **{"p" * 5000: long, "q": [long] * 50}),
        row("Mon 2026-03-02 10:05", "k" * 5000, note=long),
        row("Mon 2026-03-02 11:00", "lead.assigned", to="Ben " * 2000, actor=long),
    ]
    text = explained(rows, EXAMPLE_AS_OF).as_text()
    assert len(text) < 6000
    assert max(map(len, text.splitlines())) <= 400
    (happened,) = [x for x in text.splitlines() if x.startswith("    10:00  pricing_viewed")]
    assert happened.startswith(f"    10:00  pricing_viewed ({'p' * 29}… x y x y")
    assert happened.endswith("…, …)")


def test_what_is_known_later_is_not_told_earlier() -> None:
    late = row("Tue 2026-03-03 10:15", "form_submitted", form="demo", recorded="2026-03-05 09:00")
    known = instant("Wed 2026-03-04 09:00", BERLIN)
    told = explained([CREATED, late], "Fri 2026-03-06 18:00", known_at=known)
    assert told.as_json()["score"]["total"] == 30
    assert flat(explained([CREATED, late], "Fri 2026-03-06 18:00").as_text()).count("Demo") > 0
