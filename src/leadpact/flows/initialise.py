"""From a raw export to a first mapping and a first agreement, both ready to be edited."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc

from leadpact.agreement.problems import Problem
from leadpact.flows.first_agreement import write_agreement
from leadpact.flows.first_mapping import ExportFile, Guess, spellings, write_mapping
from leadpact.flows.first_remarks import not_used
from leadpact.flows.starting import Progress
from leadpact.sources.encodings import NotUtf8Error
from leadpact.sources.loading import SourcesError, parse_sources
from leadpact.sources.mapping import Table
from leadpact.sources.meanings import stated
from leadpact.sources.opening import needed_columns, open_table, refuse_missing
from leadpact.sources.reading import Read, read_loaded
from leadpact.sources.recognise import Export, recognise_deals, recognise_leads
from leadpact.sources.rows import OpenTable, TableError

_ZONES = {
    "united states": ("America/New_York", "US"), "us": ("America/New_York", "US"),
    "usa": ("America/New_York", "US"), "canada": ("America/Toronto", "CA"),
    "ca": ("America/Toronto", "CA"), "united kingdom": ("Europe/London", "GB"),
    "uk": ("Europe/London", "GB"), "gb": ("Europe/London", "GB"),
    "germany": ("Europe/Berlin", "DE"), "de": ("Europe/Berlin", "DE"),
    "france": ("Europe/Paris", "FR"), "fr": ("Europe/Paris", "FR"),
    "netherlands": ("Europe/Amsterdam", "NL"), "nl": ("Europe/Amsterdam", "NL"),
    "spain": ("Europe/Madrid", "ES"), "es": ("Europe/Madrid", "ES"),
    "italy": ("Europe/Rome", "IT"), "it": ("Europe/Rome", "IT"),
    "austria": ("Europe/Vienna", "AT"), "at": ("Europe/Vienna", "AT"),
    "switzerland": ("Europe/Zurich", "CH"), "ch": ("Europe/Zurich", "CH"),
    "ireland": ("Europe/Dublin", "IE"), "ie": ("Europe/Dublin", "IE"),
    "sweden": ("Europe/Stockholm", "SE"), "se": ("Europe/Stockholm", "SE"),
    "poland": ("Europe/Warsaw", "PL"), "pl": ("Europe/Warsaw", "PL"),
    "india": ("Asia/Kolkata", "IN"), "in": ("Asia/Kolkata", "IN"),
    "brazil": ("America/Sao_Paulo", "BR"), "br": ("America/Sao_Paulo", "BR"),
    "japan": ("Asia/Tokyo", "JP"), "jp": ("Asia/Tokyo", "JP"),
    "australia": ("Australia/Sydney", "AU"), "au": ("Australia/Sydney", "AU"),
    "singapore": ("Asia/Singapore", "SG"), "sg": ("Asia/Singapore", "SG"),
}  # fmt: skip
_MEANINGS = {
    "created": "the creation of the lead",
    "assigned_at": "the assignment to its owner",
    "handed_at": "the handoff to sales",
    "attempted_at": "the first attempt of sales",
    "connected_at": "the first talk with sales",
    "rejected_at": "the rejection by sales",
    "disqualified_at": "the disqualification",
}
_MOST_VALUES = 10_000
_A_LOOK = 1_000


@dataclass(frozen=True)
class Beginning:
    """The texts of both files, and what to tell the user about them."""

    sources: str
    agreement: str
    summary: list[str]
    read: Read


def initialise(
    contacts: str | Path,
    deals: str | Path | None = None,
    *,
    timezone: str | None = None,
    beside: str | Path = ".",
    tell: Progress = lambda _done, _what: None,
) -> Beginning:
    """Recognise an export of contacts, and perhaps one of deals, and write a first beginning.

    `beside` is the folder in which the mapping will lie; it is there, and files are named from it.
    Nothing is written. Raises SourcesError when an export cannot be read or is not recognised.
    """
    leads = _examined(Path(contacts), Path(beside), of_deals=False)
    sales = _examined(Path(deals), Path(beside), of_deals=True) if deals is not None else None
    guess = _guess(leads, timezone)
    text, unused, read = _tried(leads, sales, guess, Path(beside))
    _refuse_nothing(Path(contacts), read)
    agreement, findings = write_agreement(read.history, leads, sales, guess, tell)
    summary = [
        f"{leads.table.file}: leads, as {leads.export.vendor} exports them.",
        *([f"{sales.table.file}: deals, as {sales.export.vendor} exports them."] if sales else []),
        *_recognised(leads),
        *(
            f"{file.table.title}: not used: {not_used(names, file.values)}. sources.yaml has them "
            "as remarks."
            for file, names in zip([leads, sales], unused, strict=False)
            if file and names
        ),
        *read.notes,
        *findings,
    ]
    return Beginning(text, agreement, summary, read)


def _recognised(leads: ExportFile) -> Iterator[str]:
    """What was taken for something without a name that says so, for the user to look at."""
    if guessed := leads.export.by_words:
        names = ", ".join(f"“{name}” as {_meaning(what)}" for name, what in guessed.items())
        yield (
            f"{leads.table.title}: recognised by words and dates: {names}. Look in sources.yaml "
            "whether that is what you mean."
        )
    for role in ("country", "industry", "source", "campaign", "asset"):
        if same := spellings(leads, role):
            yield (
                f"{leads.table.title}: written in several ways, and counted as one {role}: "
                f"{', '.join(f'“{name}”' for name in same.values())}."
            )


def _meaning(what: str) -> str:
    return _MEANINGS.get(what, f"the entry into {what}")


def _refuse_nothing(path: Path, read: Read) -> None:
    if read.history.log.num_rows == 0:
        first = next((f"line {each.line} {each.reason}" for each in read.rejects), None)
        hint = first or "export it again, with at least one lead"
        raise SourcesError([Problem(str(path), 0, 0, (), "has no lead that can be read", hint)])


def _examined(path: Path, beside: Path, *, of_deals: bool) -> ExportFile:
    """An export, opened, with what its columns are and the values that matter."""
    try:
        refuse_missing(path)
        table, opened = _opened(path, beside)
    except TableError as error:
        message = error.message.removeprefix(f"{path} ")
        problem = Problem(str(path), 0, 0, (), message, error.hint or None)
        raise SourcesError([problem]) from None
    single = [name for name in opened.header if name.strip() and opened.header.count(name) == 1]
    header = opened.header
    named = recognise_deals(header) if of_deals else recognise_leads(header)
    known = {*named.roles.values(), *(column for _, _, column in named.stages)}
    values = _values(opened, {name: _MOST_VALUES if name in known else _A_LOOK for name in single})
    export = named if of_deals else recognise_leads(header, values)
    _check(path, export, header, of_deals=of_deals)
    return ExportFile(table, export, values)


def _opened(path: Path, beside: Path) -> tuple[Table, OpenTable]:
    table = Table(file=Path(os.path.relpath(path.resolve(), beside.resolve())).as_posix())
    try:
        return table, open_table(table, beside, {})
    except NotUtf8Error:
        table = table.model_copy(update={"encoding": "cp1252"})
        return table, open_table(table, beside, {})


def _check(path: Path, export: Export, header: list[str], *, of_deals: bool) -> None:
    needed = {"id": "the key of a deal", "outcome": "the stage of a deal"}
    if not of_deals:
        needed = {"created": "the day on which a lead was created"}
        if "email" not in export.roles:
            needed["id"] = "the key or email address of a lead"
    names = ", ".join(name for name in header[:30] if name)
    problems = [
        Problem(
            str(path), 0, 0, (), f"no column looks like {what}",
            f"it has: {names}; rename one, or write the mapping by hand",
        )
        for role, what in needed.items()
        if role not in export.roles
    ]  # fmt: skip
    twice = [name for name in export.roles.values() if header.count(name) > 1]
    problems += [
        Problem(str(path), 0, 0, (), f"the column “{name}” is there twice", "rename one of them")
        for name in twice
    ]
    if problems:
        raise SourcesError(problems)


def _values(opened: OpenTable, most: Mapping[str, int]) -> dict[str, Counter[str]]:
    """How often each text stands in each column; `most`: after so many texts no more is read."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in most}
    for batch in opened.batches(list(counts)):
        for name, count in counts.items():
            if len(count) < most[name]:
                for each in pc.value_counts(batch.columns[name])[: most[name]].to_pylist():
                    count[(each["values"] or "").strip()] += each["counts"]
    return counts


