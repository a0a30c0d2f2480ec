"""Figures of the funnel: what enters, what is left out, what passes from stage to stage."""

from __future__ import annotations

from leadpact.engine.metrics.contacts import REASONS
from leadpact.engine.metrics.metric import NOT_COUNTED, OWN_RIGHT, Metric, Owner
from leadpact.engine.metrics.relations import ANY, CLOSING, NEXT, QUALIFYING, TOTAL

_CREATED = "the creation of the lead"
_UNDISPUTED = "excluded and merged leads, entries with an upheld dispute"


def _entries(name: str, role: str, which: str, example: str) -> Metric:
    owners: dict[str, Owner] = {"mql": "marketing", "customer": "both"}
    nth = {"first": 1, "second and later": 2}[which]
    return Metric(
        name=name,
        measure="count",
        side=owners.get(role, "sales"),
        numerator=f"{which} entries of a lead into the stage with the role `{role}`",
        exclusions=OWN_RIGHT,
        placed_by="the entry",
        cases="entries",
        where=f"role = '{role}' and nth = {nth}",
        example=example,
        needs=(role,),
        held="held",
    )


def _left_out(name: str, reason: str, words: str, example: str) -> Metric:
    return Metric(
        name=name,
        measure="share",
        side="marketing",
        direction="down",
        numerator=f"leads excluded {words} and not restored",
        denominator="contacts added",
        exclusions="merged leads",
        placed_by=_CREATED,
        cases="contacts",
        adds=f"n * (excluded and reason = {REASONS.index(reason) + 1})::int",
        example=example,
        held=None,
    )


def _of_mqls(name: str, use: str, needs: tuple[str, ...], reached: str, example: str) -> Metric:
    return Metric(
        name=name,
        measure="share",
        side="both",
        numerator=f"of these, episodes {reached}",
        denominator="episodes that became MQL in their own right",
        exclusions=OWN_RIGHT,
        placed_by="the entry into the MQL stage",
        cases="steps",
        where=f"use = '{use}' and nth > 0",
        adds="n * moved",
        reached="next_place",
        example=example,
        needs=needs,
        held="held",
    )


def _conversion(name: str, heading: str | None, uses: tuple[str, ...], example: str) -> Metric:
    every = ANY in uses
    return Metric(
        name=name,
        measure="share",
        side="both",
        numerator="of these, episodes that reached the later stage, however late"
        if every
        else "of these, episodes that reached the next stage, however late; in the total, the "
        "customer stage",
        denominator="episodes that entered the earlier stage, by implication as well"
        if every
        else "episodes that entered the stage, by implication as well; in the total, the first "
        "stage",
        exclusions=_UNDISPUTED,
        placed_by="the entry into the earlier stage, so that a figure follows the same leads (a "
        "cohort)",
        cases="steps",
        where=_among(uses),
        adds="n * moved",
        example=example,
        part="pair",
        parts="only",
        place="place",
        reached="next_place",
        held="held",
        wide=every,
        heading=heading,
        counted_in="share",
    )


def _flow(name: str, heading: str, uses: tuple[str, ...], example: str) -> Metric:
    every = ANY in uses
    return Metric(
        name=name,
        measure="flow",
        side="both",
        numerator="entries into the later stage, by implication as well"
        if every
        else "entries into the next stage, by implication as well; in the total, the customer "
        "stage",
        denominator="entries into the earlier stage in the same period, by implication as well"
        if every
        else "entries into the stage in the same period, by implication as well; in the total, "
        "the first stage",
        exclusions=_UNDISPUTED,
        placed_by="each entry by itself, so that the two are not the same leads (a flow)",
        cases="flows",
        where=_among(uses),
        adds="n * arrived",
        among="n * there",
        example=example,
        part="pair",
        parts="only",
        place="pair",
        held="held",
        wide=every,
        heading=heading,
        counted_in="share",
    )


def _among(uses: tuple[str, ...]) -> str:
    return f"use in ({', '.join(repr(use) for use in uses)})"


