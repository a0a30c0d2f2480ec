"""Single values changed by their path, as a what-if does."""

import pytest

from leadpact.agreement import templates
from leadpact.agreement.changing import ChangeError, changed
from leadpact.agreement.loading import Loaded, load_text
from leadpact.agreement.thresholds import main_threshold, thresholds, with_points


@pytest.fixture
def full() -> Loaded:
    return load_text(templates.text("b2b-saas"), "full.yaml")


def test_the_threshold_is_that_of_the_total_at_the_handoff(full: Loaded) -> None:
    assert full.agreement
    found = main_threshold(full.agreement)
    assert found is not None
    assert (found.stage, found.score, found.points) == ("MQL", "total", 55)
    assert [each.score for each in thresholds(full.agreement)] == ["total", "fit", "fit"]


def test_an_agreement_without_scores_has_no_threshold() -> None:
    basic = load_text(templates.text("basic"), "basic.yaml")
    assert basic.agreement
    assert main_threshold(basic.agreement) is None
    with pytest.raises(ChangeError, match="no threshold"):
        changed(basic, ["threshold=60"])


def test_only_the_value_changes_and_remarks_stay(full: Loaded) -> None:
    after, changes = changed(full, ["threshold=65"])
    assert after.problems == []
    lines = zip(full.text.splitlines(), after.text.splitlines(), strict=True)
    assert [new.strip() for old, new in lines if old != new] == ["- {score: total, at_least: 65}"]
    assert [each.sentence for each in changes] == ["threshold: 55 → 65"]


def test_other_points_change_nothing_else(full: Loaded) -> None:
    assert full.agreement
    found = main_threshold(full.agreement)
    assert found
    other = with_points(full.agreement, found, 65)
    assert other == changed(full, ["threshold=65"])[0].agreement
    assert with_points(other, found, 55) == full.agreement


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("obligations.First response to an MQL.within=3 business hours", (0,), "3 business hours"),
        ("goals.mqls from marketing.per=quarter", (), "quarter"),
        ('obligations."First response to an MQL".within=1 business day', (0,), "1 business day"),
        ("term.renewal_notice=60 days", (), "60 days"),
        ("stages.MQL.when.any[1].all[0].at_least=70", (), 70),
        ("scoring.rules.200 people or more.points = -4.5", (), -4.5),
    ],
)
def test_a_path_names_items_by_name_or_place(full: Loaded, setting: str, path, value) -> None:
    after, changes = changed(full, [setting])
    assert after.problems == []
    assert changes[0].after == value
    assert changes[0].before != value


@pytest.mark.parametrize(
    ("setting", "said", "hint"),
    [
        ("nonsense", "sets nothing", "threshold=60"),
        ("threshold=", "sets nothing", "threshold=60"),
        ("stages.MQQ.when=3", "no item “MQQ”", "Did you mean “MQL”?"),
        ("goals[99].per=month", "no item “99”", "counted from [0]"),
        ("purpos.x=3", "no “purpos”", "Did you mean “purpose”?"),
        ("name.x=3", "single value", "Leave the end"),
        ("a[=3", "cannot be read", "stages.MQL"),
        ("term.until={", "cannot be read", "as it stands in the file"),
        ("term.until=2026-02-30", "cannot be read", "as it stands in the file"),
        ("term.until=!!bool x", "cannot be read", "as it stands in the file"),
    ],
)
def test_what_leads_nowhere_is_said_in_a_sentence(full: Loaded, setting, said, hint) -> None:
    with pytest.raises(ChangeError) as error:
        changed(full, [setting])
    assert said in error.value.message
    assert hint in error.value.hint


def test_a_value_that_cannot_be_is_a_problem_of_the_changed_agreement(full: Loaded) -> None:
    after, _ = changed(full, ["obligations[0].within=two hours"])
    assert after.agreement is None
    assert any("within" in problem.message for problem in after.problems)


def test_an_item_is_added_after_the_last_and_taken_away_again(full: Loaded) -> None:
    assert full.agreement
    count = len(full.agreement.routing.teams[0].people)
    path = f"routing.teams[0].people[{count}]"
    after, changes = changed(full, [f'{path}={{"name": "Zoe"}}'])
    assert after.problems == []
    assert after.agreement
    assert [each.name for each in after.agreement.routing.teams[0].people][-1] == "Zoe"
    assert changes[0].before is None
    again, changes = changed(after, [], [path])
    assert again.agreement == full.agreement
    assert changes[0].sentence.endswith("→ not stated")
    with pytest.raises(ChangeError, match="has no item"):
        changed(full, [f'routing.teams[0].people[{count + 1}]={{"name": "Zoe"}}'])
