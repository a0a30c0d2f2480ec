"""Who may be one person: the evidence adds up, says why, and comes out the same every time."""

from __future__ import annotations

import random
from typing import Any

from leadpact.engine import likeness
from leadpact.engine.likeness import alike

Lead = dict[str, Any]


def lead(key: str, name: str | None = None, email: str | None = None, **more: Any) -> Lead:
    told = {"lead_id": key, "created_at": f"2026-03-{int(key):02}", "name": name, "email": email}
    return told | more


def pairs(*leads: Lead) -> list[tuple[str, str]]:
    return [(each.first, each.second) for each in alike(leads)]


ADA = lead("1", "Ada Lovelace", "ada@adaworks.org", company="Ada Works Inc.")


def test_a_name_spelt_otherwise_at_the_same_company_is_proposed_with_the_reason() -> None:
    (found,) = alike([ADA, lead("2", "Lovelace, Ada", "a.l@adaworks.org")])
    assert (found.first, found.second) == ("1", "2")
    assert found.because == "the same name; the same company"
    assert found.weight > 0


def test_more_evidence_weighs_more() -> None:
    some = alike([ADA, lead("2", "Ada Lovelace", "x@adaworks.org")])
    more = alike([ADA | {"phone": "+49 30 123456"},
                  lead("2", "Ada Lovelace", "x@adaworks.org", phone="+4930123456")])  # fmt: skip
    assert more[0].weight > some[0].weight > 0


def test_a_typing_mistake_in_the_name_needs_more_than_the_company() -> None:
    typo = lead("2", "Ada Lovelase", "x@adaworks.org")
    assert pairs(ADA, typo) == []
    assert pairs(ADA, lead("2", "Ada Lovelase", "ada@gmail.com", company="ADA works")) == [
        ("1", "2")
    ]


def test_colleagues_on_one_line_and_namesakes_elsewhere_are_two_people() -> None:
    line = {"phone": "+49 30 123456"}
    assert pairs(ADA | line, lead("2", "Bo Lee", "bo@adaworks.org", **line)) == []
    assert pairs(lead("1", "Bo Lee", "bo@one.org"), lead("2", "Bo Lee", "bo@two.org")) == []


def test_a_switchboard_says_nothing() -> None:
    line = {"phone": "+49 30 123456"}
    names = ["Ada Abel", "Bea Bond", "Cy Cook", "Dee Dorn"]
    crowd = [lead(str(n + 3), name, **line) for n, name in enumerate(names)]
    one = lead("1", "Eve Ernst", "eve@a.org", **line)
    other = lead("2", "Eve Ernst", "e@b.org", **line)
    assert pairs(one, other) == [("1", "2")]
    assert pairs(one, other, *crowd) == []


def test_the_same_mailbox_is_no_proposal() -> None:
    assert pairs(ADA, ADA | {"lead_id": "2"}) == []


def test_nothing_known_is_no_evidence() -> None:
    assert pairs(lead("1"), lead("2"), lead("3", "", "")) == []
    assert alike([]) == []


def test_hostile_names_are_texts_like_others() -> None:
    name = "'); drop table x; -- Ada \" Lovelace"
    assert pairs(lead("1", name, "a@adaworks.org"), lead("2", name, "b@adaworks.org")) == [
        ("1", "2")
    ]


def test_the_order_of_leads_never_matters() -> None:
    leads = [lead(str(n), f"Ada Number {n % 5}", f"p{n}@works{n % 3}.org") for n in range(1, 29)]
    found = alike(leads)
    assert len(found) > 5
    shuffled = leads[:]
    random.Random(3).shuffle(shuffled)
    assert alike(shuffled) == found


def test_a_company_of_thousands_is_compared_by_name_alone(monkeypatch: Any) -> None:
    monkeypatch.setattr(likeness, "_MOST_IN_A_BLOCK", 2)
    typo = [
        lead(str(n), f"Ada Lovelac{end}", "ada@gmail.com" if n == 1 else None, company="O'Ada")
        for n, end in ((1, "e"), (2, "ee"), (3, "eee"))
    ]
    assert pairs(*typo) == []


def test_what_many_share_weighs_less_and_what_is_rare_not_much_more() -> None:
    one, other = "ada@adaworks.org", "a.l@adaworks.org"
    pair = [lead("1", "Ada Lovelace", one), lead("2", "Ada Lovelace", other)]

    def weight(*crowd: Lead) -> float:
        return next((w.weight for w in alike([*pair, *crowd]) if w.second == "2"), -99)

    def others(count: int, **same: Any) -> list[Lead]:
        return [
            {"lead_id": f"x{n}", "name": f"N{n} O{n}", "email": f"{n}@c{n}.org"} | same
            for n in range(count)
        ]

    alone = weight()
    unlike = weight(*others(2_000))
    assert alone < unlike < alone + 4
    assert weight(*others(2_000, name="Ada Lovelace")) < unlike
    assert weight(*others(150, email=None, domain="adaworks.org")) < alone


def test_a_rare_name_alone_is_not_enough_among_many() -> None:
    many = [
        lead("1", f"First{n} Last{n}", f"p{n}@c{n}.org") | {"lead_id": f"x{n}"}
        for n in range(2_000)
    ]
    pair = [lead("1", "Ada Lovelace", "a@one.org"), lead("2", "Ada Lovelace", "b@two.org")]
    assert alike([*pair, *many]) == []
