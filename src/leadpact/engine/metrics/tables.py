"""Instants as numbers, and the stages of an agreement with their roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leadpact.agreement.roles import roles_of
from leadpact.agreement.spec import Agreement

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = pa.schema(
    {"stage": pa.string(), "place": pa.int32(), "role": pa.string(), "handoff": pa.bool_()}
)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC, the way queries compare instants."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def stages(agreement: Agreement) -> pa.Table:
    """The agreement's stages with their place in the funnel and the field's role for them."""
    rows = [
        {
            "stage": stage.name,
            "place": place,
            "role": role,
            "handoff": stage.name == agreement.handoff.stage,
        }
        for place, (stage, role) in enumerate(
            zip(agreement.stages, roles_of(agreement), strict=True)
        )
    ]
    return pa.Table.from_pylist(rows, schema=STAGES)
