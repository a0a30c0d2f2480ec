"""Bundles of arrays passed by address: a kernel takes one pointer however many arrays there are.

By value a bundle of ninety arrays would be six hundred machine arguments to every call, minutes
of compiling. Here it is the address of a block of int64 words: for each array its address and
shape, for each number its value, for a nested bundle its words in place. Arrays reached so are
borrowed: the caller keeps them, and the block, alive during the call.
"""

from __future__ import annotations

import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numpy.typing import NDArray

WORD = ir.IntType(64)


class BundleType(types.Type):
    """Compiler type of a bundle: the field types by name, and the word at which each begins."""

    def __init__(self, bundle: type, fields: dict[str, Any]) -> None:
        self.bundle = bundle
        self.fields = fields
        self.offsets: dict[str, int] = {}
        self.words = 0
        for name, field in fields.items():
            self.offsets[name] = self.words
            self.words += words_of(field)
        #: By field its name and, of an array, what it takes: looked at once, not at every call.
        self.told = [
            (name, field, ArrayField(field) if isinstance(field, types.Array) else None)
            for name, field in fields.items()
        ]
        super().__init__(name=f"Bundle({bundle.__module__}.{bundle.__qualname__})")


def words_of(field: Any) -> int:
    """Words that a field takes in the block."""
    if isinstance(field, BundleType):
        return field.words
    return 1 + field.ndim if isinstance(field, types.Array) else 1


class Address:
    """A bundle as it is handed to a kernel; keep it until the kernel returns."""

    __slots__ = ("address", "block", "bundle", "kind")

    def __init__(self, kind: BundleType, bundle: Any) -> None:
        self.kind = kind
        self.bundle = bundle
        self.block = np.array(_words(kind, bundle), np.int64)
        self.address = self.block.ctypes.data


def _words(kind: BundleType, bundle: Any) -> list[int]:
    """The words of the block, in the order of the fields."""
    words: list[int] = []
    for name, field, array in kind.told:
        value = getattr(bundle, name)
        if array is not None:
            # A record array looks every attribute up among its fields first.
            plain = value if type(value) is np.ndarray else np.asarray(value)
            if (plain is not value and not isinstance(value, np.ndarray)) or not array.takes(plain):
                raise TypeError(f"The bundle's field {name} is not {field}; pack it.")
            words.append(plain.ctypes.data)
            words += plain.shape
        elif isinstance(field, BundleType):
            words += _words(field, value)
        else:
            words.append(operator.index(value))
    return words


class ArrayField:
    """An array of a bundle: what is reached by address is never checked again, so it is here."""

    def __init__(self, field: Any) -> None:
        self.field = field
        self._takes: dict[Any, bool] = {}

    def takes(self, value: NDArray[Any]) -> bool:
        """Whether an array may stand there."""
        if value.ndim != self.field.ndim or not value.flags.c_contiguous:
            return False
        kind = value.dtype
        if kind not in self._takes:
            self._takes[kind] = bool(numba.from_dtype(kind) == self.field.dtype)
        return self._takes[kind]


@register_model(BundleType)
class _BundleModel(models.OpaqueModel):
    pass


@typeof_impl.register(Address)
def _type_of(value: Address, _: Any) -> BundleType:
    return value.kind


@unbox(BundleType)
def _from_address(_: Any, value: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(value, "address")
    pointer = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(pointer)


@infer_getattr
class _BundleAttributes(AttributeTemplate):
    key = BundleType

    def generic_resolve(self, bundle: BundleType, attribute: str) -> Any:  # type: ignore[override]
        return bundle.fields.get(attribute)


@lower_getattr_generic(BundleType)
def _read_field(context: Any, builder: Any, bundle: BundleType, pointer: Any, name: str) -> Any:
    field, offset = bundle.fields[name], bundle.offsets[name]
    words = builder.bitcast(pointer, WORD.as_pointer())
    if isinstance(field, BundleType):
        nested = builder.gep(words, [ir.Constant(WORD, offset)])
        return builder.bitcast(nested, cgutils.voidptr_t)
    if isinstance(field, types.Array):
        array = _borrowed_array(context, builder, field, words, offset)
        return impl_ret_borrowed(context, builder, field, array)
    return context.cast(builder, _word(builder, words, offset), types.int64, field)


def _word(builder: Any, words: Any, offset: int) -> Any:
    """One word of the block, which never changes during the call."""
    value = builder.load(builder.gep(words, [ir.Constant(WORD, offset)]))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def _borrowed_array(context: Any, builder: Any, field: Any, words: Any, offset: int) -> Any:
    array = make_array(field)(context, builder)
    element = context.get_abi_sizeof(context.get_data_type(field.dtype))
    shape = [_word(builder, words, offset + 1 + axis) for axis in range(field.ndim)]
    strides = [ir.Constant(WORD, element)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    populate_array(
        array,
        data=builder.inttoptr(_word(builder, words, offset), array.data.type),
        shape=shape,
        strides=strides,
        itemsize=ir.Constant(WORD, element),
        meminfo=cgutils.get_null_value(cgutils.voidptr_t),
    )
    return array._getvalue()


def bundle_type(bundle: type, fields: dict[str, Any]) -> BundleType:
    """The compiler type of a bundle, one for each class."""
    known = _KNOWN.get(bundle)
    if known is None:
        known = _KNOWN[bundle] = BundleType(bundle, fields)
    return known


_KNOWN: dict[type, BundleType] = {}