def _guess(leads: ExportFile, timezone: str | None) -> Guess:
    """Zone, holidays and order of dates, as the country of most leads suggests."""
    column = leads.export.roles.get("country")
    countries = leads.values[column] if column else Counter()
    if known := stated(countries).most_common(1):
        name = known[0][0]
        zone, country = _ZONES.get(name.lower(), (None, None))
        if zone or timezone:
            reason = "as told" if timezone else f"guessed: most leads are in {name}"
            return Guess(timezone or zone or "UTC", country, reason)
    reason = "as told" if timezone else "no country tells the zone; set yours"
    return Guess(timezone or "UTC", None, reason)


def _tried(
    leads: ExportFile, sales: ExportFile | None, guess: Guess, beside: Path
) -> tuple[str, list[list[str]], Read]:
    """The mapping, the columns of each file that it does not use, and what it reads.

    An order of dates is added where the files leave a doubt.
    """
    files = [leads, *([sales] if sales else [])]
    for _ in range(3):
        loaded = parse_sources(write_mapping(leads, sales, guess), "sources.yaml")
        try:
            read = read_loaded(loaded, beside)
        except SourcesError as error:
            unclear = {problem.path[2] for problem in error.problems if len(problem.path) == 3}
            if not unclear or unclear - {"dates", "decimal"} or unclear <= guess.settled:
                raise
            guess = replace(guess, settled=guess.settled | {str(name) for name in unclear})
            continue
        used = [set(needed_columns(table)) for table in loaded.sources.tables]
        unused = [
            [name for name in file.values if name not in named]
            for file, named in zip(files, used, strict=True)
        ]
        return write_mapping(leads, sales, guess, unused), unused, read
    raise AssertionError("every doubt is settled once")
