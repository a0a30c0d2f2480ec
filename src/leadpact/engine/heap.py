"""The memory of large evaluations: one heap for all of it, and what lies unused given back."""

from __future__ import annotations

from functools import cache

import pyarrow as pa


@cache
def share() -> None:
    """Lets Arrow take its memory where numpy does, so that what one frees the other uses.

    Its own heap and the system's each kept what they no longer used: of a million leads a gigabyte.
    """
    pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Gives what an earlier work left unused back to the system.

    The heap is in the small pieces of what was there before; a large evaluation would take as much
    memory beside them.
    """
    pa.default_memory_pool().release_unused()
