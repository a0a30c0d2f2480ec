"""A diagnosis as JSON values, for programs."""

from __future__ import annotations

from typing import Any

from leadpact.documents.blocks import Table, Text, plain
from leadpact.documents.parts.advice import NOT_ADVISED
from leadpact.documents.report import Report
from leadpact.insight.chain import Link
from leadpact.insight.diagnosis import Diagnosis
from leadpact.insight.statistics import Estimate


def as_json(report: Report) -> dict[str, Any]:
    """The verdict, what decided it, and every figure of the chain."""
    found, result = report.diagnosis, report.measures.result
    return {
        "as_of": result.as_of.isoformat().replace("+00:00", "Z"),
        "agreement": {"name": result.agreement.name, "sha256": report.sha256},
        "period": found.stretch.label,
        "before": found.before.label if found.before else None,
        "sentence": _plain(report.diagnosed[0].answer),
        **_verdict(found),
        "figures": [_link(each) for each in found.links],
        "recommended": [
            {
                "key": each.key,
                "title": each.title,
                "why": _plain(each.answer),
                "lines": list(each.try_out.lines) if each.try_out else [],
                "command": each.try_out.command if each.try_out else None,
                "tables": [_table(table) for table in each.tables],
            }
            for each in report.advice
            if each.key != NOT_ADVISED
        ],
        "not_recommended": [
            {"change": _plain(row[0]), "why": _plain(row[1])}
            for each in report.advice
            if each.key == NOT_ADVISED
            for table in each.tables
            for row in table.rows
        ],
        "reasons": [
            {
                "reason": each.name,
                "now": _estimate(each.now),
                "before": _estimate(each.before),
                "change": str(each.change.word),
            }
            for each in found.reasons
        ],
    }


def _plain(text: Text) -> str:
    return plain(text).replace("\u00a0", " ").strip()


def _table(table: Table) -> dict[str, Any]:
    rows = [[_plain(cell) for cell in row] for row in table.rows]
    return {"caption": table.caption, "header": list(table.header), "rows": rows}


def _verdict(found: Diagnosis) -> dict[str, Any]:
    return {
        **{
            name: {"state": str(state), "by": [each.promise or each.title for each in decided]}
            for name, state, decided in (
                ("marketing", found.marketing, found.of_marketing),
                ("sales", found.sales, found.of_sales),
                ("quality", found.quality, found.of_quality),
                ("follow_up", found.follow_up, found.of_follow_up),
            )
        },
        "causes": [str(each) for each in found.causes],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "kind": str(link.kind),
        "side": link.side,
        "title": link.title,
        "metric": link.question.metric.name,
        "part": link.question.part,
        "of": {column: list(values) for column, values in link.question.kept},
        "unit": link.question.metric.unit,
        "now": _estimate(link.now),
        "before": _estimate(link.before),
        "change": str(link.change.word) if link.change else None,
        "promise": link.promise or None,
        "promised": link.promised,
        "stand": str(link.stand) if link.promised is not None else None,
        "young": link.young,
    }


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
