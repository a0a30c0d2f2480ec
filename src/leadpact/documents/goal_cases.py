"""The cases behind a goal's figure in one of its periods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from leadpact.agreement.spec import Agreement
from leadpact.documents import doubt, words
from leadpact.documents.blocks import Behind
from leadpact.documents.case_book import DECIDED, CaseBook
from leadpact.documents.pools import Bounds
from leadpact.insight.goals import EVENNESS, what_is_even
from leadpact.insight.hurdles import target
from leadpact.insight.promises import promises, quotas
from leadpact.insight.question import NotJudgedError, Question, question_of
from leadpact.insight.sentences import achieved
from leadpact.insight.standing import GoalStanding


def cases_of(
    book: CaseBook, standing: GoalStanding, told: str = "", bounds: Bounds | None = None
) -> Behind | None:
    """The cases that a standing was counted from, of its period or of a stretch `told` in words.

    None where the agreement no longer asks for them.
    """
    title = f"{standing.name}, {told or standing.period_title}"
    bounds = bounds or (standing.starts, standing.ends)
    agreement = book.measures.result.agreement
    if standing.promise == "obligation":
        about = {"obligation": standing.name, "side": standing.side}
        return book.of_clocks(title, about, DECIDED, bounds)
    question = question_behind(agreement, standing)
    if question is None:
        return None
    behind = of_question(book, question, title, bounds)
    if standing.official is None:
        return behind
    closed = words.date_of(standing.official.frozen_at, book.measures.zone)
    return replace(
        behind,
        counted=f"The figure is as it was closed on {closed}, the list as it is known now. "
        f"{behind.counted}",
    )


def of_question(book: CaseBook, question: Question, title: str, bounds: Bounds) -> Behind:
    """The cases that a question asks about, of a stretch."""
    about: dict[str, list[str]] = {column: list(values) for column, values in question.kept}
    if question.part is not None:
        about["part"] = _parts(book, question, question.part)
    return book.of_metric(question.metric.name, title, about, bounds)


def forecast_of(book: CaseBook, standing: GoalStanding) -> Behind | None:
    """How it is reckoned where a period under way will end, with the cases so far.

    None where there is no forecast, or no case yet.
    """
    if standing.projected is None:
        return None
    behind = cases_of(book, standing, f"{standing.period_title}: where it will end")
    return replace(behind, doubt=doubt.of_forecast(standing)) if behind else None


def figures_of(book: CaseBook, standing: GoalStanding) -> Iterator[tuple[str, Behind]]:
    """The figures of a sentence about a standing, and what each of them opens to."""
    behind, forecast = cases_of(book, standing), forecast_of(book, standing)
    if behind:
        yield achieved(standing), behind
    if forecast is None:
        return
    if standing.expected_now is not None:
        yield f"{words.rough(standing.expected_now, standing.unit)} due by now", forecast
    aim = target(standing.hurdles)
    if aim and aim.chance is not None:
        yield f"{words.chance(aim.chance)} chance", forecast


def question_behind(agreement: Agreement, standing: GoalStanding) -> Question | None:
    """What the goal, or the quota, of a standing asks; None for one that cannot be counted."""
    for promise in promises(agreement):
        for goal in (promise.goal, *quotas(agreement, promise.goal)):
            own = promise.kind, goal.name, str(goal.side), goal.per
            if own == (standing.promise, standing.name, standing.side, standing.per):
                counted = what_is_even(agreement, goal) if goal.metric == EVENNESS else goal
                try:
                    return question_of(counted)
                except NotJudgedError:
                    return None
    return None


def _parts(book: CaseBook, question: Question, part: str) -> list[str]:
    """The part itself, or the one that begins so where it ends in an arrow."""
    known = book.pool(question.metric.name).known("part")
    return [each for each in known if each.startswith(part)] if part.endswith(" → ") else [part]
