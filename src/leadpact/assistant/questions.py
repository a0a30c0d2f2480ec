"""What can be asked, each question a tool: its name, what it takes, and how its answer reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from leadpact.assistant.asking import MOST, Leadpact, NotAnswered
from leadpact.assistant.wording import (
    ago,
    answer,
    cell,
    duration,
    figure,
    number,
    share,
    table,
    when,
)
from leadpact.engine.metrics.metric import Split

Period = Annotated[
    str, Field(description="`all`, a quarter such as `2026-Q1`, or a month such as `2026-03`.")
]
By = Annotated[Split | None, Field(description="A dimension to split by; without, of everything.")]
Name = Annotated[str | None, Field(description="A figure's name such as `mqls`; without, all.")]
Group = Annotated[str | None, Field(description="One value of the dimension, as it is written.")]
Who = Annotated[str | None, Field(description="The full name of a person in sales.")]
_SHOWN = 50
_OPEN = ("overdue", "running")
_DECISIONS, _PLACES = 10, 12

Clock = Callable[[], datetime]


class Questions:
    """The questions to one Leadpact; `now` tells the present moment."""

    def __init__(self, leadpact: Leadpact, now: Clock) -> None:
        self._leadpact, self._now = leadpact, now

    def agreement(self) -> str:
        """Tell the agreement in force: definitions, scoring, stages, promises and meetings."""
        found = self._leadpact.ask("agreements", in_force=True)["items"]
        if not found:
            return "No agreement is published yet."
        version = found[0]
        text = self._leadpact.ask("agreements", str(version["id"]))["text"]
        # What begins with this is a remark for whoever edits the file; texts in it are set in.
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        by = [f"{each['by']} for {each['side']}" for each in version["accepted"]]
        head = (
            f"Version {version['id']} of the agreement, in force since "
            f"{when(version['effective_from'])}; accepted by {', '.join(by) or 'nobody yet'}."
        )
        return answer(head, lines, self._leadpact.page("agreement", ""))

    def figures(
        self, name: Name = None, period: Period = "all", by: By = None, group: Group = None
    ) -> str:
        """Give figures of marketing and sales, such as MQLs, win rate or revenue, in a period."""
        if by is not None and name is None:
            return "Name a figure to split it; without a split this tool lists their names."
        whole_name = name if by else None
        found, whole = self._leadpact.all(
            "metrics", name=whole_name, period=period, by=by or "all", group=group
        )
        found = [row for row in found if name in (None, *_names_of(row))]
        if not found:
            return (
                f"There is no such figure of {_period(period)}. Asked for a period alone, this "
                "tool lists those that there are; by a dimension they are counted over all time "
                "only, and the closed loop by quarter."
            )
        found.sort(key=lambda row: -row["n"] if by else row["id"])
        most = _SHOWN if by else len(found)
        more = f" The {most} with the most cases of {len(found)}." if found[most:] else ""
        lines = [f"{cell(_called(row, by))}: {figure(row)}" for row in found[:most]]
        head = f"{name or 'Figures'} of {_period(period)}{_as_of(found[0])}.{_rest(whole)}{more}"
        return answer(head, lines, self._leadpact.page("funnel"))

    def promises(self) -> str:
        """Tell how every promise of marketing and sales stands: obligations kept, goals reached."""
        found, _ = self._leadpact.all("standings")
        if not found:
            return "Nothing was measured yet."
        kept = [each["value"] for each in found if each["kind"] == "obligation"]
        goals = [each["value"] for each in found if each["kind"] == "goal"]
        header = ("obligation", "side", "kept", "in time", "missed", "open", "overdue",
                  "half answered within", "90 % within")  # fmt: skip
        lines = ["Obligations, over all time:", *table(header, map(_kept, kept)), "", "Goals:"]
        lines += [f"{each['side']}: {cell(each['sentence'])}" for each in goals]
        head = f"How the promises stand{_as_of(found[0])}."
        return answer(head, lines, self._leadpact.page("obligations"), self._leadpact.page("goals"))

    def overdue(self, person: Who = None) -> str:
        """List what is overdue now: promises about leads whose time has run out, longest first."""
        found, whole = self._leadpact.all("clocks", outcome="overdue", holder=person)
        found.sort(key=lambda each: each["due_at"] or "")
        of = f" with {person}" if person else ""
        if not found:
            return f"Nothing is overdue{of}.{self._unknown(person)}"
        rows = [
            (each["lead"], each["obligation"], each["side"], each["holder"] or "nobody",
             self._due(each))
            for each in found[:_SHOWN]
        ]  # fmt: skip
        some = f"{len(found):,}{'' if whole else ' or more'}"
        head = f"Overdue{of} at {self._clock()}: {some}.{_first(found)}{_rest(whole)}"
        header = ("lead", "promise", "owed by", "held by", "due")
        return answer(head, table(header, rows), self._leadpact.page("obligations"))

    def lead(
        self, lead: Annotated[str, Field(description="The lead's id or its email address.")]
    ) -> str:
        """Tell where one lead stands and why: its score by rule, stages, promises, events."""
        asked = {"email" if "@" in lead else "id": lead}
        found = self._leadpact.ask("leads", **asked)["items"]
        if not found:
            return f"There is no lead {cell(lead)} that this key may see."
        key = found[0]["id"]
        pages = (self._leadpact.page("leads", key), self._leadpact.page("why", key))
        others = f" {len(found) - 1} more have this address." if found[1:] else ""
        try:
            told = self._leadpact.ask("leads", key, "explanation")
        except NotAnswered as refusal:
            return answer(f"Lead {cell(key)}. {refusal}", [_brief(found[0])], *pages)
        head = f"Lead {cell(key)} as of {when(told['as_of'])}.{others}"
        return answer(head, told["text"].splitlines(), *pages)

    def find_leads(
        self,
        stage: Annotated[str | None, Field(description="A stage of the agreement.")] = None,
        holder: Who = None,
        tier: Annotated[str | None, Field(description="A tier such as `A1`.")] = None,
        status: Annotated[
            str | None, Field(description="`open`, or how leads ended, such as `won`.")
        ] = "open",
    ) -> str:
        """List leads by stage, holder, tier and status, those with the highest score first."""
        found, whole = self._leadpact.all(
            "leads", stage=stage, holder=holder, tier=tier, status=status
        )
        if not found:
            return f"No lead is so.{self._unknown(holder)}"
        found.sort(key=lambda each: -(each["score"] or 0))
        head = f"{len(found):,}{'' if whole else ' or more'} leads.{_first(found)}{_rest(whole)}"
        lines = map(_brief, found[:_SHOWN])
        return answer(head, lines, self._leadpact.page("leads"))

    def inbox(self, person: Annotated[str, Field(description="The person's full name.")]) -> str:
        """Tell the inbox of a person in sales: leads to work, those due soonest first."""
        leads, whole = self._leadpact.all("leads", holder=person, to_work=True)
        if not leads:
            return f"{person} has no lead to work.{self._unknown(person)}"
        owed: dict[str, Any] = {}
        for outcome in _OPEN:
            for each in self._leadpact.all("clocks", holder=person, outcome=outcome)[0]:
                owed[each["lead"]] = min(each, owed.get(each["lead"], each), key=_due_at)
        leads.sort(key=lambda each: _due_at(owed.get(each["id"])))
        lines = [f"{_brief(each)}{self._owed(owed.get(each['id']))}" for each in leads[:_SHOWN]]
        some = f"{len(leads):,}{'' if whole else ' or more'}"
        head = f"{person} has {some} leads to work at {self._clock()}.{_first(leads)}{_rest(whole)}"
        return answer(head, lines, self._leadpact.page("inbox"))

    def waiting(self) -> str:
        """List leads that were handed to sales and that nobody holds yet."""
        found, whole = self._leadpact.all("handoffs", waiting=True)
        if not found:
            return "No lead waits: everything that was handed to sales has somebody."
        found.sort(key=lambda each: each["handed_off_at"])
        rows = [
            (each["lead"], ago(each["handed_off_at"], self._now()), each["team"], each["queue"])
            for each in found[:_SHOWN]
        ]
        head = f"Leads that wait for somebody: {len(found):,}.{_first(found)}{_rest(whole)}"
        lines = table(("lead", "handed to sales", "team", "queue"), rows)
        return answer(head, lines, self._leadpact.page("leads"))

    def what_if(
        self,
        threshold: Annotated[
            float | None, Field(description="Points to try; without, a choice of them.")
        ] = None,
    ) -> str:
        """Tell what another score threshold would have done to the history: MQLs, wins, misses."""
        told = self._leadpact.ask("thresholds")
        tried = told["items"]
        if not tried:
            return cell(told["how"])
        today = next(each for each in tried if each["in_force"])
        page = self._leadpact.page("what-if")
        if threshold is not None:
            nearest = min(tried, key=lambda each: abs(float(each["points"]) - threshold))
            tried_so = float(nearest["points"]) == threshold
            near = "" if tried_so else f" ({number(threshold)} was not tried)"
            head = (
                f"{told['what']}: {nearest['points']}{near} instead of {today['points']}. "
                f"{told['how']}"
            )
            lines = [nearest["sentence"], *(f"{k}: {v}" for k, v in nearest["figures"].items())]
            return answer(head, lines, page)
        names = list(today["figures"])
        step = max(1, len(tried) // _PLACES)
        rows = [
            (f"{each['points']}{' (in force)' if each['in_force'] else ''}",
             *(each["figures"][name] for name in names))
            for place, each in enumerate(tried) if place % step == 0 or each["in_force"]
        ]  # fmt: skip
        head = f"{told['what']}, tried on the history up to {when(told['as_of'])}. {told['how']}"
        return answer(head, table(("points", *names), rows), page)

    def diagnosis(self) -> str:
        """Say which side falls short and why, and what a changed agreement could help."""
        told = self._leadpact.ask("diagnosis")
        page = self._leadpact.page("diagnosis")
        if told["as_of"] is None:
            return cell(told["sentence"])
        lines = [told["sentence"]]
        for each in told["recommended"]:
            tried = f" Tried by: {each['command']}" if each["command"] else ""
            lines.append(f"May help: {each['title']}. {each['why']}{tried}")
        for each in told["not_recommended"]:
            lines += table(("not recommended", "why"), each["rows"])
        for each in told["tables"]:
            lines += [each["caption"], *table(each["header"], each["rows"])]
        return answer(f"Measured {when(told['as_of'])}. {told['how']}", lines, page)

    def closed_loop(
        self,
        by: Annotated[
            Literal["source", "campaign", "landing_page", "asset", "segment"],
            Field(description="Where leads came from."),
        ] = "source",
        period: Annotated[
            str, Field(description="`all`, or one of the last quarters, such as `2026-Q1`.")
        ] = "all",
    ) -> str:
        """Tell what became of leads by where they came from: MQLs, deals, revenue, conversion."""
        told = self._leadpact.ask("loops", by=by, period=period)
        if told["as_of"] is None:
            return cell(told["how"])
        lines: list[str] = []
        for each in told["tables"]:
            lines += ["", f"{cell(each['caption'])}:", *table(each["header"], each["rows"])]
        head = f"{cell(told['title'])}, measured {when(told['as_of'])}. {told['how']}"
        return answer(
            head, lines[1:], f"{self._leadpact.page('funnel')}?by={by}&in={quote(period)}"
        )

    def meetings(self) -> str:
        """Tell when marketing and sales meet next, open actions, and what was decided last."""
        coming = self._leadpact.ask("meetings")["items"]
        actions, _ = self._leadpact.all("outcomes", kind="action", done=False)
        decided, _ = self._leadpact.all("outcomes", kind="decision")
        lines = ["Next meetings:"]
        lines += [f"{when(each['begins'])}: {cell(each['name'])}, every {each['every']}; agenda: "
                  f"{cell('; '.join(each['agenda']))}" for each in coming] or ["none"]  # fmt: skip
        lines += ["", "Open actions:"]
        lines += [f"{cell(each['text'])} ({cell(each['owner'])}, due {each['due'] or 'some time'})"
                  for each in actions[:_SHOWN]] or ["none"]  # fmt: skip
        lines += ["", "Last decisions:"]
        lines += [f"{each['held_on']}, {cell(each['meeting'])}: {cell(each['text'])}"
                  for each in decided[: -_DECISIONS - 1 : -1]] or ["none"]  # fmt: skip
        head = f"Meetings of marketing and sales, at {self._clock()}."
        return answer(head, lines, self._leadpact.page("meetings", ""))

    def _clock(self) -> str:
        return when(self._now().isoformat())

    def _due(self, clock: Any) -> str:
        due = clock["due_at"]
        return f"{when(due)}, {ago(due, self._now())}" if due else "some time"

    def _owed(self, clock: Any) -> str:
        if clock is None:
            return "; nothing is owed now"
        late = "OVERDUE" if clock["outcome"] == "overdue" else "owed"
        return f"; {late}: {cell(clock['obligation'])}, due {self._due(clock)}"

    def _unknown(self, person: str | None) -> str:
        """Who could be meant, where nobody has this name."""
        names = [each["name"] for each in self._leadpact.all("people")[0]] if person else []
        if person is None or person in names:
            return ""
        return f" Nobody is called {cell(person)}; there are {', '.join(map(cell, names))}."


def _kept(told: Any) -> tuple[Any, ...]:
    times = [None if told[each] is None else duration(told[each])
             for each in ("p50_seconds", "p90_seconds")]  # fmt: skip
    counts = (told[each] for each in ("met", "missed", "running", "overdue"))
    return (told["name"], told["side"], share(told["rate"]), *counts, *times)


def _brief(lead: Any) -> str:
    """A lead on one line."""
    stated = lead["attributes"]
    who = stated.get("name") or stated.get("email")
    score = "" if lead["score"] is None else f", score {number(lead['score'])}"
    tier = f", tier {cell(lead['tier'])}" if lead["tier"] else ""
    stands = f"{cell(lead['status'])}, {cell(lead['stage'])} since {when(lead['stage_since'])}"
    holder = cell(lead["holder"] or "nobody")
    return f"{cell(lead['id'])} ({cell(who)}): {stands}{score}{tier}, held by {holder}"


def _due_at(clock: Any) -> tuple[bool, str]:
    due = clock["due_at"] if clock else None
    return due is None, due or ""


def _called(row: Any, by: str | None) -> str:
    """What a figure is told under: its name, or the value by which it is split."""
    if by is None:
        return str(row["name"])
    return row["group"] or ("nobody" if by in ("team", "person") else "not stated")


def _names_of(row: Any) -> tuple[str, str]:
    """The figure's name, and that of the family which it belongs to."""
    return row["name"], row["name"].partition(":")[0]


def _period(period: str) -> str:
    return "all time" if period == "all" else period


def _as_of(row: Any) -> str:
    return f", measured {when(row['as_of'])}" if row["as_of"] else ""


def _first(found: list[Any]) -> str:
    return f" The first {_SHOWN} are:" if found[_SHOWN:] else ""


def _rest(whole: bool) -> str:
    return "" if whole else f" Only {MOST:,} were looked at: narrow the question."
