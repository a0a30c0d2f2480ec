"""Loading: every way in which a file can be wrong, each with its place and words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise

import pytest

from leadpact.agreement.example import example_text
from leadpact.agreement.loading import load_text
from leadpact.agreement.problems import Problem, as_json, as_text, did_you_mean, dotted, nearest
from leadpact.agreement.spec import OnStage

BASIC = """\
leadpact: 1
name: Test
calendar: {timezone: Europe/Berlin, hours: {mon-fri: ["09:00-17:00"]}}
stages: [{name: Lead, side: marketing}]
handoff: {stage: Lead}
"""


def told(text: str) -> list[str]:
    """The problems of a text as `line:column message | hint`."""
    return [
        f"{p.line}:{p.column} {p.message}" + (f" | {p.hint}" if p.hint else "")
        for p in load_text(text, "a.yaml").problems
    ]


def test_a_valid_agreement_loads_without_a_problem() -> None:
    loaded = load_text(BASIC, "a.yaml")
    assert loaded.problems == []
    assert loaded.agreement is not None
    assert loaded.agreement.name == "Test"
    assert loaded.text == BASIC


def test_the_example_uses_every_section() -> None:
    loaded = load_text(example_text(), "example.yaml")
    assert as_text(loaded.problems) == ""
    assert loaded.agreement is not None
    assert loaded.agreement.model_fields_set == set(type(loaded.agreement).model_fields)


# Each line added after BASIC, at line 6, unless the text stands alone.
ADDED = {
    "purpose: a: b": "6:11 there is a “: ” where none can be | indent the line like the one it "
    "belongs with, or put a text that has a colon in quotes",
    "purpose: 'open": "6:10 a text in quotes does not end | close the quotes",
    "goals: [1, 2": "7:1 a list in brackets does not end | close it with “]”",
    "goals: {a: 1": "7:1 a mapping in braces does not end | close it with “}”",
    "purpose: @home": "6:10 a text cannot begin with this character | put the text in quotes",
    "a word": "7:1 this key has no “:” after it | write “key: value”",
    "- item": "6:1 this line does not fit the lines above it | indent it like its neighbours, and "
    "do not mix “- ” items with “key: value” lines",
    "purpose: bell \x07": "6:15 a character here cannot stand in YAML | remove it, or save the "
    "file as plain text in UTF-8",
    "name: again": "6:1 “name” is given twice; it stands on line 2 already | keep one of the two",
    "handoff: {}": "6:1 “handoff” is given twice; it stands on line 5 already | keep one of the "
    "two",
    "purpose: *gone": "6:10 “*gone” refers to nothing | write the value out instead",
    "hygiene: &h {bot: *h}": "6:19 “*h” refers to something that it is itself a part of | write "
    "the value out instead",
    "purpose: !!python/name:os.system x": "6:10 the YAML tag “!!python/name:os.system” is not used "
    "here | leave the tag out, or put the text in quotes",
    "---\nname: x": "6:1 a second document begins here | keep one document in a file",
    "[a, b]: c": "6:1 a key must be a word, not a list or a mapping | write “key: value”",
    "purpose: 5": '6:10 “purpose” must be a text, not the number 5 | put it in quotes: "5"',
    "purpose: 2026-01-31": "6:10 “purpose” must be a text, not the date 2026-01-31 | put it in "
    'quotes: "2026-01-31"',
    "purpose: true": '6:10 “purpose” must be a text, not yes | put it in quotes: "true"',
    "purpose: [a]": "6:10 “purpose” must be a text, not a list",
    "obligations:": "6:1 “obligations” is empty | write what belongs there, or remove the line",
    "obligations: none": "6:14 “obligations” must be a list, not “none” | begin each item with "
    "“- ” on its own line, or write [one, two]",
    "obligations: [x]": "6:15 item 1 of “obligations” must be a mapping of keys, not “x” | write "
    "“key: value” on lines of their own, indented",
    "obligatons: []": "6:1 “obligatons” is not known in an agreement | did you mean “obligations”?",
    "hygiene: {disposable: maybe}": "6:23 “disposable” must be yes or no (true or false), not "
    "“maybe”",
    "hygiene: {bot: {}}": "6:16 “bot” must be a condition: it asks about one of `field`, `event`, "
    "`score`, `all`, `any` or `none`, not a mapping",
    "hygiene: {bot: {evnt: x}}": "6:16 “bot” must be a condition: it asks about one of `field`, "
    "`event`, `score`, `all`, `any` or `none`, not a mapping | did you mean “event”?",
    "hygiene: {bot: {field: email}}": "6:16 “bot” says nothing about the field | add `is`, `in`, "
    "`at_least`, `known` …",
    "hygiene: {bot: {event: x, wher: {}}}": "6:27 “wher” is not known in an event condition | did "
    "you mean “where”?",
    "hygiene: {bot: {any: [{field: a, is: [1]}]}}": "6:38 “is” must be a text, a number, yes or "
    "no, or a date, not a list",
    "hygiene: {bot: {none: [{all: [{field: a, equal: 1, known: true}]}]}}": "6:42 “equal” is not "
    "known in a field condition | did you mean “is”?",
    "hygiene: {bot: {event: x, where: {y: {is: 3, foo: 4}}}}": "6:46 “foo” is not known in a test "
    "| known here: is, in, not, not_in, at_least, more_than, at_most, less_than, contains, "
    "starts_with, known, unknown",
    "hygiene: {bot: {event: {a: b}}}": "6:24 “event” must be the name of an event, or a list of "
    "names, not a mapping",
    "hygiene: {bot: {event: x, count: 0}}": "6:34 “count” must be 1 or more",
    "hygiene: {bot: {event: x, count: many}}": "6:34 “count” must be a whole number, not “many”",
    "hygiene: {bot: {all: []}}": "6:22 “all” must have at least 1 in its list",
    "term: {from: 2026-02-30}": "6:14 “from”: “2026-02-30” is not a date | write it as 2026-12-31",
    "term: {from: 0}": "6:14 “from”: “0” is not a date | write it as 2026-12-31",
    "term: {from: 2026-01-01 10:00:00}": "6:14 “from”: “2026-01-01 10:00:00” is not a date | write "
    "it as 2026-12-31",
    "term: {from: 0001-01-01}": "6:14 “from”: 0001-01-01 is not between the years 1970 and 2200",
    "term: {from: 2026-01-01, review_every: quartr}": "6:40 “review_every” cannot be “quartr” | "
    "did you mean “quarter”? The choices are month, quarter, half-year or year",
    "term: {form: 2026-01-01}": "6:8 “form” is not known in a term | did you mean “from”?",
    "term: {}": "6:7 the term has no “from” | from: first day in force",
    "scoring: {total: {at_least: 5, at_most: 3}}": "6:18 “total”: at_least 5 is above at_most 3",
    "scoring: {total: {at_most: .nan}}": "6:28 “.nan” is not a number that can be counted with",
    "scoring: {total: {at_most: -.inf}}": "6:28 “-.inf” is not a number that can be counted with",
    "scoring: {total: {at_most: nan}}": "6:28 “at_most” must be a number, not “nan”",
    "scoring: {total: {at_most: 1e400}}": "6:28 the number 1e400 is too large; the largest is 10¹⁵",
    "scoring: {total: {at_most: " + "9" * 5000 + "}}": "6:28 the number 999999999999… (5000 "
    "digits) is too large; the largest is 10¹⁵",
    "scoring: {total: {at_most: true}}": "6:28 “at_most” must be a number, not yes or no",
    "scoring: {tiers: {fit: {A: 1, D: 2}, engagement: {1: 5}}}": "6:31 “D” is not a key here | "
    "write A or B",
    "scoring: {tiers: {fit: {A: 1}, engagement: {1: 5}, high_quality: [A4]}}": "6:67 item 1 of "
    "“high_quality” must be a tier, from A1 to C3, not “A4”",
    "fields: {size: nummber}": "6:16 “size” cannot be “nummber” | did you mean “number”? The "
    "choices are text, number, boolean or date",
    "fields: {size: {type: number, value: []}}": "6:31 “value” is not known in a field | did you "
    "mean “values”?",
    "contact_protocol: {steps: [{name: a, channel: 5, within: 1 business day}]}": "6:47 “channel” "
    "must be a channel, or a list of channels, not the number 5",
    "contact_protocol: {steps: [{name: a, channel: b, within: 3}]}": "6:58 “within”: a length of "
    "time needs a unit, as in “3 business hours”",
    "goals: [{name: g, side: market, metric: m, hurdles: {}}]": "6:25 “side” cannot be “market” | "
    "did you mean “marketing”? The choices are marketing or sales",
    "goals: [{name: g, side: sales, metric: m, hurdles: {minimum: lots}}]": "6:62 “minimum” must "
    "be a number or a share, such as 40 or 80 %, not “lots”",
    "segments: [{name: s, when: {field: a, known: true}, obligations: {o: {within: never}}}]": (
        "6:79 “within”: “never” is not a length of time | write “2 business hours” or “14 days”"
    ),
    "responsibilities: {sales: [a], stages: []}": "6:32 “stages” is not known in a responsibilities"
    " | it belongs in an agreement: check how the line is indented",
    "personas: [{name: " + "x" * 200 + "}]": "6:19 “name” is too long; the most characters are 120",
    'purpose: "a\\ud83d"': "6:10 half of a sign stands here, written as in “\\ud83d” | write the "
    "sign itself",
    "scoring: {total: {at_most: 1e14}}": "6:28 “at_most” must be 1,000,000,000 or less",
    "scoring: {rules: [{name: a, when: {event: b}, points: 1e30}]}": "6:55 the number 1e30 is too "
    "large; the largest is 10¹⁵",
    "scoring: {rules: [{name: a, when: {event: b}, points: 1, "
    "ageing: {every: 1 second, by: 0.01%}}]}": "6:66 “ageing”: by 0.01%: the points fade in more "
    "than 1,000 steps | write a longer period and a larger share",
    "contact_protocol: {steps: [{name: a, channel: b, "
    "within: 4000 business days}]}": "6:58 “within”: “4000 business days” is too long | a promise "
    "has at most ten years",
    "contact_protocol: {steps: [{name: a, channel: b, "
    "within: end of the 9999th business day}]}": "6:58 “within”: “end of the 9999th business day” "
    "is too long | a promise has at most ten years",
    "segments: [" + "{name: a, when: {field: email, known: true}}, " * 201 + "]": "6:11 “segments” "
    "must have at most 200 in its list",
    "routing: {routes: [" + "{name: a, to: b}, " * 301 + "]}": "6:19 “routes” must have at most "
    "300 in its list",
    "ideal_customers: [{name: a, criteria: [{name: b, when: {event: c}, "
    "weight: 0.0001}]}]": "6:76 “weight” must be 0.001 or more",
    "<<: 5": "6:1 “<<” takes in mappings only | write “<<: *name”",
}
PROMISE = """\
obligations:
  - name: Answer
    side: sales
    within: 2 business hours
    starts_on: handoff
