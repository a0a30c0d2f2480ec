"""The report: one page that opens anywhere, and the same figures for machines."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leadpact.documents import words
from leadpact.documents.agreement_section import agreement_section
from leadpact.documents.blocks import Section
from leadpact.documents.funnel_sections import data_notes, funnel, hygiene, quality, sources
from leadpact.documents.runtime import chart_runtime
from leadpact.documents.sections import answers, attainment, charts_of, open_now
from leadpact.documents.sentences import headline, lines, stretch_to_report
from leadpact.engine.log import History
from leadpact.engine.metrics.measures import Measures
from leadpact.engine.metrics.obligations import counts, obligations
from leadpact.engine.result import Result

#: Promises of a side that the first screen shows; the others open below them.
FIRST_LINES = 3


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

    @cached_property
    def sections(self) -> list[Section]:
        """The parts of the page below its first screen."""
        measures, stretch = self.measures, stretch_to_report(self.measures)
        made = [
            attainment(measures, stretch),
            funnel(measures, stretch),
            answers(measures, stretch),
            sources(measures),
            quality(measures, stretch),
            hygiene(measures),
            open_now(measures),
            data_notes(measures, self.notes),
            agreement_section(measures.result.agreement),
        ]
        return [each for each in made if each.text or each.tables or each.charts]

    def html(self) -> str:
        """The page: no request to anywhere, nothing that a lead wrote can run in it."""
        stretch = stretch_to_report(self.measures)
        said = lines(self.measures, stretch)
        has_charts = bool(charts_of(self.sections))
        scripts = [chart_runtime(), _asset("page.js")] if has_charts else []
        result = self.measures.result
        page: str = _template().render(
            agreement=result.agreement.name,
            as_of=words.moment(result.as_of, self.measures.zone),
            zone=self.measures.zone.key,
            sha256=self.sha256,
            period=stretch.title,
            headline=headline(said, stretch),
            sides=[(s, [line for line in said if line.side == s]) for s in ("marketing", "sales")],
            first=FIRST_LINES,
            sections=self.sections,
            style=Markup(_asset("page.css")),
            scripts=[Markup(script) for script in scripts],
            policy=_policy(scripts),
            as_data=_as_data,
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
            "metrics": [asdict(figure) for figure in figures],
            "obligations": [each.as_json() for each in obligations(result)],
        }


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


def _as_data(value: Any) -> Markup:
    """JSON for a script element: no text in it can end the element or begin a comment."""
    text = json.dumps(value, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
