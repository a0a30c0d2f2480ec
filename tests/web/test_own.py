"""What is about the reader alone: a rep's home with their own promises, and what one is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from leadpact.flows.telling import KINDS
from leadpact.ledger.models import Clock, LeadState, Mute, User
from leadpact.ledger.services.permits import of_user
from tests.web.registered import somebody


def test_the_home_of_a_rep_says_what_is_owed_and_what_was_kept(company: None) -> None:
    rep, user = somebody("rep")
    text = rep.get("/").text
    assert "1 lead, and nothing is overdue" in text
    assert 'data-lead="Ada"' in text
    new = re.search(r'href="(/leads\?[^"]+)">1 new lead<', text)
    assert new
    mine = new[1].replace("&amp;", "&")
    assert ">Ada</a>" in rep.get(mine).text
    earlier = datetime.now(UTC) - timedelta(days=8)
    handed = LeadState.objects.filter(lead="Ada").values_list("handed_off_at", flat=True)[0]
    LeadState.objects.filter(lead="Ada").update(handed_off_at=earlier)
    assert ">Ada</a>" not in rep.get(mine).text
    assert "No new lead came to you" in rep.get("/").text
    LeadState.objects.filter(lead="Ada").update(handed_off_at=handed)
    LeadState.objects.filter(lead="Ada").update(owed_at=datetime.now(UTC) - timedelta(hours=1))
    Clock.objects.filter(lead="Ada", side="sales").update(
        outcome="overdue", due_at=datetime.now(UTC)
    )
    Clock.objects.filter(lead="Bo", side="sales").update(
        outcome="met", due_at=datetime.now(UTC), holder=str(of_user(user).person)
    )
    text = rep.get("/").text
    assert "1 of your 1 lead</a> is overdue" in text
    found = re.search(r'href="(/promises\?promise=First[^"]+)">1 of 2<', text)
    assert found
    assert text.count(">1 of 2</a>") == 3
    listed = rep.get(found[1].replace("&amp;", "&")).text
    assert ">Ada</a>" in listed
    assert ">Bo</a>" in listed
    assert ">Bo</a>" not in rep.get(f"{found[1]}&became=overdue").text
    User.objects.filter(pk=user.pk).update(person=None)
    text = rep.get("/").text
    assert "Nothing waits for you" in text
    assert "tied to no person" in text


def test_somebody_chooses_what_they_are_told(company: None) -> None:
    rep, user = somebody("rep")
    assert user.person
    page = rep.get("/told").text
    assert page.count(" checked>") == len(KINDS)
    rep.post("/told", {"kind": [kind for kind in KINDS if kind != "digest"]})
    assert [*Mute.objects.values_list("receiver", "kind")] == [(user.person.name, "digest")]
    assert 'value="digest">' in rep.get("/told").text
    rep.post("/told", {"kind": [*KINDS]})
    assert not Mute.objects.exists()
    assert "There is no kind" in rep.post("/told", {"kind": ["gossip"]}, follow=True).text


def test_whom_the_agreement_does_not_name_is_told_nothing(company: None) -> None:
    viewer, _ = somebody("viewer")
    assert "You are told nothing" in viewer.get("/told").text
