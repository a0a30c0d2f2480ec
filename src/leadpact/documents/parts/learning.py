"""What sets customers apart, the suggested definition of the sales-ready lead, and a scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, Text, opened
from leadpact.documents.learned_leads import (
    DEFINITION,
    LearnedLeads,
    TriedByLearning,
    column,
    of_alternatives,
)
from leadpact.documents.parts.learned_scorecard import scorecard_section
from leadpact.documents.parts.learned_shared import NOT_USABLE, mqls, past, with_interval
from leadpact.documents.parts.shared import cut
from leadpact.documents.what_if import conclusions
from leadpact.insight.differences import Word
from leadpact.insight.learning.apart import Compared
from leadpact.insight.learning.applied import flow, stage_of
from leadpact.insight.learning.definition import Definition, Picked
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.taught import Taught, Trial

APART, READY = "apart", "sales-ready"
#: Traits that a table shows; the page lists all of them.
_MOST_TRAITS = 20
_TITLES = {
    APART: "What sets customers apart",
    READY: "A definition of the sales-ready lead",
}


def learning_sections(taught: Taught, leads: LearnedLeads | None = None) -> list[Section]:
    """All three parts; of a history that tells nothing the first alone, which says why."""
    if taught.learned is None:
        return [Section(APART, _TITLES[APART], answer=taught.why)]
    leads = leads or LearnedLeads(taught.learned)
    return [
        apart_section(taught.learned, leads),
        ready_section(taught, taught.learned, leads),
        scorecard_section(taught, taught.learned, leads),
    ]


def ordered(compared: Sequence[Compared]) -> list[Compared]:
    """Traits by what they tell: those with clearly more customers, those with fewer, the rest."""
    more = [each for each in compared if each.word is Word.HIGHER]
    fewer = [each for each in compared if each.word is Word.LOWER]
    rest = [each for each in compared if not each.is_clear]
    return [
        *sorted(more, key=_least_times, reverse=True),
        *sorted(fewer, key=_least_times),
        *rest,
    ]


# ------------------------------------------------------------------------------------ what is apart


def apart_section(learned: Learned, leads: LearnedLeads) -> Section:
    """The traits whose leads became customers more often than others, or less."""
    known = ordered(learned.compared)
    more = [each for each in known if each.word is Word.HIGHER]
    fewer = [each for each in known if each.word is Word.LOWER]
    rest = [each for each in known if not each.is_clear]
    captions = (
        ("Became customers clearly more often", more),
        ("Clearly less often", fewer),
    )
    out = [[name, why] for name, why in sorted(learned.left_out.items())]
    return Section(
        APART,
        _TITLES[APART],
        answer=_apart_answer(learned, more, fewer, leads),
        text=list(_how(learned)),
        tables=[_trait_table(caption, own, leads) for caption, own in captions],
        aside=[
            _trait_table("Differences that may be chance, or of too few leads", rest, leads),
            Table("Attributes that are not looked at", ["Attribute", "Why not"], out, words=2),
        ],
    )


def _least_times(each: Compared) -> float:
    """How many times as often at the least; by the interval, so that few leads do not lead."""
    if each.times is None:
        return float("inf")
    return each.times.low if each.times.low is not None else each.times.value


def _apart_answer(
    learned: Learned, more: Sequence[Compared], fewer: Sequence[Compared], leads: LearnedLeads
) -> list[Said]:
    cases = learned.cases
    everybody = np.ones(len(cases), np.bool_)
    said: list[Said] = [
        "Of ",
        opened(words.plural(len(cases), "lead"), leads.of("Leads with a known end", everybody, "")),
        " with a known end, ",
        opened(f"{cases.customers:,}", leads.customers("Customers", everybody, "")),
        f" became customers within {cases.length}"
        f" ({words.percent(cases.customers / len(cases))}). ",
    ]
    if more:
        said.append(f"Those with “{more[0].trait.name}” did {_times(more[0])} times as often.")
    elif fewer:
        said.append(f"Those with “{fewer[0].trait.name}” did {_times(fewer[0])} times as often.")
    else:
        said.append("Nothing that was known of them beforehand clearly sets customers apart.")
    return said


def _times(each: Compared) -> str:
    return f"{each.times.value:.1f}" if each.times else "many"


def _how(learned: Learned) -> Iterator[str]:
    cases = learned.cases
    yield (
        "Each lead is looked at when it became an MQL, was handed over, was first dealt with by "
        "sales or got a deal, whichever came first; a lead that did none of these, at an age at "
        "which others did. What was known by then counts: attributes as stated, and what the lead "
        "did. What sales did or wrote down does not, nor anything later."
    )
    yield (
        f"Its end is known {cases.length} later. Left out are "
        f"{words.plural(cases.young, 'lead')} too young for that, and "
        f"{words.plural(cases.otherwise, 'lead')} brought by sales or by existing customers. "
        f"{words.plural(cases.later, 'lead')} became customers only afterwards and count as not."
    )
    yield (
        "A trait is compared with all other leads of which it is known. The more are compared, "
        f"here {len(learned.compared):,}, the more it takes to be called clear, so that in 19 of "
        "20 histories nothing is that is chance (Fisher’s exact test, Holm)."
    )
    yield (
        "What goes with becoming a customer need not be its cause: leads that are handed over are "
        "worked on, so whatever makes a lead an MQL today looks the better for it. Names, contact "
        "data, free text and what tells of the person are not looked at."
    )
    if learned.as_exported:
        yield (
            "Attributes are known only as of the export. What was filled in later, by sales or for "
            "customers, cannot be told from what was known: look twice at attributes that are not "
            "of the first contact."
        )


def _trait_table(caption: str, traits: Sequence[Compared], leads: LearnedLeads) -> Table:
    header = ["Trait", "Leads", "Customers", "Share", "Of the others", "Times", "What it tells"]
    rows = [_trait_row(each, leads) for each in traits[:_MOST_TRAITS]]
    return Table(caption + cut(len(traits), _MOST_TRAITS), header, rows)


def _trait_row(each: Compared, leads: LearnedLeads) -> list[Text]:
    n, customers = trait_figures(each, leads)
    return [
        each.trait.name,
        n,
        customers,
        with_interval(each.share),
        words.percent(each.share_of_others.value) if each.others else words.NOTHING,
        times_told(each),
        each.word.value,
    ]


def trait_figures(each: Compared, leads: LearnedLeads) -> tuple[Said, Said]:
    """A trait's leads and its customers, which open."""
    trait, name = each.trait, each.trait.name
    return (
        opened(f"{each.n:,}", leads.of(name, trait.has, column(trait))),
        opened(
            f"{each.customers:,}",
            leads.customers(f"{name}: customers", trait.has, column(trait)),
        ),
    )


