"""`leadpact uploads`: files that were sent in through the pages, and their import."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

#: How far an import that a worker starts stands back behind everything else.
_YIELDS = 10


def uploads(
    import_: Annotated[
        bool,
        typer.Option("--import", help="Import those that somebody started, as a worker does."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List files that were sent in through the pages, and how far their import is.

    A worker imports what somebody started there, one after the other. Files are let go of once they
    are imported, and after thirty days if nobody does.
    """
    import os
    from datetime import UTC, datetime

    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened() as now:
        from leadpact.flows.uploading import import_next
        from leadpact.ledger.models import Upload
        from leadpact.ledger.services.uploads import clear
        from leadpact.web.process import end_with_parent

        if import_:
            end_with_parent()
            os.nice(_YIELDS)
            clear(now=now)
            while import_next(lambda: datetime.now(UTC)):
                pass
        rows = [
            {
                "upload": row.key,
                "name": row.name,
                "sent": row.created_at,
                "state": row.get_state_display(),
                "done": f"{row.share:.0%}",
                "rows": row.rows,
                "left out": row.rejected,
                "error": row.error or None,
            }
            for row in Upload.objects.order_by("created_at")
        ]
    show(rows, as_json, "Nobody sent in any file.")
