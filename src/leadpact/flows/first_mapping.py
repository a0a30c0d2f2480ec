"""The text of a first mapping for an export whose columns were recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadpact.flows.first_remarks import deal_remarks, event_remarks, field_remarks
from leadpact.flows.yaml_words import word, words
from leadpact.sources.mapping import Table
from leadpact.sources.meanings import MEANINGLESS, stated
from leadpact.sources.recognise import Export

_FIELDS = (
    "email", "phone", "title", "company", "company_id", "domain", "country", "industry",
    "employees", "source", "campaign", "landing_page", "asset", "owner",
)  # fmt: skip


_SPLIT_BY = ("country", "industry", "source", "campaign", "asset")


@dataclass(frozen=True)
class ExportFile:
    """An export: where it is, what its columns are, and how often which text stands in them."""

    table: Table
    export: Export
    values: dict[str, Counter[str]]
    header: tuple[str, ...] = ()

    def endings(self, word: str) -> list[str]:
        """The texts of the outcome column that have a word in them, as `won` or `lost`."""
        texts = self.values[self.export.roles["outcome"]]
        return sorted(text for text in texts if re.search(rf"\b{word}\b", text, re.IGNORECASE))


@dataclass(frozen=True)
class Guess:
    """What the files do not say: the zone of their times, and what was settled to read them."""

    timezone: str
    country: str | None
    reason: str
    settled: frozenset[str] = frozenset()


def write_mapping(
    leads: ExportFile, sales: ExportFile | None, guess: Guess, unused: Sequence[Sequence[str]] = ()
) -> str:
    """The mapping of an export of leads, and of one of deals.

    `unused` has the columns of each that no line names; they become remarks.
    """
    files = [leads, *([sales] if sales else [])]
    of_leads, of_deals, *_ = [*unused, (), ()]
    return "\n".join(
        [
            *_head(files, guess),
            *_leads(leads, sales, of_leads),
            *_deals(sales, knows_times(leads), of_deals),
            "",
        ]
    )


def _head(files: list[ExportFile], guess: Guess) -> Iterator[str]:
    names = " and ".join(f"{file.table.file} ({file.export.vendor})" for file in files)
    yield f"# Which columns are what, recognised by their names in {names}."
    yield "# What stands right of a colon is the name of a column; change what was guessed wrong."
    yield "leadpact_sources: 1"
    yield f"timezone: {word(guess.timezone)}   # of times that carry none; {guess.reason}"
    if "dates" in guess.settled:
        order = "month first" if guess.country in ("US", None) else "day first"
        yield f"dates: {order}   # 3/4/2025 can be read in two ways; change this if it is wrong"
    if "decimal" in guess.settled:
        yield "decimal: point   # 1.234 can be read in two ways; change this if it is wrong"
    found = sorted(
        {text for file in files for count in file.values.values() for text in count}
        & set(MEANINGLESS) - {""}
    )
    if found:
        yield f"missing: {words(found)}   # found in the files; they mean that there is no value"
    yield ""
    yield "tables:"


def _leads(leads: ExportFile, sales: ExportFile | None, unused: Sequence[str]) -> Iterator[str]:
    roles = leads.export.roles
    yield from _file(leads)
    yield "    leads:"
    key = word(roles["id"]) if "id" in roles else f"{{column: {word(roles['email'])}, as: email}}"
    yield f"      id: {key}"
    yield f"      created: {word(roles['created'])}"
    fields = list(_fields(leads))
    yield from ["      fields:", *fields] if fields else []
    yield from field_remarks(unused, leads.values, begun=bool(fields))
    timed = knows_times(leads)
    stages = stage_columns(leads.export)
    if stages:
        yield "      stages:   # when a lead entered each"
        for _, name, column in stages:
            yield f"        {word(name)}: {_moment(leads, column, timed)}"
    if "owner" in roles:
        at = roles.get("assigned_at", roles["created"])
        remark = "" if "assigned_at" in roles else "   # no column says when; the owner as exported"
        yield f"      assigned: {{to: {word(roles['owner'])}, at: {word(at)}}}{remark}"
    events = list(_events(leads, timed))
    yield from ["    events:", *events] if events else []
    yield from event_remarks(unused, leads.values, begun=bool(events))
    if sales and "deals" in roles and "leads" not in sales.export.roles:
        yield "    links:   # which deal came from which lead"
        yield f"      deal: {word(roles['deals'])}"


def _file(export: ExportFile) -> Iterator[str]:
    yield f"  - file: {word(str(export.table.file))}"
    if export.table.encoding:
        yield f"    encoding: {export.table.encoding}   # not UTF-8; look whether accents are right"


def _fields(leads: ExportFile) -> Iterator[str]:
    roles = leads.export.roles
    if "first_name" in roles and "last_name" in roles:
        yield f"        name: {words([roles['first_name'], roles['last_name']])}"
    elif "name" in roles:
        yield f"        name: {word(roles['name'])}"
    for role in _FIELDS:
        if role == "employees" and role in roles:
            yield f"        employees: {{column: {word(roles[role])}, type: number}}"
        elif role in roles and (names := spellings(leads, role)):
            renamed = ", ".join(f"{word(old)}: {word(new)}" for old, new in names.items())
            yield f"        {role}: {{column: {word(roles[role])}, values: {{{renamed}}}}}"
        elif role in roles:
            yield f"        {role}: {word(roles[role])}"
    if "opted_out" in roles:
        yield f"        opted_out: {{column: {word(roles['opted_out'])}, type: boolean}}"
    for name, (column, kind) in leads.export.kept.items():
        told = word(column) if kind == "text" else f"{{column: {word(column)}, type: {kind}}}"
        yield f"        {word(name)}: {told}"


_EVENTS = {
    "lead.handed_off": "handed_at",
    "sales.attempted": "attempted_at",
    "sales.connected": "connected_at",
    "sales.rejected": "rejected_at",
    "lead.disqualified": "disqualified_at",
}
_WITH_A_REASON = ("sales.rejected", "lead.disqualified")


def _events(leads: ExportFile, timed: bool) -> Iterator[str]:
    """What happened to a lead that a column dates."""
    roles = leads.export.roles
    for kind, role in _EVENTS.items():
        if role in roles:
            more = _by(roles) if kind.startswith("sales.") else ""
            if kind in _WITH_A_REASON and "reason" in roles:
                more += f", properties: {{reason: {word(roles['reason'])}}}"
            yield f"      - {{kind: {kind}, at: {_moment(leads, roles[role], timed)}{more}}}"


def spellings(leads: ExportFile, role: str) -> dict[str, str]:
    """Values of an attribute that figures are split by, of which case alone makes two: to one."""
    if role not in _SPLIT_BY or role not in leads.export.roles:
        return {}
    of_value: dict[str, Counter[str]] = {}
    for text, count in stated(leads.values[leads.export.roles[role]]).items():
        of_value.setdefault(text.casefold(), Counter())[text] += count
    return {
        folded: texts.most_common(1)[0][0]
        for folded, texts in sorted(of_value.items())
        if len(texts) > 1
    }


def _by(roles: dict[str, str]) -> str:
    return f", actor: {word(roles['owner'])}" if "owner" in roles else ""


def _moment(file: ExportFile, column: str, timed: bool) -> str:
    """A date column; one that knows days only goes to their end where others know the time."""
    known = [text for text in file.values[column] if text]
    if timed and known and not any(":" in text for text in known):
        return f"{{column: {word(column)}, day: end}}"
    return word(column)


def knows_times(file: ExportFile) -> bool:
    """Whether some date of a stage or a contact has a time of day."""
    roles = file.export.roles
    columns = [column for _, _, column in file.export.stages]
    columns += [roles[role] for role in _EVENTS.values() if role in roles]
    return any(":" in text for column in columns for text in file.values[column])


def stage_columns(export: Export) -> list[tuple[str, str, str]]:
    """The stages after the first, as (role, name, date column); a conversion stands for an SQL."""
    stages = [stage for stage in export.stages if stage[0] not in ("subscriber", "lead")]
    converted = export.roles.get("converted_at")
    if converted and not any(role == "sql" for role, _, _ in stages):
        before = sum(role in ("mql", "sal") for role, _, _ in stages)
        stages.insert(before, ("sql", "Converted", converted))
    return stages


def _deals(sales: ExportFile | None, timed: bool, unused: Sequence[str]) -> Iterator[str]:
    if sales is None:
        return
    roles = sales.export.roles
    yield ""
    yield from _file(sales)
    yield "    deals:"
    yield f"      id: {word(roles['id'])}"
    won, lost = sales.endings("won"), sales.endings("lost")
    yield "      outcome:   # all other deals are open"
    yield f"        column: {word(roles['outcome'])}"
    yield f"        won: {words(won or ['Closed Won'])}"
    yield f"        lost: {words(lost or ['Closed Lost'])}"
    for role in ("opened", "closed"):
        if role in roles:
            yield f"      {role}: {_moment(sales, roles[role], timed)}"
    for role in ("amount", "currency", "company", "owner", "product", "reason"):
        if role in roles:
            yield f"      {role}: {word(roles[role])}"
    if "leads" in roles:
        yield f"      leads: {word(roles['leads'])}   # several keys in a cell are parted by “;”"
    yield from deal_remarks(unused)
