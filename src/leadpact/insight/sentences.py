"""A promise's standing in words that are understood in five seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadpact.engine.metrics.aggregate import ENOUGH
from leadpact.insight import words
from leadpact.insight.baseline import Baseline
from leadpact.insight.differences import Word
from leadpact.insight.hurdles import Hurdle, highest, on_course, target
from leadpact.insight.standing import Change, GoalStanding, Maturing

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Chances from which a hurdle is as good as certain, likely, open, unlikely; below them it is none.
_CERTAIN, _LIKELY, _OPEN, _UNLIKELY = 0.95, 0.6, 0.4, 0.05
#: Fewer a working day are told as one every so many.
_SELDOM = 0.6


def sentence(standing: GoalStanding, zone: ZoneInfo) -> str:
    """What a head of sales needs to know of one promise in one period."""
    if standing.why_not:
        return f"“{standing.name}” cannot be judged: {standing.why_not}."
    if standing.closed and standing.maturing is None:
        parts = _closed(standing, zone)
    else:
        parts = _under_way(standing, zone)
    lead = f"{standing.name} in {when(standing, zone)}"
    told = [*parts, doubt(standing.baseline, zone) if standing.baseline else ""]
    return f"{lead}: {' '.join(part for part in told if part)}"


def measured_by(standing: GoalStanding, base: Baseline, zone: ZoneInfo) -> str:
    """What a promise is set beside, when that was fixed, and how far it carries."""
    fixed = f", as known on {_date(base.known_at, zone)}" if base.known_at else ", as known now"
    value = words.amount(base.value, standing.unit)
    told = f"“{standing.name}” is measured by {base.title}: {value}{fixed}."
    return " ".join(filter(None, (told, doubt(base, zone))))


def doubt(base: Baseline, zone: ZoneInfo) -> str:
    """Why a baseline carries less than it seems; empty where nothing speaks against it."""
    few = f"{base.title} had only {words.plural(base.n, 'case')} to measure by."
    part = f"{base.title} is on record from {_date(base.partly, zone)} only." if base.partly else ""
    return " ".join(filter(None, (few if base.n < ENOUGH else "", part)))


def brief(standing: GoalStanding, zone: ZoneInfo) -> str:
    """The same where there is room for a line: what was reached, or how it goes."""
    if standing.why_not:
        return sentence(standing, zone)
    lead = f"{standing.name} in {when(standing, zone)}: {achieved(standing)}"
    if standing.closed and standing.maturing is None:
        return f"{lead}. {_verdict(standing)}".rstrip()
    parts = [f"{lead} so far"]
    if standing.expected_now is not None:
        parts.append(f", {words.rough(standing.expected_now, standing.unit)} due by now")
    promised = target(standing.hurdles)
    if promised and promised.chance is not None and promised.reached is None:
        parts.append(f"; {words.chance(promised.chance)} chance of {_aim(promised, standing)}")
    elif promised:
        parts.append(f"; the target is {_aim(promised, standing)}")
    return f"{''.join(parts)}."


def outlook_of(hurdle: Hurdle) -> str:
    """How a hurdle of a period under way stands, in two or three words; empty if nobody can say."""
    if hurdle.reached is not None:
        return "reached" if hurdle.reached else "missed"
    if hurdle.chance is None:
        return ""
    if on_course(hurdle):
        return "on course"
    return "will be missed" if hurdle.chance < _UNLIKELY else "likely to be missed"


def short(standing: GoalStanding, zone: ZoneInfo) -> str:
    """What was reached and what is promised: `First response: 78 % so far in Q4, 85 % promised`."""
    promised = target(standing.hurdles)
    if standing.why_not or promised is None:
        return brief(standing, zone)
    value = achieved(standing)
    if standing.value is not None and not standing.evenness:
        value = words.amount(standing.value, standing.unit)
    far = "" if standing.closed else " so far"
    aim = _aim(promised, standing)
    return f"{standing.name}: {value}{far} in {when(standing, zone)}, {aim} promised"


# ----------------------------------------------------------------------------------------- closed


def _closed(standing: GoalStanding, zone: ZoneInfo) -> Iterator[str]:
    yield f"{achieved(standing)}."
    yield _verdict(standing)
    if standing.change:
        yield _change(standing, standing.change, zone)
    if standing.official and (since := standing.official.since(standing.value)):
        yield f"{_signed(since, standing.unit)} since it was closed."
    if standing.final_at:
        yield f"Answers logged late may still change it until {_day(standing.final_at, zone)}."


def _verdict(standing: GoalStanding) -> str:
    """The hardest hurdle that was reached, and the next one that was not."""
    if standing.value is None or not standing.hurdles:
        return ""
    best = highest(standing.value, standing.hurdles, standing.direction)
    harder = _in_order(standing)
    missed = harder[harder.index(best) + 1 :] if best else harder
    done = "kept" if standing.direction == "down" else "reached"
    if best is None:
        even = "Not even the" if len(missed) > 1 else "The"
        not_done = done if len(missed) > 1 else f"not {done}"
        return f"{even} {_hurdle(missed[0], standing)} was {not_done}."
    if not missed:
        even = "Even the" if len(standing.hurdles) > 1 else "The"
        return f"{even} {_hurdle(best, standing)} was {done}."
    return f"The {_hurdle(best, standing)} was {done}, the {_hurdle(missed[0], standing)} was not."


def _in_order(standing: GoalStanding) -> list[Hurdle]:
    sign = 1 if standing.direction == "up" else -1
    return sorted(standing.hurdles, key=lambda hurdle: sign * hurdle.value)


def _change(standing: GoalStanding, change: Change, zone: ZoneInfo) -> str:
    before = _short(change.title, standing, zone)
    faster = standing.unit == "seconds"
    more, less = ("longer", "shorter") if faster else ("more", "less")
    word = change.difference.word
    if word is Word.FEW:
        return ""
    if word is Word.NOISE:
        if not change.by:
            return f"That is the same as in {before}."
        side = more if change.by > 0 else less
        return f"That is {_apart(change, standing)} {side} than in {before}, which may be chance."
    clearly = more if word is Word.HIGHER else less
    per_day = " per working day" if standing.expected_now is not None else ""
    was = words.amount(change.value, standing.unit)
    return f"That is clearly {clearly}{per_day} than in {before} ({was})."


def beside(standing: GoalStanding) -> str:
    """How a closed period differs from the one before, in a few words; empty if nobody can say."""
    change = standing.change
    if change is None or change.difference.word is Word.FEW:
        return ""
    if change.difference.word is Word.NOISE:
        if not change.by:
            return "the same"
        sign = "+" if change.by > 0 else "−"
        return f"{sign}{_apart(change, standing)}, may be chance"
    clearly = "more" if change.difference.word is Word.HIGHER else "less"
    return f"clearly {clearly}: it was {words.amount(change.value, standing.unit)}"


def _apart(change: Change, standing: GoalStanding) -> str:
    if standing.unit == "share":
        return words.points(change.by)
    return words.amount(abs(change.by), standing.unit)


# -------------------------------------------------------------------------------------- under way


def _under_way(standing: GoalStanding, zone: ZoneInfo) -> Iterator[str]:
    value = achieved(standing)
    by = " so far" if standing.closed else f" {_by(standing, zone)}"
    if standing.expected_now is not None:
        due = words.rough(standing.expected_now, standing.unit)
        limit = "at most " if standing.direction == "down" else ""
        allowed = "allowed" if standing.direction == "down" else "due"
        was = "was" if due == "1" else "were"
        yield f"{value}{by}; {limit}{due} {was} {allowed} by now."
    else:
        yield f"{value}{by}."
    if standing.maturing:
        yield _ripening(standing.maturing, zone)
    yield _outlook(standing)
    yield _needed(standing)


def _outlook(standing: GoalStanding) -> str:
    promised = target(standing.hurdles)
    if promised is None:
        return ""
    end = _projected(standing)
    if promised.reached is not None:
        done = "reached" if standing.direction == "up" else "passed"
        told = f"The {_hurdle(promised, standing)} is {done}"
        harder = _in_order(standing)
        next_one = next(
            (hurdle for hurdle in harder if hurdle.chance not in (None, 1.0, 0.0)), None
        )
        if promised.reached and next_one:
            told += f", the {_hurdle(next_one, standing)} {_likely(next_one, standing)}"
        return f"{told}. {end}." if end else f"{told}."
    if promised.chance is None:
        if standing.evenness:
            return f"The target is {words.percent(promised.value)}."
        return f"The {_hurdle(promised, standing)} is open: too little is on record for a forecast."
    told = f"the {_hurdle(promised, standing)} {_likely(promised, standing)}"
    return f"{end}; {told}." if end else f"{words.capital(told)}."


def _projected(standing: GoalStanding) -> str:
    projected = standing.projected
    if projected is None or projected.middle is None:
        return ""
    unit = standing.unit
    low, middle, high = (
        "longer" if end is None else words.rough(end, unit)
        for end in (projected.low, projected.middle, projected.high)
    )
    between = "" if low == high else f" ({low} to {high})"
    if standing.maturing:
        return f"Once mature it will be about {middle}{between}"
    return f"The {standing.per} will end at about {middle}{between}"


def _likely(hurdle: Hurdle, standing: GoalStanding) -> str:
    chance = hurdle.chance or 0.0
    done = "reached" if standing.direction == "up" else "kept"
    told = f"({words.chance(chance)} chance)"
    if chance >= _CERTAIN:
        return f"is almost certain to be {done} {told}"
    if chance >= _LIKELY:
        return f"is likely to be {done} {told}"
    if chance > _OPEN:
        return f"could go either way {told}"
    if chance > _UNLIKELY:
        return f"is likely to be missed {told}"
    return f"is almost certain to be missed {told}"


def _needed(standing: GoalStanding) -> str:
    needed = standing.needed_per_working_day
    if needed is None:
        return ""
    left = standing.working_days_left or 0.0
    if left < 1:
        missing = needed * left
        return f"From here {words.rough(missing, standing.unit)} are needed."
    if needed < _SELDOM:
        return f"From here one every {1 / needed:.0f} working days is needed."
    each = f"{needed:,.1f}".removesuffix(".0") if needed < 100 else words.number(round(needed))
    are = "is" if each == "1" else "are"
    return f"From here {each} a working day {are} needed."


def _ripening(maturing: Maturing, zone: ZoneInfo) -> str:
    if maturing.until is None or maturing.expected is None:
        return "Such a figure grows with age, and the record is too short to say for how long."
    more = round(maturing.expected)
    coming = f": about {more:,} more may come of these" if more else ""
    return f"Still maturing until {_day(maturing.until, zone)}{coming}."


# ------------------------------------------------------------------------------------------ words


def achieved(standing: GoalStanding) -> str:
    """The figure with its cases."""
    if standing.evenness:
        weeks = words.plural(standing.n, "week")
        return f"{standing.met} of {weeks} brought at least 70{words.GLUE}% of their due"
    if standing.value is None:
        return words.out_of(standing.met or 0, standing.n) if standing.n else "no case"
    value = words.amount(standing.value, standing.unit)
    if standing.met is not None:
        return f"{value} ({words.out_of(standing.met, standing.n)})"
    return value


def _hurdle(hurdle: Hurdle, standing: GoalStanding) -> str:
    told = f"{hurdle.name} of {_aim(hurdle, standing)}"
    return f"{told} ({hurdle.asked} on {standing.baseline.title})" if standing.baseline else told


def _aim(hurdle: Hurdle, standing: GoalStanding) -> str:
    most = "at most " if standing.direction == "down" else ""
    told = words.rough if standing.baseline else words.amount
    return f"{most}{told(hurdle.value, standing.unit)}"


def _signed(value: float, unit: str) -> str:
    sign = "+" if value > 0 else "−"
    if unit == "share":
        return f"{sign}{words.points(value)}"
    return f"{sign}{words.amount(abs(value), unit)}"


def when(standing: GoalStanding, zone: ZoneInfo) -> str:
    """The period, without the year of the moment."""
    return _short(standing.period_title, standing, zone)


def _short(title: str, standing: GoalStanding, zone: ZoneInfo) -> str:
    """A period's title without the year of the moment."""
    year = str(standing.as_of.astimezone(zone).year)
    return title.removesuffix(f" of {year}").removesuffix(f" {year}") or title


def _by(standing: GoalStanding, zone: ZoneInfo) -> str:
    local = standing.as_of.astimezone(zone)
    if standing.per == "week":
        return f"by {_DAYS[local.weekday()]}"
    if standing.per == "month":
        return f"by the {_ordinal(local.day)}"
    return f"by {local.day} {local:%B}"


def _ordinal(day: int) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")
    return f"{day}{suffix}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    # A moment at midnight is the end of the day before.
    return _date(moment - timedelta(microseconds=1), zone)


def _date(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B} {local.year}"
