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

from leadpact.jit.arrays import (
    Bools,
    BoolTable,
    Float64s,
    Float64Table,
    Int8Cube,
    Int8s,
    Int8Table,
    Int16s,
    Int16Table,
    Int32Cube,
    Int32s,
    Int32Table,
    Int64Cube,
    Int64s,
    Int64Table,
    Layout,
    PackError,
    RecordArray,
    UInt8s,
    UInt8Table,
    UInt16s,
    UInt16Table,
    UInt32s,
    empty_records,
    pack,
    pack_into,
)
from leadpact.jit.kernels import Kernel, compile_now, enabled, inlined, is_cached, kernel

__all__ = [
    "BoolTable",
    "Bools",
    "Float64Table",
    "Float64s",
    "Int8Cube",
    "Int8Table",
    "Int8s",
    "Int16Table",
    "Int16s",
    "Int32Cube",
    "Int32Table",
    "Int32s",
    "Int64Cube",
    "Int64Table",
    "Int64s",
    "Kernel",
    "Layout",
    "PackError",
    "RecordArray",
    "UInt8Table",
    "UInt8s",
    "UInt16Table",
    "UInt16s",
    "UInt32s",
    "compile_now",
    "empty_records",
    "enabled",
    "inlined",
    "is_cached",
    "kernel",
    "pack",
    "pack_into",
]
