from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from leadpact.demo.leads import Interest, Nature
from leadpact.demo.mailings import MAIL_PRIVACY, SCANNERS
from leadpact.demo.tuning import Shares
from leadpact.demo.writing import planted


@pytest.mark.parametrize(
    ("nature", "share"),
    [
        (Nature.BOT, Shares.bots),
        (Nature.DUPLICATE, Shares.duplicates),
        (Nature.COMPETITOR, Shares.competitors),
        (Nature.EMPLOYEE, Shares.employees),
        (Nature.DISPOSABLE, Shares.disposable),
    ],
)
def test_natures_are_as_common_as_planted(company, nature, share):
    found = sum(lead.nature is nature for lead in company.leads) / len(company.leads)
    assert found == pytest.approx(share, rel=0.3)


def test_better_sources_bring_more_leads_in_the_market(company):
    rate = defaultdict(list)
    for lead in company.leads:
        if lead.nature is Nature.PERSON:
            rate[lead.text("source")].append(lead.interest is Interest.IN_MARKET)
    share = {source: sum(found) / len(found) for source, found in rate.items()}
    assert share["referral"] > 1.5 * share["organic"] > 3 * share["social"]


def normalised(email):
    mailbox, _, domain = email.lower().partition("@")
    return f"{mailbox.partition('+')[0]}@{domain}"


def test_a_duplicate_repeats_an_earlier_email_and_nobody_else_does(company):
    by_id = {lead.lead_id: lead for lead in company.leads}
    seen = {}
    for lead in company.leads:
        email = normalised(lead.text("email"))
        if lead.nature is Nature.DUPLICATE:
            first = by_id[lead.duplicate_of]
            assert first.created_at <= lead.created_at
            assert normalised(first.text("email")) == email
        elif lead.nature is Nature.PERSON:
            assert email not in seen
            seen[email] = lead.lead_id


def test_bots_fill_forms_faster_than_people(company):
    took = defaultdict(list)
    for lead in company.leads:
        for row in lead.rows:
            if row.kind == "form_submitted":
                took[lead.nature].append(row.properties["seconds_to_fill"])
    assert max(took[Nature.BOT]) <= 1
    assert min(took[Nature.PERSON]) >= 6


def test_machines_open_at_once_and_people_later(company):
    delays = {"machine": [], "human": []}
    for lead in company.leads:
        sent = {}
        for row in sorted(lead.rows, key=lambda row: row.happened_at):
            if row.kind == "email_sent":
                sent[row.properties["campaign"]] = row.happened_at
            elif row.kind == "email_opened":
                agent = row.properties["user_agent"]
                who = "machine" if agent in (*SCANNERS, MAIL_PRIVACY) else "human"
                delays[who].append(row.happened_at - sent[row.properties["campaign"]])
    assert len(delays["machine"]) > 1000
    assert max(delays["machine"]) <= timedelta(seconds=8)
    assert min(delays["human"]) > timedelta(seconds=30)


def test_people_at_a_firm_that_scans_are_all_scanned(company):
    scanned = defaultdict(set)
    for lead in company.leads:
        if lead.nature is Nature.PERSON:
            scanned[lead.text("company_id")].add(lead.scanned)
    assert all(len(verdicts) == 1 for verdicts in scanned.values())
    assert {True} in scanned.values()


def test_the_truth_is_told_for_every_lead_and_rep(company):
    truth = planted(company)
    assert list(truth["leads"]) == [lead.lead_id for lead in company.leads]
    assert set(truth["reps"]) == {rep.name for rep in company.reps}
    assert truth["natures"] == Counter(fact["nature"] for fact in truth["leads"].values())
    assert truth["sources"]["social"]["worth"] < truth["sources"]["referral"]["worth"]
