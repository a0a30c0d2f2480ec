"""The command line. Commands import what they need when they run, so that it starts at once."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of this process; its exit code. Raises nothing."""
    try:
        from leadpact.cli.app import run

        return run(arguments)
    except KeyboardInterrupt:
        from leadpact.cli.exits import Code

        return Code.INTERRUPTED
