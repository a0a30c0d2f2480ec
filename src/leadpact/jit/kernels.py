"""Functions that become machine code, each with the one signature that its annotations give."""

from __future__ import annotations

import functools
import inspect
import os
import shutil
import threading
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, get_args

from leadpact.jit.arrays import fields_of, is_bundle, layout_of
from leadpact.jit.caching import cache_folder, say_uncached

P = ParamSpec("P")
R = TypeVar("R")


def enabled() -> bool:
    """Whether kernels compile; ``LEADPACT_JIT=off`` or ``NUMBA_DISABLE_JIT=1`` says no."""
    off = os.environ.get("LEADPACT_JIT", "on").strip().lower() in {"off", "0", "no", "false"}
    return not off and os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


_BUILDING = threading.RLock()


class Kernel(Generic[P, R]):
    """A function that compiles at its first call; kernels may call kernels of any module.

    Compiled kernels release the interpreter lock.
    """

    __name__: str
    __qualname__: str

    def __init__(self, function: Callable[P, R], inlined: bool = False) -> None:
        functools.update_wrapper(self, function)
        self.python = function
        self.inlined = inlined
        self._run: Callable[P, R] | None = None
        self._inner: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        run = self._run or self.prepare()
        return run(*args, **kwargs)

    def __reduce__(self) -> str:
        return self.__qualname__

    def prepare(self) -> Callable[P, R]:
        """Compile, or load from the cache, unless that was done before; the function to run."""
        with _BUILDING:
            if self._run is None:
                self._run = _by_address(self) if enabled() else _plain(self.python)
            return self._run

    def for_kernels(self) -> Callable[P, R]:
        """The compiled form that other kernels call, without the wrapper that Python needs."""
        with _BUILDING:
            if self._inner is None:
                self._inner = _compile(self, wrapped=False)
            return self._inner

    @property
    def ready(self) -> bool:
        """Whether the next call starts at once."""
        return self._run is not None


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a kernel of an annotated function; nothing is compiled before its first call."""
    return Kernel(function)


def inlined(function: Callable[P, R]) -> Kernel[P, R]:
    """A kernel that becomes part of each kernel calling it, for what is small and called often.

    An ordinary call passes seven words for every array of every bundle: 20 ns for six arrays.
    """
    return Kernel(function, inlined=True)


def compile_now(*kernels: Kernel[..., Any]) -> None:
    """Compile these kernels, and those they call, before anybody waits for an answer."""
    for each in kernels:
        each.prepare()


def is_cached(each: Kernel[..., Any]) -> bool:
    """Whether the kernel will start without compiling; a surface says "compiling, once" if not."""
    if each.ready or not enabled():
        return True
    folder = cache_folder(each)
    stem = Path(inspect.getfile(each.python)).stem
    return folder is not None and any(folder.rglob(f"{stem}.{each.__qualname__}-*.nbi"))


def _plain(function: Callable[P, R]) -> Callable[P, R]:
    """The function as it is, its scalar result a Python number as from compiled code."""
    number: Any = typing.get_type_hints(function).get("return")
    if number not in (int, float, bool):
        return function
    return lambda *args, **kwargs: number(function(*args, **kwargs))


def _by_address(each: Kernel[P, R]) -> Callable[P, R]:
    """The compiled kernel as Python calls it: bundles are handed over as addresses."""
    from leadpact.jit import pointers

    compiled = _compile(each, wrapped=True)
    hints = _argument_hints(each.python)
    bundles = {n: _compiler_type(hint) for n, hint in enumerate(hints) if is_bundle(hint)}
    if not bundles:
        return compiled

    def run(*args: Any, **kwargs: Any) -> Any:
        given = [
            pointers.Address(bundles[n], arg) if n in bundles else arg for n, arg in enumerate(args)
        ]
        return compiled(*given, **kwargs)  # type: ignore[arg-type]

    return run


def _compile(each: Kernel[P, R], wrapped: bool) -> Callable[P, R]:
    folder = cache_folder(each) if wrapped else None
    kept = _kept(each, folder) if folder is not None and is_cached(each) else None
    return kept or _compiled(each, wrapped, folder)


def _kept(each: Kernel[P, R], folder: Path) -> Callable[P, R] | None:
    """The kernel from its cache alone: the kernels it calls are part of what is kept there."""
    import numba

    try:
        return _built(each, each.python, wrapped=True, folder=folder)
    except numba.TypingError:
        return None  # Kept by another kind of processor; and without its callees it has no type.
    except Exception:  # noqa: BLE001 what is damaged can raise anything
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _compiled(each: Kernel[P, R], wrapped: bool, folder: Path | None) -> Callable[P, R]:
    function = _with_compiled_callees(each)
    try:
        return _built(each, function, wrapped, folder)
    except OSError as error:
        say_uncached(f"Compiled code could not be kept: {(error.strerror or str(error)).lower()}")
        return _built(each, function, wrapped, folder=None)


def _built(
    each: Kernel[P, R], function: Callable[P, R], wrapped: bool, folder: Path | None
) -> Callable[P, R]:
    import numba

    # Counting references to the arrays of a bundle ("nrt") costs more than most kernels do. Without
    # it a kernel cannot make arrays: its caller does.
    options: dict[str, Any] = {"nogil": True, "forceinline": each.inlined, "_nrt": False}
    options |= {"no_cfunc_wrapper": True, "no_cpython_wrapper": not wrapped}
    config: Any = numba.config
    before = config.CACHE_DIR
    try:
        config.CACHE_DIR = str(folder or before)
        build: Any = numba.njit(signature(each.python), cache=folder is not None, **options)
        return typing.cast("Callable[P, R]", build(function))
    finally:
        config.CACHE_DIR = before


def _with_compiled_callees(each: Kernel[..., Any]) -> types.FunctionType:
    """A copy of the function that sees the compiled form of every kernel it names."""
    original = typing.cast(types.FunctionType, each.python)
    names = dict(original.__globals__)
    for name in original.__code__.co_names:
        callee = names.get(name)
        if isinstance(callee, Kernel):
            names[name] = callee.for_kernels()
    copy = types.FunctionType(original.__code__, names, original.__name__, original.__defaults__)
    copy.__qualname__ = original.__qualname__
    copy.__module__ = original.__module__
    return copy


def signature(function: Callable[..., Any]) -> Any:
    """The compiler's form of a function's annotations; TypeError for one that is no such type."""
    result = typing.get_type_hints(function, include_extras=True).get("return", types.NoneType)
    return _compiler_type(result)(*map(_compiler_type, _argument_hints(function)))


def _argument_hints(function: Callable[..., Any]) -> list[Any]:
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters)
    missing = set(parameters) - set(hints)
    if missing:
        raise TypeError(f"Kernel {function.__qualname__}: annotate {', '.join(sorted(missing))}.")
    return [hints[name] for name in parameters]


def _compiler_type(annotation: Any) -> Any:
    import numba

    from leadpact.jit import pointers

    known: Any = numba.types
    scalars = {int: known.int64, float: known.float64, bool: known.boolean}
    if annotation in scalars:
        return scalars[annotation]
    if annotation is types.NoneType:
        return known.void
    if layout := layout_of(annotation):
        return known.Array(numba.from_dtype(layout.dtype), layout.dimensions, "C")
    if is_bundle(annotation):
        fields = {name: _compiler_type(hint) for name, hint in fields_of(annotation).items()}
        return pointers.bundle_type(annotation, fields)
    if typing.get_origin(annotation) is tuple:
        return known.BaseTuple.from_types([_compiler_type(a) for a in get_args(annotation)])
    raise TypeError(f"A kernel argument cannot be of the type {annotation!r}.")