def times_told(each: Compared) -> str:
    """How many times as often as the others, with its interval."""
    if each.times is None:
        return words.NOTHING
    told = f"{each.times.value:.1f}"
    if each.times.low is None or each.times.high is None:
        return told
    return f"{told} ({each.times.low:.1f} to {each.times.high:.1f})"


# --------------------------------------------------------------------------------- the sales-ready


def ready_section(taught: Taught, learned: Learned, leads: LearnedLeads) -> Section:
    """The suggested definition, judged on the leads held back and tried over the whole past."""
    trial, agreement = taught.definition, learned.agreement
    if trial is None:
        why = learned.why_no_definition or NOT_USABLE
        return Section(READY, _TITLES[READY], answer=why)
    return Section(
        READY,
        _TITLES[READY],
        answer=ready_answer(trial),
        text=[
            f"It was found on the earlier leads; the table is of the {trial.what.of:,} latest, on "
            "which nothing was learned. It has four alternatives of two conditions at most.",
            "Over the whole past, tried as any other change of the agreement:",
            *conclusions(trial.found),
        ],
        tables=[
            _picks(trial.what, learned, leads),
            past(trial, DEFINITION, TriedByLearning(taught)),
        ],
        code=f"# of the stage “{stage_of(agreement).name}”:\nwhen: {flow(trial.what.when)}\n",
    )


def ready_answer(trial: Trial[Definition]) -> str:
    """What to do, and why."""
    found = trial.what
    said = f"{' or '.join(f'“{each}”' for each in found.words)}: of the latest leads "
    theirs = f"that picks {_picked(found.then)}; today’s MQLs are {_picked(found.today)}. "
    many = f"Over the whole past it would have made {mqls(trial)}. "
    if not found.is_worth_it:
        return f"Keep the present definition. The best other that was found is {said}{theirs}{many}"
    return f"Consider another: {said}{theirs}{many}"


def _picked(picked: Picked) -> str:
    if picked.share is None:
        return "none"
    return f"{picked.n:,}, of whom {words.rate(picked.won, picked.n)} became customers"


def _picks(definition: Definition, learned: Learned, leads: LearnedLeads) -> Table:
    assert learned.split is not None, "a definition is judged on leads that were held back"
    held, own = learned.split.held, of_alternatives(definition.alternatives)
    suggested = "Suggested" if definition.is_worth_it else "The best other"
    rows = []
    for name, picks, picked, query in (
        (suggested, definition.picks, definition.then, f"({own}) and held_back"),
        ("Today’s MQLs", learned.cases.qualified, definition.today, "mql and held_back"),
    ):
        missed, title = held & ~picks, f"{name}: customers"
        rows.append(
            [
                name,
                opened(f"{picked.n:,}", leads.of(name, picks & held, query)),
                opened(f"{picked.won:,}", leads.customers(title, picks & held, query)),
                with_interval(picked.share),
                opened(
                    f"{picked.missed:,}",
                    leads.customers(f"{title} missed", missed, f"held_back and not ({query})"),
                ),
            ]
        )
    header = ["Definition", "Leads picked", "Customers", "Share", "Customers missed"]
    return Table(f"On the {definition.of:,} latest leads", header, rows)
