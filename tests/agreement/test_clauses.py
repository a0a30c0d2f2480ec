"""An agreement as forms: what is shown, and what becomes of what is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadpact.agreement import templates
from leadpact.agreement.clauses.form import section, sections
from leadpact.agreement.clauses.pieces import Items, Kind, Part, as_typed, fields_of, mark_of
from leadpact.agreement.clauses.sent import SentError, put, read, value_of, written
from leadpact.agreement.clauses.texts import plain_data
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement

FULL = templates.text("b2b-saas")
WHEN = "stages/1/when"
SECTIONS = [each.name for each in sections(read(FULL))]
SMALL = """\
leadpact: 1
name: Small
calendar: &hours {timezone: UTC, hours: {mon-fri: "09:00-17:00"}}
calendars: {evening: *hours}
# The funnel.
stages:
  - name: Lead  # anybody
  - {name: MQL, when: &asked {event: form_submitted}}
handoff: {stage: MQL}  # that is all
nurture:
  - {name: Later, owner: Ann, exits: *asked}
# The end.
"""


def sent(name: str, said: dict[str, str], text: str = FULL) -> tuple[str, int]:
    """The text after a section was sent, and how many changes that were."""
    document = read(text)
    count = put(document, section(document, name), said)
    return written(document), count


def agreed(name: str, said: dict[str, str], text: str = FULL) -> Agreement:
    """The agreement after a section was sent, which must be without problems."""
    loaded = load_text(sent(name, said, text)[0], "agreement.yaml")
    assert loaded.agreement, loaded.problems
    return loaded.agreement


def test_every_section_but_the_number_of_the_format_is_shown() -> None:
    assert [name for name in Agreement.model_fields if name != "leadpact"] == SECTIONS
    with pytest.raises(KeyError):
        section(read(FULL), "leadpact")


@pytest.mark.parametrize("template", templates.names())
def test_what_is_sent_as_it_was_shown_changes_nothing(template: str) -> None:
    document = read(templates.text(template))
    as_it_was = written(document)
    for name in SECTIONS:
        piece = section(document, name)
        shown = {each.key: each.text.replace("\n", "\r\n") for each in fields_of(piece)}
        assert put(document, piece, shown) == 0, name
    assert written(document) == as_it_was


@pytest.mark.parametrize("template", templates.names())
def test_every_text_that_is_shown_means_what_stands_there(template: str) -> None:
    document = read(templates.text(template))
    for name in SECTIONS:
        for field in (each for each in fields_of(section(document, name)) if each.text):
            stands = document
            for step in field.steps:
                stands = stands[step]
            assert plain_data(value_of(field, field.text)) == plain_data(stands), field.key


def test_values_of_every_kind_are_changed() -> None:
    at = "obligations/1"
    found = agreed(
        "obligations",
        {
            f"{at}/within": "3 business hours",
            f"{at}/side": "sales",
            f"{at}/hurdles": "minimum: 70 %\ntarget: 85 %\nstretch: 95 %",
            f"{at}/warnings": "30 business minutes\n\n1 business hour\n",
            f"{at}/completed_by_protocol": "yes",
            f"{at}/stops_on": "any:\n- event: sales.attempted\n- event: sales.connected",
        },
    ).obligations[1]
    assert str(found.within) == "3 business hours"
    assert found.hurdles == {"minimum": "70 %", "target": "85 %", "stretch": "95 %"}
    assert [str(each) for each in found.warnings] == ["30 business minutes", "1 business hour"]
    assert found.completed_by_protocol
    assert len(found.stops_on.any) == 2  # type: ignore[union-attr]
    assert str(agreed("term", {"term/until": "2027-03-31"}).term.until) == "2027-03-31"  # type: ignore[union-attr]
    assert agreed("scoring", {"scoring/rules/0/points": "17.5"}).scoring.rules[0].points == 17.5  # type: ignore[union-attr]
    assert agreed("name", {"name": "2027"}).name == "2027"


def test_remarks_and_the_way_it_is_written_stay() -> None:
    text, _ = sent(
        "obligations", {"obligations/1/hurdles": "minimum: 1 %\ntarget: 2 %\nstretch: 3 %"}
    )
    assert "hurdles: {minimum: 1 %, target: 2 %, stretch: 3 %}" in text
    assert text.count("#") == written(read(FULL)).count("#")
    text, _ = sent("stages", {"stages/0/name": "Contact"}, SMALL)
    for remark in ("# The funnel.", "# anybody", "# that is all", "# The end."):
        assert remark in text


REMARKS = """\
leadpact: 1
goals:
  - name: A  # of A
    side: sales
  - {name: B, side: sales}  # of B

