"""Which stage is the field's MQL, SAL, SQL, opportunity or customer."""

from __future__ import annotations

from leadpact.agreement.spec import Agreement


def roles_of(agreement: Agreement) -> list[str | None]:
    """[stage] the role that the field has for it, None for none.

    Without a declared role, the handoff stage is the MQL and the stage that wins the customer. The
    first stage is no MQL where only a row hands a lead over: every lead is in it.
    """
    declared = {stage.role for stage in agreement.stages}
    found: list[str | None] = []
    for place, stage in enumerate(agreement.stages):
        role: str | None = stage.role
        qualifies = place > 0 or agreement.handoff.recorded_by == "stage"
        handoff = stage.name == agreement.handoff.stage
        if role is None and handoff and qualifies and "mql" not in declared:
            role = "mql"
        elif role is None and stage.outcome == "won" and "customer" not in declared:
            role = "customer"
        found.append(role)
    return found
