"""Files that people wrote, checked: agreements and mappings, told apart by what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from leadpact.agreement.lint import lint
from leadpact.agreement.loading import Loaded, load
from leadpact.agreement.problems import Problem, in_order
from leadpact.agreement.spec import Agreement

_MARK_OF_A_MAPPING = "leadpact_sources"


@dataclass(frozen=True)
class Checked:
    """A file and all that is wrong with it or worth a look; `title` is what it calls itself."""

    file: str
    kind: Literal["agreement", "mapping"]
    title: str
    problems: list[Problem]


class AgreementError(Exception):
    """Agreements that cannot be used, with all their problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


def check(file: str, now: datetime) -> Checked:
    """Check one file at a moment; never raises for what is in it."""
    loaded = load(file)
    if _is_mapping(loaded):
        return Checked(file, "mapping", "", _of_mapping(loaded))
    title = loaded.agreement.name if loaded.agreement else ""
    return Checked(file, "agreement", title, [*loaded.problems, *_linted(loaded, now)])


def check_all(files: Sequence[str], now: datetime) -> list[Checked]:
    """Check files at a moment, and whether the mappings among them feed the agreements."""
    from leadpact.flows.checking_both import delivered, never_entered
    from leadpact.sources.loading import SourcesError, load_sources

    checked = [check(file, now) for file in files]
    try:
        mappings = [load_sources(c.file).sources for c in checked if c.kind == "mapping"]
    except SourcesError:
        return checked
    if not mappings:
        return checked
    found = delivered(mappings)
    return [
        replace(one, problems=in_order([*one.problems, *never_entered(load(one.file), found)]))
        if one.kind == "agreement"
        else one
        for one in checked
    ]


def readable(files: Sequence[str]) -> list[Loaded]:
    """Agreements that can be read, whatever lint would say; raises AgreementError."""
    versions = [load(file) for file in files]
    _refuse_unreadable(versions)
    return versions


def usable(files: Sequence[str], now: datetime) -> tuple[list[Loaded], list[Problem]]:
    """Versions of an agreement that can be evaluated, and the warnings about them.

    Raises AgreementError for errors, and for two versions that come into force on the same day.
    """
    versions = [load(file) for file in files]
    return versions, warnings(versions, now)


def warnings(versions: Sequence[Loaded], now: datetime) -> list[Problem]:
    """What is worth a look in versions that can be evaluated; raises AgreementError as `usable`."""
    _refuse_unreadable(versions)
    found = [problem for version in versions for problem in _linted(version, now)]
    errors = [problem for problem in found if problem.severity == "error"]
    if errors := [*errors, *_at_once(versions)]:
        raise AgreementError(errors)
    return [problem for problem in found if problem.severity == "warning"]


def _refuse_unreadable(versions: Sequence[Loaded]) -> None:
    if problems := [problem for version in versions for problem in _unreadable(version)]:
        raise AgreementError(problems)


def _unreadable(version: Loaded) -> list[Problem]:
    if not _is_mapping(version):
        return version.problems
    hint = "name the agreement here, and the mapping after --sources"
    place = version.locate_key((_MARK_OF_A_MAPPING,))
    message = "this is a mapping, not an agreement"
    return [Problem(version.file, *place, (_MARK_OF_A_MAPPING,), message, hint)]


def agreements(versions: Sequence[Loaded]) -> list[Agreement]:
    """The documents of files that are without problems."""
    return [loaded.agreement for loaded in versions if loaded.agreement is not None]


def zone_of(agreement: Agreement) -> ZoneInfo:
    """The zone in which the agreement's days begin and end."""
    return ZoneInfo(agreement.calendar.timezone)


class Version(Protocol):
    """Whatever holds a version of an agreement: a file, or a row of the ledger."""

    @property
    def agreement(self) -> Agreement | None:
        """The document; None for one that cannot be read."""


def zone_on(versions: Sequence[Version], day: date) -> ZoneInfo:
    """The zone of the version in force on a day; before all of them, that of the first."""
    ordered = sorted(
        (version.agreement for version in versions if version.agreement),
        key=lambda agreement: agreement.term.starts if agreement.term else date.min,
    )
    begun = [each for each in ordered if each.term is None or each.term.starts <= day]
    return zone_of((begun or ordered[:1])[-1])


def _linted(loaded: Loaded, now: datetime) -> list[Problem]:
    agreement = loaded.agreement or (loaded.sound.agreement if loaded.sound else None)
    return lint(loaded, now.astimezone(zone_of(agreement)).date()) if agreement else []


def _at_once(versions: Sequence[Loaded]) -> list[Problem]:
    problems = []
    seen: dict[object, str] = {}
    for version in versions:
        term = version.agreement.term if version.agreement else None
        starts = term.starts if term else None
        if starts in seen:
            when = f"on {starts}" if starts else "from the beginning"
            problems.append(
                Problem(
                    version.file,
                    *version.locate(("term", "starts")),
                    ("term", "starts"),
                    f"two versions hold {when}: this one and {seen[starts]}",
                    "give each version a day of its own under `term: {from: …}`",
                )
            )
        seen[starts] = version.file
    return problems


def _is_mapping(loaded: Loaded) -> bool:
    root = loaded.tree.root
    if root is None or root.entries is None:
        return False
    return any(key == _MARK_OF_A_MAPPING for key, _ in root.pairs())


def _of_mapping(loaded: Loaded) -> list[Problem]:
    from leadpact.sources.loading import SourcesError, parse_sources

    try:
        parse_sources(loaded.text, loaded.file)
    except SourcesError as error:
        return error.problems
    return []
