"""The one door to the compiler: kernels, their cache, and the packing of arrays for them.

A kernel is a function over integers, floats, booleans and arrays that runs as machine code. It is
written as ordinary annotated Python; the annotations are its one signature::

    class Rows(NamedTuple):
        time: jit.Int64s
        worth: jit.Int64Table

    @jit.kernel
    def first_after(rows: Rows, t: int) -> int: ...

It compiles at its first call and is kept in a cache folder for the next process. With
``LEADPACT_JIT=off`` it runs as plain Python and answers the same. Two habits keep it so: read
array elements narrower than 64 bits through ``int(...)`` before arithmetic, and import what a
kernel uses by name (``from … import add_working, FAR``), for the cache is named by what it reaches.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import sys
import tempfile
import threading
import types
import typing
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, ParamSpec, TypeAlias, TypeVar, get_args

import numpy as np
import platformdirs
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")
Bundle = TypeVar("Bundle")


class PackError(ValueError):
    """A column cannot become a kernel argument: it has NULLs, or values its type cannot hold."""


class Layout(NamedTuple):
    """Element type and number of dimensions behind an array annotation; C-contiguous, writable."""

    dtype: np.dtype[Any]
    dimensions: int = 1


RecordArray: TypeAlias = np.recarray[Any, Any]

Bools: TypeAlias = Annotated[NDArray[np.bool_], Layout(np.dtype(np.bool_))]
Int8s: TypeAlias = Annotated[NDArray[np.int8], Layout(np.dtype(np.int8))]
Int16s: TypeAlias = Annotated[NDArray[np.int16], Layout(np.dtype(np.int16))]
Int32s: TypeAlias = Annotated[NDArray[np.int32], Layout(np.dtype(np.int32))]
Int64s: TypeAlias = Annotated[NDArray[np.int64], Layout(np.dtype(np.int64))]
UInt8s: TypeAlias = Annotated[NDArray[np.uint8], Layout(np.dtype(np.uint8))]
UInt16s: TypeAlias = Annotated[NDArray[np.uint16], Layout(np.dtype(np.uint16))]
UInt32s: TypeAlias = Annotated[NDArray[np.uint32], Layout(np.dtype(np.uint32))]
Float64s: TypeAlias = Annotated[NDArray[np.float64], Layout(np.dtype(np.float64))]

BoolTable: TypeAlias = Annotated[NDArray[np.bool_], Layout(np.dtype(np.bool_), 2)]
Int8Table: TypeAlias = Annotated[NDArray[np.int8], Layout(np.dtype(np.int8), 2)]
Int16Table: TypeAlias = Annotated[NDArray[np.int16], Layout(np.dtype(np.int16), 2)]
Int32Table: TypeAlias = Annotated[NDArray[np.int32], Layout(np.dtype(np.int32), 2)]
Int64Table: TypeAlias = Annotated[NDArray[np.int64], Layout(np.dtype(np.int64), 2)]
UInt8Table: TypeAlias = Annotated[NDArray[np.uint8], Layout(np.dtype(np.uint8), 2)]
UInt16Table: TypeAlias = Annotated[NDArray[np.uint16], Layout(np.dtype(np.uint16), 2)]
Float64Table: TypeAlias = Annotated[NDArray[np.float64], Layout(np.dtype(np.float64), 2)]

Int8Cube: TypeAlias = Annotated[NDArray[np.int8], Layout(np.dtype(np.int8), 3)]
Int32Cube: TypeAlias = Annotated[NDArray[np.int32], Layout(np.dtype(np.int32), 3)]
Int64Cube: TypeAlias = Annotated[NDArray[np.int64], Layout(np.dtype(np.int64), 3)]


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
    folder = _cache_folder(each)
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
    bundles = {n: _compiler_type(hint) for n, hint in enumerate(hints) if _is_bundle(hint)}
    if not bundles:
        return compiled

    def run(*args: Any, **kwargs: Any) -> Any:
        given = [
            pointers.Address(bundles[n], arg) if n in bundles else arg for n, arg in enumerate(args)
        ]
        return compiled(*given, **kwargs)  # type: ignore[call-arg, arg-type]

    return run


def _compile(each: Kernel[P, R], wrapped: bool) -> Callable[P, R]:
    import numba

    folder = _cache_folder(each) if wrapped else None
    function = _with_compiled_callees(each)
    # Counting references to the arrays of a bundle ("nrt") costs more than most kernels do. Without
    # it a kernel cannot make arrays: its caller does.
    options: dict[str, Any] = {"nogil": True, "forceinline": each.inlined, "_nrt": False}
    options |= {"no_cfunc_wrapper": True, "no_cpython_wrapper": not wrapped}
    config: Any = numba.config
    before = config.CACHE_DIR
    try:
        config.CACHE_DIR = str(folder or before)
        build: Any = numba.njit(_signature(each.python), cache=folder is not None, **options)
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


def _signature(function: Callable[..., Any]) -> Any:
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
    if layout := _layout(annotation):
        return known.Array(numba.from_dtype(layout.dtype), layout.dimensions, "C")
    if _is_bundle(annotation):
        fields = {name: _compiler_type(hint) for name, hint in _fields(annotation).items()}
        return pointers.bundle_type(annotation, fields)
    if typing.get_origin(annotation) is tuple:
        return known.BaseTuple.from_types([_compiler_type(a) for a in get_args(annotation)])
    raise TypeError(f"A kernel argument cannot be of the type {annotation!r}.")


def _is_bundle(annotation: Any) -> bool:
    return isinstance(annotation, type) and hasattr(annotation, "_fields")


def _layout(annotation: Any) -> Layout | None:
    extras = getattr(annotation, "__metadata__", ())
    return next((extra for extra in extras if isinstance(extra, Layout)), None)


def _fields(bundle: type) -> dict[str, Any]:
    return typing.get_type_hints(bundle, include_extras=True)


def _cache_folder(each: Kernel[..., Any]) -> Path | None:
    """Where this kernel's compiled code is kept; None where nothing is writable."""
    base = next((folder for folder in _candidate_folders() if _is_writable(folder)), None)
    if base is None:
        _say_uncached()
        return None
    return base / _digest(each)


