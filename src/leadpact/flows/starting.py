"""What is to be done before anything is evaluated, and how those who wait are told."""

from __future__ import annotations

from collections.abc import Callable

from leadpact import jit
from leadpact.engine.kernels.fold import fold

#: Told how much is done, from 0 to 1, and what comes next.
Progress = Callable[[float, str], None]

COMPILING = "Compiling the engine, once (half a minute)"
STARTING = "Starting the engine"


def compile_engine(tell: Progress) -> None:
    """Compile what is not compiled yet on this machine, and say so first."""
    tell(0.2, STARTING if jit.is_cached(fold) else COMPILING)
    jit.compile_now(fold)
