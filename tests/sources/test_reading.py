"""From mapped tables to the log and the table of deals."""

import csv
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA
from leadpact.sources.describe import describe
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import read
from tests.sources.helpers import LEADS, hints, leads, messages, reasons, rows, times

CONTACTS = """\
Id,First,Last,Email,Size,Source,Out,Created,MQL,SQL,Owner,Assigned,Spoke
1,Ana,Silva,ANA@x.com,"1,200",Google,yes,2025-03-01 09:00,2025-03-02 10:00,,Eve,2025-03-02 11:00,\
3 Mar 2025
2,Bo,,bo@x.com,Select,google,no,2025-03-01 10:00,,,,2025-03-02 11:00,
3,,,,,(not set),,2025-03-01 11:00,2025-03-02,2025-03-04,Eve,,
"""
MAPPING = """
timezone: America/New_York
missing: [Select, (not set)]
tables:
  - file: contacts.csv
    leads:
      id: Id
      created: Created
      fields:
        name: [First, Last]
        email: Email
        size: {column: Size, type: number}
        source: {column: Source, fold: lower}
        opted_out: {column: Out, type: boolean}
        region: {value: EU}
      stages: {MQL: MQL, SQL: SQL}
      assigned: {to: Owner, at: Assigned}
    events:
      - {kind: sales.connected, at: Spoke, actor: Owner, properties: {channel: {value: phone}}}
"""


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_columns_become_attributes(reading) -> None:
    read = reading(MAPPING, contacts_csv=CONTACTS)
    assert leads(read) == {
        "1": {"name": "Ana Silva", "email": "ANA@x.com", "size": 1200, "source": "google",
              "opted_out": True, "region": "EU"},
        "2": {"name": "Bo", "email": "bo@x.com", "source": "google", "opted_out": False,
              "region": "EU"},
        "3": {"region": "EU"},
    }  # fmt: skip
    assert read.history.attributes_as_exported
    assert read.history.log.schema.equals(LOG_SCHEMA)
    assert any("only as of the export" in note for note in read.notes)


def test_date_columns_become_events(reading) -> None:
    read = reading(MAPPING, contacts_csv=CONTACTS)
    entered = [
        (row["lead_id"], row["properties"]["stage"], row["happened_at"])
        for row in rows(read, "stage.entered")
    ]
    assert entered == [
        ("1", "MQL", utc(2025, 3, 2, 15)),
        ("3", "MQL", utc(2025, 3, 2, 5)),
        ("3", "SQL", utc(2025, 3, 4, 5)),
    ]
    given = rows(read, "lead.assigned")
    assert [(row["lead_id"], row["properties"]) for row in given] == [("1", {"to": "Eve"})]
    spoke = rows(read, "sales.connected")[0]
    assert (spoke["actor"], spoke["properties"]) == ("Eve", {"channel": "phone"})
    assert spoke["event_id"] == "1/Spoke"


def test_dates_without_a_time_are_told(reading) -> None:
    notes = reading(MAPPING, contacts_csv=CONTACTS).notes
    assert any("(MQL) are placed at the start of their day in America/New_York" in n for n in notes)
    assert any("times without a zone are read as America/New_York" in n for n in notes)


def test_reading_twice_gives_the_same(reading) -> None:
    first = reading(MAPPING, contacts_csv=CONTACTS).history.log
    assert first.equals(reading(MAPPING, contacts_csv=CONTACTS).history.log)
    assert len(set(first["event_id"].to_pylist())) == first.num_rows


def test_a_time_without_a_zone_is_one_problem(reading) -> None:
    with pytest.raises(SourcesError) as raised:
        reading(MAPPING.replace("timezone: America/New_York", ""), contacts_csv=CONTACTS)
    assert len(raised.value.problems) == 1
    assert "does not say its time zone" in messages(raised.value)[0]
    assert "timezone:" in hints(raised.value)[0]


def test_a_table_may_have_its_own_zone(reading) -> None:
    mapping = MAPPING + "    timezone: Asia/Tokyo\n"
    assert times(reading(mapping, contacts_csv=CONTACTS), "lead.created")[0] == utc(2025, 3, 1)


@pytest.mark.parametrize(
    ("dates", "month"), [("3/4/2025\n2,3/14/2025", 3), ("3/4/2025\n2,14/3/2025", 4)]
)
def test_the_order_of_dates_is_recognised(reading, dates, month) -> None:
    mapping = "timezone: UTC\ntables: [{file: a.csv, leads: {id: id, created: at}}]\n"
    read = reading(mapping, a_csv=f"id,at\n1,{dates}\n")
    assert times(read, "lead.created")[0].month == month
    assert any("shows how it is written" in note for note in read.notes)


