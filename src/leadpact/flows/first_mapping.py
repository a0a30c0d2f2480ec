"""The text of a first mapping for an export whose columns were recognised."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from leadpact.sources.mapping import Table
from leadpact.sources.recognise import Export

#: Texts that exports write where there is no value.
MEANINGLESS = (
    "",
    "Select",
    "(not set)",
    "(No value)",
    "N/A",
    "n/a",
    "null",
    "NULL",
    "None",
    "-",
    "--",
)

_PLAIN = re.compile(r"[A-Za-z][\w /().-]*[\w)]|[A-Za-z]")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_FIELDS = (
    "email", "phone", "title", "company", "company_id", "domain", "country", "industry",
    "employees", "source", "campaign", "landing_page", "asset", "owner",
)  # fmt: skip


@dataclass(frozen=True)
class ExportFile:
    """An export: where it is, what its columns are, and how often which text stands in them."""

    table: Table
    export: Export
    values: dict[str, Counter[str]]

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


def word(text: str) -> str:
    """A text as YAML, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


def words(texts: list[str]) -> str:
    """Texts as a YAML list on one line."""
    return f"[{', '.join(word(text) for text in texts)}]"


def write_mapping(leads: ExportFile, sales: ExportFile | None, guess: Guess) -> str:
    """The mapping of an export of leads, and of one of deals."""
    files = [leads, *([sales] if sales else [])]
    return "\n".join(
        [*_head(files, guess), *_leads(leads, sales), *_deals(sales, knows_times(leads)), ""]
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


def _leads(leads: ExportFile, sales: ExportFile | None) -> Iterator[str]:
    roles = leads.export.roles
    yield from _file(leads)
    yield "    leads:"
    key = word(roles["id"]) if "id" in roles else f"{{column: {word(roles['email'])}, as: email}}"
    yield f"      id: {key}"
    yield f"      created: {word(roles['created'])}"
    fields = list(_fields(leads))
    yield from ["      fields:", *fields] if fields else []
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
    yield from _contacts(leads, timed)
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
        elif role in roles:
            yield f"        {role}: {word(roles[role])}"
    if "opted_out" in roles:
        yield f"        opted_out: {{column: {word(roles['opted_out'])}, type: boolean}}"


def _contacts(leads: ExportFile, timed: bool) -> Iterator[str]:
    """The events of sales that a column dates."""
    roles = leads.export.roles
    dated = [("sales.attempted", "attempted_at"), ("sales.connected", "connected_at")]
    lines = [
        f"      - {{kind: {kind}, at: {_moment(leads, roles[role], timed)}{_by(roles)}}}"
        for kind, role in dated
        if role in roles
    ]
    if lines:
        yield "    events:"
        yield from lines


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
    columns += [roles[role] for role in ("attempted_at", "connected_at") if role in roles]
    return any(":" in text for column in columns for text in file.values[column])


def stage_columns(export: Export) -> list[tuple[str, str, str]]:
    """The stages after the first, as (role, name, date column); a conversion stands for an SQL."""
    stages = [stage for stage in export.stages if stage[0] not in ("subscriber", "lead")]
    converted = export.roles.get("converted_at")
    if converted and not any(role == "sql" for role, _, _ in stages):
        before = sum(role in ("mql", "sal") for role, _, _ in stages)
        stages.insert(before, ("sql", "Converted", converted))
    return stages


def _deals(sales: ExportFile | None, timed: bool) -> Iterator[str]:
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
