"""What the columns of an export are, and the mapping that reads it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc

from leadpact.agreement.problems import Problem
from leadpact.flows.first_mapping import ExportFile, Guess, write_mapping
from leadpact.sources.encodings import NotUtf8Error
from leadpact.sources.loading import SourcesError, parse_sources
from leadpact.sources.mapping import Table
from leadpact.sources.meanings import stated
from leadpact.sources.opening import needed_columns, open_table, refuse_missing
from leadpact.sources.reading import Read, read_loaded
from leadpact.sources.recognise import recognise_deals, recognise_leads
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
_MOST_VALUES = 10_000
_A_LOOK = 1_000


def examine(path: Path, beside: Path, *, of_deals: bool) -> ExportFile:
    """An export, opened, with what its columns are and the values that matter.

    `beside` is the folder from which it is named. Raises SourcesError where it cannot be read.
    """
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
    return ExportFile(table, export, values, tuple(header))


def _opened(path: Path, beside: Path) -> tuple[Table, OpenTable]:
    table = Table(file=Path(os.path.relpath(path.resolve(), beside.resolve())).as_posix())
    try:
        return table, open_table(table, beside, {})
    except NotUtf8Error:
        table = table.model_copy(update={"encoding": "cp1252"})
        return table, open_table(table, beside, {})


def lacking(file: ExportFile, path: Path, *, of_deals: bool) -> list[Problem]:
    """What an export must have and has not, or has twice."""
    needed = {"id": "the key of a deal", "outcome": "the stage of a deal"}
    if not of_deals:
        needed = {"created": "the day on which a lead was created"}
        if "email" not in file.export.roles:
            needed["id"] = "the key or email address of a lead"
    names = ", ".join(name for name in file.header[:30] if name)
    missing = [
        Problem(
            str(path), 0, 0, (), f"no column looks like {what}",
            f"it has: {names}; rename one, or write the mapping by hand",
        )
        for role, what in needed.items()
        if role not in file.export.roles
    ]  # fmt: skip
    twice = [name for name in file.export.roles.values() if file.header.count(name) > 1]
    return missing + [
        Problem(str(path), 0, 0, (), f"the column “{name}” is there twice", "rename one of them")
        for name in twice
    ]


def _values(opened: OpenTable, most: Mapping[str, int]) -> dict[str, Counter[str]]:
    """How often each text stands in each column; `most`: after so many texts no more is read."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in most}
    for batch in opened.batches(list(counts)):
        for name, count in counts.items():
            if len(count) < most[name]:
                for each in pc.value_counts(batch.columns[name])[: most[name]].to_pylist():
                    count[(each["values"] or "").strip()] += each["counts"]
    return counts


def guess_of(leads: ExportFile, timezone: str | None) -> Guess:
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


def try_mapping(
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