def test_evidence_is_looked_for_in_the_whole_file(reading) -> None:
    mapping = "timezone: UTC\ntables: [{file: a.csv, leads: {id: id, created: at}}]\n"
    many = "".join(f"{n},3/4/2025\n" for n in range(60_000))
    read = reading(mapping, a_csv=f"id,at\n{many}last,14/3/2025\n")
    assert {moment.month for moment in times(read, "lead.created")} == {3, 4}


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ("3/4/2025", "“3/4/2025” in a.csv can be read in two ways"),
        ("14/3/2025\n2,3/14/2025\n3,3/4/2025", "a.csv has both “14/3/2025” and “3/14/2025”"),
    ],
)
def test_unclear_dates_are_refused_until_declared(reading, dates, message) -> None:
    mapping = "timezone: UTC\ntables:\n  - file: a.csv\n    leads: {id: id, created: at}\n"
    with pytest.raises(SourcesError) as raised:
        reading(mapping, a_csv=f"id,at\n1,{dates}\n")
    assert messages(raised.value) == [message]
    assert "`dates:`" in hints(raised.value)[0]
    declared = reading(mapping + "    dates: day first\n", a_csv=f"id,at\n1,{dates}\n")
    assert times(declared, "lead.created")[-1].month in (3, 4)


def test_unclear_numbers_are_refused_until_declared(reading) -> None:
    mapping = LEADS.replace("email: email", "email: {column: email, type: number}")
    text = "id,created,email\n1,2025-03-14,1.234\n"
    with pytest.raises(SourcesError, match=r"“1.234” in leads.csv can be read in two ways"):
        reading(mapping, leads_csv=text)
    comma = reading(mapping, leads_csv=text + '2,2025-03-14,"12,5"\n')
    assert [each["email"] for each in leads(comma).values()] == [1234, 12.5]
    assert leads(reading(mapping + "    decimal: point\n", leads_csv=text)) == {
        "1": {"email": 1.234}
    }


def test_rows_without_key_or_day_are_left_out(reading) -> None:
    text = "id,created,email\n,2025-03-14,a\n2,,b\n3,soon,c\n4,1969-01-01,d\n5,2025-03-14,e\n"
    read = reading(LEADS, leads_csv=text)
    assert list(leads(read)) == ["5"]
    assert reasons(read) == [
        (2, "has no id"),
        (3, "has no created"),
        (4, "created: “soon” is no date or time"),
        (5, "created: “1969-01-01” is a date before 1970"),
    ]


def test_a_lead_repeated_exactly_is_one_and_otherwise_refused(reading) -> None:
    text = "id,created,email\n1,2025-03-14,a\n1,2025-03-14,a\n1,2025-03-14,b\n"
    read = reading(LEADS, leads_csv=text)
    assert leads(read) == {"1": {"email": "a"}}
    assert reasons(read) == [(4, "repeats the lead “1” with other values")]
    assert "3 rows read, 1 of them left out, 1 exact repetition passed over." in read.notes[0]


def test_values_that_make_no_sense_leave_their_row(reading) -> None:
    text = CONTACTS.replace('"1,200"', "many").replace("2025-03-02 10:00", "someday")
    read = reading(MAPPING, contacts_csv=text)
    assert "size" not in leads(read)["1"]
    assert not any(reject.whole_row for reject in read.rejects)
    assert reasons(read) == [
        (2, "Size: “many” is no number"),
        (2, "MQL: “someday” is no date or time"),
    ]


def test_keys_by_email(reading) -> None:
    mapping = LEADS.replace("{id: id", "{id: {column: email, as: email}")
    text = "id,created,email\n1,2025-03-14, Ana@X.com \n2,2025-03-15,bo@x.com\n"
    assert list(leads(reading(mapping, leads_csv=text))) == ["ana@x.com", "bo@x.com"]


ACTIVITIES = """\
  - file: activities.csv
    events:
      - kind: {column: type, values: {Call: sales.attempted, Form: form_submitted}}
        at: at
        recorded: logged
        lead: who
        properties: {form: form}
"""
ACTIVITY_ROWS = """\
type,at,logged,who,form
Call,2025-03-14 10:00,2025-03-14 12:00,1,
Form,2025-03-14 11:00,,a@x.com;2,demo
Form,2025-03-14 11:00,,a@x.com;2,demo
Fax,2025-03-14 11:00,,1,
Call,,,1,
Call,2025-03-14 11:00,,9,
Call,2025-03-14 11:00,,,
Form,2025-03-14 12:00,,1;9,demo
"""
PEOPLE = "id,created,email\n1,2025-03-14,A@x.com\n2,2025-03-14,b@x.com\n"


