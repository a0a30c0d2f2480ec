"""The command line. Commands import what they need when they run, so that it starts at once."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, by default that of this process; its exit code. Raises nothing."""
    from leadpact.cli.app import run

    return run(arguments)