# The end.
name: x
"""


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ({"goals/(new)/name": "C"}, ["A", "B", "C"]),
        ({"goals/1:gone": "yes"}, ["A"]),
        ({"goals/1:place": "1"}, ["B", "A"]),
        ({"goals/0:gone": "yes"}, ["B"]),
    ],
)
def test_remarks_behind_a_list_stay_behind_it_and_those_of_an_item_with_it(
    said: dict[str, str], order: list[str]
) -> None:
    text, _ = sent("goals", said, REMARKS)
    document = read(text)
    assert [each["name"] for each in document["goals"]] == order
    assert text.endswith("\n\n# The end.\nname: x\n")
    for name in {"A", "B"} & set(order):
        assert f"# of {name}" in next(line for line in text.split("\n") if f"name: {name}" in line)


def test_what_is_written_once_for_several_places_changes_in_one() -> None:
    found = agreed("stages", {"stages/1/when": "event: demo"}, SMALL)
    assert found.stages[1].when.kinds == ["demo"]  # type: ignore[union-attr]
    assert found.nurture[0].exits.kinds == ["form_submitted"]  # type: ignore[union-attr]
    found = agreed("calendars", {"calendars/evening/timezone": "Europe/Berlin"}, SMALL)
    assert (found.calendar.timezone, found.calendars["evening"].timezone) == (
        "UTC",
        "Europe/Berlin",
    )


def test_items_are_added_moved_and_taken_away() -> None:
    before = [each.name for each in agreed("goals", {}).goals]
    new = {
        "goals/(new)/name": "Demos", "goals/(new)/side": "marketing", "goals/(new)/metric": "mqls",
        "goals/(new)/hurdles": "minimum: 1\ntarget: 2\nstretch: 3",
    }  # fmt: skip
    found = agreed("goals", {**new, "goals/0:gone": "yes", "goals/3:place": "1"})
    after = [before[3], *(each for each in before[1:] if each != before[3]), "Demos"]
    assert [each.name for each in found.goals] == after
    assert found.goals[-1].hurdles == {"minimum": 1, "target": 2, "stretch": 3}
    first = agreed("goals", {**new, "goals/(new):place": "1"})
    assert [each.name for each in first.goals] == ["Demos", *before]
    held = agreed(
        "handoff", {"handoff/rejections/0/then": "recycle", "handoff/rejections/1:gone": "y"}
    )
    assert held.handoff.rejections[0].then == "recycle"


def test_sections_that_are_not_there_yet_begin_with_what_is_typed() -> None:
    found = agreed(
        "meetings", {"meetings/(new)/name": "Review", "meetings/(new)/every": "month"}, SMALL
    )
    assert found.meetings[0].name == "Review"
    rule = {
        "scoring/rules/(new)/name": "Asked", "scoring/rules/(new)/points": "10",
        "scoring/rules/(new)/when": "event: form_submitted",
    }  # fmt: skip
    found = agreed("scoring", rule, SMALL)
    assert found.scoring.rules[0].points == 10  # type: ignore[union-attr]
    found = agreed(
        "handoff",
        {
            "handoff/rejections/(new)/reason": "no money",
            "handoff/rejections/(new)/cool_down": "9 days",
        },
        SMALL,
    )
    assert found.handoff.rejections[0].reason == "no money"
    assert "purpose" in sent("purpose", {"purpose": "Peace."}, SMALL)[0]


def test_what_holds_nothing_any_more_goes() -> None:
    text, _ = sent("nurture", {"nurture/0:gone": "yes"}, SMALL)
    assert "nurture" not in text
    text, _ = sent("scoring", {"scoring/total/at_least": "", "scoring/total/at_most": ""})
    assert agreed("name", {}, text).scoring.total.at_most is None  # type: ignore[union-attr]
    assert "total" not in text.split("scoring:")[1].split("stages:")[0].replace("score: total", "")


def test_parts_by_names_of_their_own_are_added_and_taken_away() -> None:
    at = "segments/0/obligations"
    found = agreed(
        "segments",
        {f"{at}/(new)/": "Answer an activated lead", f"{at}/(new)/within": "not asked"},
    ).segments[0]
    assert found.obligations["Answer an activated lead"].within == "not asked"
    name = next(iter(load_text(FULL, "x").agreement.segments[0].obligations))  # type: ignore[union-attr]
    assert name not in agreed("segments", {f"{at}/{name}:gone": "yes"}).segments[0].obligations
    with pytest.raises(SentError, match="already"):
        sent("segments", {f"{at}/(new)/": name, f"{at}/(new)/within": "1 business day"})
    with pytest.raises(SentError, match="is called"):
        sent("segments", {f"{at}/(new)/within": "1 business day"})


@pytest.mark.parametrize(
    ("name", "said", "sentence"),
    [
        ("term", {"term/until": "the end"}, "no date"),
        ("obligations", {"obligations/0/hurdles": "eighty"}, "no name with a value"),
        ("stages", {"stages/1/when": "any: [event"}, "cannot be read"),
        ("stages", {"stages/0/when": "null"}, "cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, said: dict[str, str], sentence: str) -> None:
    with pytest.raises(SentError, match=sentence):
        sent(name, said)


@pytest.mark.parametrize("text", ["a: [", "- 1", "x", ""])
def test_a_text_without_sections_is_refused(text: str) -> None:
    with pytest.raises(SentError, match="as text first"):
        read(text)


def test_a_document_with_mistakes_is_shown_as_far_as_it_can_be_read() -> None:
    document = read(
        "name: [a]\nstages: MQL\nhandoff: 3\ngoals: [1, {name: x}]\nscoring: {rules: {}}\n"
    )
    for name in SECTIONS:
        list(fields_of(section(document, name)))
    goals = section(document, "goals")
    assert isinstance(goals, Items)
    assert [each.title for each in goals.items] == ["Goal 1", "x"]


def test_what_was_typed_is_shown_again() -> None:
    piece = as_typed(section(read(FULL), "term"), {"term/until": "soon"})
    assert isinstance(piece, Part)
    assert {each.steps[-1]: each.text for each in piece.fields}["until"] == "soon"


def test_numbers_in_conditions_are_turned_by_themselves() -> None:
    labels = {
        each.label: each for f in fields_of(section(read(FULL), "stages")) for each in f.leaves
    }
    threshold = labels["Total score: at least"]
    assert threshold.text == "55"
    text, count = sent(
        "stages", {threshold.key: "60", labels["Pricing viewed: within"].key: "9 days"}
    )
    assert count == 2
    assert "{score: total, at_least: 60}" in text
    assert "9 days" in text
    whole = threshold.key.split("/any")[0]
    found = agreed("stages", {threshold.key: "60", whole: "event: form_submitted"})
    assert found.stages[1].when.kinds == ["form_submitted"]  # type: ignore[union-attr]


def test_conditions_are_told_in_words_beside_what_is_written() -> None:
    found = [each for each in fields_of(section(read(FULL), "stages")) if each.kind is Kind.YAML]
    assert any("total score is at least" in each.words for each in found)


TWO = """\
leadpact: 1
nurture:
  - {name: A, owner: x, steps: [{name: a1, after: 1 day}]}
  - {name: B, owner: y, steps: [{name: b1, after: 1 day}]}