FUNNEL = (
    Metric(
        name="contacts_added",
        measure="count",
        side="marketing",
        numerator="leads that entered the database, those that hygiene excludes as well",
        exclusions="merged leads",
        placed_by=_CREATED,
        cases="contacts",
        example="Ten records, one of them merged into another: 9 contacts.",
        held=None,
    ),
    Metric(
        name="leads",
        measure="count",
        side="marketing",
        numerator="leads that entered the database",
        exclusions=NOT_COUNTED,
        placed_by=_CREATED,
        cases="contacts",
        where="excluded = 0",
        example="Ten records, one merged, two excluded (a bot, a duplicate): 7 leads.",
        held=None,
    ),
    Metric(
        name="over_threshold",
        measure="share",
        side="marketing",
        numerator="of these, leads seen over the threshold: at an entry into a stage, or now; for "
        "one whose episode has ended, at its end",
        denominator="leads of whom the condition of the stage with the role `mql` asks for a score",
        exclusions=NOT_COUNTED,
        placed_by=_CREATED,
        cases="contacts",
        where="excluded = 0 and over >= 0",
        adds="n * over",
        example="Of seven leads five have had 50 points or more at an entry or have them now; one "
        "became MQL by a demo request with fewer: 5 of 7.",
        needs=("mql", "threshold"),
        held=None,
    ),
    _entries(
        "mqls",
        "mql",
        "first",
        "Six of seven leads pass MQL, one only by implication, one against an upheld dispute: "
        "4 MQLs.",
    ),
    _entries(
        "repeat_mqls",
        "mql",
        "second and later",
        "One of four MQLs is recycled and qualifies again: 1 repeat MQL.",
    ),
    _entries("sals", "sal", "first", "Sales accepts three of four MQLs: 3."),
    _entries("sqls", "sql", "first", "Sales qualifies two of three accepted leads: 2 SQLs."),
    _entries(
        "opportunities",
        "opportunity",
        "first",
        "A deal with two leads and a deal with one are opened: 3.",
    ),
    _entries(
        "customers",
        "customer",
        "first",
        "One deal is won with two leads: 2 leads are customers, while 1 deal is won.",
    ),
    Metric(
        name="stage_entries",
        measure="count",
        side="both",
        numerator="entries into each stage, first and repeat",
        exclusions=OWN_RIGHT,
        placed_by="the entry",
        cases="entries",
        where="nth > 0",
        example="Five episodes enter MQL in their own right, one by implication: 5 for MQL.",
        part="stage",
        parts="only",
        place="place",
        held="held",
    ),
    _conversion(
        "conversion",
        None,
        (NEXT, TOTAL),
        "Of eight episodes at Lead six reach MQL, two reach Customer: 6 of 8 for Lead → MQL, 2 of "
        "8 in total.",
    ),
    _conversion(
        "conversion_between",
        "Conversion between any two stages",
        (ANY,),
        "Of six episodes that entered MQL, one of them by implication, three reach Opportunity: 3 "
        "of 6 for MQL → Opportunity.",
    ),
    _flow(
        "conversion_flow",
        "Conversion between stages, as flow",
        (NEXT, TOTAL),
        "In a month eight episodes enter Lead and six enter MQL, whichever they are: 6 for 8.",
    ),
    _flow(
        "conversion_flow_between",
        "Conversion between any two stages, as flow",
        (ANY,),
        "In a month six episodes enter MQL and three enter Opportunity, whichever they are: 3 "
        "for 6.",
    ),
    _of_mqls(
        "mql_to_sql",
        QUALIFYING,
        ("mql", "sql"),
        "that reached the stage with the role `sql`",
        "Five MQL episodes, two of them become SQLs; a third SQL skipped MQL: 2 of 5.",
    ),
    _of_mqls(
        "mql_to_close",
        CLOSING,
        ("mql", "customer"),
        "that reached the customer stage",
        "Five MQL episodes, two of them won: 2 of 5.",
    ),
    Metric(
        name="high_quality_share",
        measure="share",
        side="marketing",
        numerator="of these, entries whose tier counts as high quality",
        denominator="MQLs, first and repeat, whose quality is known",
        exclusions=OWN_RIGHT,
        placed_by="the entry into the MQL stage",
        cases="entries",
        where="role = 'mql' and nth > 0 and quality >= 0",
        adds="n * quality",
        example="Three of five MQL entries have one of the tiers A1, A2, B1: 3 of 5.",
        needs=("mql",),
        held="held",
    ),
    Metric(
        name="evenness",
        measure="part",
        side="marketing",
        numerator="of these, weeks in which at least 70 % of the MQLs due came",
        denominator="weeks that are over, within the months of a period",
        exclusions="weeks without a working day, or in which nothing was due",
        placed_by="the last day of the week",
        cases="weeks",
        adds="n * kept",
        example="July 2025 has 4 working days in its first week, then 5, 5, 5 and 4. Four MQLs "
        "came, all in the first week, in which 4 × 4 ÷ 23 or 0.7 were due, and none in the others, "
        "in which 0.7 to 0.9 were due: 20 %, or 1 of 5.",
        needs=("mql",),
        held=None,
        whole=True,
    ),
    Metric(
        name="exclusion_rate",
        measure="share",
        side="marketing",
        direction="down",
        numerator="leads excluded by hygiene and not restored",
        denominator="contacts added",
        exclusions="merged leads",
        placed_by=_CREATED,
        cases="contacts",
        adds="n * excluded",
        example="Of nine contacts a bot and a duplicate are excluded: 2 of 9.",
        held=None,
    ),
    _left_out(
        "duplicate_rate",
        "duplicate",
        "as duplicates",
        "Of nine contacts one is a duplicate: 1 of 9.",
    ),
    _left_out("bot_rate", "bot", "as bots", "Of nine contacts one is a bot: 1 of 9."),
    _left_out(
        "competitor_rate",
        "competitor",
        "as competitors",
        "Of nine contacts none is a competitor: 0 of 9.",
    ),
    _left_out(
        "opt_out_rate",
        "opt-out",
        "because they asked not to be contacted",
        "Of nine contacts none opted out: 0 of 9.",
    ),
)