"""
IN_A_PROMISE = {
    ("handoff", "handof"): "10:16 “starts_on” must be `handoff`, `{stage: …}` or `{event: …}`, not "
    "“handof” | did you mean “handoff”?",
    ("handoff", "[handoff]"): "10:16 “starts_on” must be `handoff`, `{stage: …}` or `{event: …}`, "
    "not a list",
    ("handoff", "{stag: MQL}"): "10:16 “starts_on” must be `handoff`, `{stage: …}` or `{event: …}`,"
    " not a mapping | did you mean “stage”?",
    ("handoff", "{stage: MQL, name: x}"): "10:29 “name” is not known in a start on a stage | it "
    "belongs in an obligation: check how the line is indented",
    ("2 business hours", "2 hours"): "9:13 “within”: “2 hours” does not say which time it means | "
    "write “2 business hours” or “2 clock hours”",
    ("2 business hours", "soon"): "9:13 “within”: “soon” is not a length of time | write “2 "
    "business hours” or “14 days”",
    ("2 business hours", "end of the 99999999th business day"): "9:13 “within”: “end of the "
    "99999999th business day” is not a length of time | write “2 business hours” or “14 days”",
    ("side: sales", "side: [sales]"): "8:11 “side” cannot be a list | write marketing or sales",
    ("    side: sales\n", ""): "7:5 the obligation “Answer” has no “side” | side: who owes it",
    ("starts_on:", "start_on:"): "10:5 “start_on” is not known in an obligation | did you mean "
    "“starts_on”?",
}
ALONE = {
    "": "1:1 the file is empty",
    "# only a comment\n": "1:1 the file is empty",
    "~": "1:1 the file is empty",
    "{}": "1:1 the file is empty",
    "- a\n- b\n": "1:1 this is a list, not a document with sections",
    "hello": "1:1 this is a single value, not a document with sections",
}


@pytest.mark.parametrize(("line", "expected"), ADDED.items(), ids=lambda text: text[:40])
def test_one_wrong_line_is_one_problem(line: str, expected: str) -> None:
    assert told(BASIC + line + "\n") == [expected]


@pytest.mark.parametrize(("change", "expected"), IN_A_PROMISE.items(), ids=str)
def test_one_wrong_word_of_a_promise_is_one_problem(change: tuple[str, str], expected: str) -> None:
    assert told(BASIC + PROMISE.replace(*change)) == [expected]


@pytest.mark.parametrize(("text", "expected"), ALONE.items())
def test_what_is_no_document_is_one_problem_with_a_beginning(text: str, expected: str) -> None:
    begin = "begin with “leadpact:”, “name:”, “calendar:”, “stages:”, “handoff:”"
    assert told(text) == [f"{expected} | {begin}"]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = BASIC.replace("side: marketing", "side: nobody").replace("Test", "5")
    assert told(text + "purpos: x\nterm: {from: soon}\nname: again\n") == [
        '2:7 “name” must be a text, not the number 5 | put it in quotes: "5"',
        "4:29 “side” cannot be “nobody” | write marketing or sales",
        "6:1 “purpos” is not known in an agreement | did you mean “purpose”?",
        "7:14 “from”: “soon” is not a date | write it as 2026-12-31",
        "8:1 “name” is given twice; it stands on line 2 already | keep one of the two",
    ]


def test_every_line_indented_by_a_tab_is_told() -> None:
    text = "leadpact: 1\ncalendar:\n\ttimezone: UTC\nparties:\n \thead: x\n"
    assert [place.split(" ", 1)[0] for place in told(text)] == ["3:1", "5:2"]
    assert "tab" in told(text)[0]


def test_words_that_older_yaml_takes_for_yes_and_no_stay_words() -> None:
    text = BASIC + "definitions: {on: switched, no: refused}\n"
    text += "hygiene: {duplicates: no, opt_out: {field: country, in: [NO, 'off']}}\n"
    agreement = load_text(text, "a.yaml").agreement
    assert agreement is not None
    assert agreement.definitions == {"on": "switched", "no": "refused"}
    assert agreement.hygiene.duplicates is False
    assert agreement.hygiene.opt_out.one_of == ["NO", "off"]  # type: ignore[union-attr]


def test_aliases_and_merges_work_as_in_any_yaml() -> None:
    text = BASIC + (
        "obligations:\n"
        "- &first {name: A, side: sales, starts_on: {stage: Lead}, within: &w 1 business day}\n"
        "- {<<: *first, name: B}\n"
        "- {name: C, side: sales, starts_on: handoff, within: *w}\n"
    )
    loaded = load_text(text, "a.yaml")
    assert as_text(loaded.problems) == ""
    assert loaded.agreement is not None
    first, second, third = loaded.agreement.obligations
    assert (second.name, second.starts_on) == ("B", OnStage(stage="Lead"))
    assert third.within == first.within


def test_aliases_that_explode_are_refused_before_they_do() -> None:
    names = "abcdefghi"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for one, next_one in pairwise(names):
        lines.append(f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 10)}]")
    (problem,) = load_text("\n".join(lines), "a.yaml").problems
    assert problem.line == 5
    assert "aliases repeat more than 20,000 values" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 1000,
        "".join("  " * n + "a:\n" for n in range(1000)),
        "- " * 1000,
        "{a: " * 999,
    ],
)
def test_a_thousand_levels_are_one_problem(text: str) -> None:
    (problem,) = load_text(text, "a.yaml").problems
    assert problem.message == "nested more than 64 deep"


def test_more_values_than_anybody_writes_are_refused() -> None:
    (problem,) = load_text("a: [" + "1," * 25_000 + "]", "a.yaml").problems
    assert problem.message == "the document is too large: it has more than 20,000 values"


def test_very_many_repetitions_are_cut_and_counted() -> None:
    problems = load_text("a: 1\n" * 15_000, "a.yaml").problems
    assert len(problems) < 520
    assert problems[0].message == "there are 14,499 more problems after these"


def test_very_many_problems_are_cut_and_counted() -> None:
    problems = load_text(BASIC + "".join(f"k{n}: 1\n" for n in range(700)), "a.yaml").problems
    assert len(problems) == 501
    assert problems[0].message == "there are 200 more problems after these"


# Places.


def test_locate_gives_the_place_of_values_and_of_keys() -> None:
    loaded = load_text(BASIC + PROMISE, "a.yaml")
    assert loaded.locate(("name",)) == (2, 7)
    assert loaded.locate_key(("name",)) == (2, 1)
    assert loaded.locate(("calendar", "hours", "mon-fri", 0)) == (3, 55)
    assert loaded.locate(("obligations",)) == (6, 1)
    assert loaded.locate(("obligations", 0)) == (7, 5)
    assert loaded.locate(("obligations", 0, "within")) == (9, 13)


def test_locate_stays_at_the_last_step_that_exists() -> None:
    loaded = load_text(BASIC + PROMISE, "a.yaml")
    assert loaded.locate(("obligations", 0, "hurdles", "minimum")) == (7, 5)
    assert loaded.locate(("obligations", 7)) == (6, 1)
    assert loaded.locate(("goals", 0)) == (1, 1)
    assert load_text("", "a.yaml").locate(("goals", 0)) == (1, 1)


# Rendering.


def test_problems_as_text_and_json() -> None:
    problem = Problem(
        "a.yaml", 3, 5, ("goals", 0, "metric"), "wrong", "write it right", "some-rule", "warning"
    )
    bare = Problem("a.yaml", 0, 0, (), "is empty")
    assert as_text([problem, bare]) == (
        "a.yaml:3:5: warning: wrong [some-rule]\n  hint: write it right\na.yaml: is empty"
    )
    first, second = json.loads(as_json([problem, bare]))
    assert first == {
        "file": "a.yaml",
        "line": 3,
        "column": 5,
        "path": "goals[0].metric",
        "severity": "warning",
        "rule": "some-rule",
        "message": "wrong",
        "hint": "write it right",
    }
    assert (second["path"], second["hint"], second["rule"]) == ("", None, None)


def test_near_words() -> None:
    assert nearest("Employes", ["employees", "country"]) == "employees"
    assert nearest("zzz", ["employees"]) is None
    assert did_you_mean("xyz", ["a", "b", "c"]) == "write a, b or c"
    assert did_you_mean("xyz", []) == "leave it out"
    assert dotted(("a", 0, "b", 1)) == "a[0].b[1]"


def test_loading_needs_none_of_the_heavy_libraries() -> None:
    script = (
        "import sys, leadpact.agreement.loading, leadpact.agreement.schema\n"
        "print(*sorted({'numpy', 'numba', 'duckdb', 'pyarrow', 'holidays'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == ""
