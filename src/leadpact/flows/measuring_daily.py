"""Parts of the published figures that take many evaluations, and are made anew once a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import timedelta

from leadpact.agreement.loading import Loaded, load_text
from leadpact.documents.blocks import Opened
from leadpact.documents.learned_leads import LearnedLeads
from leadpact.documents.parts.advice import KEYS
from leadpact.documents.parts.learning import APART, learning_sections, ordered, trait_figures
from leadpact.documents.parts.threshold import threshold_section
from leadpact.documents.report import Report
from leadpact.documents.stored import Stored
from leadpact.engine.log import History
from leadpact.flows.learning import teach
from leadpact.flows.moving import MOST_ROWS_TO_SWEEP, try_out
from leadpact.insight.learning.learned import Learned
from leadpact.ledger.models import PublishedTrait
from leadpact.ledger.selectors import agreements, figures
from leadpact.ledger.selectors.agreements import Published

#: The part that tells what other thresholds would have done.
THRESHOLD = "threshold"
#: A part of which there is nothing to tell.
EMPTY = "{}"
#: How old a part may become.
EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Daily:
    """Parts that were made, by the name under which their lists lie; those that stay as they are.

    `traits` go with what is learned; None where they stay.
    """

    made: Mapping[str, Stored]
    stay: Set[str]
    traits: Sequence[PublishedTrait] | None


def daily(in_force: Published, report: Report, history: History) -> Daily:
    """What is due: a day has passed, or another version came into force.

    From a history that is too long nothing is learned.
    """
    made: dict[str, Stored] = {}
    traits = None
    # This part is always written with what is advised, and goes where a person is erased.
    if _is_due(THRESHOLD, report):
        made[THRESHOLD] = _tried(in_force, report)
    if history.rows <= MOST_ROWS_TO_SWEEP and _is_due(APART, report):
        made[APART], traits = _learned(in_force, report, history)
    return Daily(made, {THRESHOLD, APART} - made.keys(), traits)


def _is_due(key: str, report: Report) -> bool:
    last = figures.part(key)
    if last is None or last.sha256 != report.sha256:
        return True
    return last.made_at <= report.measures.result.as_of - EVERY


def _tried(in_force: Published, report: Report) -> Stored:
    """What other thresholds would have done and what may help: each is an evaluation."""
    tried = try_out(report, _loaded(in_force), MOST_ROWS_TO_SWEEP)
    made = Stored()
    # What is not told any more is empty: a part that is not written stays as it was.
    made.parts |= {key: {} for key in (THRESHOLD, *KEYS.values())}
    if tried.sweep:
        made.add(threshold_section(tried.sweep, tried.leads))
    for section in tried.advice:
        made.add(section)
    return made


def _loaded(in_force: Published) -> Loaded:
    return load_text(agreements.text_of(in_force.id), "agreement.yaml")


def _learned(
    in_force: Published, report: Report, history: History
) -> tuple[Stored, list[PublishedTrait]]:
    taught = teach(_loaded(in_force), report.measures.result, history)
    made = Stored()
    leads = LearnedLeads(taught.learned) if taught.learned else None
    for section in learning_sections(taught, leads):
        made.add(section)
    if taught.learned is None or leads is None:
        return made, []
    return made, [*_traits(taught.learned, leads, made)]


def _traits(learned: Learned, leads: LearnedLeads, made: Stored) -> Iterator[PublishedTrait]:
    for place, each in enumerate(ordered(learned.compared)):
        keys = [
            made.keep(told.behind) if isinstance(told, Opened) else ""
            for told in trait_figures(each, leads)
        ]
        times = each.times
        yield PublishedTrait(
            place=place,
            name=each.trait.name.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            is_act=each.trait.is_act,
            word=each.word.value,
            leads=each.n,
            customers=each.customers,
            share=each.share.value,
            low=each.share.low,
            high=each.share.high,
            of_others=each.share_of_others.value if each.others else None,
            times=times.value if times else None,
            times_low=times.low if times else None,
            times_high=times.high if times else None,
            leads_list=keys[0],
            customers_list=keys[1],
        )