def test_tables_of_events(reading) -> None:
    read = reading(LEADS + ACTIVITIES, leads_csv=PEOPLE, activities_csv=ACTIVITY_ROWS)
    found = [
        (row["kind"], row["lead_id"], row["properties"].get("form"))
        for row in rows(read)
        if row["source"] == "activities.csv"
    ]
    assert found == [
        ("sales.attempted", "1", None),
        ("form_submitted", "1", "demo"),
        ("form_submitted", "2", "demo"),
        ("form_submitted", "1", "demo"),
    ]
    assert rows(read, "sales.attempted")[0]["recorded_at"] == utc(2025, 3, 14, 12)
    assert sorted(reasons(read)) == [
        (5, "“Fax” is a type that the mapping gives no kind"),
        (6, "has no at"),
        (7, "names the lead “9”, which no table of leads has"),
        (8, "has no who"),
        (9, "names the lead “9”, which no table of leads has"),
    ]
    assert [reject.whole_row for reject in read.rejects] == [True, True, True, True, False]
    ids = [row["event_id"] for row in rows(read) if row["source"] == "activities.csv"]
    assert len(set(ids)) == 4


def test_the_order_of_tables_does_not_matter(reading) -> None:
    head, body = LEADS.split("tables:\n")
    one = reading(LEADS + ACTIVITIES, leads_csv=PEOPLE, activities_csv=ACTIVITY_ROWS)
    other = reading(
        f"{head}tables:\n{ACTIVITIES}{body}", leads_csv=PEOPLE, activities_csv=ACTIVITY_ROWS
    )
    assert one.history.log.equals(other.history.log)


def test_without_a_table_of_leads_events_make_them(reading) -> None:
    read = reading("timezone: UTC\ntables:\n" + ACTIVITIES, activities_csv=ACTIVITY_ROWS)
    assert {row["lead_id"] for row in rows(read)} == {"1", "2", "9", "a@x.com"}


def test_only_rows_with_certain_values(reading) -> None:
    mapping = LEADS + (
        "    events:\n"
        "      - {kind: stage.entered, at: {value: 2025-04-01}, when: {won: true, n: [1, 2]},\n"
        "         properties: {stage: {value: Customer}}}\n"
    )
    text = "id,created,email,won,n\n1,2025-03-14,,YES,1\n2,2025-03-14,,1,3\n3,2025-03-14,,no,2\n"
    read = reading(mapping, leads_csv=text)
    assert [row["lead_id"] for row in rows(read, "stage.entered")] == ["1"]
    assert any("every row stands at 2025-04-01" in note for note in read.notes)


DEALS = """\
  - file: deals.csv
    deals:
      id: id
      outcome: {column: stage, won: [Won], lost: [Lost]}
      opened: opened
      closed: {column: closed, day: end}
      amount: amount
      product: {column: product, values: {GTXPro: GTX Pro}}
      reason: why
      leads: contacts
"""
DEAL_ROWS = """\
id,stage,opened,closed,amount,product,why,contacts
d1,Won,2025-03-20,2025-04-01,"1,000.50",GTXPro,,1;2
d2,Lost,2025-03-20,2025-04-02,,,price,2
d3,Talks,2025-03-21,2025-09-30,7,,,
d4,Won,2025-03-22,,5,,,1;77
d1,Won,2025-03-20,2025-04-01,"1,000.50",GTXPro,,1;2
d2,Won,2025-03-20,2025-04-02,,,price,2
"""