@functools.cache
def _say_uncached() -> None:
    warnings.warn(
        "No folder is writable for compiled code, so every process compiles anew. "
        "Set LEADPACT_CACHE to a folder that is.",
        RuntimeWarning,
        stacklevel=2,
    )


def _candidate_folders() -> list[Path]:
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


def _digest(each: Kernel[..., Any]) -> str:
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


def _reach(each: Kernel[..., Any], files: set[Path], constants: set[str]) -> None:
    function = typing.cast(types.FunctionType, each.python)
    seen = f"{function.__module__}.{function.__qualname__}{inspect.signature(function)}"
    if seen in constants:
        return
    constants.add(seen)
    files.update(_sources_beside(function.__module__))
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, Kernel):
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


def empty_records(dtype: np.dtype[Any], n: int) -> RecordArray:
    """Zeroed records, read and written by attribute compiled and not: ``clocks[i].due = t``."""
    return np.zeros(n, dtype).view(np.recarray)


def pack(values: Any, dtype: Any, fill: Any = None) -> NDArray[Any]:
    """The column as a kernel takes it: contiguous, writable, of this type, without a NULL.

    ``values`` is anything array-like, a masked array, or an Arrow array or chunked array. Instants
    become microseconds since 1970 when ``dtype`` is int64. Memory is shared where it already fits.
    Raises PackError on NULLs without ``fill`` and on values that ``dtype`` cannot hold.
    """
    wanted = np.dtype(dtype)
    array = _without_nulls(values, fill)
    if array.dtype.kind in "mM":
        array = _as_microseconds(array, fill)
    if array.dtype != wanted:
        array = _converted(array, wanted, fill)
    packed = np.require(array, requirements=["C", "W"])
    return packed.view(np.recarray) if wanted.names else packed


def _without_nulls(values: Any, fill: Any) -> NDArray[Any]:
    if hasattr(values, "null_count"):
        if values.null_count:
            values = values.fill_null(_needed(fill, values.null_count))
        values = values.to_numpy(zero_copy_only=False)
    if isinstance(values, np.ma.MaskedArray):
        missing = int(np.ma.getmaskarray(values).sum())
        return np.asarray(values.filled(_needed(fill, missing)) if missing else values.data)
    return np.asarray(values)


def _needed(fill: Any, missing: int) -> Any:
    if fill is None:
        raise PackError(f"The column has {missing} missing values; say what to fill them with.")
    return fill


def _as_microseconds(array: NDArray[Any], fill: Any) -> NDArray[np.int64]:
    unit = "timedelta64[us]" if array.dtype.kind == "m" else "datetime64[us]"
    ticks = array.astype(unit).view(np.int64)
    missing = np.isnat(array)
    return np.where(missing, _needed(fill, int(missing.sum())), ticks) if missing.any() else ticks


def _converted(array: NDArray[Any], wanted: np.dtype[Any], fill: Any) -> NDArray[Any]:
    if array.dtype.kind == "f" and wanted.kind != "f":
        missing = np.isnan(array)
        if missing.any():
            array = np.where(missing, _needed(fill, int(missing.sum())), array)
    with np.errstate(invalid="ignore"):
        try:
            converted = array.astype(wanted)
        except (TypeError, ValueError) as problem:
            raise PackError(f"A column of {array.dtype} cannot become {wanted}.") from problem
    if wanted.kind in "biuf" and not np.array_equal(converted, array, equal_nan=wanted.kind == "f"):
        raise PackError(f"A column of {array.dtype} has values that {wanted} cannot hold.")
    return converted


def pack_into(bundle: Callable[..., Bundle], **columns: Any) -> Bundle:
    """A bundle of kernel arguments whose arrays are packed as its fields are annotated.

    Raises PackError naming the field; TypeError when a field is missing or unknown.
    """
    fields = _fields(typing.cast(type, bundle))
    if set(columns) != set(fields):
        wrong = ", ".join(sorted(set(columns) ^ set(fields)))
        name = typing.cast(type, bundle).__name__
        raise TypeError(f"{name} needs exactly its own fields; differing: {wrong}.")
    return bundle(**{name: _field(name, hint, columns[name]) for name, hint in fields.items()})


def _field(name: str, annotation: Any, value: Any) -> Any:
    layout = _layout(annotation)
    if layout is None:
        return annotation(value) if annotation in (int, float, bool) else value
    try:
        array = pack(value, layout.dtype)
    except PackError as problem:
        raise PackError(f"{name}: {problem}") from problem
    if array.ndim != layout.dimensions:
        raise PackError(f"{name}: {array.ndim} dimensions instead of {layout.dimensions}.")
    return array
