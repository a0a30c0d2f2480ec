from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpact.engine import identity


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" ADA@Acme.TEST ", "ada@acme.test"),
        ("ada@acme.test.", "ada@acme.test"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
        ("ada@XN--MNCHEN-3YA.example", "ada@xn--mnchen-3ya.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("\uff41\uff44\uff41@acme.test", "ada@acme.test"),
        ("A.da+news@googlemail.com", "ada@gmail.com"),
        ("ada+news@acme.test", "ada+news@acme.test"),
        ("a.da@acme.test", "a.da@acme.test"),
    ],
)
def test_an_email_key_names_the_mailbox(typed, key):
    assert identity.email_key(typed) == key


@pytest.mark.parametrize(
    "typed",
    [None, "", "n/a", "@acme.test", "ada@", "a@b@c.test", "a b@c.test", "a@b..c", "+x@gmail.com"],
)
def test_what_is_no_address_names_nobody(typed):
    assert identity.email_key(typed) is None


@given(st.text(max_size=30))
def test_an_email_key_is_its_own_key(typed):
    key = identity.email_key(typed)
    assert key is None or identity.email_key(key) == key


@pytest.mark.parametrize(
    ("typed", "country", "key"),
    [
        ("+49 (0)30 1234560", None, "+49301234560"),
        ("030 1234560", "de", "+49301234560"),
        ("0049 30 1234560", "DE", "+49301234560"),
        ("030 1234560", None, None),
        ("030 1234560", "Germany", None),
        ("(650) 253-0000", "US", "+16502530000"),
        ("+1 650 253 0000 ext. 12", None, "+16502530000;ext=12"),
        ("none", "US", None),
        (None, "US", None),
    ],
)
def test_a_phone_key_is_international_and_keeps_the_extension(typed, country, key):
    assert identity.phone_key(typed, country) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("https://www.Mail.acme.co.uk:8080/x?q=a@b", "acme.co.uk"),
        ("ada@sales.acme.com", "acme.com"),
        ("mailto:ada@acme.com", "acme.com"),
        ("crm.acme.example", "acme.example"),
        ("ada@gmail.com", None),
        ("localhost", None),
        ("10.0.0.1", None),
        (None, None),
    ],
)
def test_a_domain_key_is_a_company_s_registered_domain(typed, key):
    assert identity.domain_key(typed) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME, Inc.", "Acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("L'Oréal S.A.", "Loreal"),
        ("Müller AG", "MÜLLER"),
    ],
)
def test_a_company_key_forgets_spelling_and_legal_form(one, other):
    assert identity.company_key(one) == identity.company_key(other) is not None


def test_a_company_called_like_a_legal_form_keeps_its_name():
    assert identity.company_key("Limited") == "limited"
    assert identity.company_key("  ") is None


@pytest.mark.parametrize("typed", ["Silva, Ana", "Dr. Ana SILVA", "Aña  Silva"])
def test_a_name_key_forgets_order_case_and_salutation(typed):
    assert identity.name_key(typed) == identity.name_key("Ana Silva")


def test_a_salutation_alone_is_no_name():
    assert identity.name_key("Mr.") is None


def leads(*told):
    return pa.Table.from_pylist(
        [
            {"lead_id": f"L{number:02d}", "created_at": number} | one
            for number, one in enumerate(told)
        ],
        schema=pa.schema(
            {"lead_id": pa.string(), "created_at": pa.int64()}
            | dict.fromkeys(("email", "phone", "name", "company", "domain", "country"), pa.string())
        ),
    )


def proposed(table):
    found = identity.candidates(table).to_pylist()
    return {(row["lead_id"], row["like"]): row["because"] for row in found}


def test_the_same_number_proposes_the_earliest_lead_that_has_it():
    told = [{"phone": "+49 30 1234560", "name": name} for name in ("Ada", None, "Ada B.")]
    because = "the same telephone number"
    assert proposed(leads(*told)) == {("L01", "L00"): because, ("L02", "L00"): because}


def test_a_switchboard_number_of_forty_people_proposes_nothing():
    forty = [{"phone": "030 1234560", "country": "DE", "name": f"Person {n}"} for n in range(40)]
    assert proposed(leads(*forty)) == {}
    assert proposed(leads(*({**one, "name": None} for one in forty))) == {}


def test_namesakes_on_a_switchboard_number_are_proposed():
    forty = [{"phone": "030 1234560", "country": "DE", "name": f"Person {n}"} for n in range(40)]
    again = {"phone": "+4930 1234560", "name": "7 person"}
    assert list(proposed(leads(*forty, again))) == [("L40", "L07")]


def test_the_same_name_at_the_same_company_or_domain_is_proposed():
    found = proposed(
        leads(
            {"name": "Ana Silva", "company": "Acme Inc.", "email": "ana@acme.com"},
            {"name": "Silva, Ana", "company": "ACME"},
            {"name": "Ana Silva", "email": "asilva@mail.acme.com"},
            {"name": "Ana Silva", "email": "ana@gmail.com"},
            {"name": "Ben Carter", "company": "Acme"},
        )
    )
    assert found == {
        ("L01", "L00"): "the same name at the same company",
        ("L02", "L00"): "the same name under the same domain",
    }


def test_free_mail_is_no_company():
    twins = [{"name": "Ana Silva", "email": f"ana{n}@gmail.com"} for n in range(2)]
    assert proposed(leads(*twins)) == {}


def test_a_tag_in_the_address_is_proposed_and_the_same_address_is_not():
    found = proposed(
        leads(
            {"email": "ada@acme.test", "phone": "+49301234560"},
            {"email": "ada+web@acme.test", "phone": "+49301234560"},
            {"email": "ADA@acme.test", "phone": "+49301234560"},
        )
    )
    assert found == {
        ("L01", "L00"): "the same email but for what follows the plus sign; "
        "the same telephone number"
    }


def test_proposals_need_no_more_than_a_key():
    assert proposed(pa.table({"lead_id": ["a", "b"]})) == {}


def test_the_same_email_is_sure_and_finds_a_third_of_labelled_doubles(shared_data):
    with (shared_data / "dedupe" / "fake_1000.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    found = _pairs(people, lambda one: identity.email_key(one["email"]))
    true = _pairs(people, lambda one: one["cluster"])
    assert len(true) == 2031
    assert found <= true
    assert len(found) / len(true) >= 0.335


def test_the_same_name_is_nearly_sure_and_finds_a_fifth(shared_data):
    with (shared_data / "dedupe" / "fake_1000.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    whole = [one for one in people if one["first_name"] and one["surname"]]
    found = _pairs(whole, lambda one: identity.name_key(f"{one['first_name']} {one['surname']}"))
    true = _pairs(people, lambda one: one["cluster"])
    assert len(found & true) / len(found) >= 0.985
    assert len(found & true) / len(true) >= 0.2


def _pairs(people, key):
    groups = defaultdict(list)
    for one in people:
        if found := key(one):
            groups[found].append(one["unique_id"])
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}
