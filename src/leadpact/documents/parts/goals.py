"""Goals and pace: what is due by now, where each period will end, and how likely that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, Text, opened
from leadpact.documents.case_book import CaseBook
from leadpact.documents.goal_cases import cases_of, forecast_of
from leadpact.documents.goals import asked
from leadpact.documents.headline import outlook
from leadpact.documents.parts.pace import pace
from leadpact.documents.parts.shared import MOST_CHARTS, SIDES, without_empty
from leadpact.engine.metrics.periods import period_named
from leadpact.insight.evenness import Week
from leadpact.insight.hurdles import Hurdle, foreseen, target
from leadpact.insight.sentences import beside, measured_by
from leadpact.insight.standing import GoalStanding
from leadpact.insight.words import points

_NEEDED = f"Needed a{words.GLUE}working{words.GLUE}day"
_BEFORE, _SINCE = "Beside the period before", "Changed since it was closed"
_DRAWN = (
    "In the charts the solid line is what came and the broken one what is due; the bar at the "
    "right is the likely end, the thin lines are the hurdles."
)


def goals_and_pace(book: CaseBook, standings: Sequence[GoalStanding]) -> Section:
    """Every promise with hurdles in its present period, and how the one before ended."""
    present = [each for each in standings if not each.closed]
    judged = [each for each in present if not each.why_not]
    unjudged = [each.sentence for each in present if each.why_not]
    title = "Goals and pace"
    if not judged:
        said = "The agreement sets no hurdle that can be looked at yet."
        return Section("goals", title, text=unjudged or [said])
    closed = [each for each in standings if each.closed and not each.why_not]
    first = sorted(judged, key=_chance)
    drawn = [chart for each in first if (chart := pace(book, each))]
    return Section(
        "goals",
        title,
        answer=outlook(book.measures, standings),
        text=[
            "How each promise goes in the period that is not over yet. What is due by now, and "
            "what is still to come, follow the company’s own weeks and months. The likely end "
            "holds in four cases of five; a chance says how likely it is that the hurdle is "
            "reached at the end.",
            *([_DRAWN] if drawn else []),
            *(
                measured_by(each, each.baseline, book.measures.zone)
                for each in judged
                if each.baseline
            ),
            *unjudged,
        ],
        charts=drawn[:MOST_CHARTS],
        tables=list(_present(book, judged)),
        aside=[*_weeks(book, judged), *_quotas(book, judged), *_closed(book, closed)],
    )


def _chance(standing: GoalStanding) -> float:
    """How likely the target is, so that what needs a look comes first."""
    aim = target(standing.hurdles)
    if aim is None or not foreseen(aim):
        return 2.0
    return float(aim.reached) if aim.reached is not None else (aim.chance or 0.0)


# ------------------------------------------------------------------------------------- the figures


def _present(book: CaseBook, judged: Sequence[GoalStanding]) -> Iterator[Table]:
    for side in SIDES:
        for period in dict.fromkeys(each.period_title for each in judged if each.side == side):
            own = [s for s in judged if s.side == side and s.period_title == period]
            yield _table(book, f"{words.capital(side)}: {period} so far", own)


def _table(book: CaseBook, caption: str, own: Sequence[GoalStanding]) -> Table:
    names = list(dict.fromkeys(hurdle.name for each in own for hurdle in each.hurdles))
    rows = [_row(book, each, names) for each in own]
    titles = ["Promise", "So far", "Likely end", *map(words.capital, names)]
    table = Table(caption, [*titles, _NEEDED], rows)
    return without_empty(table, ["Likely end", _NEEDED])


def _row(book: CaseBook, standing: GoalStanding, names: Sequence[str]) -> list[Text]:
    """A promise so far, and what is reckoned of its end, which opens to how that is done."""
    forecast, due = forecast_of(book, standing), _due(standing)

    def reckoned(text: str) -> Said:
        return opened(text, forecast) if forecast and text != words.NOTHING else text

    return [
        standing.name,
        [_so_far(book, standing), *(["\n", reckoned(due)] if due else [])],
        reckoned(_end(standing)),
        *(_hurdle(standing, name, reckoned) for name in names),
        reckoned(_needed(standing)),
    ]


def _so_far(book: CaseBook, standing: GoalStanding) -> Said:
    behind = cases_of(book, standing)
    text = _value(standing)
    return opened(text, behind) if behind else text


def _value(standing: GoalStanding) -> str:
    if standing.evenness:
        return f"{words.out_of(standing.met or 0, standing.n)} weeks"
    if standing.met is not None:
        return words.rate(standing.met, standing.n)
    if standing.value is None:
        return words.NOTHING
    return words.amount(standing.value, standing.unit)


def _due(standing: GoalStanding) -> str:
    due = standing.expected_now
    return "" if due is None else f"{words.rough(due, standing.unit)} due by now"


def _end(standing: GoalStanding) -> str:
    ends = standing.projected
    if ends is None or ends.middle is None:
        return words.NOTHING
    low, high = (
        "longer" if end is None else words.rough(end, standing.unit)
        for end in (ends.low, ends.high)
    )
    middle = words.rough(ends.middle, standing.unit)
    return middle if low == high else f"{middle} ({low} to {high})"


def _hurdle(standing: GoalStanding, name: str, reckoned: Callable[[str], Said]) -> Text:
    hurdle = next((hurdle for hurdle in standing.hurdles if hurdle.name == name), None)
    if hurdle is None:
        return words.NOTHING
    likely = _likely(hurdle)
    told = likely if hurdle.chance is None or hurdle.reached is not None else reckoned(likely)
    return [f"{asked(standing, hurdle)}\n", told]


def _likely(hurdle: Hurdle) -> str:
    if hurdle.reached is not None:
        return "reached" if hurdle.reached else "missed"
    return "open" if hurdle.chance is None else f"chance {words.chance(hurdle.chance)}"


def _needed(standing: GoalStanding) -> str:
    needed = standing.needed_per_working_day
    if needed is None:
        return words.NOTHING
    exact = f"{needed:,.1f}".removesuffix(".0")
    return exact if needed < 100 else words.rough(needed, standing.unit)


# ------------------------------------------------------------------------------------ other periods


def _closed(book: CaseBook, closed: Sequence[GoalStanding]) -> Iterator[Table]:
    """How the last period ended; a figure that was frozen, and what changed since."""
    for side in SIDES:
        own = [each for each in closed if each.side == side]
        rows = [
            [
                each.name,
                each.period_title,
                _so_far(book, each),
                words.capital(each.verdict),
                _beside(book, each),
                _since(each),
            ]
            for each in own
        ]
        if rows:
            caption = f"{words.capital(side)}: how the last period ended"
            header = ["Promise", "Period", "Figure", "Verdict", _BEFORE, _SINCE]
            yield without_empty(Table(caption, header, rows, words=2), [_BEFORE, _SINCE])


def _beside(book: CaseBook, standing: GoalStanding) -> Said:
    """How the period differs from the one before, which opens to the cases of that one."""
    before = standing.change and period_named(standing.change.period, book.measures.zone)
    told = beside(standing)
    if not before or not told:
        return words.NOTHING
    behind = cases_of(book, standing, before.title, (before.starts, before.ends))
    return opened(told, behind) if behind else told


def _since(standing: GoalStanding) -> str:
    by = standing.official.since(standing.value) if standing.official else None
    if not by:
        return words.NOTHING
    sign = "+" if by > 0 else "−"
    told = points(by) if standing.unit == "share" else words.amount(abs(by), standing.unit)
    return f"{sign}{told}"


def _quotas(book: CaseBook, judged: Sequence[GoalStanding]) -> Iterator[Table]:
    for standing in judged:
        if standing.quotas:
            caption = f"{standing.name}, {standing.period_title}: quotas"
            yield _table(book, caption, standing.quotas)


def _weeks(book: CaseBook, judged: Sequence[GoalStanding]) -> Iterator[Table]:
    for standing in judged:
        if standing.evenness:
            rows = [_week(book, standing, week) for week in standing.evenness.weeks]
            header = ["Week from", "Came", "Due", "Working days", "At least 70 % of the due"]
            yield Table(f"{standing.name}, {standing.period_title}", header, rows)


def _week(book: CaseBook, standing: GoalStanding, week: Week) -> list[Said]:
    zone = book.measures.zone
    starts = words.date_of(week.starts, zone)
    came = cases_of(book, standing, f"in the week from {starts}", (week.starts, week.ends))
    return [
        starts,
        opened(words.number(week.came), came) if came else words.number(week.came),
        words.number(round(week.due, 1)),
        words.number(week.working_days),
        "not over yet" if week.kept is None else "yes" if week.kept else "no",
    ]
