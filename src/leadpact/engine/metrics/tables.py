"""Instants as numbers, and the stages of an agreement with their roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leadpact.agreement.spec import Agreement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = pa.schema(
    {"stage": pa.string(), "place": pa.int32(), "role": pa.string(), "handoff": pa.bool_()}
)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, the way queries compare instants."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def stages(agreement: Agreement) -> pa.Table:
    """The agreement's stages with their place in the funnel and the field's role for them.

    Without a declared role, the handoff stage is the MQL and the stage that wins the customer. The
    first stage is no MQL where only a row hands a lead over: every lead is in it.
    """
    declared = {stage.role for stage in agreement.stages}
    rows = []
    for place, stage in enumerate(agreement.stages):
        handoff = stage.name == agreement.handoff.stage
        role: str | None = stage.role
        qualifies = place > 0 or agreement.handoff.recorded_by == "stage"
        if role is None and handoff and qualifies and "mql" not in declared:
            role = "mql"
        elif role is None and stage.outcome == "won" and "customer" not in declared:
            role = "customer"
        rows.append({"stage": stage.name, "place": place, "role": role, "handoff": handoff})
    return pa.Table.from_pylist(rows, schema=STAGES)
