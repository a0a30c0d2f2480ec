"""`leadpact diff`: what a new version changes, and for whom."""

from __future__ import annotations

from typing import Annotated

import typer

from leadpact.cli.options import AsJson


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The version until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The version to come.")],
    as_json: AsJson = False,
) -> None:
    """Say in sentences what a new version of an agreement changes, and for whom.

    Ends with 0 whether or not something changed.
    """
    from leadpact.agreement.diff import diff as changes_between
    from leadpact.agreement.diff import render
    from leadpact.cli.terminal import write_json, write_text
    from leadpact.flows.checking import agreements, readable

    versions = readable([old, new])
    changes = changes_between(*agreements(versions))
    if as_json:
        before, after = ({"file": v.file, "sha256": v.sha256} for v in versions)
        said = [{"whom": each.whom, "sentence": each.sentence} for each in changes]
        write_json({"old": before, "new": after, "changes": said})
    else:
        write_text(render(changes))
