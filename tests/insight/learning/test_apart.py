"""What sets customers apart is found, and what does not is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadpact.insight.differences import Word
from leadpact.insight.learning.apart import Compared, compare
from leadpact.insight.learning.cases import TooLittleError, cases
from leadpact.insight.learning.learned import Learned, learned
from leadpact.insight.learning.traits import Trait
from tests.insight.learning.made import RETAIL, Made, company, day, loaded, replay


def known_of(history: Any) -> Learned:
    return learned(replay(history), history)


@pytest.fixture(scope="module")
def found() -> Learned:
    return known_of(company())


def trait(found: Learned, name: str) -> Compared:
    return next(each for each in found.compared if each.trait.name == name)


def test_an_attribute_that_doubles_the_odds_is_clear(found: Learned) -> None:
    retail = trait(found, "industry: retail")
    assert retail.word is Word.HIGHER
    own, other = (s.value / (1 - s.value) for s in (retail.share, retail.share_of_others))
    assert own / other == pytest.approx(RETAIL, rel=0.25)
    assert retail.trait.when == {"field": "industry", "is": "retail"}


def test_an_act_before_the_moment_is_clear(found: Learned) -> None:
    asked = trait(found, "demo requested")
    assert asked.word is Word.HIGHER
    assert asked.times is not None
    assert asked.times.low is not None
    assert asked.times.low > 2
    assert asked.n == pytest.approx(0.3 * len(found.cases), rel=0.1)


def test_noise_is_called_nothing(found: Learned) -> None:
    noise = [each for each in found.compared if each.trait.of.startswith(("noise", "employees"))]
    assert len(noise) >= 15
    assert {each.word for each in noise} == {Word.NOISE}


def test_what_comes_after_the_moment_is_not_known(found: Learned) -> None:
    """Contracts, tax numbers and calls go with winning, and are written by sales."""
    assert not {each.trait.of for each in found.compared} & {"contract_sent ="}
    assert "vat_number" not in found.types
    assert not [each for each in found.compared if "sales" in each.trait.name]


def test_persons_names_and_running_numbers_are_left_out(found: Learned) -> None:
    assert found.left_out["email"] == "names somebody"
    assert found.left_out["gender"] == "tells of the person"
    assert found.left_out["remark"] == "has too many different values"
    assert found.left_out["account_no"] == "is a running number"


def test_an_attribute_filled_for_customers_alone_is_left_out() -> None:
    """As an export has it: stated with the creation, though it was filled in later."""
    found = known_of(
        company(
            1500,
            said=lambda number, wins: {
                "plan": ("basic", "large")[number % 2] if wins else "",
                "lifecycle": "customer" if wins else ("lead", "mql")[number % 2],
            },
            attributes_as_exported=True,
        )
    )
    assert found.left_out["plan"].startswith("is filled for customers above all")
    assert found.left_out["lifecycle"].startswith("knows the answer")
    assert not [each for each in found.compared if each.trait.of in ("plan", "lifecycle")]
    assert found.as_exported


def test_the_young_are_neither_lost_nor_won() -> None:
    """Half a year in, the share is that of the whole; counting all leads it would be smaller."""
    history = company(3000)
    agreement = loaded().agreement
    assert agreement is not None
    from leadpact.backends.evaluating import evaluate

    early = cases(evaluate([agreement], history, as_of=day(200)), history)
    late = cases(replay(history), history)
    assert early.young > 0
    shares = [each.customers / len(each) for each in (early, late)]
    assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_who_never_turned_is_looked_at_as_old_as_the_others() -> None:
    history = company(1000)
    known = cases(replay(history), history)
    created = np.array([400 * int(key[1:]) / 1000 for key in known.lead_ids.to_pylist()])
    ages = known.moment / 86_400e6 - day(0).timestamp() / 86_400 - created
    turned = known.qualified
    assert np.allclose(ages[turned], 3, atol=1e-3)
    assert np.median(ages[~turned & ~known.won]) == pytest.approx(3, abs=1e-3)


def test_a_row_of_sales_and_a_withdrawn_one_are_not_known() -> None:
    made = Made()
    for number in range(60):
        lead = f"L{number}"
        made.row(lead, "lead.created", number)
        withdrawn = made.row(lead, "price_asked", number + 0.1)
        made.row(lead, "call_noted", number + 0.2, actor="ana silva")
        made.row(lead, "guide_read", number + 0.3)
        made.row("", "fact.voided", number + 0.4, event_id=withdrawn)
        made.row(lead, "form_submitted", number + 1)
        if number % 2:
            made.won(lead, number + 2, number + 3)
    history = made.history()
    kinds = cases(replay(history), history).known.acts["kind"].unique().to_pylist()
    assert sorted(kinds) == ["form_submitted", "guide_read"]


def test_a_few_customers_tell_nothing() -> None:
    with pytest.raises(TooLittleError, match="with fewer than 20 nothing can be said"):
        known_of(company(60))


def test_chance_alone_is_seldom_called_clear() -> None:
    """Of tables in which nothing is true, one in twenty at most has something that looks clear."""
    dice, wrong = np.random.default_rng(3), 0
    for _ in range(60):
        won = dice.random(400) < 0.1
        everybody = np.ones(400, np.bool_)
        traits = [Trait(str(n), str(n), {}, dice.random(400) < 0.3, everybody) for n in range(25)]
        wrong += any(each.is_clear for each in compare(traits, won))
    assert wrong <= 6
