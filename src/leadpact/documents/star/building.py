"""From an evaluation to every table of the star schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from leadpact.documents.star import dimensions, facts
from leadpact.documents.star.material import Material, Versioned
from leadpact.documents.star.schema import StarTable, tables_for
from leadpact.engine.log import History
from leadpact.engine.result import Result

Builder = Callable[[Material, StarTable], pa.Table]

BUILDERS: dict[str, Builder] = {
    "fact_event": facts.events,
    "fact_stage_entry": facts.stage_entries,
    "fact_clock": facts.clocks,
    "fact_handoff": facts.handoffs,
    "fact_deal": facts.deals,
    "fact_score": facts.scores,
    "bridge_deal_lead": facts.deal_leads,
    "dim_lead": dimensions.leads,
    "dim_campaign": dimensions.campaigns,
    "dim_person": dimensions.people,
    "dim_team": dimensions.teams,
    "dim_stage": dimensions.stages,
    "dim_obligation": dimensions.obligations,
    "dim_agreement": dimensions.versions,
    "about": dimensions.about,
}
_DATES = "dim_date"


def star(result: Result, history: History, versions: Sequence[Versioned]) -> dict[str, pa.Table]:
    """Every table by its name, complete, in the order of the reference."""
    material = Material(result, history, versions)
    wanted = tables_for(result.agreement)
    made = {name: build(material, wanted[name]) for name, build in BUILDERS.items()}
    made[_DATES] = dimensions.dates(material, wanted[_DATES], made)
    return {name: made[name] for name in wanted}
