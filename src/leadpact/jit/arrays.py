"""The arrays that kernels take: how annotations name them, and how columns are packed into them."""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

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
    fields = fields_of(typing.cast(type, bundle))
    if set(columns) != set(fields):
        wrong = ", ".join(sorted(set(columns) ^ set(fields)))
        name = typing.cast(type, bundle).__name__
        raise TypeError(f"{name} needs exactly its own fields; differing: {wrong}.")
    return bundle(**{name: _field(name, hint, columns[name]) for name, hint in fields.items()})


def _field(name: str, annotation: Any, value: Any) -> Any:
    layout = layout_of(annotation)
    if layout is None:
        return annotation(value) if annotation in (int, float, bool) else value
    try:
        array = pack(value, layout.dtype)
    except PackError as problem:
        raise PackError(f"{name}: {problem}") from problem
    if array.ndim != layout.dimensions:
        raise PackError(f"{name}: {array.ndim} dimensions instead of {layout.dimensions}.")
    return array


def is_bundle(annotation: Any) -> bool:
    """Whether a kernel's argument is a named tuple of arrays and numbers."""
    return isinstance(annotation, type) and hasattr(annotation, "_fields")


def layout_of(annotation: Any) -> Layout | None:
    """What an annotation says of an array; None for what is no array."""
    extras = getattr(annotation, "__metadata__", ())
    return next((extra for extra in extras if isinstance(extra, Layout)), None)


@cache
def fields_of(bundle: type) -> dict[str, Any]:
    """The annotations of a bundle's fields, by name."""
    return typing.get_type_hints(bundle, include_extras=True)
