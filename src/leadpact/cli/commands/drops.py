"""`leadpact drops`: the drop folder, what lies there, and its import."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson

#: How far an import that a worker starts stands back behind everything else.
_YIELDS = 10


def drops(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PLACE...]", show_default=False,
            help="Folders in the drop folder, by name; by default all that have a mapping.",
        ),
    ] = None,
    import_: Annotated[
        bool,
        typer.Option("--import", help="Import those that are complete, as a worker does."),
    ] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """List the places of the drop folder, and what each waits for.

    A worker imports what is put there once it is complete and has come to rest.
    """
    import os

    from leadpact.cli.ledger import opened
    from leadpact.cli.tabular import show

    with opened() as now:
        from leadpact.flows import dropping, journal
        from leadpact.ledger.home import home
        from leadpact.web.process import end_with_parent

        found = dropping.places(home() / dropping.FOLDER)
        chosen = [place for place in found if not names or place.name in names]
        if import_:
            journal.configure()
            end_with_parent()
            os.nice(_YIELDS)
            for place in chosen:
                done = dropping.take(place, now)
                if done and done.imported:
                    journal.tell(
                        "imported from the drop folder",
                        place=place.name,
                        new=done.imported.fresh,
                        batch=done.imported.batch,
                    )
        rows = []
        for place in chosen:
            missing, problem = dropping.waiting(place)
            rows.append(
                {"place": place.name, "waits for": ", ".join(missing), "problem": problem or None}
            )
    show(rows, as_json, f"No folder in {home() / dropping.FOLDER} has a {dropping.MAPPING}.")
