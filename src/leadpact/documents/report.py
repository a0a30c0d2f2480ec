"""The report: one page that opens anywhere, and the same figures for machines."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leadpact.documents import words
from leadpact.documents.blocks import Opened, Said, Section, Slider, pieces_of, plain
from leadpact.documents.case_book import CaseBook
from leadpact.documents.first_screen import opened_line
from leadpact.documents.headline import Overview, overview
from leadpact.documents.openings import Openings
from leadpact.documents.parts.about_data import about_data
from leadpact.documents.parts.agreement import agreement_section
from leadpact.documents.parts.answers import answers
from leadpact.documents.parts.diagnosis import diagnosis_section
from leadpact.documents.parts.funnel import funnel
from leadpact.documents.parts.goals import goals_and_pace
from leadpact.documents.parts.hygiene import hygiene
from leadpact.documents.parts.learning import learning_sections
from leadpact.documents.parts.open_now import open_now
from leadpact.documents.parts.programs import programs
from leadpact.documents.parts.promises import attainment
from leadpact.documents.parts.quality import quality
from leadpact.documents.parts.shared import SIDES, when
from leadpact.documents.parts.sources import sources
from leadpact.documents.parts.threshold import threshold_section
from leadpact.documents.runtime import chart_runtime
from leadpact.documents.tried import TriedLeads
from leadpact.engine.log import History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.obligations import counts, obligations
from leadpact.engine.result import Result
from leadpact.insight.diagnosis import Diagnosis, diagnose
from leadpact.insight.evidence import Evidence
from leadpact.insight.goals import recent
from leadpact.insight.learning.taught import Taught
from leadpact.insight.standing import GoalStanding
from leadpact.insight.sweep import Sweep

#: Promises of a side that the first screen shows; the others open below them.
FIRST_LINES = 16


class Report:
    """Everything to be said about one evaluation; `notes` are shown with those of the history.

    `sha256` is that of the agreement's file.
    """

    def __init__(
        self, result: Result, history: History, sha256: str, notes: Sequence[str] = ()
    ) -> None:
        self.measures = Measures(result, history)
        self.sha256 = sha256
        self.notes = notes
        self.sweep: Sweep | None = None
        self.advice: Sequence[Section] = ()
        self.taught: Taught | None = None

    def with_tried(
        self, sweep: Sweep | None, advice: Sequence[Section], taught: Taught | None = None
    ) -> Report:
        """The same report, with what other thresholds would have done, what may help, and what the
        history teaches."""
        other = Report.__new__(Report)
        other.measures, other.sha256, other.notes = self.measures, self.sha256, self.notes
        other.sweep, other.advice, other.taught = sweep, advice, taught
        return other

    @cached_property
    def standings(self) -> list[GoalStanding]:
        """Every promise with hurdles in its present period and the one before."""
        return recent(self.evidence)

    @cached_property
    def overview(self) -> Overview:
        """What the first screen says."""
        return overview(self.evidence, self.standings)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Who falls short and why."""
        said = self.overview
        return diagnose(self.evidence, said.stretch.period, said.inside)

    @cached_property
    def diagnosed(self) -> list[Section]:
        """The diagnosis in words and tables."""
        return [diagnosis_section(self.book, self.overview, self.diagnosis)]

    @cached_property
    def evidence(self) -> Evidence:
        """What the evaluation says about goals."""
        return Evidence(self.measures)

    @cached_property
    def sections(self) -> list[Section]:
        """The parts of the page below its first screen."""
        book, stretch = self.book, self.overview.stretch
        return [
            *self.diagnosed,
            *self.advice,
            attainment(book, stretch),
            goals_and_pace(book, self.standings),
            funnel(book, stretch),
            answers(book, stretch),
            sources(book),
            quality(book, stretch),
            *([programs(book)] if self._nurtures else []),
            hygiene(book),
            open_now(book),
            *([threshold_section(self.sweep, TriedLeads(self.sweep))] if self.sweep else []),
            *(learning_sections(self.taught) if self.taught else []),
            about_data(book, self.notes),
            agreement_section(self.measures.result.agreement),
        ]

    @property
    def _nurtures(self) -> bool:
        return bool(self.measures.result.agreement.nurture)

    @cached_property
    def book(self) -> CaseBook:
        """The cases behind every figure."""
        return CaseBook(self.measures)

    def html(self) -> str:
        """The page: no request to anywhere, nothing that a lead wrote can run in it."""
        said = self.overview
        openings = Openings(self.measures.result.leads, self.measures.zone)
        has_charts = any(section.charts for section in self.sections)
        scripts = [
            _asset("page.js"),
            *([_asset("slider.js")] if any(section.slider for section in self.sections) else []),
            *([chart_runtime(), _asset("charts.js")] if has_charts else []),
        ]
        result = self.measures.result
        page: str = _template().render(
            agreement=result.agreement.name,
            as_of=words.moment(result.as_of, self.measures.zone),
            zone=self.measures.zone.key,
            sha256=self.sha256,
            said=said,
            when=when(said.stretch),
            sides=[(side, said.of_side(side)) for side in SIDES],
            first=FIRST_LINES,
            sections=self.sections,
            plain=plain,
            figures=lambda line: opened_line(self.book, said.stretch, line),
            number=openings.number,
            packed=lambda: _inert(openings.packed()),
            style=Markup(_asset("page.css")),
            scripts=[Markup(script) for script in scripts],
            policy=_policy(scripts),
            slider_data=lambda slider: _slider_data(slider, openings),
            as_data=lambda value: _inert(json.dumps(value, allow_nan=False)),
        )
        return page

    def as_json(self) -> dict[str, Any]:
        """The published figures: all time, by quarter, month, source and segment."""
        result = self.measures.result
        figures = [
            *self.measures.figures(),
            *self.measures.figures("quarter"),
            *self.measures.figures("month"),
            *self.measures.figures("all", "source"),
            *(self.measures.figures("all", "segment") if result.agreement.segments else []),
        ]
        return {
            "as_of": result.as_of.isoformat().replace("+00:00", "Z"),
            "agreement": {"name": result.agreement.name, "sha256": self.sha256},
            "counts": counts(result),
            "metrics": [figure.as_json() for figure in figures],
            "obligations": [each.as_json() for each in obligations(result)],
            "goals": [each.as_json() for each in self.standings],
            "summary": self.overview.as_json(),
        }


def _slider_data(slider: Slider, openings: Openings) -> list[Any]:
    """Each place for the script; a figure that opens is its text and the number of its list."""

    def piece(said: Said) -> Any:
        if isinstance(said, Opened):
            return [said.text, openings.number(said.behind)]
        return str(said)

    return [
        [
            place.value,
            [piece(each) for each in pieces_of(place.sentence)],
            *map(piece, place.figures),
        ]
        for place in slider.places
    ]


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("leadpact.documents", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _asset(name: str) -> str:
    return resources.files("leadpact.documents").joinpath("templates", name).read_text("utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """A content policy that admits these scripts and nothing else that runs or loads."""
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    admitted = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    runs = " ".join(admitted) or "'none'"
    return (
        f"default-src 'none'; script-src {runs}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _inert(text: str) -> Markup:
    """JSON for a script element: no text in it can end the element or begin a comment."""
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
