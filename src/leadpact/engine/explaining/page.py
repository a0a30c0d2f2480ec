"""An explanation as a page of text: who, why this score, stages, promises, what happened when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leadpact.agreement.conditions import ScoreCondition
from leadpact.agreement.vocabulary import is_activity
from leadpact.engine.delivered import instant
from leadpact.engine.explaining import words
from leadpact.engine.explaining.moments import Moment
from leadpact.engine.explaining.passages import FIRST, IMPLIED, RECORDED, RULE, Entry, Passage
from leadpact.engine.explaining.points import Contribution, Cut, Ledger
from leadpact.engine.explaining.promises import Promise
from leadpact.engine.explaining.rows import Row
from leadpact.engine.kernels import bundles as b

if TYPE_CHECKING:
    from leadpact.engine.explain import Explanation

#: Contributions of one rule that are listed; of more the rest is summed up.
_MOST_OF_A_RULE = 12
#: Rows of one kind that changed nothing are named by their times up to so many.
_MOST_TIMES = 3
_HOW = {FIRST: "", RULE: "by rule: ", RECORDED: "", IMPLIED: ""}


class Page:
    """Writes an explanation, each thing on one line; whoever shows it may wrap it."""

    def __init__(self, told: Explanation) -> None:
        self.told = told
        self.zone = ZoneInfo(told.zone)

    def text(self) -> str:
        """The page."""
        parts = [
            self._head(),
            self._section("WHERE IT STANDS", self._standing()),
            self._section(self._score_title(), self._score()) if self.told.scored else "",
            self._section("STAGES", self._stages()),
            self._section("PROMISES", self._promises()),
            self._section("WHAT HAPPENED", self._moments()),
            self._section("ROWS THAT COUNT FOR NOTHING", self._idle()),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _section(self, title: str, lines: Iterator[str]) -> str:
        found = list(lines)
        return "\n".join([title, *found]) if found else ""

    def _head(self) -> str:
        told = self.told
        who = ", ".join(told.standing.who.values())
        lines = [
            f"{words.cut(told.lead, 60)}{f'  {who}' if who else ''}",
            f"As of {self._moment(told.as_of)}, under “{words.cut(told.agreement, 80)}”. "
            f"All times are those of {told.zone}.",
            *told.notes,
        ]
        return "\n".join(lines)

    # ---------------------------------------------------------------------------------- standing

    def _standing(self) -> Iterator[str]:
        standing = self.told.standing
        yield from (_indented(line, 2) for line in standing.status)
        yield _indented(self._status(), 2)
        if self.told.scored:
            yield _indented(self._score_sentence(standing.ledger), 2)
        if others := self._others():
            yield _indented(others, 2)
        yield from self._profile()
        if standing.missing:
            yield _indented(f"{standing.missing}.", 2)
        yield _indented(self._next(), 2)

    def _status(self) -> str:
        line = self.told.standing.line
        stage, since = line["stage"], line["stage_since"]
        status = words.capital(line["status"].replace("excluded", "left out"))
        if line["reason"] and line["status"] != "excluded":
            status += f" ({words.cut(line['reason'])})"
        if stage is None:
            return f"{status}."
        where = f"at {stage} since {words.moment(since, self.zone)}"
        turn = f", its {words.nth(line['episode'])} time through the funnel"
        return f"{status}, {where}{turn if line['episode'] > 1 else ''}."

    def _score_sentence(self, ledger: Ledger) -> str:
        parts = " + ".join(f"{name} {words.points(sum_)}" for name, sum_ in ledger.groups.items())
        total = [cut for cut in ledger.cuts if cut.of == "total"]
        cut = f", cut to {words.points(ledger.total)}" if total else ""
        line = self.told.standing.line
        tier = f" Tier {line['tier']}, {line['quality']} quality." if line["tier"] else ""
        return f"Score {words.points(ledger.total)} = {parts}{cut}.{tier}"

    def _others(self) -> str:
        line, told = self.told.standing.line, []
        if line["holder"]:
            told.append(f"Held by {words.cut(line['holder'])}.")
        if line["segment"]:
            told.append(f"Segment {line['segment']}.")
        if line["persona"]:
            told.append(f"Persona {line['persona']}.")
        return " ".join(told)

    def _profile(self) -> Iterator[str]:
        standing = self.told.standing
        if not standing.criteria:
            return
        fit = standing.line["profile_fit"] or 0
        asked = sum(weight for _, weight, _ in standing.criteria)
        shown = sum(weight for _, weight, part in standing.criteria if part.holds)
        share = f"{fit * 100:.0f} %, {shown:g} of {asked:g} by weight"
        yield _indented(f"Fits “{standing.line['profile']}” to {share}:", 2)
        for name, weight, part in standing.criteria:
            answer = {1: "yes", 0: "not known", -1: "no"}[part.truth]
            yield _indented(f"{answer:<10}{weight:g}  {name}: {part.sentence()}", 4)

    def _next(self) -> str:
        standing = self.told.standing
        if standing.next_at <= b.NEVER:
            return f"Next: {standing.next_said}."
        return f"Next: on {self._at(standing.next_at)} {standing.next_said}."

    # ------------------------------------------------------------------------------------- score

    def _score_title(self) -> str:
        ledger = self.told.standing.ledger
        over = self.told.standing.line["status"] not in ("open", "excluded")
        when = f" (kept since it left the funnel on {self._at(ledger.at)})" if over else ""
        return f"WHY THE SCORE IS {words.points(ledger.total)}{when}"

    def _score(self) -> Iterator[str]:
        ledger = self.told.standing.ledger
        for name, amount in ledger.groups.items():
            contributions, cuts = ledger.of_group(name)
            yield f"  {name} {words.points(amount)}"
            yield from self._contributions(contributions, cuts)
        for cut in ledger.cuts:
            if cut.of == "total":
                yield f"  {self._cut(cut)}"

    def _contributions(
        self, contributions: Sequence[Contribution], cuts: Sequence[Cut]
    ) -> Iterator[str]:
        by_rule = sorted(contributions, key=lambda each: (each.number, each.since))
        for number, group in groupby(by_rule, key=lambda each: each.number):
            of_rule = list(group)
            live = [each for each in of_rule if each.worth]
            for each in live[-_MOST_OF_A_RULE:]:
                yield self._contribution(each)
            if rest := live[:-_MOST_OF_A_RULE]:
                worth = sum(each.worth for each in rest)
                yield _amount(worth, f"{rest[0].rule}: {len(rest):,} earlier ones together")
            if gone := len(of_rule) - len(live):
                rows = f"{words.times(gone, 'row')} that {'has' if gone == 1 else 'have'}"
                yield _amount(0, f"{of_rule[0].rule}: {rows} aged to nothing")
            yield from (self._cut(cut) for cut in cuts if cut.of == "rule" and cut.number == number)
        yield from (self._cut(cut) for cut in cuts if cut.of == "group")

    def _contribution(self, each: Contribution) -> str:
        if each.place is None:
            return _amount(
                each.worth, f"{each.rule}: {self.told.attributes.told(each.fields, each.since)}"
            )
        row = self.told.rows[each.place]
        said = f"{each.rule}: {row.line(self.told.asked_of(row))}, {self._at(each.since)}"
        if each.aged:
            gave = f"gave {words.points(each.given)}, aged since {self._day(each.aged[0].at)}"
            said = f"{said} ({gave})"
        return _amount(each.worth, said)

    def _cut(self, cut: Cut) -> str:
        who = {
            "rule": f"“{cut.name}” gives",
            "group": f"{cut.name} counts",
            "total": "the total counts",
        }[cut.of]
        bound = "at most" if cut.amount < 0 else "at least"
        limit = words.points(cut.limit)
        return _amount(
            cut.amount, f"{'cut' if cut.amount < 0 else 'raised'}: {who} {bound} {limit}"
        )

    # ------------------------------------------------------------------------------------ stages

    def _stages(self) -> Iterator[str]:
        for passage in self.told.passages:
            yield from self._turn(passage.number)
            for place, entry in enumerate(passage.entries):
                yield from self._entry(entry, passage)
                if passage.unlocked_by and not place:
                    yield _indented(f"It could qualify again {passage.unlocked_by}.", 8)
            if passage.why:
                yield from self._ended(passage)

    def _turn(self, number: int) -> Iterator[str]:
        if len(self.told.passages) > 1:
            yield f"  {words.capital(words.nth(number))} time through the funnel"

    def _entry(self, entry: Entry, passage: Passage) -> Iterator[str]:
        if entry.how == IMPLIED:
            return
        over = [e.stage for e in passage.entries if e.how == IMPLIED and e.at == entry.at]
        passing = f", passing over {words.listed(over)}" if over else ""
        why = f"{_HOW.get(entry.how, '')}{entry.why}"
        yield _indented(f"{self._at(entry.at)}  {entry.stage}{passing}: {why}.", 4)
        scored = self.told.scored
        pinned = [f"score {_sum(entry.ledger, in_detail=_asks_score(entry))}"] if scored else []
        pinned += [f"tier {entry.tier}"] if entry.tier else []
        pinned += [f"segment {entry.segment}"] if entry.segment else []
        pinned += ["handed over to sales"] if entry.hands_over else []
        pinned += ["disputed, and the dispute was upheld"] if entry.disputed else []
        if pinned:
            yield _indented(f"{words.capital('; '.join(pinned))}.", 8)

    def _ended(self, passage: Passage) -> Iterator[str]:
        ending = passage.ending.name.capitalize()
        yield _indented(f"{self._at(passage.ended_at)}  {ending}: {passage.why}.", 4)
        if passage.cool_down_until > b.NEVER:
            until = self._at(passage.cool_down_until)
            yield _indented(f"An activity lets it qualify again from {until} on.", 8)

    # ---------------------------------------------------------------------------------- promises

    def _promises(self) -> Iterator[str]:
        for number, group in groupby(self.told.promises, key=lambda each: each.episode):
            yield from self._turn(number)
            for promise in group:
                yield from self._promise(promise)

    def _promise(self, promise: Promise) -> Iterator[str]:
        outcome = promise.outcome.name.replace("_", " ")
        name = f"{words.capital(promise.name)} ({promise.side})"
        yield _indented(f"{name}: {outcome}. {words.capital(promise.verdict)}.", 4)
        for step in promise.steps:
            yield _indented(f"{self._at(step.at)}  {step.said}", 8)
        yield from self._holders(promise)

    def _holders(self, promise: Promise) -> Iterator[str]:
        shares = [share for share in promise.shares if share.worked]
        if len(shares) > 1:
            told = [f"{share.holder or 'nobody'} {words.length(share.worked)}" for share in shares]
            yield _indented(f"Working time by holder: {', '.join(told)}.", 8)

    # ----------------------------------------------------------------------------------- moments

    def _moments(self) -> Iterator[str]:
        day = ""
        for moment in self.told.moments:
            if (today := self._day(moment.at)) != day:
                yield f"  {today}"
                day = today
            yield from self._moment_lines(moment)

    def _moment_lines(self, moment: Moment) -> Iterator[str]:
        lines = [self._row(row) for row in moment.rows]
        if points := self._points(moment):
            lines.append(words.capital(points) if moment.only_ageing else f"· {points}")
        lines += [f"· {words.capital(said)}." for said in moment.said]
        if not points and moment.score is not None:
            lines.append(f"· The score is now {words.points(moment.score)}.")
        time = words.clock(instant(moment.at), self.zone)
        for number, line in enumerate(lines):
            yield f"{f'    {time}  ' if not number else ' ' * 11}{line}"

    def _row(self, row: Row) -> str:
        whose = "" if row.lead == self.told.lead else f"of {words.cut(row.lead, 30)}: "
        line = row.line(self.told.asked_of(row))
        return f"{whose}{line if is_activity(row.kind) else words.capital(line)}"

    def _points(self, moment: Moment) -> str:
        told = [f"{words.signed(amount)} {name}" for amount, name in moment.gained]
        if moment.aged:
            told.append(self._ageing(moment))
        if moment.cut:
            took = "limits cut" if moment.cut < 0 else "limits give back"
            told.append(f"{took} {words.points(abs(moment.cut))}")
        after = f" → score {words.points(moment.score)}" if moment.score is not None else ""
        return f"{', '.join(told)}{after}" if told else ""

    def _ageing(self, moment: Moment) -> str:
        sums: dict[str, int] = {}
        for amount, name in moment.aged:
            sums[name] = sums.get(name, 0) + amount
        told = ", ".join(f"{words.signed(amount)} {name}" for name, amount in sums.items())
        until = f" until {self._at(moment.until)}" if moment.until > moment.at else ""
        return f"ageing{until}: {told}"

    # -------------------------------------------------------------------------------------- idle

    def _idle(self) -> Iterator[str]:
        for row, why in self.told.voided:
            yield _indented(f"{self._at(row.at)}  {row.line(self.told.asked_of(row))} – {why}", 4)
        ordered = sorted(self.told.idle, key=lambda each: (each[1], each[0].kind, each[0].at))
        for why, of_reason in groupby(ordered, key=lambda each: each[1]):
            yield f"    {words.capital(why)}:"
            for kind, group in groupby(of_reason, key=lambda each: each[0].kind):
                yield _indented(self._idle_kind(kind, [row for row, _ in group]), 6)
        if self.told.copies:
            yield f"    {words.capital(words.times(self.told.copies, 'row'))} delivered again."

    def _idle_kind(self, kind: str, rows: Sequence[Row]) -> str:
        name = words.cut(kind, 60)
        if len(rows) <= _MOST_TIMES:
            return "; ".join(
                f"{row.line(self.told.asked_of(row))}, {self._at(row.at)}" for row in rows
            )
        return f"{name} × {len(rows):,}: {self._at(rows[0].at)} to {self._at(rows[-1].at)}"

    # ------------------------------------------------------------------------------------- times

    def _moment(self, at: int) -> str:
        return words.moment(instant(at), self.zone)

    def _at(self, at: int) -> str:
        return words.moment(instant(at), self.zone)

    def _day(self, at: int) -> str:
        return words.day(instant(at), self.zone)


def _amount(amount: int, said: str) -> str:
    return _indented(f"{words.signed(amount) if amount else '0':>9}  {said}", 2)


def _asks_score(entry: Entry) -> bool:
    leaves = entry.part.deciding() if entry.part is not None else ()
    return any(isinstance(leaf.condition, ScoreCondition) for leaf in leaves)


def _sum(ledger: Ledger, in_detail: bool) -> str:
    """A score as the sum of its groups, and in detail of what each rule gave."""
    groups = [name for name, amount in ledger.groups.items() if amount]
    told = [
        f"{name} {words.points(ledger.groups[name])}{_detail(ledger, name) if in_detail else ''}"
        for name in groups
    ]
    total = sum(cut.amount for cut in ledger.cuts if cut.of == "total")
    told += [f"{words.signed(total)} by the total’s limits"] if total else []
    sums = f" = {' + '.join(told)}" if told else ""
    return f"{words.points(ledger.total)}{sums}"


def _detail(ledger: Ledger, group: str) -> str:
    contributions, cuts = ledger.of_group(group)
    by_rule: dict[str, list[int]] = {}
    for each in contributions:
        by_rule.setdefault(each.rule, []).append(each.worth)
    told = [
        f"{words.signed(sum(worths))} {rule}" + (f" from {len(worths)} rows" * (len(worths) > 1))
        for rule, worths in by_rule.items()
    ]
    told += [f"{words.signed(cut.amount)} by limits" for cut in cuts]
    return f" ({', '.join(told)})"


def _indented(text: str, by: int) -> str:
    return f"{' ' * by}{text}"
