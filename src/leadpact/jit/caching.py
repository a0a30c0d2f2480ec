"""Where compiled code is kept: one folder for every state of the sources that it came from."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import sys
import tempfile
import types
import typing
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import platformdirs


@runtime_checkable
class Compilable(Protocol):
    """A kernel, as far as its cache needs to know it."""

    python: Callable[..., Any]

    def for_kernels(self) -> Callable[..., Any]:
        """The compiled form that other kernels call."""


def cache_folder(each: Compilable) -> Path | None:
    """Where this kernel's compiled code is kept; None where nothing is writable."""
    base = next((folder for folder in candidate_folders() if _is_writable(folder)), None)
    if base is None:
        say_uncached("No folder is writable for compiled code")
        return None
    return base / _digest(each)


@functools.cache
def say_uncached(reason: str) -> None:
    """Warn, once for each reason, that the compiled code of this process is lost when it ends."""
    warnings.warn(
        f"{reason}, so every process compiles anew. "
        "Set LEADPACT_CACHE to a folder that is writable and has room.",
        RuntimeWarning,
        stacklevel=2,
    )


def candidate_folders() -> list[Path]:
    """Folders that may hold the cache, the preferred one first."""
    named = os.environ.get("LEADPACT_CACHE")
    chosen = [Path(named).expanduser()] if named else []
    shared = Path(tempfile.gettempdir())
    own = f"leadpact-{os.getuid()}" if hasattr(os, "getuid") else "leadpact"
    return [*chosen, platformdirs.user_cache_path("leadpact"), shared / own]


def _is_writable(folder: Path) -> bool:
    """Writable and our own: compiled code is executed, so a stranger's folder will not do."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
        return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def _digest(each: Compilable) -> str:
    """Names everything the compiled code depends on, so that an edit anywhere starts a new cache.

    The compiler's own check looks only at the kernel's file, not at those of the kernels it calls.
    Hashed are the sources beside each kernel, bundle or function reached from this one, the
    constants they use, this file, and the versions of compiler and interpreter.
    """
    import numba

    files, constants = set(Path(__file__).parent.glob("*.py")), {numba.__version__, sys.version}
    _reach(each, files, constants)
    digest = hashlib.sha256("\n".join(sorted(constants)).encode())
    for file in sorted(files):
        digest.update(f"\n{file.name}\n".encode() + _source(file))
    return digest.hexdigest()[:20]


def _reach(each: Compilable, files: set[Path], constants: set[str]) -> None:
    function = typing.cast(types.FunctionType, each.python)
    seen = f"{function.__module__}.{function.__qualname__}{inspect.signature(function)}"
    if seen in constants:
        return
    constants.add(seen)
    files.update(_sources_beside(function.__module__))
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, Compilable):
            _reach(value, files, constants)
        elif isinstance(value, type | types.FunctionType):
            files.update(_sources_beside(value.__module__))
        elif not isinstance(value, types.ModuleType):
            constants.add(f"{seen} {name}={value!r}")


@functools.cache
def _sources_beside(module: str) -> frozenset[Path]:
    """The files in the module's folder; none for a module that has no file."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return frozenset(Path(file).parent.glob("*.py")) if file else frozenset()


@functools.cache
def _source(file: Path) -> bytes:
    return file.read_bytes()