"""


def test_an_item_goes_into_the_item_that_was_meant_wherever_that_one_is_moved() -> None:
    new = {"nurture/1/steps/(new)/name": "b2"}
    text, count = sent("nurture", {**new, "nurture/1:place": "1"}, TWO)
    steps = {
        each["name"]: [step["name"] for step in each["steps"]] for each in read(text)["nurture"]
    }
    assert (count, steps) == (2, {"B": ["b1", "b2"], "A": ["a1"]})
    text, _ = sent("nurture", {**new, "nurture/1:gone": "yes"}, TWO)
    assert [each["name"] for each in read(text)["nurture"]] == ["A"]
    assert sent("nurture", {"nurture/1:place": "9" * 5000}, TWO)[1] == 0


def test_a_part_that_is_written_once_for_several_places_changes_in_one() -> None:
    text = SMALL.replace("exits: *asked", "exits: {any: [*asked, {event: demo}]}")
    after, _ = sent("nurture", {"nurture/0/exits": "any:\n- event: x\n- event: demo"}, text)
    found = read(after)
    assert plain_data(found["nurture"][0]["exits"]) == {"any": [{"event": "x"}, {"event": "demo"}]}
    assert plain_data(found["stages"][1]["when"]) == {"event": "form_submitted"}


@pytest.mark.parametrize(
    ("name", "key", "text"),
    [
        ("goals", "goals/0/name", "goals: [1]"),
        ("goals", "goals/(new)/name", "goals: {a: b}"),
        ("goals", "goals/(new)/name", "goals: MQL"),
        ("handoff", "handoff/stage", "handoff: 3"),
    ],
)
def test_what_is_written_otherwise_than_it_must_be_is_mended_as_text(
    name: str, key: str, text: str
) -> None:
    with pytest.raises(SentError, match="mend it as text"):
        sent(name, {key: "x"}, text)


def test_a_value_that_is_merged_from_another_place_is_not_taken_away() -> None:
    text = SMALL.replace("{evening: *hours}", "{evening: {<<: *hours}}")
    with pytest.raises(SentError, match="“timezone” is taken over with “<<”"):
        sent("calendars", {"calendars/evening/timezone": ""}, text)
    other = sent("calendars", {"calendars/evening/timezone": "Europe/Rome"}, text)[0]
    assert plain_data(read(other))["calendars"]["evening"]["timezone"] == "Europe/Rome"
    assert plain_data(read(other))["calendar"]["timezone"] == "UTC"


def test_a_name_that_stands_for_a_new_item_is_refused() -> None:
    with pytest.raises(SentError, match="can be called"):
        sent("calendars", {"calendars/(new)/": "(new)", "calendars/(new)/timezone": "UTC"})


def test_a_form_is_told_from_one_whose_values_or_places_are_others() -> None:
    names = ("A", "B")
    forms = [
        section(read(f"goals: [{{name: {one}}}, {{name: {two}}}]"), "goals")
        for one in names
        for two in names
    ]
    assert len({mark_of(each) for each in forms}) == 4


def test_a_long_text_has_more_rows_and_not_without_end() -> None:
    rows = [
        next(fields_of(section({"purpose": "x" * length}, "purpose"))).rows
        for length in (0, 500, 9000)
    ]
    assert rows == [3, 6, 14]


def test_whoever_begins_a_condition_sees_examples_that_can_be_typed() -> None:
    fields = {each.key: each for each in fields_of(section(read(FULL), "scoring"))}
    assert "For example" not in fields["scoring/rules/0/when"].about
    examples = re.findall("“([^…”]+)”", fields["scoring/rules/(new)/when"].about)
    assert len(examples) == 3
    for example in examples:
        loaded = load_text(sent("stages", {WHEN: example})[0], "agreement.yaml")
        assert loaded.agreement, loaded.problems


SHORT = templates.text("services")
FIELDS = [(name, each.key) for name in SECTIONS for each in fields_of(section(read(SHORT), name))]
ODD = ("yes", "12", "80 %", "a: b", "[1]", "{a: 1}", "*x", "&a b", "- x", "2026-13-01", "# x", "|")
typed = st.one_of(st.text(max_size=30), st.sampled_from(ODD))


@settings(max_examples=30)
@given(st.sampled_from(FIELDS), typed)
def test_whatever_is_typed_is_refused_or_gives_a_text_that_can_be_read(
    field: tuple[str, str], text: str
) -> None:
    name, key = field
    try:
        after, _ = sent(name, {key: text}, SHORT)
    except SentError:
        return
    load_text(after, "agreement.yaml")
    again: Any = read(after)
    assert again["leadpact"] == 1
