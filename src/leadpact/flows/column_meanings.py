"""What the columns of an export may mean, in words to choose from, and what was chosen.

A meaning is written as the name of a role of `sources.recognise`, or as `stage: NAME` for the date
of an entry into a stage, or as `field: NAME` for an attribute of the lead; empty for a column that
is not used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leadpact.agreement.spec import Agreement
from leadpact.agreement.vocabulary import BUILT_IN_FIELDS
from leadpact.flows.first_mapping import ExportFile, stage_columns
from leadpact.sources.meanings import words_of
from leadpact.sources.recognise import STAGES, Export, stage_role

Meanings = Mapping[str, str]

STAGE, FIELD = "stage: ", "field: "

#: Role → what it is called, in the order in which they are offered.
_OF_LEADS = {
    "id": "key of the lead",
    "email": "email address",
    "created": "when the lead was created",
    "name": "full name",
    "first_name": "first name",
    "last_name": "last name",
    "phone": "telephone number",
    "title": "job title",
    "company": "company",
    "company_id": "key of the company",
    "domain": "web domain",
    "country": "country",
    "industry": "industry",
    "employees": "number of employees",
    "source": "source",
    "campaign": "campaign",
    "landing_page": "landing page",
    "asset": "content (asset)",
    "owner": "who holds the lead",
    "assigned_at": "when the holder was given the lead",
    "handed_at": "when it was handed to sales",
    "attempted_at": "first attempt of sales",
    "connected_at": "first talk with sales",
    "rejected_at": "when sales gave it back",
    "disqualified_at": "when it was disqualified",
    "reason": "why it was given back or disqualified",
    "opted_out": "whether it opted out",
    "deals": "keys of its deals",
}
_OF_DEALS = {
    "id": "key of the deal",
    "outcome": "stage of the deal",
    "opened": "when it was opened",
    "closed": "when it was closed",
    "amount": "amount",
    "currency": "currency",
    "company": "company",
    "owner": "who works on it",
    "product": "product",
    "reason": "why it was won or lost",
    "leads": "keys of its leads",
}
_STAGE_NAMES = {"mql": "MQL", "sal": "SAL", "sql": "SQL"}


class MeaningError(Exception):
    """What was chosen cannot be; the message is a sentence for the user."""


@dataclass(frozen=True)
class Offer:
    """A meaning that a column may have, and what it is called; `group` heads alike ones."""

    meaning: str
    title: str
    group: str


def offers(agreement: Agreement | None, *, of_deals: bool) -> list[Offer]:
    """All meanings that a column may have, under the agreement in force or before any."""
    if of_deals:
        return [Offer(role, title, "The deal") for role, title in _OF_DEALS.items()]
    names = [stage.name for stage in agreement.stages[1:]] if agreement else _usual_stages()
    declared = agreement.fields if agreement else {}
    return [
        *(Offer(role, title, "The lead") for role, title in _OF_LEADS.items()),
        *(Offer(f"{STAGE}{name}", f"entered {name} on", "Dates of stages") for name in names),
        *(
            Offer(f"{FIELD}{name}", name.replace("_", " "), "Further attributes")
            for name in declared
            if name not in {**_OF_LEADS, **BUILT_IN_FIELDS}
        ),
    ]


def _usual_stages() -> list[str]:
    later = [role for role in STAGES if role not in ("subscriber", "lead")]
    return [_STAGE_NAMES.get(role, role.capitalize()) for role in later]


def recognised(file: ExportFile, agreement: Agreement | None) -> dict[str, str]:
    """Column → what it most likely means, for those that were recognised."""
    found = {column: role for role, column in file.export.roles.items() if role in _KNOWN}
    for role, name, column in stage_columns(file.export):
        found[column] = f"{STAGE}{_stage_of(agreement, role, name)}"
    return {column: found[column] for column in file.header if column in found}


_KNOWN = {**_OF_LEADS, **_OF_DEALS}


def _stage_of(agreement: Agreement | None, role: str, name: str) -> str:
    """What the agreement calls a stage of this name, or of this role."""
    stages = agreement.stages if agreement else []
    same = [stage.name for stage in stages if stage.name.casefold() == name.casefold()]
    alike = [stage.name for stage in stages if role in (stage.role, stage_role(stage.name))]
    return next(iter([*same, *alike]), _STAGE_NAMES.get(role, name))


def chosen(file: ExportFile, meanings: Meanings, agreement: Agreement | None) -> ExportFile:
    """The export with the meanings that somebody chose. Raises MeaningError.

    Columns that `meanings` does not name are not used.
    """
    told = {column: meaning for column, meaning in meanings.items() if meaning}
    _refuse_unknown(file, told)
    _refuse_twice(told)
    types = agreement.field_types() if agreement else {}
    fields = {meaning.removeprefix(FIELD): c for c, meaning in told.items() if _is(meaning, FIELD)}
    export = Export(
        file.export.vendor,
        {m: column for column, m in told.items() if not _is(m, STAGE) and not _is(m, FIELD)},
        list(_stages(told, agreement)),
        kept={
            _key(name): (column, types.get(name, "text"))
            for name, column in fields.items()
        },
    )  # fmt: skip
    return replace(file, export=export)


def _refuse_unknown(file: ExportFile, told: Meanings) -> None:
    for column, meaning in told.items():
        if column not in file.header:
            raise MeaningError(f"The file has no column “{column}”.")
        if meaning not in _KNOWN and not _is(meaning, STAGE) and not _is(meaning, FIELD):
            raise MeaningError(f"“{meaning}” is nothing that a column can mean.")


def _refuse_twice(told: Meanings) -> None:
    for meaning, count in Counter(told.values()).items():
        if count > 1:
            columns = " and ".join(f"“{c}”" for c, each in told.items() if each == meaning)
            title = _KNOWN.get(meaning, meaning)
            raise MeaningError(f"{columns} cannot both be the {title}; choose one of them.")


def _is(meaning: str, kind: str) -> bool:
    return meaning.startswith(kind)


def _stages(told: Meanings, agreement: Agreement | None) -> Iterator[tuple[str, str, str]]:
    """(role, name, column) of each stage, in the agreement's order."""
    names = [stage.name for stage in agreement.stages] if agreement else _usual_stages()
    by_name = {m.removeprefix(STAGE): column for column, m in told.items() if _is(m, STAGE)}
    unknown = [name for name in by_name if name not in names]
    for name in [*names, *unknown]:
        if name in by_name:
            yield stage_role(name) or name, name, by_name[name]


def kept_as(column: str) -> str:
    """The meaning of a column that is taken in as an attribute of its own name."""
    return f"{FIELD}{_key(column)}"


def _key(name: str) -> str:
    """A name as the agreement writes those of attributes."""
    plain = "_".join(words_of(name)) or "column"
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else plain


def examples(file: ExportFile, column: str, most: int = 3) -> Sequence[str]:
    """The commonest texts of a column that mean something."""
    return [text for text, _ in file.values.get(column, Counter()).most_common(most + 1) if text][
        :most
    ]
