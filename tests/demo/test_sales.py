from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median

import pytest

from leadpact.demo.leads import Interest, Nature
from leadpact.demo.sales import COOL_DOWN


def answers(company):
    """Per rep, minutes to the first personal attempt, None if none, of leads given mid-morning."""
    desks = {rep.name: rep.desk for rep in company.reps}
    waited = defaultdict(list)
    for lead in company.leads:
        rows = sorted(lead.rows, key=lambda row: row.happened_at)
        given = next((row for row in rows if row.kind == "lead.assigned"), None)
        if given is None or given.happened_at > company.until:
            continue
        local = desks[given.properties["to"]].local(given.happened_at)
        if local.weekday() >= 4 or not 9 <= local.hour < 15:
            continue
        answer = next(
            (
                row.happened_at
                for row in rows
                if row.kind == "sales.attempted"
                and row.properties["outcome"] != "automatic"
                and given.happened_at <= row.happened_at <= company.until
            ),
            None,
        )
        minutes = (answer - given.happened_at).total_seconds() / 60 if answer else None
        waited[given.properties["to"]].append(minutes)
    return waited


def test_reps_differ_in_discipline(company):
    waited = answers(company)
    assert set(waited) == {rep.name for rep in company.reps}
    in_two_hours = {
        name: sum(minutes is not None and minutes <= 120 for minutes in all_minutes)
        / len(all_minutes)
        for name, all_minutes in waited.items()
    }
    ignored = {name: all_minutes.count(None) for name, all_minutes in waited.items()}
    assert in_two_hours["Ana Silva"] == max(in_two_hours.values())
    colleagues = ("Ana Silva", "Ben Carter", "Chloe Martin")
    assert all(in_two_hours["David Okoye"] < in_two_hours[name] for name in colleagues)
    assert ignored["David Okoye"] > ignored["Ana Silva"]


def test_the_volumes_are_those_of_a_working_funnel(company):
    first = [handoff for handoff in company.handoffs if handoff.episode == 1]
    kinds = {
        handoff.lead_id: {row.kind for row in handoff.lead.rows if row.happened_at <= company.until}
        for handoff in first
    }
    accepted = sum("sales.accepted" in found for found in kinds.values()) / len(first)
    rejected = sum("sales.rejected" in found for found in kinds.values()) / len(first)
    won = sum(deal.won and deal.closed_at <= company.until for deal in company.deals)
    assert 700 <= len(first) <= 900
    assert len(company.handoffs) - len(first) >= 60
    assert 0.6 <= accepted <= 0.75
    assert 0.15 <= rejected <= 0.33
    assert 60 <= won <= 90
    assert 110 <= len(company.deals) <= 180


def test_only_true_people_reach_sales(company):
    assigned = {row.lead_id for row in company.rows if row.kind == "lead.assigned"}
    assert all(lead.nature is Nature.PERSON for lead in company.leads if lead.lead_id in assigned)


def test_who_wants_to_buy_is_accepted_more_often(company):
    accepted = defaultdict(list)
    for handoff in company.handoffs:
        kinds = {row.kind for row in handoff.lead.rows}
        accepted[handoff.lead.interest].append("sales.accepted" in kinds)
    share = {interest: sum(found) / len(found) for interest, found in accepted.items()}
    assert share[Interest.IN_MARKET] > share[Interest.CURIOUS] > share[Interest.IDLE]


def test_some_log_in_the_evening(company):
    delays = defaultdict(list)
    for row in company.rows:
        if row.kind == "sales.attempted":
            delays[row.actor].append((row.recorded_at - row.happened_at).total_seconds() / 3600)
    assert median(delays["Chloe Martin"]) > 1
    assert max(delays["Ana Silva"]) == 0


def test_fridays_are_forgotten(company):
    weekdays = defaultdict(Counter)
    for row in company.rows:
        if row.kind == "sales.attempted" and row.properties["outcome"] != "automatic":
            weekdays[row.actor][row.happened_at.weekday()] += 1
    assert weekdays["Ben Carter"][4] < 0.75 * weekdays["Ana Silva"][4]


def test_automatic_answers_come_first_where_planted(company):
    automatic = Counter(
        row.actor
        for row in company.rows
        if row.kind == "sales.attempted" and row.properties["outcome"] == "automatic"
    )
    assert automatic.most_common(1)[0][0] == "Farid Haddad"


def test_only_who_hides_leave_is_dealt_leads_on_leave(company):
    reps = {rep.name: rep for rep in company.reps}
    on_leave = Counter()
    for row in company.rows:
        if row.kind == "lead.assigned":
            rep = reps[row.properties["to"]]
            on_leave[rep.name] += rep.desk.local(row.happened_at).date() in rep.leave
    assert on_leave["Henk de Vries"] >= 3
    # The owner of a company's deal gets its next lead even on leave.
    assert all(count <= 2 for name, count in on_leave.items() if name != "Henk de Vries")


def test_rejections_have_a_reason_and_a_rating(company):
    rejected = [row for row in company.rows if row.kind == "sales.rejected"]
    assert {row.properties["reason"] for row in rejected} <= {*COOL_DOWN, "bad data", "competitor"}
    assert all(1 <= row.properties["rating"] <= 5 for row in rejected)
    assert len(rejected) == len(company.rejections) - unrecorded(company)


def unrecorded(company):
    """Rejections that happened but that nobody had entered when the log was taken."""
    return sum(
        row.kind == "sales.rejected" and row.happened_at <= company.until < row.recorded_at
        for lead in company.leads
        for row in lead.rows
    )


@pytest.mark.parametrize("outcome", [True, False])
def test_every_contact_of_a_deal_learns_its_end(company, outcome):
    kind = "deal.won" if outcome else "deal.lost"
    noted = {(row.lead_id, row.properties["deal_id"]) for row in company.rows if row.kind == kind}
    closed = [
        deal for deal in company.deals if deal.won is outcome and deal.closed_at <= company.until
    ]
    assert {(lead, deal.deal_id) for deal in closed for lead in deal.roles} == noted
    assert any(len(deal.roles) >= 3 for deal in closed)


def test_customers_buy_again(company):
    won = Counter(
        deal.company_id for deal in company.deals if deal.won and deal.closed_at <= company.until
    )
    assert max(won.values()) >= 2


def test_given_back_leads_are_nurtured(company):
    given_back = {
        row.lead_id
        for row in company.rows
        if row.kind == "lead.recycled" and (company.until - row.happened_at).days > 20
    }
    nurtured = {
        row.lead_id
        for row in company.rows
        if row.kind == "nurture.entered" and row.properties["program"] == "Second chance"
    }
    assert given_back
    assert given_back <= nurtured