def test_deals_count_once_and_are_facts_for_each_lead(reading) -> None:
    read = reading(LEADS + DEALS, leads_csv=PEOPLE, deals_csv=DEAL_ROWS)
    assert read.history.deals.schema.equals(DEALS_SCHEMA)
    deals = {deal["deal_id"]: deal for deal in read.history.deals.to_pylist()}
    assert {key: deal["outcome"] for key, deal in deals.items()} == {
        "d1": "won", "d2": "lost", "d3": "open", "d4": "won",
    }  # fmt: skip
    assert deals["d1"]["amount"] == 1000.5
    assert deals["d1"]["product"] == "GTX Pro"
    assert deals["d1"]["lead_ids"] == ["1", "2"]
    assert deals["d1"]["closed_at"] == utc(2025, 4, 1, 23, 59, 59)
    assert deals["d3"]["closed_at"] is None, "an expected close date is no close"
    facts = [(row["kind"], row["lead_id"]) for row in rows(read) if row["kind"] > "deal"][:9]
    assert sorted(fact for fact in facts if fact[0].startswith("deal.")) == [
        ("deal.lost", "2"), ("deal.opened", "1"), ("deal.opened", "1"), ("deal.opened", "2"),
        ("deal.opened", "2"), ("deal.won", "1"), ("deal.won", "2"),
    ]  # fmt: skip
    lost = rows(read, "deal.lost")[0]["properties"]
    assert lost == {"deal_id": "d2", "reason": "price"}
    assert sorted(reasons(read)) == [
        (5, "is won with no closed: counted as a deal, in no period"),
        (5, "names the lead “77”, which no table of leads has"),
        (7, "repeats the deal “d2” with other values"),
    ]
    said = "1 of 4 deals name no lead that is known: they count as deals, without a source."
    assert said in read.notes


def test_links_from_the_side_of_the_leads(reading) -> None:
    mapping = LEADS + "    links: {deal: deal}\n" + DEALS.replace("      leads: contacts\n", "")
    people = "id,created,email,deal\n1,2025-03-14,,d1\n2,2025-03-14,,\n3,2025-03-14,,d8\n"
    read = reading(mapping, leads_csv=people, deals_csv=DEAL_ROWS)
    assert [deal["lead_ids"] for deal in read.history.deals.to_pylist()] == [["1"], [], [], []]
    assert any("name 1 deals that no table of deals has, such as d8" in n for n in read.notes)


def test_links_in_a_table_of_their_own(reading) -> None:
    mapping = (
        LEADS
        + DEALS.replace("      leads: contacts\n", "")
        + ("  - file: roles.csv\n    links: {deal: deal, lead: lead}\n")
    )
    roles = "deal,lead\nd1,2\nd1,a@x.com\nd1,55\n"
    read = reading(mapping, leads_csv=PEOPLE, deals_csv=DEAL_ROWS, roles_csv=roles)
    assert read.history.deals["lead_ids"].to_pylist()[0] == ["2", "1"]


def test_description(reading) -> None:
    read = reading(LEADS + DEALS, leads_csv=PEOPLE + "3,x,\n", deals_csv=DEAL_ROWS)
    told = describe(read.history, read.rejects)
    assert (told.leads, told.deals) == (2, 4)
    assert told.first == utc(2025, 3, 14)
    assert told.last == utc(2025, 4, 2, 23, 59, 59)
    assert [(s.name, s.rows_left_out, s.values_left_out) for s in told.sources] == [
        ("leads.csv", 1, 0), ("deals.csv", 1, 2),
    ]  # fmt: skip


def test_progress_is_told(reading, tmp_path) -> None:
    reading(LEADS, leads_csv=PEOPLE)
    told = []
    read(tmp_path / "sources.yaml", progress=lambda name, rows: told.append((name, rows)))
    assert told == [("leads.csv", 2)]


def test_files_are_found_in_the_data_folder(reading, tmp_path) -> None:
    reading(LEADS, leads_csv=PEOPLE)
    (tmp_path / "data").mkdir()
    (tmp_path / "leads.csv").rename(tmp_path / "data" / "leads.csv")
    assert len(leads(read(tmp_path / "sources.yaml", tmp_path / "data"))) == 2


def test_an_empty_history_can_be_described(reading) -> None:
    told = describe(reading(LEADS, leads_csv="id,created,email\n").history)
    assert (told.leads, told.first, told.log_rows) == (0, None, 0)


# A cell such as ="007" is a quoted key, and read without the dressing.
cells = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"), max_size=12
).filter(lambda text: not text.strip().startswith('="'))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cells, max_size=8), st.sampled_from([",", ";", "\t"]))
def test_any_text_comes_back(tmp_path, values, mark) -> None:
    with (tmp_path / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=mark)
        writer.writerow(["id", "created", "email"])
        writer.writerows([n, "2025-03-14", value] for n, value in enumerate(values))
    (tmp_path / "sources.yaml").write_text("leadpact_sources: 1\n" + LEADS, encoding="utf-8")
    found = read(tmp_path / "sources.yaml")
    assert found.rejects == []
    got = [each.get("email", "") for each in leads(found).values()]
    assert got == [value.strip(" \t\u00a0") for value in values]
