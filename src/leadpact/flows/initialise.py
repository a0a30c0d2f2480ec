"""From a raw export to a first mapping and a first agreement, both ready to be edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadpact.agreement.problems import Problem
from leadpact.flows.examining import examine, guess_of, lacking, try_mapping
from leadpact.flows.first_agreement import write_agreement
from leadpact.flows.first_mapping import ExportFile, spellings
from leadpact.flows.first_remarks import not_used
from leadpact.flows.starting import Progress
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import Read

_MEANINGS = {
    "created": "the creation of the lead",
    "assigned_at": "the assignment to its owner",
    "handed_at": "the handoff to sales",
    "attempted_at": "the first attempt of sales",
    "connected_at": "the first talk with sales",
    "rejected_at": "the rejection by sales",
    "disqualified_at": "the disqualification",
}


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
    leads = _whole(Path(contacts), Path(beside), of_deals=False)
    sales = _whole(Path(deals), Path(beside), of_deals=True) if deals is not None else None
    guess = guess_of(leads, timezone)
    text, unused, read = try_mapping(leads, sales, guess, Path(beside))
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


def _whole(path: Path, beside: Path, *, of_deals: bool) -> ExportFile:
    """An export that lacks nothing. Raises SourcesError."""
    file = examine(path, beside, of_deals=of_deals)
    if problems := lacking(file, path, of_deals=of_deals):
        raise SourcesError(problems)
    return file


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
