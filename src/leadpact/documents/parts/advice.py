"""What may help: each recommendation with its reason and what it would have done to the past."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from leadpact.agreement.changing import ChangeError, differing
from leadpact.agreement.loading import Loaded
from leadpact.documents import words
from leadpact.documents.blocks import Said, Section, Table, Text, TryOut, opened, pieces_of
from leadpact.documents.case_book import CaseBook
from leadpact.documents.parts.threshold import opener
from leadpact.documents.tried import ADDED, MQLS, REMOVED, TriedLeads
from leadpact.documents.what_if import conclusions, opened_conclusions
from leadpact.insight.advice import Advice, Advised, Late, Lever, Moved, OfSegment, Split, converted
from leadpact.insight.statistics import Estimate, share
from leadpact.insight.what_if import DROPPED, GAINED, KEPT, Group, Share, WhatIf

#: Keys of the parts, in the order in which they are told; each lever has its own.
KEYS = {lever: f"advice-{lever.name.lower()}" for lever in Lever}
NOT_ADVISED = "advice-not"
_UNKNOWN = "not known"
_COMMAND = ("leadpact", "what-if", "agreement.yaml", "--sources", "sources.yaml")


def advice_sections(
    book: CaseBook,
    advised: Advised,
    loaded: Loaded,
    currency: str,
    leads: TriedLeads | None = None,
) -> list[Section]:
    """A section for each recommendation, and one for what was looked at and not recommended."""
    telling = _Telling(book, advised.converted, currency, leads)
    made = [_section(telling, each, loaded) for each in advised.recommended]
    rows = [[words.capital(str(each.lever)), each.why] for each in advised.refused]
    table = Table("What else was looked at", ["Change", "Why not"], rows, words=2)
    nothing = "The evidence carries no recommendation." if not advised.recommended else ""
    return [*made, Section(NOT_ADVISED, "Not recommended", answer=nothing, tables=[table])]


def _section(telling: _Telling, advice: Advice, loaded: Loaded) -> Section:
    match advice:
        case Late():
            title, said, table = telling.late(advice)
        case OfSegment():
            title, said, table = telling.of_segment(advice)
        case Split():
            title, said, table = telling.split(advice)
        case Moved():
            title, said, table = telling.moved(advice)
    return Section(
        KEYS[advice.lever],
        title,
        answer=[*said],
        tables=[table],
        try_out=_try_out(loaded, advice),
    )


def _try_out(loaded: Loaded, advice: Advice) -> TryOut | None:
    """The lines to change and the command that tries them; None where no line would."""
    if not advice.settings:
        return None
    try:
        lines = differing(loaded, advice.settings)
    except ChangeError:
        return None
    sets = [part for each in advice.settings for part in ("--set", each)]
    points = words.number(advice.points) if isinstance(advice, Moved) else ""
    return TryOut(lines, shlex.join([*_COMMAND, *sets]), points)


class _Telling:
    """The words of recommendations; figures open to their leads."""

    def __init__(
        self, book: CaseBook, became: str, currency: str, leads: TriedLeads | None
    ) -> None:
        self._book, self._currency, self._leads = book, currency, leads
        self._to_sql = became == "SQL"
        self._became = "became SQLs" if self._to_sql else "were won"

    # ---------------------------------------------------------------------------------- follow-up

    def late(self, advice: Late) -> tuple[str, Iterator[Said], Table]:
        """Faster answers, and what went with them."""
        name = advice.link.title
        return f"Answer faster: “{name}”", self._said_of_late(advice), self._table_of_late(advice)

    def _said_of_late(self, advice: Late) -> Iterator[Said]:
        early, late = self._shares(advice.early), self._shares(advice.late)
        apart = advice.difference
        yield "Of leads answered in time "
        yield self._of_clocks(early, advice, "met")
        yield f" {self._became}, of those answered late "
        yield self._of_clocks(late, advice, "missed")
        low, high = (abs(each or 0.0) * 100 for each in (apart.low, apart.high))
        yield f": {apart.value * 100:.0f} points fewer ({low:.0f} to {high:.0f}). "
        least, likely, most = advice.more
        noun = "SQLs" if self._to_sql else "deals"
        yield (
            f"Had the late ones done as well, some {likely:.1f} more {noun} a month would have "
            f"come ({least:.1f} to {most:.1f}), if it is the delay that costs them: that they go "
            "together does not prove it. "
        )
        late_ones = words.plural(advice.handed_on, "lead")
        if advice.settings and advice.settings[0].startswith("routing"):
            yield (
                f"Leads that are late would be handed on: {late_ones} in the quarter. Who would "
                "have answered them, and how fast, the past does not tell."
            )
        else:
            yield f"In the quarter {late_ones} were answered late or not at all."

    def _table_of_late(self, advice: Late) -> Table:
        rows = [
            [title, self._of_clocks(f"{group.observed:,}", advice, outcome), *self._told(group)]
            for title, group, outcome in (
                ("In time", advice.early, "met"),
                ("Late", advice.late, "missed"),
            )
        ]
        header = ["Answer", "Leads that ended", words.capital(self._became), "95 % interval", "Won"]
        return Table("What became of them, over the whole history", header, rows)

    def _told(self, group: Group) -> list[Said]:
        met, n = converted(group, to_sql=self._to_sql)
        return [
            words.rate(met, n),
            _interval(share(met, n) if n else None),
            words.rate(group.conversion.met, group.conversion.n),
        ]

    def _of_clocks(self, text: str, advice: Late, outcome: str) -> Said:
        about = {"obligation": advice.link.question.part, "side": advice.link.side}
        told = "kept" if outcome == "met" else "answered late"
        title = f"{advice.link.title}: {told}, over all time"
        return opened(text, self._book.of_clocks(title, about, (outcome,)))

    # --------------------------------------------------------------------------------- thresholds

    def moved(self, advice: Moved) -> tuple[str, Iterator[Said], Table]:
        """Another threshold."""
        to = f"from {words.number(advice.today)} to {words.number(advice.points)} points"
        title = {
            Lever.RAISE: f"Raise the threshold {to}",
            Lever.LOWER: f"Lower the threshold {to}",
            Lever.TRADE: f"Trade volume for value: raise the threshold {to}, and lower the goal",
        }[advice.lever]
        return title, self._said_of_moved(advice), self._table_of_moved(advice)

    def _said_of_moved(self, advice: Moved) -> Iterator[Said]:
        found = advice.found
        if advice.lever is Lever.LOWER:
            yield from self._wanted(advice)
        else:
            yield "Of the MQLs that would be left "
            yield self._of_tried(self._shares(found.kept), KEPT, advice)
            yield f" {self._became}, of those that would be none "
            yield self._of_tried(self._shares(found.dropped), DROPPED, advice)
            yield ": clearly fewer. "
            if advice.lever is Lever.TRADE:
                yield from self._gives_way(advice)
        opens = opener(advice.points, found, advice.today, self._leads)
        for sentence in opened_conclusions(found, opens):
            yield from pieces_of(sentence)
            yield " "
        if advice.margin is not None and advice.margin_points is not None:
            yield (
                f"What the new ones are worth shows best in those just above today’s threshold, up "
                f"to {words.number(advice.margin_points)} points: {self._shares(advice.margin)} of "
                f"them {self._became}{self._and_won(advice.margin)}. Do not expect more. "
            )
        yield from self._cautions(advice)

    def _cautions(self, advice: Moved) -> Iterator[str]:
        """What speaks against more MQLs."""
        monthly = advice.found.then.per_month
        if advice.late:
            yield (
                f"But sales is short of “{advice.late.promise}” already: see to that first, or "
                "more leads will wait. "
            )
        if advice.capacity is not None and monthly > advice.capacity:
            yield (
                f"By the agreement the teams of sales can answer {advice.capacity:,} leads a month."
            )

    def _and_won(self, group: Group) -> str:
        if not self._to_sql:
            return ""
        return f" and {words.rate(group.conversion.met, group.conversion.n)} were won"

    def _wanted(self, advice: Moved) -> Iterator[Said]:
        number = advice.number
        if number is None or number.now is None or advice.would is None:
            return
        promised = number.promised or 0.0
        reaches = "as promised" if advice.would >= promised else "still too few"
        yield (
            f"Too few came: {number.title} {words.rough(number.now.value, 'leads')} of "
            f"{words.rough(promised, 'leads')} promised. In proportion it would have been "
            f"{words.rough(advice.would, 'leads')}, {reaches}. "
        )

    def _gives_way(self, advice: Moved) -> Iterator[Said]:
        number = advice.number
        if number and advice.would is not None:
            yield (
                f"“{number.title}” would fall to {words.rough(advice.would, 'leads')} in the "
                "quarter, so its goal has to give way in proportion. "
            )

    def _table_of_moved(self, advice: Moved) -> Table:
        found = advice.found
        now, then = _together(found, KEPT, DROPPED), _together(found, KEPT, GAINED)
        # Of new ones that sales hardly dealt with, those whose end is known are no fair sample.
        is_known = found.gained.observed * 2 >= found.gained.leads
        monthly = [f"{each.per_month:,.1f}" for each in (found.now, found.then)]
        rows: list[list[Text]] = [
            ["MQLs a month", monthly[0], self._of_tried(monthly[1], MQLS, advice)],
            [
                f"MQLs that {self._became}, of those that ended",
                self._shares(now),
                self._shares(then) if is_known else _UNKNOWN,
            ],
        ]
        if self._to_sql:
            won = _rate(then.conversion) if is_known else _UNKNOWN
            rows.append(["Won, of those that ended", _rate(now.conversion), won])
        if self._currency and now.sales:
            told = self._money(then.worth()) if is_known else _UNKNOWN
            rows.append(["Won with an MQL that ended, on average", self._money(now.worth()), told])
        rows.append(["Won deals missed", words.NOTHING, f"{len(found.missed_deals):,}"])
        rows += [
            [f"“{each.obligation}” broken", f"{each.broken:,}", f"{each.broken_then:,}"]
            for each in found.promises
            if each.broken != each.broken_then
        ]
        header = ["Figure", "As it is", "Changed"]
        return Table("What it would have done to the past", header, rows)

    def _money(self, worth: Estimate | None) -> str:
        if worth is None:
            return words.NOTHING
        told = f"{words.rough(worth.value, 'money')}{words.GLUE}{self._currency}"
        if worth.low is None or worth.high is None:
            return told
        ends = (words.rough(max(0.0, each), "money") for each in (worth.low, worth.high))
        return f"{told} ({' to '.join(ends)})"

    def _of_tried(self, text: str, which: str, advice: Moved) -> Said:
        if self._leads is None:
            return text
        figure = {KEPT: "staying", DROPPED: REMOVED, GAINED: ADDED}.get(which, which)
        return opened(text, self._leads.of(figure, advice.points))

    # ------------------------------------------------------------------------------------ segment

    def of_segment(self, advice: OfSegment) -> tuple[str, Iterator[Said], Table]:
        """A lower threshold for one segment."""
        to = f"from {words.number(advice.today)} to {words.number(advice.points)} points"
        title = f"Lower the threshold of {advice.segment} {to}"
        return title, self._said_of_segment(advice), self._table_of_segment(advice)

    def _said_of_segment(self, advice: OfSegment) -> Iterator[Said]:
        yield (
            f"Of those that ended, an MQL of {advice.segment} brought {self._worth(advice.own)} on "
            f"average, one of the others {self._worth(advice.others)}: clearly more. "
            if advice.by_amount
            else f"Of MQLs of {advice.segment} that ended {_rate(advice.own.conversion)} were won, "
            f"of the others {_rate(advice.others.conversion)}: clearly more. "
        )
        yield from conclusions(advice.found)[:1]
        unseen = advice.found.gained.by_outcome["not observed"]
        if unseen:
            yield (
                f" Sales never dealt with {unseen:,} of the new ones: whether they are worth as "
                "much, nobody knows."
            )

    def _table_of_segment(self, advice: OfSegment) -> Table:
        months = advice.found.months
        rows = [
            [title, f"{group.leads / months:,.1f}", *self._told(group), self._worth(group)]
            for title, group in ((advice.segment, advice.own), ("All others", advice.others))
        ]
        header = ["MQLs of", "A month", words.capital(self._became), "95 % interval", "Won",
                  "Brought on average"]  # fmt: skip
        return Table("What they brought in the past", header, rows)

    def _worth(self, group: Group) -> str:
        return self._money(group.worth()) if self._currency else words.NOTHING

    # -------------------------------------------------------------------------------------- split

    def split(self, advice: Split) -> tuple[str, Iterator[Said], Table]:
        """Another split of high and low quality."""
        title = f"Call {words.listed(advice.tiers)} high quality"
        return title, self._said_of_split(advice), self._table_of_split(advice)

    def _said_of_split(self, advice: Split) -> Iterator[Said]:
        yield (
            f"Today high quality is {words.listed(advice.before)}, which does not convert clearly "
            "more often than the others. "
            if advice.before
            else "Today MQLs are not told apart by quality. "
        )
        checked = advice.checked
        low, high = ((each or 0.0) * 100 for each in (checked.low, checked.high))
        yield (
            f"Split so, {self._shares(advice.high)} of those of high quality {self._became} and "
            f"{self._shares(advice.low)} of the others. The split was chosen by the older half of "
            f"the MQLs; in the newer half, which had no part in the choice, the difference is "
            f"{checked.value * 100:.0f} points ({low:.0f} to {high:.0f})."
        )

    def _table_of_split(self, advice: Split) -> Table:
        months = advice.found.months
        rows = [
            [title, f"{group.leads / months:,.1f}", *self._told(group)]
            for title, group in (("High", advice.high), ("Low", advice.low))
        ]
        header = ["Quality", "MQLs a month", words.capital(self._became), "95 % interval", "Won"]
        return Table("What it would have told of the past", header, rows)

    # ---------------------------------------------------------------------------------- in common

    def _shares(self, group: Group) -> str:
        return words.rate(*converted(group, to_sql=self._to_sql))


def _together(found: WhatIf, *names: str) -> Group:
    own = [each for each in found.groups if each.name in names]
    outcomes = {name: sum(each.by_outcome[name] for each in own) for name in own[0].by_outcome}
    sales = [amount for each in own for amount in each.sales]
    return Group("", outcomes, sum(each.sqls for each in own), sales)


def _rate(found: Share) -> str:
    return words.rate(found.met, found.n)


def _interval(found: Estimate | None) -> str:
    if found is None or found.low is None or found.high is None:
        return words.NOTHING
    return f"{words.percent(found.low)} to {words.percent(found.high)}"
